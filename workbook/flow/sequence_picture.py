"""Draws a sequence: lanes from left to right, time downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.durations import duration_text
from workbook.flow.hues import hue_of
from workbook.flow.marks import (
    box,
    broken,
    coordinate,
    cut,
    drawing,
    glyph,
    group,
    plain,
    shape,
    shortened,
    stroke,
    width_of,
    words,
)
from workbook.flow.messages import Letter
from workbook.flow.moves import Status
from workbook.flow.palette import DEAD_LETTER, DELAYED, FAINT, GLYPHS, INK, KINDS, PAGE, PALE, RUNNING, Colour
from workbook.flow.sequence_bars import Bar, End, Stay
from workbook.flow.sequence_layout import Block, Form, Layout, layout_of
from workbook.flow.sequence_rows import Row, Rows
from workbook.flow.system import Node

_QUIET_STATUSES = frozenset({None, Status.DELIVERED})
"""What goes as it should needs no mark beside its words."""
_ASKED = frozenset({None, Status.DONE, Status.HIDDEN, Status.REFUSED, Status.EMPTY})
"""Calls and answers without a message in them are dashed; so is what time does."""
_TO = "\N{EN DASH}"
NOTHING = "Nothing has happened yet that could be shown."
_HEAD = 7.0
"""Length of an arrow's head."""


def draw_sequence(
    lanes: Sequence[Node],
    rows: Rows,
    bars: Iterable[Bar],
    letters: Mapping[str, Letter],
    start: int,
    now: int,
    notes: Sequence[str],
    form: Form,
) -> str:
    """The SVG of a sequence; times are counted from `start` (microseconds)."""
    if not rows.shown:
        text = words(12, 24, NOTHING, PALE, size=form.size + 1)
        return drawing([text], "wb-sequence", form.width, 40, NOTHING)
    layout = layout_of(lanes, rows.shown, bars, now, form, whole=not rows.left_out)
    painter = _Painter(layout, letters, start)
    foot = list(painter.foot(notes))
    marks = [
        *painter.title(now),
        group(painter.lanes(), "wb-lanes"),
        group(map(painter.block, layout.blocks), "wb-bars"),
        group(painter.breaks(), "wb-breaks"),
        group((painter.row(number) for number in range(len(rows.shown))), "wb-arrows"),
        *foot,
    ]
    return drawing(marks, "wb-sequence", layout.width, painter.height, "Sequence of messages")


