"""How lines run: smooth through the gaps between layers, and around with rounded corners where they lead back.

Lines that begin or end at one side of a node have ports of their own there, in the order of their other ends,
so that each arrow can be told from its neighbours. Lines that share a passage share a port: they are a trunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workbook.flow.labels import place_labels
from workbook.flow.plan import Box, Plan, Shape
from workbook.flow.system import Line

Point = tuple[float, float]

_ROUND = 8.0
_HEAD = (9.0, 4.0)
"""Length and half the width of an arrow head."""
_PORTS_APART = 10.0
_OUT, _IN = 0.72, 0.28
"""Where on the long side of a node lines go down, and up again."""
_CHANNEL = 13.0
"""From a layer to the first line that runs along it."""
_SAMPLES = 12


@dataclass(frozen=True, slots=True)
class Route:
    """One line, from its source to its target."""

    pieces: tuple[tuple[Point, ...], ...]
    """The first point; then one point for a straight piece, two for a bend, three for a curve."""
    points: tuple[Point, ...]
    """Points along it, close enough together to be taken for it."""
    candidates: tuple[Point, ...] = ()
    """Where its count may stand, the best first."""
    label: Point = (0.0, 0.0)
    """Where its count stands."""

    @property
    def path(self) -> str:
        """SVG path data from source to target."""
        letters = {0: "M", 1: "L", 2: "Q", 3: "C"}
        kinds = [0, *(len(piece) for piece in self.pieces[1:])]
        return "".join(
            letters[kind] + " ".join(f"{x:g} {y:g}" for x, y in piece)
            for kind, piece in zip(kinds, self.pieces, strict=True)
        )

    @property
    def head(self) -> str:
        """SVG path data of its arrow head."""
        (x0, y0), (x1, y1) = self.points[-2:]
        length = max(abs(x1 - x0), abs(y1 - y0))
        across, down = (x1 - x0) / length, (y1 - y0) / length
        long, half = _HEAD
        left = (x1 - long * across - half * down, y1 - long * down + half * across)
        right = (x1 - long * across + half * down, y1 - long * down - half * across)
        return f"M{x1:g} {y1:g}L{left[0]:g} {left[1]:g}L{right[0]:g} {right[1]:g}z"

    def moved(self, right: float, down: float) -> Route:
        """The same elsewhere."""

        def shift(points: Sequence[Point]) -> tuple[Point, ...]:
            return tuple((round(x + right, 1), round(y + down, 1)) for x, y in points)

        label = shift([self.label])[0]
        pieces = tuple(shift(piece) for piece in self.pieces)
        return Route(pieces, shift(self.points), shift(self.candidates), label)


def routes_of(plan: Plan, boxes: Mapping[str, Box]) -> list[Route]:
    """A route for every line of the plan's system, in order."""
    ports = _ports_of(plan)
    channels: dict[tuple[int, int], dict[str, int]] = {}
    routes = [_route(plan, line, ports, channels) for line in plan.system.lines]
    if plan.upright:
        routes = [_turned(route) for route in routes]
    labels = place_labels(list(boxes.values()), [(route.points, route.candidates) for route in routes])
    return [replace(route, label=label) for route, label in zip(routes, labels, strict=True)]


def _turned(route: Route) -> Route:
    def turn(points: Sequence[Point]) -> tuple[Point, ...]:
        return tuple((v, u) for u, v in points)

    return Route(tuple(turn(piece) for piece in route.pieces), turn(route.points), turn(route.candidates))


def _route(
    plan: Plan, line: Line, ports: Mapping[Port, float], channels: dict[tuple[int, int], dict[str, int]]
) -> Route:
    shape = plan.shape(line)
    if shape is Shape.LOOP:
        return _loop(plan, line.source)
    if shape is Shape.AROUND:
        return _around(plan, line, channels)
    return _through(plan, line, ports, back=shape is Shape.BESIDE)


# ---- onward, through the gaps

Port = tuple[str, int, str, bool]
"""A node, its side (-1 where its layer begins, 1 where it ends), the next stop there, and whether the line
leads back."""


def _stops(plan: Plan, line: Line) -> list[str]:
    return [line.source, *plan.passages.get((line.source, line.target), []), line.target]


def _ports_of(plan: Plan) -> dict[Port, float]:
    """Where along v each port lies."""
    sides: dict[tuple[str, int], dict[Port, None]] = {}
    for line in plan.system.lines:
        shape = plan.shape(line)
        if shape not in {Shape.ONWARD, Shape.BESIDE}:
            continue
        back = shape is Shape.BESIDE
        stops = _stops(plan, line)[:: -1 if back else 1]
        for node, side, other in ((stops[0], 1, stops[1]), (stops[-1], -1, stops[-2])):
            sides.setdefault((node, side), {})[node, side, other, back] = None
    places: dict[Port, float] = {}
    for (node, _), keys in sides.items():
        ordered = sorted(keys, key=lambda port: (plan.middle[port[2]], port[3]))
        apart = min(_PORTS_APART, 0.7 * plan.size[node][1] / len(ordered))
        for place, port in enumerate(ordered):
            places[port] = plan.middle[node] + (place - (len(ordered) - 1) / 2) * apart
    return places


