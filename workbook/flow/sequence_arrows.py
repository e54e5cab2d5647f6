"""Draws the rows of a sequence: an arrow from lane to lane or a mark on one, with its time and its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbook.flow.marks import box, coordinate, cut, glyph, group, plain, shape, stroke, width_of, words
from workbook.flow.messages import Letter
from workbook.flow.moves import Status
from workbook.flow.palette import GLYPHS, INK, PALE, Colour
from workbook.flow.sequence_bars import Stay
from workbook.flow.sequence_layout import Block, Layout
from workbook.flow.sequence_marks import chip, chip_text, chip_width, joined, point
from workbook.flow.sequence_rows import Row
from workbook.flow.sequence_times import Times

AS_IT_SHOULD = frozenset({None, Status.DELIVERED})
"""What goes as it should needs no mark beside its words."""
_ASKED = frozenset({None, Status.DONE, Status.HIDDEN, Status.REFUSED, Status.EMPTY})
"""Calls and answers without a message in them are dashed; what time does is dotted."""
_STOPPED = frozenset({Status.FILTERED, Status.DROPPED})
"""What never arrives ends at a bar, short of the lane for which it was meant."""
_HEAD = 7.0
"""Length of an arrow's head."""
_SHORT = 12.0
"""How far from the lane the bar stands."""


class RowPainter:
    """Draws rows, from the top down."""

    def __init__(self, layout: Layout, letters: Mapping[str, Letter], times: Times) -> None:
        self._layout = layout
        self._form = layout.form
        self._letters = letters
        self._times = times
        self._last_time = ("", "")

    def numbers(self, messages: Iterable[str]) -> list[int]:
        """The numbers of messages, by their ids."""
        return sorted(self._letters[message].number for message in messages)

    def row(self, number: int) -> str:
        """One arrow, or one mark on a lane, with its time and its words."""
        row, y = self._layout.rows[number], self._layout.ys[number]
        marks = [*self._time(row, y), *(self._mark(row, y) if row.at_place else self._arrow(row, y))]
        numbers = self.numbers(row.messages)
        title = row.steps[0].sentence if len(row.steps) == 1 else self._words(row, numbers)
        return group(marks, "wb-arrow", title, arrow=number, messages=joined(numbers), y=coordinate(y))

    def _time(self, row: Row, y: float) -> Iterator[str]:
        """The time, unless the row before has it; where there is little room, a new day stands above it."""
        day, time = self._times.day(row.time), self._times.beside(row.time)
        if (day, time) == self._last_time:
            return
        is_new_day = day != self._last_time[0]
        self._last_time = (day, time)
        if not self._form.staggered:
            yield self._beside(y + 4, f"{day} {time}".strip())
            return
        if is_new_day:
            yield self._beside(y - 7, day)
        yield self._beside(y + 4, time)

    def _beside(self, y: float, text: str) -> str:
        size = self._form.size - 1.5
        return words(self._form.gutter - 8, y, text, PALE, size=size, anchor="end", css="wb-time")

    def _mark(self, row: Row, y: float) -> Iterator[str]:
        lane = self._layout.lane_of(row.source)
        beside = [block.x + block.width / 2 for block in self._active(lane, y)]
        left = max([self._layout.xs[lane] + 4, *beside]) + 9
        needed = self._label_width(row)
        if left + needed > self._layout.width - 6:  # then to the left of the lane
            left = max(self._form.gutter, self._layout.xs[lane] - 12 - needed)
        if not (row.status is Status.RUN or row.status is Status.FAILED):
            yield box(self._layout.xs[lane] - 3, y - 3, 6, 6, _colour_of(row.status), radius=3)
        yield from self._label(row, left, self._layout.width - 6, y + 4)

    def _arrow(self, row: Row, y: float) -> Iterator[str]:
        begin, end = self._ends(row, y)
        colour, onward = _colour_of(row.status), end > begin
        stopped = row.status in _STOPPED
        before = _SHORT if stopped else _HEAD
        tip = end - before if onward else end + before
        by_time = row.steps[0].hop is None
        dashes = "1.5 3.5" if by_time else "5 4" if row.status in _ASKED else ""
        width = 2.4 if len(row.steps) > 1 else 1.6
        yield stroke(f"M{point(begin, y)}H{coordinate(tip)}", colour, width=width, dashes=dashes)
        if stopped:
            yield stroke(f"M{point(tip, y - 4)}V{coordinate(y + 4)}", colour, width=2.4, css="wb-stop")
        else:
            yield shape(f"M{point(tip, y - 4)}L{point(end, y)}L{point(tip, y + 4)}z", colour)
        yield from self._label(row, min(begin, end) + 9, max(begin, end) - 8, y - 6)

    def _ends(self, row: Row, y: float) -> tuple[float, float]:
        source, target = self._layout.lane_of(row.source), self._layout.lane_of(row.target)
        begin, end = self._layout.xs[source], self._layout.xs[target]
        ours = set(row.messages)
        for block in self._active(source, y):
            if block.stay is Stay.IN_FLIGHT and block.bottom == y and ours & set(block.messages):
                begin = block.x
        for block in self._active(target, y):
            if block.stay is Stay.IN_FLIGHT and block.top == y and ours & set(block.messages):
                end = max(end, block.x - block.width / 2) if end > begin else block.x + block.width / 2
        return begin, end

    def _active(self, lane: int, y: float) -> Iterator[Block]:
        return (
            block for block in self._layout.blocks if block.lane == lane and block.top <= y <= block.bottom
        )

    def _label_width(self, row: Row) -> float:
        numbers = self.numbers(row.messages)
        return (
            self._before(row, numbers) + width_of(plain(self._words(row, numbers)), self._form.size - 0.5) + 1
        )

    @staticmethod
    def _before(row: Row, numbers: Sequence[int]) -> float:
        """The room for number and mark."""
        return (chip_width(chip_text(numbers)) + 5 if numbers else 0) + (15 if _has_mark(row) else 0)

    def _label(self, row: Row, left: float, right: float, y: float) -> Iterator[str]:
        """Number, mark and words; moved to the left where they would run out of the picture, then cut."""
        size, numbers = self._form.size - 0.5, self.numbers(row.messages)
        needed, edge = self._label_width(row), self._layout.width - 6
        if left + needed > right:
            room = min(needed, max(right - left, self._form.width * 0.6))
            left = max(self._form.gutter, min(left, edge - room))
            right = min(left + room, edge)
        room = right - left - self._before(row, numbers)
        if numbers:
            yield from chip(left, y - 4, numbers)
            left += chip_width(chip_text(numbers)) + 5
        if row.status is not None and _has_mark(row):
            yield glyph(GLYPHS[row.status], left + 5, y - 4, scale=0.75)
            left += 15
        yield words(left, y, cut(self._words(row, numbers), room, size), INK, size=size, halo=True)

    def _words(self, row: Row, numbers: Sequence[int]) -> str:
        texts = list(dict.fromkeys(step.text for step in row.steps))
        if len(texts) == 1:
            text = texts[0]
            return f"{len(row.steps)} times {text}" if len(row.steps) > 1 and not numbers else text
        if row.status is None or row.status is Status.DELIVERED:
            return _many(len(row.messages), len(row.steps))
        return f"{len(row.steps)} times {GLYPHS[row.status].word}"


def _has_mark(row: Row) -> bool:
    return row.status not in AS_IT_SHOULD


def _colour_of(status: Status | None) -> Colour:
    return PALE if status is None else GLYPHS[status].colour


def _many(messages: int, steps: int) -> str:
    return f"{messages} messages" if messages else f"{steps} times"
