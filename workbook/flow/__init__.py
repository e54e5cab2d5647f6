"""The trace made visible.

    resources, wiring, messages, contents    what the hops say: things, how they are joined, what lies where
    moves, narrator                          what happened, as a spectator sees it, in sentences
    timeline, system, ways, scene            when and where each of it is shown
    layers, layout, spreading, routes        where nodes stand and how lines run
    palette, forms, picture, legend          how it looks; tallies counts what is written on it
    prose                                    the same in words
    flow, narrowing, comparison              what `lab.flow()` gives; bundle is what all pictures can do
    input_button, keyguard                   parts of panels, also of those in the layers above

Everything here is made from a trace and from nothing else.
"""