def _through(plan: Plan, line: Line, ports: Mapping[Port, float], *, back: bool) -> Route:
    """A line to a later layer; one that leads back to the layer before is such a line, turned round."""
    stops = _stops(plan, line)[:: -1 if back else 1]
    first, last = stops[0], stops[-1]
    layer = plan.layers.rank[first]
    heights = [
        ports[first, 1, stops[1], back],
        *(plan.middle[passage] for passage in stops[1:-1]),
        ports[last, -1, stops[-2], back],
    ]
    pieces: list[tuple[Point, ...]] = [((plan.span(first)[1], heights[0]),)]
    gaps: list[tuple[Point, ...]] = []
    for step in range(len(stops) - 1):
        left, right = plan.end[layer + step], plan.begin[layer + step + 1]
        middle = (left + right) / 2
        curve = ((left, heights[step]), (middle, heights[step]), (middle, heights[step + 1]))
        curve = (*curve, (right, heights[step + 1]))
        pieces += [(curve[0],), curve[1:]]
        gaps.append(curve)
    pieces.append(((plan.span(last)[0], heights[-1]),))
    candidates = _on_curves(gaps, _spreading(plan, first, last))
    return _made(pieces[0][0], pieces[1:], candidates, back=back)


def _spreading(plan: Plan, first: str, last: str) -> bool:
    """Whether lines part towards their ends, so that counts are told apart best there."""
    out = sum(source == first for source, _ in plan.layers.onward)
    into = sum(target == last for _, target in plan.layers.onward)
    return out >= into


def _on_curves(curves: Sequence[tuple[Point, ...]], spreading: bool) -> list[Point]:  # noqa: FBT001 - private
    places = (0.5, 0.62, 0.38, 0.74, 0.26, 0.85, 0.15)
    if spreading:
        return [_at(curve, place) for curve in reversed(curves) for place in places]
    return [_at(curve, place) for curve in curves for place in (1 - place for place in places)]


def _at(curve: Sequence[Point], place: float) -> Point:
    """The point of a cubic curve at `place`, from 0 to 1."""
    rest = 1 - place
    weights = (rest**3, 3 * rest**2 * place, 3 * rest * place**2, place**3)
    return (
        sum(weight * u for weight, (u, _) in zip(weights, curve, strict=True)),
        sum(weight * v for weight, (_, v) in zip(weights, curve, strict=True)),
    )


def _made(
    start: Point, pieces: Sequence[tuple[Point, ...]], candidates: Sequence[Point], *, back: bool = False
) -> Route:
    """A route of pieces; turned round where it leads back."""
    kept, here = [], start
    for piece in pieces:
        if piece[-1] != here:
            kept.append(piece)
            here = piece[-1]
    if back:
        start, kept = _reversed(start, kept)
    points = [start]
    for piece in kept:
        points += _sampled(points[-1], piece)
    return Route(((start,), *kept), tuple(points), tuple(candidates))


def _reversed(start: Point, pieces: Sequence[tuple[Point, ...]]) -> tuple[Point, list[tuple[Point, ...]]]:
    ends = [start, *(piece[-1] for piece in pieces)]
    turned = [(*piece[-2::-1], ends[place]) for place, piece in enumerate(pieces)]
    return ends[-1], turned[::-1]


def _sampled(start: Point, piece: tuple[Point, ...]) -> list[Point]:
    if len(piece) == 1:
        return list(piece)
    if len(piece) == 2:
        (u0, v0), (u1, v1), (u2, v2) = start, *piece
        third = ((u0 + 2 * u1) / 3, (v0 + 2 * v1) / 3), ((u2 + 2 * u1) / 3, (v2 + 2 * v1) / 3)
        return [_at((start, *third, (u2, v2)), place) for place in (0.5, 1.0)]
    return [_at((start, *piece), place / _SAMPLES) for place in range(1, _SAMPLES + 1)]


# ---- around


def _loop(plan: Plan, place: str) -> Route:
    begin, end = plan.span(place)
    edge = plan.middle[place] - plan.size[place][1] / 2
    left, right = begin + 0.35 * (end - begin), begin + 0.65 * (end - begin)
    curve = ((right + 6, edge - 24), (left - 6, edge - 24), (left, edge))
    return _made((right, edge), [curve], [((left + right) / 2, edge - 18)])


def _around(plan: Plan, line: Line, channels: dict[tuple[int, int], dict[str, int]]) -> Route:
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
    return _made(start, _rounded(start, rest), _on_straights(points))


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


def _along(
    plan: Plan, line: Line, channels: dict[tuple[int, int], dict[str, int]], leave: float, enter: float
) -> list[Point]:
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


def _channel(
    plan: Plan, layer: int, side: int, target: str, channels: dict[tuple[int, int], dict[str, int]]
) -> float:
    """Where along u lines to a target run beside a layer: all of them at one place, like a trunk."""
    used = channels.setdefault((layer, side), {})
    place = used.setdefault(target, len(used)) % 5
    edge = plan.end[layer] if side > 0 else plan.begin[layer]
    return edge + side * (_CHANNEL + 6 * place)


def _rounded(start: Point, corners: Sequence[Point]) -> list[tuple[Point, ...]]:
    """Straight pieces with rounded corners."""
    pieces: list[tuple[Point, ...]] = []
    before = start
    for corner, after in zip(corners[:-1], corners[1:], strict=True):
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
    pieces = sorted(zip(points, points[1:], strict=False), key=lambda piece: -_distance(*piece))
    return [
        _towards(one, other, share * _distance(one, other))
        for one, other in pieces
        for share in (0.5, 0.35, 0.65)
    ]
