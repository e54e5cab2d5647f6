"""How the fate of a state looks: a shape, a colour and a word, and the row of them in a state's box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbook.flow.machine_runs import Count, Fate
from workbook.flow.marks import glyph, group, width_of, words
from workbook.flow.moves import Status
from workbook.flow.palette import GLYPHS, INK, RUNNING, Glyph

FATES: dict[Fate, Glyph] = {
    Fate.RUNNING: RUNNING,
    Fate.SUCCEEDED: GLYPHS[Status.DONE],
    Fate.CAUGHT: GLYPHS[Status.RETURNED],
    Fate.FAILED: GLYPHS[Status.FAILED],
    Fate.STOPPED: GLYPHS[Status.REFUSED],
}
"""The mark of each fate; a caught error goes another way, as a message does that comes back."""
RETRIED = GLYPHS[Status.RETRIED]
SIZE = 11.5
_GLYPH = 16.0


class Item(NamedTuple):
    """A mark with what stands beside it."""

    mark: str
    """The name of a fate, "retried", or "" for words alone."""
    text: str
    """In a box: a number, or "8 of 10"."""
    said: str
    """In a sentence."""


def items_of_count(count: Count) -> list[Item]:
    """What a state's box shows; one visit that went well is a mark alone."""
    items = [
        Item(
            fate.name.lower(),
            str(number) if number > 1 or len(count.by_fate) > 1 else "",
            f"{fate.value} {number}",
        )
        for fate in Fate
        if (number := count.by_fate.get(fate, 0))
    ]
    if count.retries:
        said = "tried again 1 time" if count.retries == 1 else f"tried again {count.retries} times"
        items.append(Item("retried", str(count.retries), said))
    if count.items:
        failed = f", {count.items_failed} failed" if count.items_failed else ""
        shown = f"{count.items_done} of {count.items}"
        items.append(Item("", shown, f"{shown} items done{failed}"))
    return items


def glyph_of(mark: str) -> Glyph:
    """The mark of this name."""
    return RETRIED if mark == "retried" else FATES[Fate[mark.upper()]]


def row(items: Sequence[Item], x: float, y: float) -> str:
    """Marks and numbers from x on, in the middle of which y is."""
    parts = []
    for item in items:
        if item.mark:
            parts.append(glyph(glyph_of(item.mark), x + 6, y, scale=0.8))
            x += _GLYPH
        if item.text:
            parts.append(words(x, y + 4, item.text, INK, size=SIZE, weight=600))
            x += width_of(item.text, SIZE, bold=True) + 6
    return group(parts, "wb-state-row")


def samples() -> str:
    """One of each mark, not seen: what the browser copies when it shows another moment."""
    names = [*(fate.name.lower() for fate in Fate), "retried"]
    parts = [group([glyph(glyph_of(name), 0, 0, scale=0.8)], "wb-sample", mark=name) for name in names]
    return f"<defs>{''.join(parts)}</defs>"
