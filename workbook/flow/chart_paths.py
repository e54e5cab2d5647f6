"""The lines of a chart as SVG paths, no longer than there are pixels to draw them on.

A queue that changed twenty thousand times has no more than some two thousand places across, half a pixel
each. Where a count changes more than once within a place, its line shows the value that held for the longest,
and a second, fainter line reaches from the lowest value to the highest: a peak of a millisecond is not lost,
and a worker who takes the next message a millisecond after the last looks busy, as he is.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Iterator

from workbook.engine.clock import SECOND
from workbook.flow.chart_measures import Measure
from workbook.flow.marks import coordinate

Scale = Callable[[float], float]
_PLACE = 0.5
"""Pixels."""


def step_paths(measure: Measure, first: int, last: int, x: Scale, y: Scale) -> tuple[str, str]:
    """A count between two instants, level until it changes: its line, and the fainter one."""
    value = measure.at(first) or 0
    drawn, after = value, value
    line, brief = [f"M{coordinate(x(first))} {coordinate(y(value))}"], []
    reached = 0.0
    for place, changes in _places(measure, first, last, x):
        if after != drawn and place > reached:
            line.append(f"H{coordinate(reached)}V{coordinate(y(after))}")
            drawn = after
        values = [after, *(value for _, value in changes)]
        longest = values[-1] if len(changes) == 1 else _longest(place, changes, after)
        if len(changes) > 1:
            brief.append(f"M{coordinate(place)} {coordinate(y(min(values)))}V{coordinate(y(max(values)))}")
        if longest != drawn:
            across = changes[0][0] if len(changes) == 1 else place
            line.append(f"H{coordinate(across)}V{coordinate(y(longest))}")
            drawn = longest
        after, reached = values[-1], place + _PLACE
    if after != drawn:
        line.append(f"H{coordinate(min(reached, x(last)))}V{coordinate(y(after))}")
    line.append(f"H{coordinate(x(last))}")
    return "".join(line), "".join(brief)


def _places(
    measure: Measure, first: int, last: int, x: Scale
) -> Iterator[tuple[float, list[tuple[float, float]]]]:
    """The places at which it changes, each with where exactly, and to what."""
    begin, end = bisect.bisect_right(measure.times, first), bisect.bisect_right(measure.times, last)
    points = [(x(measure.times[number]), measure.values[number] or 0) for number in range(begin, end)]
    for number, changes in itertools.groupby(points, key=lambda point: int(point[0] / _PLACE)):
        yield number * _PLACE, list(changes)


def _longest(place: float, changes: list[tuple[float, float]], before: float) -> float:
    """The value that held for the longest within a place."""
    shares: dict[float, float] = {}
    edges = [(place, before), *changes, (place + _PLACE, changes[-1][1])]
    for (begin, value), (end, _) in itertools.pairwise(edges):
        shares[value] = shares.get(value, 0.0) + end - begin
    return max(shares, key=lambda value: shares[value])


def age_path(measure: Measure, first: int, last: int, x: Scale, y: Scale) -> str:
    """An age between two instants: it grows until the oldest goes, and rests at 0 while there is none."""
    begin, end = bisect.bisect_right(measure.times, first), bisect.bisect_right(measure.times, last)
    edges = [first, *measure.times[begin:end], last]
    parts, before = "", None
    for across, heights in _thinned(_age_points(measure, edges, x, y)):
        for height in heights:
            point = f"{coordinate(across)} {coordinate(height)}"
            if point != before:
                parts += f"{'L' if parts else 'M'}{point}"
                before = point
    return parts


def _age_points(measure: Measure, edges: list[int], x: Scale, y: Scale) -> Iterator[tuple[float, float]]:
    for begin, end in itertools.pairwise(edges):
        since = measure.raw_at(begin)
        for instant in (begin, end):
            yield x(instant), y(0 if since is None else (instant - since) / SECOND)


def _thinned(points: Iterator[tuple[float, float]]) -> Iterator[tuple[float, list[float]]]:
    """Points by their places across, half a pixel wide; of each the heights that matter, in order."""
    place = 0.0
    heights: list[float] = []
    for across, height in points:
        rounded = math.floor(across / _PLACE + 0.5) * _PLACE
        if heights and rounded != place:
            yield place, _extremes(heights)
            heights = []
        place = rounded
        heights.append(height)
    if heights:
        yield place, _extremes(heights)


def _extremes(heights: list[float]) -> list[float]:
    if len(heights) <= 4:
        return heights
    return [heights[0], min(heights), max(heights), heights[-1]]


def area_path(line: str, base: float) -> str:
    """What lies below a line."""
    begin = line[1:].partition(" ")[0]
    return f"{line}V{coordinate(base)}H{begin}z" if line else ""
