"""Which node stands in which layer, and in which order: the way of the messages, read from the lines.

    you ──> orders ──> resize ──> done        layers 0, 1, 2, 3: the longest way that leads to each
                                              a line that closes a circle is a line back, and orders nothing

The order within a layer follows the neighbours (barycentres, swept to and fro), and between equals the order
in which things appeared. So a picture depends on the system alone, and one more node moves the others little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.flow.resources import Kind
from workbook.flow.system import System, Way

if TYPE_CHECKING:
    import networkx

_SWEEPS = 6

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layers:
    """Where each node stands, in steps and not yet in distances."""

    rank: Mapping[str, int]
    """The layer of each node, from 0; none is empty."""
    lane: Mapping[str, str]
    """What stands beside the others: dead-letter queues, each with the source in whose layer it is, and those
    who take from nothing else, each with the queue in whose next layer it is."""
    onward: frozenset[Pair]
    """The lines that lead to a later layer."""

    @property
    def count(self) -> int:
        """How many layers there are."""
        return max(self.rank.values(), default=-1) + 1


def layers_of(system: System) -> Layers:
    """Put every node of a system into its layer."""
    lane = _lane_of(system)
    graph = _forward_graph(system, lane)
    first = {node.place: 0 if node.kind.is_person else 1 for node in system.nodes}
    rank = _longest_ways(graph, first)
    lane |= _followers(system, lane)
    rank = _without_gaps(_beside(rank, lane))
    onward = frozenset(
        (line.source, line.target)
        for line in system.lines
        if not line.feedback and rank[line.source] < rank[line.target]
    )
    return Layers(rank, lane, onward)


def _lane_of(system: System) -> dict[str, str]:
    """Each dead-letter queue whose source is shown, with that source: the first, where there are several."""
    dead = {node.place for node in system.nodes if node.dead_letter}
    lane: dict[str, str] = {}
    for line in system.lines:
        if line.way is Way.REDRIVE and line.target in dead and line.source != line.target:
            lane.setdefault(line.target, line.source)
    return {queue: root for queue in lane if (root := _root_of(queue, lane)) not in lane}


def _followers(system: System, lane: Mapping[str, str]) -> dict[str, str]:
    """Who takes messages from dead-letter queues and gets them from nowhere else, with the first of these."""
    sources: dict[str, list[str]] = {}
    for line in system.lines:
        if not line.feedback and line.source != line.target:
            sources.setdefault(line.target, []).append(line.source)
    return {
        place: found[0] for place, found in sources.items() if place not in lane and set(found) <= set(lane)
    }


def _beside(rank: Mapping[str, int], lane: Mapping[str, str]) -> dict[str, int]:
    """Layers, with what stands in the lane put beside or behind what it belongs to."""
    ranks = dict(rank)
    for place, anchor in lane.items():
        ranks[place] = ranks[anchor] + (1 if anchor in lane else 0)
    return ranks


def _root_of(queue: str, lane: Mapping[str, str]) -> str:
    """The source whose dead letters end here, past dead-letter queues that have one themselves."""
    seen = {queue}
    while (source := lane.get(queue)) is not None and source not in seen:
        seen.add(source)
        queue = source
    return queue


def _forward_graph(system: System, lane: Mapping[str, str]) -> networkx.DiGraph[str]:
    """The lines as far as they close no circle, each with the number of layers that it leads on.

    The first lines have it: what was there stays where it was when something is added. Only a consumer that
    calls its queue comes last, whenever it did so: consumers stand on the right.
    """
    import networkx  # noqa: PLC0415 - 0.1 s that a lesson without pictures need not pay

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(node.place for node in system.nodes)
    for queue, source in lane.items():
        graph.add_edge(source, queue, steps=0)
    consumers = {node.place for node in system.nodes if node.kind is Kind.CONSUMER}
    for line in sorted(system.lines, key=lambda line: line.source in consumers):
        if line.feedback or line.source == line.target or line.target in lane:
            continue
        if not networkx.has_path(graph, line.target, line.source):
            graph.add_edge(line.source, line.target, steps=1)
    return graph


def _longest_ways(graph: networkx.DiGraph[str], first: Mapping[str, int]) -> dict[str, int]:
    import networkx  # noqa: PLC0415 - see above

    rank: dict[str, int] = {}
    for place in networkx.topological_sort(graph):
        ways = [rank[before] + graph.edges[before, place]["steps"] for before in graph.predecessors(place)]
        rank[place] = max([*ways, first[place]])
    return rank


def _without_gaps(rank: Mapping[str, int]) -> dict[str, int]:
    used = {layer: place for place, layer in enumerate(sorted(set(rank.values())))}
    return {node: used[layer] for node, layer in rank.items()}


def split(layers: Layers, places: Sequence[str], most: int) -> Layers:
    """The same with layers of at most `most` nodes, and of one dead-letter queue beside them."""
    rank: dict[str, int] = {}
    begin = 0
    lane = {place: anchor for place, anchor in layers.lane.items() if anchor not in layers.lane}
    beside = set(lane.values())
    for layer in range(layers.count):
        filled = queues = 0
        for place in places:
            if layers.rank[place] != layer or place in lane:
                continue
            more = 1 if place in beside else 0
            if filled == most or (filled and queues + more > 1):
                begin, filled, queues = begin + 1, 0, 0
            rank[place], filled, queues = begin, filled + 1, queues + more
        begin += 1
    return Layers(_beside(rank, lane), lane, layers.onward)


def swept(columns: Sequence[Sequence[str]], pairs: Sequence[Pair]) -> list[list[str]]:
    """The items of each column in an order in which lines between neighbouring columns cross little."""
    ordered = [list(column) for column in columns]
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in pairs:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    for sweep in range(_SWEEPS):
        onward = sweep % 2 == 0
        places = range(1, len(ordered)) if onward else range(len(ordered) - 2, -1, -1)
        for place in places:
            fixed = ordered[place - 1 if onward else place + 1]
            _sort(ordered[place], fixed, before if onward else after)
    return ordered


def _sort(column: list[str], fixed: Sequence[str], neighbours: Mapping[str, Sequence[str]]) -> None:
    """Sort a column by the middle of its neighbours; an item without any stays at its place."""
    position = {item: (place + 0.5) / len(fixed) for place, item in enumerate(fixed)}
    here = {item: (place + 0.5) / len(column) for place, item in enumerate(column)}

    def middle(item: str) -> float:
        known = [position[other] for other in neighbours.get(item, ()) if other in position]
        return sum(known) / len(known) if known else here[item]

    column.sort(key=middle)  # stable: between equals, the order in which they came
