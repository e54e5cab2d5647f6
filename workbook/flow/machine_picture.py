"""Draws a state machine: its states, what leads from one to another, and what became of each.

    g.wb-state[data-name]    a state: its box, its name, its type, the row of what became of it
    g.wb-way[data-from]      a line from one state to another; dashed where an error is caught

A state that was entered has a thick edge in the colour of its fate, and a mark in its row that says the same
by its shape. A line that was taken is thick, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbook.flow.machine_graph import END, START, Edge, Leads
from workbook.flow.machine_layout import HEADER, Placed, Plan, Point, Way
from workbook.flow.machine_marks import FATES, RETRIED, items_of_count, row, samples
from workbook.flow.machine_runs import Count, Fate
from workbook.flow.machine_ways import Step, step_of
from workbook.flow.machine_words import FOLDED, FRAME_INSET, INSET, NAME, WORD
from workbook.flow.marks import (
    box,
    broken,
    coordinate,
    cut,
    drawing,
    glyph,
    group,
    shape,
    shortened,
    stroke,
    width_of,
    words,
)
from workbook.flow.moves import Status
from workbook.flow.palette import GLYPHS, INK, PAGE, PALE, Colour

MARGIN = 14.0
_CAUGHT = GLYPHS[Status.FAILED].colour
_TAKEN, _OPEN = 2.6, 1.3


@dataclass(frozen=True, slots=True)
class Shown:
    """What a drawing says beside the definition."""

    title: str
    counts: Mapping[str, Count]
    """By the name of a state."""
    taken: Mapping[Step, int]
    """How often one state followed another."""
    notes: Sequence[str] = ()
    folded: frozenset[str] = frozenset()


def draw_machine(plan: Plan, shown: Shown, width: float) -> str:
    """The SVG of a plan; `width` is what the picture has at least, and its notes are broken to."""
    wide = max(plan.width + 2 * MARGIN, width)
    left = (wide - plan.width) / 2
    top = MARGIN
    marks = [samples()]
    frames = [_state(box.moved(left, top), shown) for box in plan.boxes if box.state and box.is_frame]
    ways = [_way(way.moved(left, top), shown) for way in plan.ways]
    states = [_state(box.moved(left, top), shown) for box in plan.boxes if box.state and not box.is_frame]
    ends = [_end(box.moved(left, top)) for box in plan.boxes if box.name in {START, END}]
    foot, height = _foot(shown, wide, top + plan.height + MARGIN)
    labels = list(_labels([way.moved(left, top) for way in plan.ways], wide))
    return drawing(
        [*marks, *frames, *ways, *states, *ends, *labels, *foot], "wb-machine", wide, height, shown.title
    )


# ---- states


def _state(place: Placed, shown: Shown) -> str:
    assert place.state is not None  # noqa: S101 - marks are drawn elsewhere
    count = shown.counts.get(place.name)
    fate = None if count is None else count.fate
    parts = _frame(place, fate) if place.is_frame else _box(place, fate, folded=place.name in shown.folded)
    items = [] if count is None else items_of_count(count)
    at = (place.x + 12, place.y + place.height - 13)
    if place.is_frame:
        at = (place.x + 14, place.y + 34)
    said = ", ".join(item.said for item in items) or "not entered"
    title = f"{place.name}, {place.state.kind}: {said}"
    data = {
        "kind": place.state.kind,
        "name": place.name,
        "row": f"{coordinate(at[0])} {coordinate(at[1])}",
    }
    return group([*parts, row(items, *at)], "wb-state", title, **data)


def _edge(fate: Fate | None) -> tuple[Colour, float]:
    return (PALE, _OPEN) if fate is None else (FATES[fate].colour, _TAKEN)


def _box(place: Placed, fate: Fate | None, *, folded: bool) -> list[str]:
    assert place.state is not None  # noqa: S101 - as above
    colour, thick = _edge(fate)
    room = place.width - 2 * INSET
    word = f"{place.state.word}{FOLDED if folded else ''}"
    x = place.x + INSET
    parts = [_outline(place, colour, thick)]
    if folded:
        parts.insert(0, _outline(place.moved(4, 4), PALE, _OPEN, css="wb-behind"))
    return [
        *parts,
        words(x, place.y + 19, shortened(place.name, room, NAME, bold=True), INK, size=NAME, weight=600),
        words(x, place.y + 34, shortened(word, room, WORD), PALE, size=WORD),
    ]


def _frame(place: Placed, fate: Fate | None) -> list[str]:
    assert place.state is not None  # noqa: S101 - as above
    colour, thick = _edge(fate)
    kind = place.state.frame_word
    room = place.width - 2 * FRAME_INSET - width_of(kind, WORD)
    head = shortened(place.name, room, NAME, bold=True)
    name = words(place.x + FRAME_INSET, place.y + 20, head, INK, size=NAME, weight=600)
    word = words(place.x + place.width - FRAME_INSET, place.y + 20, kind, PALE, size=WORD, anchor="end")
    rule = stroke(
        f"M{coordinate(place.x)} {coordinate(place.y + HEADER - 12)}h{coordinate(place.width)}",
        PALE,
        opacity=0.5,
        css="wb-frame-rule",
    )
    return [_outline(place, colour, thick, radius=10), rule, name, word]


def _outline(
    place: Placed, colour: Colour, thick: float, *, radius: float = 6, css: str = "wb-outline"
) -> str:
    drawn = box(place.x, place.y, place.width, place.height, PAGE, edge=colour, radius=radius, css=css)
    return drawn.replace("/>", f' stroke-width="{thick:g}"/>')


def _end(place: Placed) -> str:
    x, y, radius = place.middle, place.y + place.height / 2, place.height / 2 - 2
    ring = stroke(_circle(x, y, radius), INK, width=1.6)
    if place.name == START:
        sign = shape(f"M{coordinate(x - 4)} {coordinate(y - 6)}l10 6l-10 6z", INK)
        return group([ring, sign], "wb-start", "start")
    return group([ring, shape(_circle(x, y, radius - 5), INK)], "wb-stop", "end")


def _circle(x: float, y: float, radius: float) -> str:
    across = coordinate(2 * radius)
    around = coordinate(radius)
    return (
        f"M{coordinate(x - radius)} {coordinate(y)}a{around} {around} 0 1 0 {across} 0"
        f"a{around} {around} 0 1 0 -{across} 0z"
    )


# ---- lines


def _way(way: Way, shown: Shown) -> str:
    edge = way.edge
    count = shown.taken.get(step_of(edge), 0)
    colour = _CAUGHT if edge.leads is Leads.CATCH else PALE
    dashes = "5 4" if edge.leads is Leads.CATCH else ""
    line = stroke(_path(way), colour, width=_TAKEN if count else _OPEN, dashes=dashes, css="wb-path")
    data = {
        "from": edge.source.strip("\0"),
        "to": edge.target.strip("\0"),
        "catch": int(edge.leads is Leads.CATCH),
    }
    data |= {} if edge.source != START and edge.target != END else {"end": 1}
    title = f"{_name(edge.source)} to {_name(edge.target)}: {_why(edge)}, taken {count} times"
    return group([line, shape(_head_of(way), colour)], "wb-way", title, **data)


def _name(end: str) -> str:
    return {START: "start", END: "end"}.get(end, end)


def _why(edge: Edge) -> str:
    return f"{edge.leads.value} {edge.label}".strip()


def _path(way: Way) -> str:
    if way.goes_back:
        return _rounded(way.points)
    (x, y), *rest = way.points
    path = f"M{coordinate(x)} {coordinate(y)}"
    for number, (right, low) in enumerate(rest):
        bottom = low - (7 if number == len(rest) - 1 else 0)
        half = coordinate((y + bottom) / 2)
        path += f"C{coordinate(x)} {half} {coordinate(right)} {half} {coordinate(right)} {coordinate(bottom)}"
        x, y = right, bottom
    return path


def _rounded(points: Sequence[Point]) -> str:
    (x0, y0), (x1, y1), (_, y2), (x3, _) = points
    turn = 8.0 if y2 < y1 else -8.0
    return (
        f"M{coordinate(x0)} {coordinate(y0)}H{coordinate(x1 - 8)}Q{coordinate(x1)} {coordinate(y1)} "
        f"{coordinate(x1)} {coordinate(y1 - turn)}V{coordinate(y2 + turn)}Q{coordinate(x1)} {coordinate(y2)} "
        f"{coordinate(x1 - 8)} {coordinate(y2)}H{coordinate(x3 + 7)}"
    )


def _head_of(way: Way) -> str:
    x, y = way.points[-1]
    if way.goes_back:
        return f"M{coordinate(x)} {coordinate(y)}l8 -4.5v9z"
    return f"M{coordinate(x)} {coordinate(y)}l-4.5 -8h9z"


def _labels(ways: Sequence[Way], wide: float) -> Iterator[str]:
    """Conditions and errors, each beside the first piece of its line; those of one state at two heights."""
    placed: Counter[str] = Counter()
    for way in sorted(ways, key=lambda way: way.points[1][0]):
        if not way.edge.label:
            continue
        if way.goes_back:
            (x0, y0), (x1, _) = way.points[:2]
            yield _label(way, x0 + 6, y0 - 10, x1 - x0 + 60, "start", wide)
            continue
        x, y = _beside(way, 0.36 if placed[way.edge.source] % 2 == 0 else 0.66)
        placed[way.edge.source] += 1
        leftward = way.points[1][0] < way.points[0][0]
        yield _label(way, x + (-11 if leftward else 11), y, 150, "end" if leftward else "start", wide)


def _beside(way: Way, share: float) -> Point:
    """A point on the first piece of a line, which is a curve."""
    (x0, y0), (x1, y1) = way.points[:2]
    over = 1 - share
    half = (y0 + y1) / 2
    x = x0 + (x1 - x0) * (3 * share**2 - 2 * share**3)
    return x, over**3 * y0 + 3 * over * share * half + share**3 * y1


def _label(way: Way, x: float, y: float, room: float, anchor: str, wide: float) -> str:
    text = cut(way.edge.label, max(30.0, room), 11)
    width = width_of(text, 11)
    left = x if anchor == "start" else x - width
    left = min(max(left, 5.0), wide - width - 5)
    colour = _CAUGHT if way.edge.leads is Leads.CATCH else INK
    return words(left, y + 4, text, colour, size=11, halo=True, css="wb-label")


# ---- below


def _foot(shown: Shown, wide: float, top: float) -> tuple[list[str], float]:
    parts = list(_legend(shown, wide, top))
    y = top + (24.0 * len(_legend_rows(shown, wide)))
    for note in shown.notes:
        for line in broken(note, wide - 2 * MARGIN, 12):
            y += 16
            parts.append(words(MARGIN, y, line, PALE, size=12))
    return parts, y + 12


def _legend_rows(shown: Shown, wide: float) -> list[list[tuple[str, float]]]:
    fates = [fate for fate in Fate if any(count.by_fate.get(fate) for count in shown.counts.values())]
    names = [fate.name for fate in fates]
    if any(count.retries for count in shown.counts.values()):
        names.append("RETRIED")
    rows: list[list[tuple[str, float]]] = []
    x = wide
    for name in names:
        room = 34 + width_of(_word(name), 12)
        if x + room > wide - MARGIN:
            rows.append([])
            x = MARGIN
        rows[-1].append((name, x))
        x += room
    return rows


def _word(name: str) -> str:
    return "tried again" if name == "RETRIED" else Fate[name].value


def _legend(shown: Shown, wide: float, top: float) -> Iterator[str]:
    for number, names in enumerate(_legend_rows(shown, wide)):
        y = top + 10 + 24 * number
        for name, x in names:
            yield glyph(RETRIED if name == "RETRIED" else FATES[Fate[name]], x + 8, y)
            yield words(x + 20, y + 4, _word(name), INK, size=12)
