"""Where the states of a machine stand: layers from top to bottom, and frames around what is within a state.

      ( start )
          │
     ┌────────┐        a layer: the longest way from the start
     │ Charge │╌╌╌╌┐
     └────────┘    ╎   a line past a layer has a passage of its own in it
    ┌─ Both ─────────┐
    │ ┌───┐    ┌───┐ │  the branches of a Parallel stand beside each other
    │ └───┘    └───┘ │
    └────────────────┘

What leads back runs up on the right of everything. A frame is laid out first and is then one large state.
Where branches do not fit beside each other, they stand below each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from workbook.flow.layers import swept
from workbook.flow.machine_graph import END, START, Edge, Leads, Scope, StateNode
from workbook.flow.machine_rows import middles_of
from workbook.flow.machine_words import WIDEST, width_for

if TYPE_CHECKING:
    import networkx

HEADER = 60.0
"""The height of a frame's head, with its name."""
_MARK = 30.0
_GAP, _ROW_GAP, _LABEL_GAP, _PADDING = 26.0, 34.0, 60.0, 16.0
_PASSAGE = 18.0
_BACK = 16.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """The measures of a state, and how wide all may be."""

    width: float
    height: float
    most: float
    """As wide as the picture may be, where that can be had by standing things below each other."""
    folded: frozenset[str] = frozenset()
    """Names of states whose branches are not shown."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A state, or a mark, in its box."""

    name: str
    x: float
    y: float
    width: float
    height: float
    state: StateNode | None = None
    is_frame: bool = False

    @property
    def middle(self) -> float:
        """Of its width."""
        return self.x + self.width / 2

    def moved(self, x: float, y: float) -> Placed:
        """The same elsewhere."""
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True, slots=True)
class Way:
    """A line: the points through which it runs."""

    edge: Edge
    points: tuple[Point, ...]
    goes_back: bool = False

    def moved(self, x: float, y: float) -> Way:
        """The same elsewhere."""
        return replace(self, points=tuple((left + x, top + y) for left, top in self.points))


@dataclass
class Plan:
    """A scope that is laid out, in a frame from 0,0: everything in it and within its states."""

    width: float = 0.0
    height: float = 0.0
    boxes: list[Placed] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)

    def take(self, other: Plan, x: float, y: float) -> None:
        """Put another plan into this one."""
        self.boxes += [box.moved(x, y) for box in other.boxes]
        self.ways += [way.moved(x, y) for way in other.ways]


def layout_of(scope: Scope, style: Style) -> Plan:
    """Lay out a state machine."""
    return _Layout(scope, style, outmost=True).plan()


class _Layout:
    """One scope on its way to a plan."""

    def __init__(self, scope: Scope, style: Style, *, outmost: bool) -> None:
        self._scope = scope
        self._style = style
        self._states = {state.name: state for state in scope.states}
        self._edges = _marked(scope) if outmost else list(scope.edges)
        self._inside = {
            state.name: _inside(state, style)
            for state in scope.states
            if state.scopes and state.name not in style.folded
        }

    def plan(self) -> Plan:
        """Layers, then order, then places, then lines."""
        names = list(dict.fromkeys([end for edge in self._edges for end in (edge.source, edge.target)]))
        names += [name for name in self._states if name not in names]
        rank, back = _ranks(names, self._edges)
        rank = self._split(rank)
        chains = self._chains(rank, back)
        rows = self._ordered(rank, chains)
        sizes = {item: self._size(item) for row in rows for item in row}
        pairs = [pair for chain in chains.values() for pair in itertools.pairwise(chain)]
        middles = middles_of(rows, {item: size[0] for item, size in sizes.items()}, pairs, _GAP)
        return self._placed(rows, sizes, middles, chains, back)

    # ---- layers

    def _split(self, rank: Mapping[str, int]) -> dict[str, int]:
        """Layers that are too wide, as several."""
        found: dict[str, int] = {}
        begin = 0
        for layer in range(max(rank.values(), default=-1) + 1):
            used = 0.0
            for name in [name for name in rank if rank[name] == layer]:
                width = self._size(name)[0]
                if used and used + _GAP + width > self._style.most:
                    begin, used = begin + 1, 0.0
                found[name] = begin
                used += width + _GAP
            begin += 1
        return found

    def _chains(self, rank: Mapping[str, int], back: set[int]) -> dict[int, list[str]]:
        """By the index of an edge that leads down: its ends, and a passage in each layer between them."""
        chains = {}
        for number, edge in enumerate(self._edges):
            if number in back or rank[edge.source] >= rank[edge.target]:
                back.add(number)
                continue
            between = [f"\0{number}\0{layer}" for layer in range(rank[edge.source] + 1, rank[edge.target])]
            chains[number] = [edge.source, *between, edge.target]
        return chains

    def _ordered(self, rank: Mapping[str, int], chains: Mapping[int, list[str]]) -> list[list[str]]:
        rows: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
        for name, layer in rank.items():
            rows[layer].append(name)
        for chain in chains.values():
            for layer, passage in enumerate(chain[1:-1], start=rank[chain[0]] + 1):
                rows[layer].append(passage)
        pairs = dict.fromkeys(pair for chain in chains.values() for pair in itertools.pairwise(chain))
        return swept(rows, list(pairs))

    def _size(self, item: str) -> tuple[float, float]:
        if item in {START, END}:
            return _MARK, _MARK
        if item.startswith("\0"):
            return _PASSAGE, 0.0
        inside, state = self._inside.get(item), self._states.get(item)
        words = 0.0 if state is None else width_for(state, is_frame=inside is not None)
        width = max(self._style.width, min(words, WIDEST, self._style.most))
        if inside is None:
            return width, self._style.height
        return max(width, inside.width + 2 * _PADDING), inside.height + HEADER + _PADDING

    # ---- places

    def _placed(
        self,
        rows: Sequence[Sequence[str]],
        sizes: Mapping[str, tuple[float, float]],
        middles: Mapping[str, float],
        chains: Mapping[int, list[str]],
        back: set[int],
    ) -> Plan:
        plan = Plan()
        tops: dict[str, tuple[float, float]] = {}
        y = 0.0
        for row, gap in zip(rows, self._gaps(rows), strict=True):
            height = max(sizes[item][1] for item in row)
            for item in row:
                tops[item] = (y, y + height)
                if not item.startswith("\0") or item in {START, END}:
                    self._place(plan, item, middles[item], y + (height - sizes[item][1]) / 2, sizes[item])
            y += height + gap
        plan.height = max((box.y + box.height for box in plan.boxes), default=0.0)
        boxes = {box.name: box for box in plan.boxes if box.name in sizes}
        plan.ways += [
            _down(self._edges[number], boxes, middles, tops, chain, self._fans(number, chains, middles))
            for number, chain in chains.items()
        ]
        plan.width = max((middles[item] + size[0] / 2 for item, size in sizes.items()), default=0.0)
        for track, number in enumerate(sorted(back)):  # what leads back, each on a track of its own
            plan.width += _BACK
            plan.ways.append(_up(self._edges[number], boxes, plan.width, track))
        return plan

    def _gaps(self, rows: Sequence[Sequence[str]]) -> Iterator[float]:
        """Below each row: more where something stands on a line that leaves it."""
        labelled = {edge.source for edge in self._edges if edge.label}
        for row in rows:
            yield _LABEL_GAP if labelled.intersection(row) else _ROW_GAP

    def _place(self, plan: Plan, item: str, middle: float, top: float, size: tuple[float, float]) -> None:
        inside = self._inside.get(item)
        left = middle - size[0] / 2
        box = Placed(item, left, top, *size, self._states.get(item), is_frame=inside is not None)
        plan.boxes.append(box)
        if inside is not None:
            plan.take(inside, left + (size[0] - inside.width) / 2, top + HEADER)

    def _fans(self, number: int, chains: Mapping[int, list[str]], middles: Mapping[str, float]) -> Point:
        """How far from the middle a line leaves its source and reaches its target; no two share a point."""
        chain = chains[number]
        out = sorted(
            (other for other, one in chains.items() if one[0] == chain[0]),
            key=lambda one: middles[chains[one][1]],
        )
        into = sorted(
            (other for other, one in chains.items() if one[-1] == chain[-1]),
            key=lambda one: middles[chains[one][-2]],
        )
        return _share(out.index(number), len(out)), _share(into.index(number), len(into))


