"""The marks of which sequences and charts are made, as SVG: texts, lines, boxes, glyphs.

Every mark has light colours as presentation attributes, so it is right by itself. A stylesheet that knows the
palette can turn each of them dark, because a colour is always written as the palette writes it.

Bodies and names come from anybody. What XML cannot hold and what turns the direction of writing round is
shown as a space; the rest is escaped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from html import escape

from workbook.flow import lettering
from workbook.flow.lettering import ELLIPSIS, FAMILY
from workbook.flow.palette import PAGE, Colour, Glyph

_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


_WIDEST = 1.12
"""How much wider the widest of the usual fonts is; words stand side by side here, and must not touch."""


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The room for a line of text, whichever usual font it is seen in."""
    return lettering.width_of(text, size, bold=bold) * _WIDEST


def shortened(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """A name that fits into `room`; where it is too long, its middle is left out."""
    return lettering.shortened(plain(text), room / _WIDEST, size, bold=bold)


def plain(text: str) -> str:
    """One line of text without characters that steer the writing instead of being written."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(" " if _steers(character) else character for character in text)
    return " ".join(text.split())


def _steers(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"}


def escaped(text: str) -> str:
    """Text as it stands in XML."""
    return escape(plain(text))


def cut(text: str, room: float, size: float) -> str:
    """The text, with an ellipsis for what does not fit at its end; the beginning of a body says most."""
    text = plain(text)
    if width_of(text, size) <= room:
        return text
    room -= width_of(ELLIPSIS, size)
    kept = 0
    for character in text:
        room -= width_of(character, size)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + ELLIPSIS


def broken(text: str, room: float, size: float) -> Iterator[str]:
    """A text in lines that fit into `room`."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width_of(longer, size) > room:
            yield line
            line = word
        else:
            line = longer
    if line:
        yield line


def coordinate(value: float) -> str:
    """A number with two decimals at most, so that two machines write the same."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def words(
    x: float,
    y: float,
    text: str,
    colour: Colour,
    *,
    size: float = 12,
    anchor: str = "start",
    weight: int = 400,
    halo: bool = False,
    css: str = "",
) -> str:
    """A line of text; a `halo` of the page's colour keeps it readable above lines."""
    style = f' text-anchor="{anchor}"' if anchor != "start" else ""
    if weight != 400:
        style += f' font-weight="{weight}"'
    if halo:
        style += f' paint-order="stroke" stroke="{PAGE.light}" stroke-width="3" stroke-linejoin="round"'
    named = f' class="{css}"' if css else ""
    place = f'x="{coordinate(x)}" y="{coordinate(y)}"'
    return f'<text{named} {place} font-size="{size:g}" fill="{colour.light}"{style}>{escaped(text)}</text>'


def stroke(
    path: str, colour: Colour, *, width: float = 1, dashes: str = "", opacity: float = 1, css: str = ""
) -> str:
    """A line along a path."""
    style = f' stroke-dasharray="{dashes}"' if dashes else ""
    if opacity != 1:
        style += f' stroke-opacity="{opacity:g}"'
    named = f' class="{css}"' if css else ""
    return f'<path{named} d="{path}" fill="none" stroke="{colour.light}" stroke-width="{width:g}"{style}/>'


def shape(path: str, colour: Colour, *, opacity: float = 1, css: str = "") -> str:
    """A filled form."""
    style = f' fill-opacity="{opacity:g}"' if opacity != 1 else ""
    named = f' class="{css}"' if css else ""
    return f'<path{named} d="{path}" fill="{colour.light}"{style}/>'


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: Colour,
    *,
    edge: Colour | None = None,
    radius: float = 0,
    dashes: str = "",
    opacity: float = 1,
    css: str = "",
) -> str:
    """A rectangle, perhaps with round corners and an edge."""
    style = f' rx="{radius:g}"' if radius else ""
    if opacity != 1:
        style += f' fill-opacity="{opacity:g}"'
    if edge is not None:
        style += f' stroke="{edge.light}"'
    if dashes:
        style += f' stroke-dasharray="{dashes}"'
    named = f' class="{css}"' if css else ""
    sides = f'width="{coordinate(width)}" height="{coordinate(height)}"'
    return f'<rect{named} x="{coordinate(x)}" y="{coordinate(y)}" {sides} fill="{fill.light}"{style}/>'


def glyph(mark: Glyph, x: float, y: float, *, scale: float = 1) -> str:
    """The mark of a status or a count."""
    size = f" scale({scale:g})" if scale != 1 else ""
    place = f"translate({coordinate(x)} {coordinate(y)}){size}"
    return f'<path d="{mark.path}" fill="{mark.colour.light}" fill-rule="evenodd" transform="{place}"/>'


def group(marks: Iterable[str], css: str, title: str = "", **data: object) -> str:
    """Some marks together, with a title that says what they are and data for the browser."""
    named = "".join(f' data-{name}="{escape(str(value))}"' for name, value in data.items())
    said = f"<title>{escaped(title)}</title>" if title else ""
    return f'<g class="{css}"{named}>{said}{"".join(marks)}</g>'


def drawing(marks: Iterable[str], css: str, width: float, height: float, title: str) -> str:
    """The whole picture, on a page of its own."""
    sides = f'width="{coordinate(width)}" height="{coordinate(height)}"'
    view = f'viewBox="0 0 {coordinate(width)} {coordinate(height)}"'
    page = box(0, 0, width, height, PAGE, css="wb-page")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{css}" {view} {sides} role="img" '
        f'font-family="{FAMILY}"><title>{escaped(title)}</title>{page}{"".join(marks)}</svg>'
    )
