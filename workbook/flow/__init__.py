"""The trace made visible.

    resources, wiring, messages, contents    what the hops say: things, how they are joined, what lies where
    moves, narrator                          what happened, as a spectator sees it, in sentences
    timeline, system, scene                  when and where each of it is shown

Everything here is made from a trace and from nothing else.
"""