def _share(place: int, count: int) -> float:
    return (place - (count - 1) / 2) * min(22.0, 90.0 / max(1, count))


def _marked(scope: Scope) -> list[Edge]:
    """The edges with those from the start and to the end."""
    begin = [Edge(START, scope.start, Leads.NEXT)]
    ends = [Edge(state.name, END, Leads.NEXT) for state in scope.states if state.ends]
    return [*begin, *scope.edges, *ends]


def _inside(state: StateNode, style: Style) -> Plan:
    """The branches of a state, beside each other where they fit, else below each other."""
    plans = [_Layout(scope, style, outmost=False).plan() for scope in state.scopes]
    wide = sum(plan.width for plan in plans) + _GAP * (len(plans) - 1)
    whole = Plan()
    across = wide <= style.most - 2 * _PADDING
    for plan in plans:
        whole.take(plan, whole.width if across else 0.0, 0.0 if across else whole.height)
        whole.width = whole.width + plan.width + _GAP if across else max(whole.width, plan.width)
        whole.height = max(whole.height, plan.height) if across else whole.height + plan.height + _GAP
    whole.width -= _GAP if across and plans else 0.0
    whole.height -= 0.0 if across or not plans else _GAP
    return whole


def _ranks(names: Sequence[str], edges: Sequence[Edge]) -> tuple[dict[str, int], set[int]]:
    """The layer of each state, and the indices of the edges that close a circle."""
    import networkx  # noqa: PLC0415 - 0.1 s that a lesson without pictures need not pay

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(names)
    back: set[int] = set()
    for number, edge in enumerate(edges):
        if edge.source == edge.target or networkx.has_path(graph, edge.target, edge.source):
            back.add(number)
        else:
            graph.add_edge(edge.source, edge.target)
    rank: dict[str, int] = {}
    for name in networkx.topological_sort(graph):
        rank[name] = max((rank[before] + 1 for before in graph.predecessors(name)), default=0)
    return {name: rank[name] for name in names}, back


def _down(
    edge: Edge,
    boxes: Mapping[str, Placed],
    middles: Mapping[str, float],
    tops: Mapping[str, tuple[float, float]],
    chain: Sequence[str],
    fans: Point,
) -> Way:
    source, target = boxes[edge.source], boxes[edge.target]
    points: list[Point] = [(source.middle + fans[0], source.y + source.height)]
    for passage in chain[1:-1]:
        points += [(middles[passage], tops[passage][0]), (middles[passage], tops[passage][1])]
    points.append((target.middle + fans[1], target.y))
    return Way(edge, tuple(points))


def _up(edge: Edge, boxes: Mapping[str, Placed], x: float, track: int) -> Way:
    """Out on the right, up, and in on the right again."""
    source, target = boxes[edge.source], boxes[edge.target]
    begin = source.y + source.height * 0.65 + track
    end = target.y + target.height * 0.35 + track
    points = ((source.x + source.width, begin), (x, begin), (x, end), (target.x + target.width, end))
    return Way(edge, points, goes_back=True)
