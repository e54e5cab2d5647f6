"""Lines that lead on: smooth through the gaps between layers, straight through the passages in them.

Lines that begin or end at one side of a node have ports of their own there, in the order of their other ends,
so that each arrow can be told from its neighbours. Lines that share a passage share a port: they are a trunk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbook.flow.plan import Plan, Shape
from workbook.flow.route import Pieces, Point, Route, at, made
from workbook.flow.system import Line

_PORTS_APART = 10.0
_CROOKED = 4.0
"""A line that rises by less is drawn straight."""

Port = tuple[str, int, str, bool]
"""A node, its side (-1 where its layer begins, 1 where it ends), the next stop there, and whether the line
leads back."""


def _stops(plan: Plan, line: Line) -> list[str]:
    return [line.source, *plan.passages.get((line.source, line.target), []), line.target]


def ports_of(plan: Plan) -> dict[Port, float]:
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


def through(plan: Plan, line: Line, ports: Mapping[Port, float], *, back: bool) -> Route:
    """A line to a later layer; one that leads back to the layer before is such a line, turned round."""
    stops = _stops(plan, line)[:: -1 if back else 1]
    first, last = stops[0], stops[-1]
    layer = plan.layers.rank[first]
    heights = [
        ports[first, 1, stops[1], back],
        *(plan.middle[passage] for passage in stops[1:-1]),
        ports[last, -1, stops[-2], back],
    ]
    for place in range(1, len(heights)):
        if abs(heights[place] - heights[place - 1]) < _CROOKED:
            heights[place] = heights[place - 1]
    pieces: Pieces = [((plan.span(first)[1], heights[0]),)]
    gaps: Pieces = []
    for step in range(len(stops) - 1):
        left, right = plan.end[layer + step], plan.begin[layer + step + 1]
        middle = (left + right) / 2
        from_, to = heights[step], heights[step + 1]
        curve = ((left, from_), (middle, from_), (middle, to), (right, to))
        pieces += [(curve[0],), curve[1:]]
        gaps.append(curve)
    pieces.append(((plan.span(last)[0], heights[-1]),))
    candidates = _on_curves(gaps, spreading=plan.hubs[first, last] == first)
    return made(pieces[0][0], pieces[1:], candidates, back=back)


def _on_curves(curves: Sequence[tuple[Point, ...]], *, spreading: bool) -> list[Point]:
    """Points in the gaps: those first where lines that share an end have parted."""
    places = (0.5, 0.6, 0.4, 0.7, 0.3, 0.8)
    if spreading:
        return [at(curve, place) for curve in reversed(curves) for place in places]
    return [at(curve, place) for curve in curves for place in (1 - place for place in places)]
