"""The legend: the marks that occur in a picture, with their words, and no others."""

from __future__ import annotations

from collections.abc import Iterable

from workbook.flow.lettering import width_of
from workbook.flow.line_drawing import DASHES
from workbook.flow.moves import Status
from workbook.flow.node_drawing import WORKERS
from workbook.flow.palette import DELAYED, ERRORS, GLYPHS, IN_FLIGHT, PALE, RUNNING, VISIBLE, Glyph
from workbook.flow.scene import Scene
from workbook.flow.svg import mark_at, text_at, wrapped
from workbook.flow.system import Way
from workbook.flow.tallies import Tally

ROW = 20.0
_SIZE = 11.0

Entry = tuple[str, str, float]
"""The SVG of a mark around 0,0, its word, and the width of both."""


def legend_of(scene: Scene, tallies: Iterable[Tally]) -> list[Entry]:
    """The marks that occur in the picture, and no others."""
    kinds = {node.kind for node in scene.system.nodes}
    glyphs: list[Glyph] = []
    if any(kind.is_queue for kind in kinds):
        glyphs += [VISIBLE, IN_FLIGHT, DELAYED]
    seen = {status for tally in tallies for status in tally.remarks}
    if kinds & WORKERS:
        glyphs += [RUNNING] if Status.FAILED in seen else [RUNNING, ERRORS]  # the same mark
    glyphs += [GLYPHS[status] for status in Status if status in seen]
    entries = [(mark_at(glyph, 7, 0, 0.8), glyph.word, _entry_width(glyph.word, 18)) for glyph in glyphs]
    ways = {line.way for line in scene.system.lines}
    return entries + [
        (_dash(way), f"way of {way.value}", _entry_width(f"way of {way.value}", 34))
        for way in DASHES
        if way in ways
    ]


def _entry_width(word: str, mark: float) -> float:
    return mark + width_of(word, _SIZE) + 16


def _dash(way: Way) -> str:
    stroke = f'stroke="{PALE.light}" stroke-width="1.6" stroke-dasharray="{DASHES[way]}"'
    return f'<path class="wb-path" d="M0 0H28" {stroke}/>'


def least_width(legend: list[Entry]) -> float:
    """How wide a picture must be for its legend."""
    return max([260.0, *(width for _, _, width in legend)])


def legend_rows(legend: list[Entry], room: float) -> list[list[Entry]]:
    """The legend in rows of at most `room` units."""
    return [[legend[place] for place in row] for row in wrapped([width for _, _, width in legend], room)]


def legend_svg(rows: list[list[Entry]], left: float, top: float) -> Iterable[str]:
    """The rows of a legend, the first at `top`."""
    if not rows:
        return
    yield '<g class="wb-legend">'
    for row, entries in enumerate(rows):
        here = left
        for mark, word, width in entries:
            indent = 34 if "M0 0H28" in mark else 18
            text = text_at("wb-legend-word", word, indent, 4, _SIZE, pale=True)
            yield f'<g transform="translate({here:g} {top + row * ROW:g})">{mark}{text}</g>'
            here += width
    yield "</g>"
