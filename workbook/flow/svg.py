"""The smallest pieces of a drawing: texts, marks, rows of things that are wrapped."""

from __future__ import annotations

from html import escape

from workbook.flow.lettering import width_of
from workbook.flow.palette import INK, PALE, Glyph


def clean(text: str) -> str:
    """A text for XML: escaped, and without the characters that XML has no way to write."""
    allowed = "".join(
        character
        if character >= " " and character not in "\ufffe\uffff" and not _is_half(character)
        else "\ufffd"
        for character in text.replace("\t", " ").replace("\n", " ").replace("\r", " ")
    )
    return escape(allowed)


def _is_half(character: str) -> bool:
    return 0xD800 <= ord(character) <= 0xDFFF


def mark_at(glyph: Glyph, x: float, y: float, scale: float = 1.0) -> str:
    """A mark with its middle at a point."""
    size = f" scale({scale:g})" if scale != 1 else ""
    return (
        f'<path class="wb-glyph" transform="translate({x:g} {y:g}){size}" d="{glyph.path}" '
        f'fill="{glyph.colour.light}" fill-rule="evenodd"/>'
    )


def text_at(
    kind: str,
    text: str,
    x: float,
    y: float,
    size: float,
    *,
    anchor: str = "start",
    weight: int = 400,
    pale: bool = False,
    room: float = 0.0,
) -> str:
    """A text of one line, escaped; `y` is its base line.

    Where it needs nearly all of its `room`, its length is fixed, lest it be longer in another font.
    """
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    length = width_of(text, size, bold=weight > 500)
    fixed = f' textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"' if length > 0.8 * room > 0 else ""
    colour = (PALE if pale else INK).light
    return (
        f'<text class="{kind}" x="{x:g}" y="{y:g}" font-size="{size:g}"{place}{bold}{fixed} fill="{colour}">'
        f"{clean(text)}</text>"
    )


def wrapped(widths: list[float], room: float) -> list[list[int]]:
    """Items in rows, as many in each as fit."""
    rows: list[list[int]] = []
    left = 0.0
    for place, width in enumerate(widths):
        if not rows or left + width > room:
            rows.append([])
            left = 0.0
        rows[-1].append(place)
        left += width
    return rows
