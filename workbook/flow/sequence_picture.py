"""Draws a sequence: lanes from left to right, time downwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.durations import duration_text
from workbook.flow.hues import hue_of
from workbook.flow.marks import (
    box,
    broken,
    coordinate,
    drawing,
    glyph,
    group,
    shortened,
    stroke,
    width_of,
    words,
)
from workbook.flow.messages import Letter
from workbook.flow.moves import Status
from workbook.flow.palette import DEAD_LETTER, FAINT, GLYPHS, INK, KINDS, PALE, Colour
from workbook.flow.sequence_arrows import AS_IT_SHOULD, RowPainter
from workbook.flow.sequence_bars import Bar, Stay
from workbook.flow.sequence_blocks import bar_mark, draw_block
from workbook.flow.sequence_layout import Form, Layout, layout_of
from workbook.flow.sequence_marks import point, slit, tear
from workbook.flow.sequence_rows import Rows
from workbook.flow.sequence_times import Times
from workbook.flow.system import Node

NOTHING = "Nothing has happened yet that could be shown."


def draw_sequence(
    lanes: Sequence[Node],
    rows: Rows,
    bars: Iterable[Bar],
    letters: Mapping[str, Letter],
    times: Times,
    now: int,
    notes: Sequence[str],
    form: Form,
) -> str:
    """The SVG of a sequence until the instant `now` (microseconds)."""
    if not rows.shown:
        text = words(12, 24, NOTHING, PALE, size=form.size + 1)
        return drawing([text], "wb-sequence", form.width, 40, NOTHING)
    layout = layout_of(lanes, rows.shown, bars, now, form, whole=not rows.left_out)
    frame, painter = _Frame(layout), RowPainter(layout, letters, times)
    foot = list(frame.foot(notes))
    marks = [
        *frame.title(times, now),
        group(frame.lanes(), "wb-lanes"),
        group((draw_block(block, painter.numbers(block.messages)) for block in layout.blocks), "wb-bars"),
        group(frame.breaks(), "wb-breaks"),
        group(map(painter.row, range(len(rows.shown))), "wb-arrows"),
        *foot,
    ]
    return drawing(marks, "wb-sequence", layout.width, frame.height, "Sequence of messages")


class _Frame:
    """Everything around the rows: title, lanes, breaks, legend, notes. `height` is known after the foot."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._form = layout.form
        self.height = layout.bottom

    def title(self, times: Times, now: int) -> Iterator[str]:
        """When it was, and the head of the column of times."""
        form, took = self._form, duration_text((now - times.start) / SECOND)
        text = f"{datetime_of(times.start):%Y-%m-%d %H:%M:%S} UTC, {took}"
        yield words(12, 20, text, PALE, size=form.size)
        yield words(form.gutter - 8, form.head - 4, times.unit, PALE, size=form.size - 2, anchor="end")

    def lanes(self) -> Iterator[str]:
        """The name of each lane, and the line below it."""
        for number, node in enumerate(self._layout.lanes):
            yield group(self._lane(number, node), "wb-lane", node.label, lane=number)

    def _lane(self, number: int, node: Node) -> Iterator[str]:
        form, x = self._form, self._layout.xs[number]
        colour = DEAD_LETTER if node.dead_letter else KINDS[node.kind]
        lower = 26 if form.staggered and number % 2 else 0
        top = (44 if form.staggered else 48) + lower
        yield self._name(x, top, node.label, INK, form.size + 1, weight=600)
        yield self._name(x, top + 13, node.word, PALE, form.size - 2, weight=400)
        yield stroke(f"M{point(x, form.head - 12)}V{coordinate(self._layout.bottom)}", FAINT, width=1.5)
        yield box(x - 14, form.head - 15, 28, 4, colour, radius=2)

    def _name(self, x: float, y: float, text: str, ink: Colour, size: float, *, weight: int) -> str:
        """A text over a lane, as far in the middle as the edges of the picture let it."""
        bold = weight > 400
        short = shortened(text, self._name_room(), size, bold=bold)
        half = width_of(short, size, bold=bold) / 2
        middle = min(max(x, half + 2), self._layout.width - half - 2)
        return words(middle, y, short, ink, size=size, anchor="middle", weight=weight, halo=True)

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
            gap = tear(left, right, pause.y) if pause.long else slit(left, right, pause.y)
            yield group([*gap, text], "wb-break")

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

    def _legend(self) -> list[tuple[_Draw, str]]:
        """What to draw at a place, and the word for it."""
        shown = dict.fromkeys(row.status for row in self._layout.rows)
        stays = dict.fromkeys(block.stay for block in self._layout.blocks)
        statuses = [status for status in Status if status in shown and status not in AS_IT_SHOULD]
        return [
            *((partial(glyph, GLYPHS[status], scale=0.8), GLYPHS[status].word) for status in statuses),
            *((partial(_bar, stay), stay.value) for stay in Stay if stay in stays),
        ]


_Draw = Callable[[float, float], str]


def _bar(stay: Stay, x: float, y: float) -> str:
    return bar_mark(stay, x, y - 7, 8, 14, hue_of(1))
