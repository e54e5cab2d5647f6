"""The drawing of a system and what went through it: one SVG, right by itself and ready to be played.

    g.wb-line[data-line]   a line: its path, its arrow head, its counts; numbered as in the system
    g.wb-node[data-node]   a node: its form, its name, the word for its kind, its counts
    g.wb-moves             empty: where a player puts messages that move

Colours are presentation attributes of the light palette, so that any style sheet goes before them: the same
drawing is right in an <img>, in print and in a file, and follows JupyterLab's theme where it is live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.contents import Counts
from workbook.flow.durations import duration_text
from workbook.flow.layout import WIDE, Layout, layout_of
from workbook.flow.legend import ROW, least_width, legend_of, legend_rows, legend_svg
from workbook.flow.lettering import FAMILY, width_of
from workbook.flow.line_drawing import line_svg
from workbook.flow.node_drawing import node_svg
from workbook.flow.palette import HERE, INK, PAGE, PALE
from workbook.flow.scene import Scene
from workbook.flow.svg import clean
from workbook.flow.tallies import NOTHING, Tally, Work, contents_of, tallies_of, work_of

MARGIN = 16.0
NOTHING_YET = "Nothing has happened yet"
_HEADER = 34.0
_NOTE = 12.0


def draw(
    scene: Scene,
    *,
    instant: int | None = None,
    caption: str = "",
    width: float = WIDE,
    marked: tuple[str, str] | None = None,
) -> str:
    """The picture of a scene as it stands at an instant (microseconds; its end, where none is given).

    Args:
        scene: What is shown.
        instant: Counts are those of this time.
        caption: What the picture is narrowed to, in words.
        width: Units that it may be wide; it is laid out from top to bottom where it has more layers.
        marked: The ends of a line to point out, or a node twice.
    """
    at = scene.now if instant is None else instant
    layout = layout_of(scene.system, width - 2 * MARGIN)
    tallies = tallies_of(scene, at)
    contents, work = contents_of(scene, at), work_of(scene, at)
    title = _title(scene, at)
    notes = [title, caption] if caption else [title]
    legend = legend_of(scene, tallies.values())
    wide = max(layout.width, *(width_of(note, _NOTE) for note in notes), least_width(legend)) + 2 * MARGIN
    top = MARGIN + _HEADER + (ROW if caption else 0) - 6
    rows = legend_rows(legend, wide - 2 * MARGIN)
    body = layout.height if scene.system.nodes else ROW
    foot = top + body + (22 if marked is None else 40)
    high = foot + ROW * len(rows) + (MARGIN if rows else 0) - 10
    left = (wide - layout.width) / 2 if scene.system.nodes else MARGIN
    parts = [
        _start(wide, high, scene),
        *(_note(note, MARGIN + 12 + row * ROW, strong=row == 0) for row, note in enumerate(notes)),
        f'<g class="wb-stage" transform="translate({left:g} {top:g})">',
        *_halo(scene, layout, marked),
        *_stage(scene, layout, tallies, contents, work),
        *_here(scene, layout, marked),
        '<g class="wb-moves"></g>',
        "</g>",
        *legend_svg(rows, MARGIN, foot),
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
        yield line_svg(number, line, route, labels, tallies[line.source, line.target])
    for number, (node, box) in enumerate(zip(scene.system.nodes, layout.boxes, strict=True)):
        yield node_svg(number, node, box, contents.get(node.place, NOTHING), work.get(node.place, Work()))


# ---- pointing out

_HERE = "differs here"


def _halo(scene: Scene, layout: Layout, marked: tuple[str, str] | None) -> Iterable[str]:
    """A broad line under a line, or round a node, that is to be looked at first."""
    for line, route in zip(scene.system.lines, layout.routes, strict=True):
        if (line.source, line.target) == marked:
            yield f'<path class="wb-here" d="{route.path}" {_BROAD}/>'
            return
    for node, box in zip(scene.system.nodes, layout.boxes, strict=True):
        if (node.place, node.place) == marked:
            place = f'x="{box.x - 5:g}" y="{box.y - 5:g}"'
            size = f'width="{box.width + 10:g}" height="{box.height + 10:g}"'
            yield f'<rect class="wb-here" {place} {size} rx="12" {_BROAD}/>'


def _here(scene: Scene, layout: Layout, marked: tuple[str, str] | None) -> Iterable[str]:
    """The words beside it: colour alone says nothing."""
    for line, route in zip(scene.system.lines, layout.routes, strict=True):
        if (line.source, line.target) == marked:
            yield _word_at(route.label[0], route.label[1] + 24)
            return
    for node, box in zip(scene.system.nodes, layout.boxes, strict=True):
        if (node.place, node.place) == marked:
            yield _word_at(box.x + box.width / 2, box.y + box.height + 19)


_BROAD = f'fill="none" stroke="{HERE.light}" stroke-width="8" stroke-opacity="0.4" stroke-linecap="round"'


def _word_at(x: float, y: float) -> str:
    font = f'text-anchor="middle" font-size="11" font-weight="600" fill="{HERE.light}"'
    ground = f'stroke="{PAGE.light}" stroke-width="4" paint-order="stroke" stroke-linejoin="round"'
    return f'<text class="wb-here-word" x="{x:g}" y="{y:g}" {font} {ground}>{_HERE}</text>'
