"""Where everything stands in a picture of a system: boxes for the nodes, routes for the lines.

    ┌─────┐        ┌────────┐         ┌────────┐
    │ you │ ─────> │ orders │ ──────> │ resize │      layers, from left to right
    └─────┘        └────────┘         └────────┘
                       ┆  tracks for what leads back run below
                   ┌────────┐
                   │  dead  │                          the lane of the dead-letter queues
                   └────────┘

Lines run through the gaps between layers and, past a layer, through places that are kept free in it: so none
runs through a node. Where the layers do not fit beside each other, or where one would be a tower, the picture
is laid out from top to bottom instead. Here both are one: `u` grows along the layers and `v` across them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbook.flow.layers import Layers, Pair, layers_of, split, swept
from workbook.flow.plan import Box, Plan, Shape
from workbook.flow.resources import Kind
from workbook.flow.route import Route
from workbook.flow.routes import routes_of
from workbook.flow.spreading import spread
from workbook.flow.system import System

WIDE = 900
"""Units of width that a notebook shows without shrinking the picture."""
HEIGHT = 64
"""The height of every node."""
MOST_IN_A_COLUMN = 8
"""Nodes in a column before the picture is rather laid out from top to bottom."""

_WIDTHS = {
    Kind.PRODUCER: 96,
    Kind.CONSUMER: 96,
    Kind.ACTOR: 120,
    Kind.QUEUE: 138,
    Kind.FIFO_QUEUE: 138,
    Kind.FUNCTION: 124,
    Kind.GROUP: 124,
    Kind.ENDPOINT: 150,
    Kind.MAILBOX: 150,
}
_WIDTH = 120
_WIDEST_GAP, _NARROWEST_GAP, _UPRIGHT_GAP = 124.0, 58.0, 70.0
_FEW, _FOR_A_LINE = 4, 20.0
"""Where a node has more lines on one side than few, the gap there is so much wider for each: they need room
for what stands on them."""
_ROW_GAP = 22.0
_PASSAGE = 14.0
"""The place of a line that passes a layer."""
_TRACK = 16.0
"""Between two tracks below everything."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes and routes in the order of the system's nodes and lines, in a frame from 0,0."""

    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    width: float
    height: float


@lru_cache(maxsize=64)  # a picture that follows is drawn again and again while its system stays the same
def layout_of(system: System, width: float = WIDE) -> Layout:
    """Lay a system out in a frame about `width` wide, as high as it takes."""
    layers = layers_of(system)
    across = _plan(system, layers, upright=False)
    if _length(across) <= width and _tallest(across) <= MOST_IN_A_COLUMN:
        return _frame(across)
    upright = _upright(system, layers, width)
    if _length(across) <= width and across.room < 2 * _length(upright) + 12 * len(upright.passages):
        return _frame(across)
    return _frame(upright)


def _tallest(plan: Plan) -> int:
    return max((sum(item in plan.layers.rank for item in column) for column in plan.columns), default=0)


