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
    track = plan.tracks.get((source, target))
    if (
        plan.steps(line) == 0
        and leave[0][0] == enter[0][0]
        and _free_between(plan, source, plan.middle[target])
    ):
        points = [leave[0], enter[0]]
    elif track is None:
        side = _side(plan, line, channels)
        points = [*leave, (side, leave[1][1]), (side, enter[1][1]), *enter[::-1]]
    else:
        begin = _to_track(plan, source, leave, track, _channel(plan, line, source, channels))
        end = _to_track(plan, target, enter, track, _channel(plan, line, target, channels))
        points = [*begin, *end[::-1]]
    start, *rest = points
    return made(start, _rounded(start, rest), _on_straights(points))


def _to_track(plan: Plan, place: str, gate: list[Point], track: float, side: float) -> list[Point]:
    """From a node to its track: straight, or where other nodes lie between, beside the layer."""
    if _free_between(plan, place, track):
        return [gate[0], (gate[0][0], track)]
    return [*gate, (side, gate[1][1]), (side, track)]


def _gate(plan: Plan, place: str, side: int, share: float) -> list[Point]:
    """The point on a node's long side where a line leaves or enters, and the one in the gap before it."""
    begin, end = plan.span(place)
    edge = plan.middle[place] + side * plan.size[place][1] / 2
    along = begin + share * (end - begin)
    return [(along, edge), (along, edge + side * plan.gap / 2)]


def _free_between(plan: Plan, place: str, height: float) -> bool:
    """Whether no other node of its layer lies between a node and a height."""
    layer = plan.layers.rank[place]
    low, high = sorted((plan.middle[place], height))
    return not any(
        plan.layers.rank.get(other) == layer and low < middle < high for other, middle in plan.middle.items()
    )


def _side(plan: Plan, line: Line, channels: Channels) -> float:
    """Where along u a line runs that needs no track: within a layer, or to the next."""
    if plan.steps(line) == 1:
        return _channel(plan, line, line.target, channels)
    return _place_in(plan, line, line.source, -1 if line.source in plan.layers.lane else 1, channels)


def _channel(plan: Plan, line: Line, place: str, channels: Channels) -> float:
    """Where along u a line runs beside the layer of one of its ends: on the side of the other end."""
    other = line.target if place == line.source else line.source
    side = 1 if plan.layers.rank[other] > plan.layers.rank[place] else -1
    return _place_in(plan, line, place, side, channels)


def _place_in(plan: Plan, line: Line, place: str, side: int, channels: Channels) -> float:
    """A place beside a layer: all lines to one target share it, like a trunk."""
    layer = plan.layers.rank[place]
    used = channels.setdefault((layer, side), {})
    edge = plan.end[layer] if side > 0 else plan.begin[layer]
    return edge + side * (_CHANNEL + 6 * (used.setdefault(line.target, len(used)) % 5))


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