class _Painter:
    def __init__(self, layout: Layout, letters: Mapping[str, Letter], start: int) -> None:
        self._layout = layout
        self._form = layout.form
        self._letters = letters
        self._start = start
        self._drawn_until = ""
        self.height = layout.bottom

    # ---- around

    def title(self, now: int) -> Iterator[str]:
        """When it was, and the head of the column of times."""
        form, begin = self._form, datetime_of(self._start)
        took = duration_text((now - self._start) / SECOND)
        text = f"{begin:%Y-%m-%d %H:%M:%S} UTC, {took}"
        yield words(12, 20, text, PALE, size=form.size)
        yield words(form.gutter - 8, form.head - 4, "seconds", PALE, size=form.size - 2, anchor="end")

    def lanes(self) -> Iterator[str]:
        """The name of each lane, and the line below it."""
        for number, node in enumerate(self._layout.lanes):
            yield group(self._lane(number, node), "wb-lane", node.label, lane=number)

    def _lane(self, number: int, node: Node) -> Iterator[str]:
        form, x = self._form, self._layout.xs[number]
        colour = DEAD_LETTER if node.dead_letter else KINDS[node.kind]
        lower = 26 if form.staggered and number % 2 else 0
        top = 44 + lower if form.staggered else 48
        room = self._name_room()
        left = x
        for text, size, ink, weight, y in (
            (node.label, form.size + 1, INK, 600, top),
            (node.word, form.size - 2, PALE, 400, top + 13),
        ):
            short = shortened(text, room, size, bold=weight > 400)
            half = width_of(short, size, bold=weight > 400) / 2
            left = min(max(x, half + 2), self._layout.width - half - 2)
            yield words(left, y, short, ink, size=size, anchor="middle", weight=weight, halo=True)
        yield stroke(f"M{_xy(x, form.head - 12)}V{coordinate(self._layout.bottom)}", FAINT, width=1.5)
        yield box(x - 14, form.head - 15, 28, 4, colour, radius=2)

    def _name_room(self) -> float:
        xs = self._layout.xs
        if len(xs) == 1:
            return 220
        step = 2 if self._form.staggered and len(xs) > 2 else 1
        return step * (xs[1] - xs[0]) - 18

    def breaks(self) -> Iterator[str]:
        """Times in which nothing happened: the lanes are torn."""
        left, right = self._form.gutter - 4, self._layout.width - 6
        for pause in self._layout.breaks:
            size = self._form.size - 1.5
            later = f"+{pause.duration}" if self._form.staggered else f"{pause.duration} later"
            text = words(left - 4, pause.y + 4, later, PALE, size=size, anchor="end", css="wb-later")
            tear = _tear(left, right, pause.y) if pause.long else _slit(left, right, pause.y)
            yield group([*tear, text], "wb-break")

    def foot(self, notes: Sequence[str]) -> Iterator[str]:
        """What the marks mean, and what is left out."""
        y = self._layout.bottom + 20
        form = self._form
        x, size = 12.0, form.size - 1
        for mark, text in self._legend():
            needed = 20 + width_of(text, size) + 14
            if x + needed > self._layout.width and x > 12:
                x, y = 12.0, y + 18
            yield mark(x + 7, y - 4)
            yield words(x + 20, y, text, PALE, size=size)
            x += needed
        for note in notes:
            for line in broken(note, self._layout.width - 24, size):
                y += 18
                yield words(12, y, line, INK, size=size)
        self.height = y + 12

    def _legend(self) -> list[tuple[_Mark, str]]:
        shown = dict.fromkeys(row.status for row in self._layout.rows)
        entries: list[tuple[_Mark, str]] = [
            (_glyph_mark(status), GLYPHS[status].word)
            for status in Status
            if status in shown and status not in _QUIET_STATUSES
        ]
        stays = dict.fromkeys(block.stay for block in self._layout.blocks)
        return entries + [(_bar_mark(stay), stay.value) for stay in Stay if stay in stays]

    # ---- bars

    def block(self, block: Block) -> str:
        """A bar, or several that begin and end together."""
        numbers = self._numbers(block.messages)
        many = len(block.bars)
        title = f"{_named(numbers)} {block.stay.value}" if numbers else f"{many} {block.stay.value}"
        title += f", {block.ending.value}"
        marks = [*self._body(block, numbers), *self._cap(block)]
        return group(marks, "wb-bar", title, messages=_joined(numbers), lane=block.lane)

    def _body(self, block: Block, numbers: Sequence[int]) -> Iterator[str]:
        colour = self._colour(block, numbers)
        x, top = block.x - block.width / 2, block.top
        height = block.bottom - top
        if block.stay is Stay.WAITING:
            yield stroke(f"M{_xy(block.x, top)}V{coordinate(block.bottom)}", PALE, width=2.5, dashes="1 4")
            return
        if block.stay is Stay.DELAYED:
            yield box(x, top, block.width, height, PAGE, edge=DELAYED.colour, dashes="3 3", radius=2)
            return
        yield box(x, top, block.width, height, PAGE, edge=colour, radius=2)
        yield shape(
            f"M{_xy(x, top)}h{block.width:g}v{coordinate(height)}h-{block.width:g}z", colour, opacity=0.28
        )
        if len(block.bars) > 1 and height >= 14:
            text = str(len(block.bars))
            yield words(block.x, top + 12, text, INK, size=9, anchor="middle", weight=600, halo=True)

    def _cap(self, block: Block) -> Iterator[str]:
        """How it ended, where that matters."""
        x, y, half = block.x - block.width / 2, block.bottom, block.width / 2
        if block.ending is End.RAN_OUT:
            colour = GLYPHS[Status.RETURNED].colour
            yield box(x - 2, y - 2, block.width + 4, 4, colour, radius=1)
        elif block.ending is End.DELETED:
            colour = GLYPHS[Status.DONE].colour
            yield box(x - 1, y - 1.5, block.width + 2, 3, colour, radius=1)
        elif block.ending is End.FAILED:
            yield glyph(GLYPHS[Status.FAILED], block.x, y, scale=0.8)
        elif block.ending is End.OPEN:
            yield shape(f"M{_xy(x - 1, y - 6)}l{half + 1:g} 5l{half + 1:g} -5v8h-{block.width + 2:g}z", PAGE)

    def _colour(self, block: Block, numbers: Sequence[int]) -> Colour:
        if block.stay is Stay.RUNNING:
            return RUNNING.colour
        return hue_of(numbers[0]) if len(numbers) == 1 else PALE

    # ---- rows

    def row(self, number: int) -> str:
        """One arrow, or one mark on a lane, with its time and its words."""
        row, y = self._layout.rows[number], self._layout.ys[number]
        marks = [self._time(row, y), *(self._mark(row, y) if row.at_place else self._arrow(row, y))]
        numbers = self._numbers(row.messages)
        title = row.steps[0].sentence if len(row.steps) == 1 else self._words(row, numbers)
        return group(marks, "wb-arrow", title, arrow=number, messages=_joined(numbers), y=coordinate(y))

    def _time(self, row: Row, y: float) -> str:
        text = _seconds(row.time - self._start)
        if text == self._drawn_until:
            return ""
        self._drawn_until = text
        return words(
            self._form.gutter - 8, y + 4, text, PALE, size=self._form.size - 1.5, anchor="end", css="wb-time"
        )

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
        tip = end - _HEAD if onward else end + _HEAD
        by_time = row.steps[0].hop is None
        dashes = "1.5 3.5" if by_time else "5 4" if row.status in _ASKED else ""
        width = 2.4 if len(row.steps) > 1 else 1.6
        yield stroke(f"M{_xy(begin, y)}H{coordinate(tip)}", colour, width=width, dashes=dashes)
        yield shape(f"M{_xy(tip, y - 4)}L{_xy(end, y)}L{_xy(tip, y + 4)}z", colour)
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
        numbers = self._numbers(row.messages)
        return (
            self._before(row, numbers) + width_of(plain(self._words(row, numbers)), self._form.size - 0.5) + 1
        )

    @staticmethod
    def _before(row: Row, numbers: Sequence[int]) -> float:
        """The room for number and mark."""
        return (_chip_width(_chip_text(numbers)) + 5 if numbers else 0) + (15 if _has_mark(row) else 0)

    def _label(self, row: Row, left: float, right: float, y: float) -> Iterator[str]:
        """Number, mark and words; moved to the left where they would run out of the picture, then cut."""
        size, numbers = self._form.size - 0.5, self._numbers(row.messages)
        needed, edge = self._label_width(row), self._layout.width - 6
        if left + needed > right:
            room = min(needed, max(right - left, self._form.width * 0.6))
            left = max(self._form.gutter, min(left, edge - room))
            right = min(left + room, edge)
        room = right - left - self._before(row, numbers)
        if numbers:
            yield from _chip(left, y - 4, _chip_text(numbers), numbers)
            left += _chip_width(_chip_text(numbers)) + 5
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

    def _numbers(self, messages: Iterable[str]) -> list[int]:
        return sorted(self._letters[message].number for message in messages)


