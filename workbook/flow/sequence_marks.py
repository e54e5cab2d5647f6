"""The small marks of a sequence: numbers of messages, and the tears of time that passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbook.flow.hues import hue_of
from workbook.flow.marks import box, coordinate, shape, stroke, width_of, words
from workbook.flow.palette import FAINT, PAGE, PALE

_TO = "\N{EN DASH}"
_SIZE = 10.5
"""Of the letters of a chip."""


def point(x: float, y: float) -> str:
    """A place in path data."""
    return f"{coordinate(x)} {coordinate(y)}"


def joined(numbers: Iterable[int]) -> str:
    """Numbers for the browser."""
    return " ".join(map(str, numbers))


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


def chip_text(numbers: Sequence[int]) -> str:
    """What stands on the chip of some messages."""
    text = ranges(numbers)
    return text if len(text) <= 12 else f"{len(numbers)} messages"


def chip_width(text: str) -> float:
    """How wide a chip is."""
    return max(16.0, width_of(text, _SIZE, bold=True) + 9)


def chip(x: float, y: float, numbers: Sequence[int]) -> Iterator[str]:
    """The numbers of some messages on a ground of their colour; several have none of their own."""
    text = chip_text(numbers)
    colour = hue_of(numbers[0]) if len(numbers) == 1 else PALE
    width = chip_width(text)
    yield box(x, y - 7.5, width, 15, colour, radius=7.5)
    yield words(x + width / 2, y + 3.8, text, PAGE, size=_SIZE, anchor="middle", weight=700, css="wb-chip")


def tear(left: float, right: float, y: float) -> Iterator[str]:
    """Two waves across all lanes with nothing between them."""
    upper, lower = _waves(left, right, y - 3), _waves(left, right, y + 3)
    back = _waves(left, right, y + 3, reverse=True)
    yield shape(f"{upper}L{back[1:]}z", PAGE)
    yield stroke(upper, FAINT)
    yield stroke(lower, FAINT)


def slit(left: float, right: float, y: float) -> Iterator[str]:
    """A narrow cut across all lanes."""
    yield box(left, y - 2, right - left, 4, PAGE)


def _waves(left: float, right: float, y: float, *, reverse: bool = False) -> str:
    """A wavy line across; its parts are 12 pixels long."""
    parts = int((right - left) / 24)
    if reverse:
        return f"M{point(left + 24 * parts, y)}" + "q-6 4 -12 0q-6 -4 -12 0" * parts
    return f"M{point(left, y)}" + "q6 -4 12 0q6 4 12 0" * parts
