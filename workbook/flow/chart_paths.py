"""The lines of a chart as SVG paths, no longer than there are pixels to draw them on.

A queue that changed twenty thousand times has no more than some two thousand places across. Of all points
that fall on one place, the highest, the lowest and the last are kept: the line looks the same.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator

from workbook.engine.clock import SECOND
from workbook.flow.chart_measures import Measure
from workbook.flow.marks import coordinate

Scale = Callable[[float], float]


def step_path(measure: Measure, first: int, last: int, x: Scale, y: Scale) -> str:
    """A count between two instants: level until it changes, then straight up or down."""
    parts = [f"M{coordinate(x(first))} {coordinate(y(measure.at(first) or 0))}"]
    begin, end = bisect.bisect_right(measure.times, first), bisect.bisect_right(measure.times, last)
    points = ((x(measure.times[place]), y(measure.values[place] or 0)) for place in range(begin, end))
    for across, heights in _thinned(points):
        parts.append(f"H{coordinate(across)}" + "".join(f"V{coordinate(height)}" for height in heights))
    parts.append(f"H{coordinate(x(last))}")
    return "".join(parts)


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
        rounded = round(across * 2) / 2
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