# ---- small parts


class _Mark:
    """Something in a legend, to be drawn anywhere."""

    def __init__(self, mark: Status | Stay) -> None:
        self._mark = mark

    def __call__(self, x: float, y: float) -> str:
        if isinstance(self._mark, Status):
            return glyph(GLYPHS[self._mark], x, y, scale=0.8)
        if self._mark is Stay.WAITING:
            return stroke(f"M{_xy(x, y - 7)}v14", PALE, width=2.5, dashes="1 4")
        if self._mark is Stay.DELAYED:
            return box(x - 4, y - 7, 8, 14, PAGE, edge=DELAYED.colour, dashes="3 3", radius=2)
        colour = RUNNING.colour if self._mark is Stay.RUNNING else hue_of(1)
        inside = shape(f"M{_xy(x - 4, y - 7)}h8v14h-8z", colour, opacity=0.28)
        return box(x - 4, y - 7, 8, 14, PAGE, edge=colour, radius=2) + inside


_glyph_mark = _bar_mark = _Mark


def _has_mark(row: Row) -> bool:
    return row.status not in _QUIET_STATUSES


def _xy(x: float, y: float) -> str:
    return f"{coordinate(x)} {coordinate(y)}"


def _colour_of(status: Status | None) -> Colour:
    return PALE if status is None else GLYPHS[status].colour


def _seconds(microseconds: int) -> str:
    return f"{microseconds / SECOND:,.3f}"


def _many(messages: int, steps: int) -> str:
    return f"{messages} messages" if messages else f"{steps} times"


def _joined(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


def _named(numbers: Sequence[int]) -> str:
    return f"message{'s' if len(numbers) > 1 else ''} {ranges(numbers)}"


def ranges(numbers: Sequence[int], most: int = 4) -> str:
    """Numbers as people write them: "1, 3-12"; of many ranges the first ones, and how many more there are."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = [str(first) if first == last else f"{first}{_TO}{last}" for first, last in spans[:most]]
    more = sum(last - first + 1 for first, last in spans[most:])
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _chip_text(numbers: Sequence[int]) -> str:
    text = ranges(numbers)
    return text if len(text) <= 12 else f"{len(numbers)} messages"


def _chip_width(text: str) -> float:
    return max(16.0, width_of(text, 10.5, bold=True) + 9)


def _chip(x: float, y: float, text: str, numbers: Sequence[int]) -> Iterator[str]:
    colour = hue_of(numbers[0]) if len(numbers) == 1 else PALE
    width = _chip_width(text)
    yield box(x, y - 7.5, width, 15, colour, radius=7.5)
    yield words(x + width / 2, y + 3.8, text, PAGE, size=10.5, anchor="middle", weight=700, css="wb-chip")


def _tear(left: float, right: float, y: float) -> Iterator[str]:
    """Two waves across all lanes with nothing between them."""
    upper, lower = _waves(left, right, y - 3), _waves(left, right, y + 3)
    back = _waves(left, right, y + 3, reverse=True)
    yield shape(f"{upper}L{back[1:]}z", PAGE)
    yield stroke(upper, FAINT)
    yield stroke(lower, FAINT)


def _slit(left: float, right: float, y: float) -> Iterator[str]:
    """A narrow cut across all lanes."""
    yield box(left, y - 2, right - left, 4, PAGE)


def _waves(left: float, right: float, y: float, *, reverse: bool = False) -> str:
    """A wavy line across; its parts are 12 pixels long."""
    parts = int((right - left) / 24)
    if reverse:
        return f"M{_xy(left + 24 * parts, y)}" + "q-6 4 -12 0q-6 -4 -12 0" * parts
    return f"M{_xy(left, y)}" + "q6 -4 12 0q6 4 12 0" * parts
