"""Where the counts on lines stand: on their line, and clear of nodes, of each other and of other lines.

Places are chosen for counts of a usual size, not for those of the day: a picture stays as it is while its
numbers grow.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbook.flow.plan import Box

Point = tuple[float, float]
Lines = Sequence[tuple[Sequence[Point], Sequence[Point]]]

_WIDTH, _HEIGHT = 50.0, 18.0
_CELL = 8.0


def place_labels(boxes: Sequence[Box], lines: Lines) -> list[Point]:
    """One place for each line, of its candidates; `lines` are their points and these."""
    crossed = _cells_of(lines)
    placed: list[Point] = []
    for number, (_, candidates) in enumerate(lines):
        costs = [
            (_cost(point, boxes, placed, crossed, number), place) for place, point in enumerate(candidates)
        ]
        placed.append(candidates[min(costs)[1]])
    return placed


def _cells_of(lines: Lines) -> dict[tuple[int, int], set[int]]:
    """Which lines run through which cell of a coarse grid."""
    cells: dict[tuple[int, int], set[int]] = {}
    for number, (points, _) in enumerate(lines):
        for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
            steps = int(max(abs(x1 - x0), abs(y1 - y0)) // _CELL) + 1
            for step in range(steps + 1):
                x, y = x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps
                cells.setdefault((int(x // _CELL), int(y // _CELL)), set()).add(number)
    return cells


def _cost(
    point: Point,
    boxes: Sequence[Box],
    placed: Sequence[Point],
    crossed: dict[tuple[int, int], set[int]],
    number: int,
) -> int:
    x, y = point
    left, top = x - _WIDTH / 2, y - _HEIGHT / 2
    over_boxes = sum(
        box.x < left + _WIDTH
        and left < box.x + box.width
        and box.y < top + _HEIGHT
        and top < box.y + box.height
        for box in boxes
    )
    over_counts = sum(abs(x - other[0]) < _WIDTH and abs(y - other[1]) < _HEIGHT for other in placed)
    others: set[int] = set()
    for column in range(int(left // _CELL), int((left + _WIDTH) // _CELL) + 1):
        for row in range(int(top // _CELL), int((top + _HEIGHT) // _CELL) + 1):
            others |= crossed.get((column, row), set())
    return 100 * over_boxes + 40 * over_counts + len(others - {number})
