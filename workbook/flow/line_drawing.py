"""Lines as they are drawn: the path, the arrow head, and what went along it."""

from __future__ import annotations

from collections.abc import Mapping

from workbook.flow.lettering import width_of
from workbook.flow.moves import Status
from workbook.flow.palette import GLYPHS, PAGE, PALE
from workbook.flow.route import Route
from workbook.flow.svg import clean, mark_at, text_at, wrapped
from workbook.flow.system import Line, Way
from workbook.flow.tallies import ARRIVED, Tally

DASHES = {Way.REDRIVE: "6 4", Way.MOVE: "2 4"}


def line_svg(number: int, line: Line, route: Route, labels: Mapping[str, str], tally: Tally) -> str:
    """One line of a system, with its number in it; `labels` are the names of its ends."""
    way = line.way.name.lower()
    dash = f' stroke-dasharray="{DASHES[line.way]}"' if line.way in DASHES else ""
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
    rows = wrapped([_item_width(item) for item in items], _PILL_WIDTH)
    wide = max((sum(_item_width(items[place]) for place in row) for row in rows), default=0.0)
    x, y = route.label
    high = _PILL_ROW * len(rows)
    ground = (
        f'<rect class="wb-line-ground" x="{x - wide / 2 - 3:g}" y="{y - high / 2 - 1:g}" '
        f'width="{wide + 6:g}" '
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
        texts.insert(0, text_at("wb-line-count", "", x, y + 4, 11.5, anchor="middle", weight=600))
    return ground + "".join(texts)


Item = tuple[Status | None, int]
"""A mark, if there is one, and a number."""


def _items(tally: Tally) -> list[Item]:
    items: list[Item] = list(tally.remarks.items())
    if len(items) == 1 and items[0][0] in ARRIVED and items[0][1] == tally.arrived:
        return items  # all that arrived is of one kind: once is enough
    return [(None, tally.arrived), *items] if tally.arrived else items


def _item_width(item: Item) -> float:
    status, count = item
    return width_of(str(count), 11.5, bold=status is None) + (20 if status else 6)


def _item(item: Item, left: float, middle: float) -> str:
    status, count = item
    if status is None:
        return text_at("wb-line-count", str(count), left + 3, middle + 4, 11.5, weight=600)
    mark = mark_at(GLYPHS[status], left + 9, middle, 0.75)
    text = text_at("wb-status-count", str(count), left + 16, middle + 4, 11.5)
    return f'<g class="wb-line-status" data-status="{status.name.lower()}">{mark}{text}</g>'
