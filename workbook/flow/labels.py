"""Where the counts on lines stand: on their line, and clear of nodes, of each other and of other lines.

Places are chosen for counts of a usual size, not for those of the day: a picture stays as it is while its
numbers grow. What is in the way is kept in the cells of a coarse grid, so that a place is judged at a glance.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from workbook.flow.plan import Box

Point = tuple[float, float]
Cell = tuple[int, int]
Lines = Sequence[tuple[Sequence[Point], Sequence[Point]]]

_WIDTH, _HEIGHT = 50.0, 18.0
_CORE = 36.0
"""The middle of a count: a line that runs through it counts twice."""
_CELL = 8.0
_MOST = 12
"""Candidates of a line that are looked at."""
_ON_A_NODE, _ON_A_COUNT = 100, 40
"""How much worse than crossing one other line."""


def place_labels(boxes: Sequence[Box], lines: Lines) -> list[Point]:
    """One place for each line, of its candidates; `lines` are their points and these."""
    nodes = {cell for box in boxes for cell in _cells(box.x, box.y, box.width, box.height)}
    crossed = _cells_of(lines)
    counts: set[Cell] = set()
    placed: list[Point] = []
    for number, (_, candidates) in enumerate(lines):
        best: tuple[int, Point] | None = None
        for x, y in candidates[:_MOST]:
            cells = list(_around(x, y))
            cost = _ON_A_NODE * any(cell in nodes for cell in cells)
            cost += _ON_A_COUNT * any(cell in counts for cell in cells)
            for part in (cells, _around(x, y, _CORE)):
                cost += len({line for cell in part for line in crossed.get(cell, ())} - {number})
            if best is None or cost < best[0]:
                best = cost, (x, y)
            if cost == 0:
                break
        point = best[1] if best else (0.0, 0.0)
        counts.update(_around(*point))
        placed.append(point)
    return placed


def _around(x: float, y: float, width: float = _WIDTH) -> Iterator[Cell]:
    return _cells(x - width / 2, y - _HEIGHT / 2, width, _HEIGHT)


def _cells(left: float, top: float, width: float, height: float) -> Iterator[Cell]:
    columns = range(int(left // _CELL), int((left + width) // _CELL) + 1)
    rows = range(int(top // _CELL), int((top + height) // _CELL) + 1)
    return itertools.product(columns, rows)


def _cells_of(lines: Lines) -> dict[Cell, set[int]]:
    """Which lines run through which cell."""
    cells: dict[Cell, set[int]] = {}
    for number, (points, _) in enumerate(lines):
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            steps = int(max(abs(x1 - x0), abs(y1 - y0)) // _CELL) + 1
            for step in range(steps):
                x, y = x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps
                cells.setdefault((int(x // _CELL), int(y // _CELL)), set()).add(number)
    return cells
