"""Draws the bars on the lanes of a sequence, and how each of them ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbook.flow.hues import hue_of
from workbook.flow.marks import box, coordinate, glyph, group, shape, stroke, words
from workbook.flow.moves import Status
from workbook.flow.palette import DELAYED, GLYPHS, INK, PAGE, PALE, RUNNING, Colour
from workbook.flow.sequence_bars import End, Stay
from workbook.flow.sequence_layout import Block
from workbook.flow.sequence_marks import joined, point, ranges


def draw_block(block: Block, numbers: Sequence[int]) -> str:
    """A bar, or several that begin and end together; `numbers` are those of its messages."""
    title = f"{_named(block, numbers)}, {block.ending.value}"
    marks = [*_body(block, numbers), *_cap(block)]
    return group(marks, "wb-bar", title, messages=joined(numbers), lane=block.lane)


def _named(block: Block, numbers: Sequence[int]) -> str:
    if not numbers:
        return f"{len(block.bars)} {block.stay.value}"
    return f"message{'s' if len(numbers) > 1 else ''} {ranges(numbers)} {block.stay.value}"


def _body(block: Block, numbers: Sequence[int]) -> Iterator[str]:
    yield bar_mark(block.stay, block.x, block.top, block.width, block.bottom - block.top, _hue(numbers))
    if len(block.bars) > 1 and block.bottom - block.top >= 14:
        text = str(len(block.bars))
        yield words(block.x, block.top + 12, text, INK, size=9, anchor="middle", weight=600, halo=True)


def bar_mark(stay: Stay, x: float, top: float, width: float, height: float, hue: Colour) -> str:
    """A bar with its middle at `x`; in bars and in legends."""
    left = x - width / 2
    if stay is Stay.WAITING:
        return stroke(f"M{point(x, top)}v{coordinate(height)}", PALE, width=2.5, dashes="1 4")
    if stay is Stay.DELAYED:
        return box(left, top, width, height, PAGE, edge=DELAYED.colour, dashes="3 3", radius=2)
    colour = RUNNING.colour if stay is Stay.RUNNING else hue
    inside = f"M{point(left, top)}h{width:g}v{coordinate(height)}h-{width:g}z"
    return box(left, top, width, height, PAGE, edge=colour, radius=2) + shape(inside, colour, opacity=0.28)


def _hue(numbers: Sequence[int]) -> Colour:
    return hue_of(numbers[0]) if len(numbers) == 1 else PALE


def _cap(block: Block) -> Iterator[str]:
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
        yield shape(f"M{point(x - 1, y - 6)}l{half + 1:g} 5l{half + 1:g} -5v8h-{block.width + 2:g}z", PAGE)
