"""Lines that lead aside or back: out of the long side of a node, past the others, and in again.

They run in the gaps between nodes and layers and on tracks below everything, with rounded corners. Those to
one target share their way: they are a trunk.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from workbook.flow.plan import Plan
from workbook.flow.route import Pieces, Point, Route, made
from workbook.flow.system import Line

Channels = dict[tuple[int, int], dict[str, int]]
"""For each layer and side of it, the targets of the lines that run along it there, with their places."""

_ROUND = 8.0
_OUT, _IN = 0.72, 0.28
"""Where on the long side of a node lines go down, and up again."""
_CHANNEL = 13.0
"""From a layer to the first line that runs along it."""


def loop(plan: Plan, place: str) -> Route:
    """A line from a node to itself: an arc over it."""
    begin, end = plan.span(place)
    edge = plan.middle[place] - plan.size[place][1] / 2
    left, right = begin + 0.35 * (end - begin), begin + 0.65 * (end - begin)
    curve = ((right + 6, edge - 24), (left - 6, edge - 24), (left, edge))
    return made((right, edge), [curve], [((left + right) / 2, edge - 18)])


def around(plan: Plan, line: Line, channels: Channels) -> Route:
    """Out of the long side of a node, along the layer, on a track below the others, and in again."""
    source, target = line.source, line.target
    down = target in plan.layers.lane and plan.middle[target] > plan.middle[source]
    up = source in plan.layers.lane and not down
    leave = _gate(plan, source, -1 if up else 1, _IN if up else _OUT)
    enter = _gate(plan, target, -1 if down else 1, _OUT if down else _IN)
    if leave[0][0] == enter[0][0] and _free_between(plan, source, target):
        points = [leave[0], enter[0]]
    else:
        points = [*leave, *_along(plan, line, channels, leave[1][1], enter[1][1]), *enter[::-1]]
    start, *rest = points
    return made(start, _rounded(start, rest), _on_straights(points))


def _gate(plan: Plan, place: str, side: int, share: float) -> list[Point]:
    """The point on a node's long side where a line leaves or enters, and the one in the gap before it."""
    begin, end = plan.span(place)
    edge = plan.middle[place] + side * plan.size[place][1] / 2
    along = begin + share * (end - begin)
    return [(along, edge), (along, edge + side * plan.gap / 2)]


def _free_between(plan: Plan, one: str, other: str) -> bool:
    layer = plan.layers.rank[one]
    if layer != plan.layers.rank[other]:
        return False
    low, high = sorted((plan.middle[one], plan.middle[other]))
    return not any(
        plan.layers.rank.get(place) == layer and low < middle < high for place, middle in plan.middle.items()
    )


def _along(plan: Plan, line: Line, channels: Channels, leave: float, enter: float) -> list[Point]:
    """The corners between two gates; `leave` and `enter` are where they lie along v."""
    source, target = plan.layers.rank[line.source], plan.layers.rank[line.target]
    back = target < source or (target == source and line.source in plan.layers.lane)
    there = _channel(plan, target, 1 if target < source else -1, line.target, channels)
    track = plan.tracks.get((line.source, line.target))
    if track is None:
        side = there if target != source else _channel(plan, source, -1 if back else 1, line.target, channels)
        return [(side, leave), (side, enter)]
    here = _channel(plan, source, -1 if back else 1, line.target, channels)
    return [(here, leave), (here, track), (there, track), (there, enter)]


def _channel(plan: Plan, layer: int, side: int, target: str, channels: Channels) -> float:
    """Where along u lines to a target run beside a layer: all of them at one place, like a trunk."""
    used = channels.setdefault((layer, side), {})
    place = used.setdefault(target, len(used)) % 5
    edge = plan.end[layer] if side > 0 else plan.begin[layer]
    return edge + side * (_CHANNEL + 6 * place)


def _rounded(start: Point, corners: Sequence[Point]) -> Pieces:
    """Straight pieces with rounded corners."""
    pieces: Pieces = []
    before = start
    for corner, after in itertools.pairwise(corners):
        radius = min(_ROUND, _distance(before, corner) / 2, _distance(corner, after) / 2)
        leave, enter = _towards(corner, before, radius), _towards(corner, after, radius)
        pieces += [(leave,), (corner, enter)]
        before = corner
    return [*pieces, (corners[-1],)]


def _distance(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])  # along u or along v, never both


def _towards(point: Point, other: Point, length: float) -> Point:
    whole = _distance(point, other)
    if whole == 0:
        return point
    share = length / whole
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share


def _on_straights(points: Sequence[Point]) -> list[Point]:
    """Points on the straight pieces, the longest piece first."""
    pieces = sorted(itertools.pairwise(points), key=lambda piece: -_distance(*piece))
    return [
        _towards(one, other, share * _distance(one, other))
        for one, other in pieces
        for share in (0.5, 0.35, 0.65)
    ]
