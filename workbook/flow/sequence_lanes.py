"""Which lanes a sequence has, from left to right: as messages go, with dead letters aside at the right.

The lines between the nodes say where messages go. A line that would close a circle (a handler that sends to
the queue from which it was fed) counts for nothing here, so that whoever comes first stays left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbook.flow.resources import kind_of
from workbook.flow.scene import Scene
from workbook.flow.system import Line, Node


def lanes_of(scene: Scene, touched: Iterable[str]) -> list[Node]:
    """The nodes of `touched` places, in the order of their lanes."""
    nodes = {node.place: node for node in scene.system.nodes}
    for place in touched:
        nodes.setdefault(place, Node(place, kind_of(place), scene.wiring.label(place)))
    wanted = set(touched)
    places = [place for place in nodes if place in wanted]
    onward = _onward(line for line in scene.system.lines if {line.source, line.target} <= wanted)
    layers = _layers(places, onward)
    aside = _aside(nodes, places, onward)
    numbers = {place: number for number, place in enumerate(places)}
    ordered = sorted(places, key=lambda place: (place in aside, layers[place], numbers[place]))
    return [nodes[place] for place in ordered]


def _onward(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """Pairs of places, from which to which messages go on, without circles."""
    pairs: list[tuple[str, str]] = []
    for line in lines:
        pair = (line.source, line.target)
        if not line.feedback and line.source not in _reached(pairs, line.target) and pair not in pairs:
            pairs.append(pair)
    return pairs


def _reached(pairs: Sequence[tuple[str, str]], start: str) -> set[str]:
    """The places that can be reached from one, itself included."""
    reached, front = {start}, [start]
    while front:
        place = front.pop()
        for source, target in pairs:
            if source == place and target not in reached:
                reached.add(target)
                front.append(target)
    return reached


def _layers(places: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How many steps at most lead to each place."""
    layers = dict.fromkeys(places, 0)
    for _ in places:
        for source, target in pairs:
            layers[target] = max(layers[target], layers[source] + 1)
    return layers


def _aside(nodes: dict[str, Node], places: Iterable[str], pairs: Sequence[tuple[str, str]]) -> set[str]:
    """Dead-letter queues, and who takes messages from nowhere else."""
    dead = [place for place in places if nodes[place].dead_letter]
    fed = {target for _, target in pairs}
    living = [place for place in places if place not in fed and place not in dead]
    beside = set().union(*(_reached(pairs, place) for place in dead)) if dead else set()
    alive = set().union(*(_reached(pairs, place) for place in living)) if living else set()
    return beside - (alive - set(dead))