def _upright(system: System, layers: Layers, width: float) -> Plan:
    """From top to bottom, with as many nodes in a row as fit."""
    lane = 1 if layers.lane else 0
    most = max(1 + lane, int((width + _ROW_GAP) // (_WIDTHS[Kind.QUEUE] + _ROW_GAP))) - lane
    places = [node.place for node in system.nodes]
    while True:
        plan = _plan(system, split(layers, places, most), upright=True)
        if most == 1 or plan.room <= width - lane * (_WIDTHS[Kind.QUEUE] + _ROW_GAP):
            return plan
        most -= 1


def _plan(system: System, layers: Layers, *, upright: bool) -> Plan:
    plan = Plan(system, layers, upright)
    for node in system.nodes:
        size = (float(_WIDTHS.get(node.kind, _WIDTH)), float(HEIGHT))
        plan.size[node.place] = (size[1], size[0]) if upright else size
    _fill_columns(plan)
    _place_layers(plan)
    return plan


# ---- along u


def _length(plan: Plan) -> float:
    return plan.end[-1] if plan.end else 0.0


def _place_layers(plan: Plan) -> None:
    """Layers one after the other; the gaps shrink where there are many."""
    lengths = [0.0] * plan.layers.count
    for place, layer in plan.layers.rank.items():
        lengths[layer] = max(lengths[layer], plan.size[place][0])
    spare = (WIDE - 2 * _ROW_GAP - sum(lengths)) / max(1, len(lengths) - 1)
    fans = _fans(plan)
    begin = 0.0
    for layer, length in enumerate(lengths):
        plan.begin.append(begin)
        plan.end.append(begin + length)
        widest = _WIDEST_GAP + _FOR_A_LINE * max(0, min(fans[layer], MOST_IN_A_COLUMN) - _FEW)
        gap = _UPRIGHT_GAP if plan.upright else min(widest, max(_NARROWEST_GAP, spare))
        begin += length + gap


def _fans(plan: Plan) -> Counter[int]:
    """By layer, how many lines of one node at most run through the gap behind it."""
    rank = plan.layers.rank
    lines = Counter(
        (hub, layer) for pair, hub in plan.hubs.items() for layer in range(rank[pair[0]], rank[pair[1]])
    )
    fans: Counter[int] = Counter()
    for (_, layer), count in lines.items():
        fans[layer] = max(fans[layer], count)
    return fans


# ---- along v


def _fill_columns(plan: Plan) -> None:
    """Nodes into columns, and passages for the lines that go past a layer, in an order with few crossings."""
    columns: list[list[str]] = [[] for _ in range(plan.layers.count)]
    for node in plan.system.nodes:
        if node.place not in plan.layers.lane:
            columns[plan.layers.rank[node.place]].append(node.place)
    steps: dict[Pair, None] = {}
    plan.hubs = _hubs(plan.layers.onward, plan.system)
    for pair, hub in plan.hubs.items():
        chain = _passages(plan, pair, hub, columns)
        steps.update(dict.fromkeys(itertools.pairwise([pair[0], *chain, pair[1]])))
    plan.columns = swept(columns, list(steps))
    plan.middle = spread(plan, list(steps))


def _hubs(onward: frozenset[Pair], system: System) -> dict[Pair, str]:
    """For each line the end that has more of them: lines of one hub share their passages, like a trunk."""
    pairs = [(line.source, line.target) for line in system.lines if (line.source, line.target) in onward]
    out: dict[str, int] = {}
    into: dict[str, int] = {}
    for source, target in pairs:
        out[source] = out.get(source, 0) + 1
        into[target] = into.get(target, 0) + 1
    return {pair: pair[0] if out[pair[0]] >= into[pair[1]] else pair[1] for pair in pairs}


def _passages(plan: Plan, pair: Pair, hub: str, columns: list[list[str]]) -> list[str]:
    source, target = pair
    side = "from" if hub == source else "to"
    chain = [
        f"\0{side}\0{hub}\0{layer}" for layer in range(plan.layers.rank[source] + 1, plan.layers.rank[target])
    ]
    for layer, passage in enumerate(chain, start=plan.layers.rank[source] + 1):
        if passage not in plan.size:
            plan.size[passage] = (0.0, _PASSAGE)
            columns[layer].append(passage)
    if chain:
        plan.passages[pair] = chain
    return chain


# ---- the frame


def _frame(plan: Plan) -> Layout:
    """Lane and tracks below, then routes, and all of it moved to 0,0."""
    plan.bottom = max(
        (plan.middle[place] + plan.size[place][1] / 2 for place in plan.middle if place in plan.layers.rank),
        default=0.0,
    )
    _lay_tracks(plan)
    _place_lane(plan)
    boxes = {node.place: _box(plan, node.place) for node in plan.system.nodes}
    routes = routes_of(plan, boxes)
    return _moved([boxes[node.place] for node in plan.system.nodes], routes)


def _lay_tracks(plan: Plan) -> None:
    """A track for every line that leads back to, or aside to, another layer."""
    for line in plan.system.lines:
        pair = (line.source, line.target)
        if plan.shape(line) is Shape.AROUND and plan.steps(line) > 1:
            plan.tracks[pair] = plan.bottom + _TRACK * (len(plan.tracks) + 1.5)


def _place_lane(plan: Plan) -> None:
    begin = max(plan.tracks.values(), default=plan.bottom) + (1.5 if plan.tracks else 2) * plan.gap
    rows: dict[str, int] = {}
    taken: set[tuple[int, int]] = set()
    for place in _nearest_first(plan):
        row, layer = rows.get(plan.layers.lane[place], 0), plan.layers.rank[place]
        while (layer, row) in taken:
            row += 1
        taken.add((layer, row))
        rows[place] = row
    step = max((plan.size[place][1] for place in rows), default=0.0)
    for place, row in rows.items():
        plan.middle[place] = begin + step / 2 + row * (step + plan.gap)


def _nearest_first(plan: Plan) -> list[str]:
    """What stands in the lane: the queue of the nearest source first, so that lines to it do not cross."""
    lane = plan.layers.lane

    def distance(place: str) -> tuple[bool, float]:
        anchor = lane[place]
        return anchor in lane, -plan.middle.get(anchor, 0.0)

    return sorted(lane, key=distance)


def _box(plan: Plan, place: str) -> Box:
    (along, across), (begin, _) = plan.size[place], plan.span(place)
    edge = plan.middle[place] - across / 2
    return Box(edge, begin, across, along) if plan.upright else Box(begin, edge, along, across)


def _moved(boxes: Sequence[Box], routes: Sequence[Route]) -> Layout:
    xs = [x for box in boxes for x in (box.x, box.x + box.width)]
    ys = [y for box in boxes for y in (box.y, box.y + box.height)]
    xs += [x for route in routes for x, _ in route.points]
    ys += [y for route in routes for _, y in route.points]
    if not boxes:
        return Layout((), (), 0.0, 0.0)
    left, top = min(xs), min(ys)
    placed = tuple(Box(round(box.x - left, 1), round(box.y - top, 1), box.width, box.height) for box in boxes)
    moved = tuple(route.moved(-left, -top) for route in routes)
    return Layout(placed, moved, round(max(xs) - left, 1), round(max(ys) - top, 1))


__all__ = ["HEIGHT", "WIDE", "Box", "Layout", "layout_of"]
