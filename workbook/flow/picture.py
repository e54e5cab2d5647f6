"""The drawing of a system and what went through it: one SVG, right by itself and ready to be played.

    g.wb-line[data-line]   a line: its path, its arrow head, its counts; numbered as in the system
    g.wb-node[data-node]   a node: its form, its name, the word for its kind, its counts
    g.wb-moves             empty: where a player puts messages that move

Colours are presentation attributes of the light palette, so that any style sheet goes before them: the same
drawing is right in an <img>, in print and in a file, and follows JupyterLab's theme where it is live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.contents import Counts
from workbook.flow.durations import duration_text
from workbook.flow.forms import form_of
from workbook.flow.layout import WIDE, Box, Layout, layout_of
from workbook.flow.lettering import FAMILY, shortened, width_of
from workbook.flow.moves import Status
from workbook.flow.palette import (
    DELAYED,
    ERRORS,
    GLYPHS,
    IN_FLIGHT,
    INK,
    PAGE,
    PALE,
    RUNNING,
    VISIBLE,
    Glyph,
)
from workbook.flow.resources import Kind
from workbook.flow.routes import Route
from workbook.flow.scene import Scene
from workbook.flow.system import Line, Node, Way
from workbook.flow.tallies import NOTHING, Tally, Work, contents_of, tallies_of, work_of

MARGIN = 16.0
NOTHING_YET = "Nothing has happened yet"
_HEADER, _ROW = 26.0, 20.0
_NAME, _WORD, _COUNT, _NOTE = 13.0, 10.5, 10.5, 12.0
_DASHES = {Way.REDRIVE: "6 4", Way.MOVE: "2 4"}
_WORKERS = frozenset({Kind.FUNCTION, Kind.GROUP})


def draw(scene: Scene, *, instant: int | None = None, caption: str = "", width: float = WIDE) -> str:
    """The picture of a scene as it stands at an instant (microseconds; its end, where none is given).

    Args:
        scene: What is shown.
        instant: Counts are those of this time.
        caption: What the picture is narrowed to, in words.
        width: Units that it may be wide; it is laid out from top to bottom where it has more layers.
    """
    at = scene.now if instant is None else instant
    layout = layout_of(scene.system, width - 2 * MARGIN)
    tallies = tallies_of(scene, at)
    contents, work = contents_of(scene, at), work_of(scene, at)
    title = _title(scene, at)
    notes = [title, caption] if caption else [title]
    legend = _legend(scene, tallies.values())
    wide = max(layout.width, *(width_of(note, _NOTE) for note in notes), _least_width(legend)) + 2 * MARGIN
    top = MARGIN + _HEADER + (_ROW if caption else 0) - 6
    rows = _legend_rows(legend, wide - 2 * MARGIN)
    body = layout.height if scene.system.nodes else _ROW
    foot = top + body + 22
    high = foot + _ROW * len(rows) + (MARGIN if rows else 0) - 10
    parts = [
        _start(wide, high, scene),
        *(_note(note, MARGIN + 12 + row * _ROW, strong=row == 0) for row, note in enumerate(notes)),
        f'<g class="wb-stage" transform="translate({(wide - layout.width) / 2:g} {top:g})">',
        *_stage(scene, layout, tallies, contents, work),
        "</g>",
        *_legend_svg(rows, foot),
        "</svg>",
    ]
    return "\n".join(parts)


def _start(width: float, height: float, scene: Scene) -> str:
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    name = f"Flow of messages: {_plural(len(scene.system.nodes), 'node')}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-flow" {size} role="img" '
        f'font-family="{FAMILY}" aria-label="{name}">\n'
        f'<rect class="wb-page" width="{width:g}" height="{height:g}" rx="8" fill="{PAGE.light}"/>'
    )


def _title(scene: Scene, at: int) -> str:
    start, end = datetime_of(scene.start), datetime_of(max(at, scene.start))
    if at <= scene.start:
        return f"AWS time {start:%Y-%m-%d %H:%M:%S} UTC"
    day = "" if start.date() == end.date() else "%Y-%m-%d "
    passed = duration_text((at - scene.start) / SECOND)
    return f"AWS time {start:%Y-%m-%d %H:%M:%S} to {end:{day}%H:%M:%S} UTC, {passed}"


def _note(text: str, y: float, *, strong: bool) -> str:
    colour, weight = (INK, "600") if strong else (PALE, "400")
    kind = "wb-title" if strong else "wb-caption"
    return (
        f'<text class="{kind}" x="{MARGIN:g}" y="{y:g}" font-size="{_NOTE:g}" font-weight="{weight}" '
        f'fill="{colour.light}">{clean(text)}</text>'
    )


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


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


# ---- the stage


def _stage(
    scene: Scene,
    layout: Layout,
    tallies: Mapping[tuple[str, str], Tally],
    contents: Mapping[str, Counts],
    work: Mapping[str, Work],
) -> Iterable[str]:
    if not scene.system.nodes:
        yield f'<text class="wb-nothing" x="0" y="14" font-size="13" fill="{PALE.light}">{NOTHING_YET}</text>'
    labels = {node.place: node.label for node in scene.system.nodes}
    for number, (line, route) in enumerate(zip(scene.system.lines, layout.routes, strict=True)):
        yield _line(number, line, route, labels, tallies[line.source, line.target])
    for number, (node, box) in enumerate(zip(scene.system.nodes, layout.boxes, strict=True)):
        yield _node(number, node, box, contents.get(node.place, NOTHING), work.get(node.place, Work()))
    yield '<g class="wb-moves"></g>'


def _line(number: int, line: Line, route: Route, labels: Mapping[str, str], tally: Tally) -> str:
    way = line.way.name.lower()
    dash = f' stroke-dasharray="{_DASHES[line.way]}"' if line.way in _DASHES else ""
    words = f"{labels[line.source]} to {labels[line.target]}: {in_words(tally)}"
    return (
        f'<g class="wb-line wb-way-{way}" data-line="{number}"><title>{clean(words)}</title>'
        f'<path class="wb-path" d="{route.path}" fill="none" stroke="{PALE.light}" stroke-width="1.6"{dash}/>'
        f'<path class="wb-head" d="{route.head}" fill="{PALE.light}"/>{_counts_on_line(route, tally)}</g>'
    )


def in_words(tally: Tally) -> str:
    """The counts of a line: "12, 2 delivered again, 3 throttled"."""
    if not tally.by_status:
        return "nothing yet"
    return ", ".join(f"{count} {status.value}" if status else str(count) for status, count in _items(tally))


# ---- counts on lines

_PILL_ROW, _PILL_WIDTH = 15.0, 64.0


def _counts_on_line(route: Route, tally: Tally) -> str:
    """What arrived, then a mark and a number for each other status, on a ground that hides the line."""
    items = _items(tally)
    rows = _wrapped([_item_width(item) for item in items], _PILL_WIDTH)
    wide = max((sum(_item_width(items[place]) for place in row) for row in rows), default=0.0)
    x, y = route.label
    high = _PILL_ROW * len(rows)
    ground = (
        f'<rect class="wb-line-ground" x="{x - wide / 2 - 3:g}" y="{y - high / 2 - 1:g}" width="{wide + 6:g}" '
        f'height="{high + 2:g}" rx="8" fill="{PAGE.light}"/>'
        if items
        else ""
    )
    texts: list[str] = []
    for row, places in enumerate(rows):
        left = x - sum(_item_width(items[place]) for place in places) / 2
        for place in places:
            texts.append(_item(items[place], left, y - high / 2 + (row + 0.5) * _PILL_ROW))
            left += _item_width(items[place])
    if not tally.arrived:
        texts.insert(0, _text("wb-line-count", "", x, y + 4, 11.5, anchor="middle", weight=600))
    return ground + "".join(texts)


Item = tuple[Status | None, int]
"""A mark, if there is one, and a number."""


def _items(tally: Tally) -> list[Item]:
    items: list[Item] = list(tally.remarks.items())
    if len(items) == 1 and items[0][1] == tally.arrived:
        return items  # all of them are of one kind: once is enough
    return [(None, tally.arrived), *items] if tally.arrived else items


def _item_width(item: Item) -> float:
    status, count = item
    return width_of(str(count), 11.5, bold=status is None) + (20 if status else 6)


def _item(item: Item, left: float, middle: float) -> str:
    status, count = item
    if status is None:
        return _text("wb-line-count", str(count), left + 3, middle + 4, 11.5, weight=600)
    glyph = _glyph(GLYPHS[status], left + 9, middle, 0.75)
    text = _text("wb-status-count", str(count), left + 16, middle + 4, 11.5)
    return f'<g class="wb-line-status" data-status="{status.name.lower()}">{glyph}{text}</g>'


def _wrapped(widths: list[float], room: float) -> list[list[int]]:
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


def _glyph(glyph: Glyph, x: float, y: float, scale: float = 1.0) -> str:
    size = f" scale({scale:g})" if scale != 1 else ""
    return (
        f'<path class="wb-glyph" transform="translate({x:g} {y:g}){size}" d="{glyph.path}" '
        f'fill="{glyph.colour.light}" fill-rule="evenodd"/>'
    )


def _text(
    kind: str,
    text: str,
    x: float,
    y: float,
    size: float,
    *,
    anchor: str = "start",
    weight: int = 400,
    pale: bool = False,
) -> str:
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    colour = (PALE if pale else INK).light
    return (
        f'<text class="{kind}" x="{x:g}" y="{y:g}" font-size="{size:g}"{place}{bold} fill="{colour}">'
        f"{clean(text)}</text>"
    )


# ---- nodes


def _node(number: int, node: Node, box: Box, counts: Counts, work: Work) -> str:
    kinds = f"wb-node wb-kind-{node.kind.name.lower().replace('_', '-')}"
    kinds += (" wb-dead-letter" if node.dead_letter else "") + (" wb-gone" if node.gone else "")
    return (
        f'<g class="{kinds}" data-node="{number}" transform="translate({box.x:g} {box.y:g})">'
        f"<title>{clean(f'{node.label}: {node.word}')}</title>{form_of(node, box.width, box.height)}"
        f"{_names(node, box)}{_row_of_counts(node, box, counts, work)}</g>"
    )


def _names(node: Node, box: Box) -> str:
    top = 42.0 if node.kind in {Kind.PRODUCER, Kind.CONSUMER} else 32.0 if node.kind is Kind.ACTOR else 20.0
    if not (node.kind.is_person or node.kind.is_queue or node.kind in _WORKERS):
        top = 28.0
    middle, room = box.width / 2, box.width - 18
    name = shortened(node.label, room, _NAME, bold=True)
    word = shortened(node.word, room, _WORD)
    return _text("wb-label", name, middle, top, _NAME, anchor="middle", weight=600) + _text(
        "wb-word", word, middle, top + 14, _WORD, anchor="middle", pale=True
    )


def _row_of_counts(node: Node, box: Box, counts: Counts, work: Work) -> str:
    if node.kind.is_queue:
        kinds = (("wb-visible", VISIBLE), ("wb-in-flight", IN_FLIGHT), ("wb-delayed", DELAYED))
        return _cells("wb-counts", box, kinds, counts)
    if node.kind in _WORKERS:
        kinds = (("wb-running", RUNNING), ("wb-errors", ERRORS))
        return _cells("wb-work", box, kinds, (work.running, work.errors))
    return ""


def _cells(kind: str, box: Box, kinds: Iterable[tuple[str, Glyph]], numbers: Iterable[int]) -> str:
    """A row of marks with their numbers, each in its cell; a zero is pale."""
    cells = list(zip(kinds, numbers, strict=True))
    wide = box.width / len(cells)
    parts: list[str] = []
    for place, ((name, glyph), number) in enumerate(cells):
        middle, high = (place + 0.5) * wide, 54.0
        zero = " wb-zero" if number == 0 else ""
        parts.append(
            f'<g class="wb-cell{zero}">{_glyph(glyph, middle - 13, high, 0.65)}'
            f"{_text(name, str(number), middle - 6, high + 3.8, _COUNT, pale=number == 0)}</g>"
        )
    return f'<g class="{kind}">{"".join(parts)}</g>'


# ---- the legend

Entry = tuple[str, str, float]
"""The SVG of a mark around 0,0, its word, and the width of both."""


def _legend(scene: Scene, tallies: Iterable[Tally]) -> list[Entry]:
    """The marks that occur in the picture, and no others."""
    kinds = {node.kind for node in scene.system.nodes}
    glyphs: list[Glyph] = []
    if any(kind.is_queue for kind in kinds):
        glyphs += [VISIBLE, IN_FLIGHT, DELAYED]
    seen = {status for tally in tallies for status in tally.remarks}
    if kinds & _WORKERS:
        glyphs += [RUNNING] if Status.FAILED in seen else [RUNNING, ERRORS]  # the same mark
    glyphs += [GLYPHS[status] for status in Status if status in seen]
    entries = [(_glyph(glyph, 7, 0, 0.8), glyph.word, _entry_width(glyph.word, 18)) for glyph in glyphs]
    ways = {line.way for line in scene.system.lines}
    return entries + [
        (_dash(way), f"way of {way.value}", _entry_width(f"way of {way.value}", 34))
        for way in _DASHES
        if way in ways
    ]


def _entry_width(word: str, mark: float) -> float:
    return mark + width_of(word, _NOTE - 1) + 16


def _dash(way: Way) -> str:
    return f'<path class="wb-path" d="M0 0H28" stroke="{PALE.light}" stroke-width="1.6" stroke-dasharray="{_DASHES[way]}"/>'


def _least_width(legend: list[Entry]) -> float:
    return max([260.0, *(width for _, _, width in legend)])


def _legend_rows(legend: list[Entry], room: float) -> list[list[Entry]]:
    return [[legend[place] for place in row] for row in _wrapped([width for _, _, width in legend], room)]


def _legend_svg(rows: list[list[Entry]], top: float) -> Iterable[str]:
    if not rows:
        return
    yield '<g class="wb-legend">'
    for row, entries in enumerate(rows):
        left = MARGIN
        for mark, word, width in entries:
            indent = 34 if "M0 0H28" in mark else 18
            text = _text("wb-legend-word", word, indent, 4, _NOTE - 1, pale=True)
            yield f'<g transform="translate({left:g} {top + row * _ROW:g})">{mark}{text}</g>'
            left += width
    yield "</g>"
