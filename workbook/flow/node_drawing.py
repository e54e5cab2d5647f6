"""Nodes as they are drawn: the form, the name, the word for the kind, and a row of counts."""

from __future__ import annotations

from collections.abc import Iterable

from workbook.flow.contents import Counts
from workbook.flow.forms import form_of
from workbook.flow.layout import Box
from workbook.flow.lettering import shortened, width_of
from workbook.flow.palette import DELAYED, ERRORS, IN_FLIGHT, RUNNING, VISIBLE, Glyph
from workbook.flow.resources import Kind
from workbook.flow.svg import clean, mark_at, text_at
from workbook.flow.system import Node
from workbook.flow.tallies import Work

WORKERS = frozenset({Kind.FUNCTION, Kind.GROUP, Kind.STATE_MACHINE})
_PLAIN = frozenset(
    {
        Kind.TOPIC,
        Kind.BUS,
        Kind.RULE,
        Kind.PIPE,
        Kind.STREAM,
        Kind.BUCKET,
        Kind.OTHER,
    }
)
"""Nothing stands below their word."""
_TOPS = {
    Kind.PRODUCER: 42.0,
    Kind.CONSUMER: 42.0,
    Kind.USER_POOL: 42.0,
    Kind.ACTOR: 32.0,
    Kind.ENDPOINT: 32.0,
    Kind.FUNCTION_URL: 32.0,
    Kind.MAILBOX: 34.0,
    Kind.PHONE: 28.0,
}
"""Where the name stands, below what is drawn above it."""
_NAME, _SMALL_NAME, _WORD, _COUNT = 13.0, 11.5, 10.5, 10.5


def node_svg(number: int, node: Node, box: Box, counts: Counts, work: Work) -> str:
    """One node of a system, with its number in it and what it holds or does."""
    kinds = f"wb-node wb-kind-{node.kind.name.lower().replace('_', '-')}"
    kinds += (" wb-dead-letter" if node.dead_letter else "") + (" wb-gone" if node.gone else "")
    return (
        f'<g class="{kinds}" data-node="{number}" transform="translate({box.x:g} {box.y:g})">'
        f"<title>{clean(f'{node.label}: {node.word}')}</title>{form_of(node, box.width, box.height)}"
        f"{_names(node, box)}{_row_of_counts(node, box, counts, work)}</g>"
    )


def _names(node: Node, box: Box) -> str:
    top = 29.0 if node.kind in _PLAIN else _TOPS.get(node.kind, 20.0)
    middle, room = box.width / 2, box.width - 18
    size = _NAME if width_of(node.label, _NAME, bold=True) <= room else _SMALL_NAME
    name = shortened(node.label, room, size, bold=True)
    word = shortened(node.word, room, _WORD)
    return text_at("wb-label", name, middle, top, size, anchor="middle", weight=600, room=room) + text_at(
        "wb-word", word, middle, top + 14, _WORD, anchor="middle", pale=True, room=room
    )


def _row_of_counts(node: Node, box: Box, counts: Counts, work: Work) -> str:
    kinds: tuple[tuple[str, Glyph], ...]
    if node.kind.is_queue:
        kinds = (("wb-visible", VISIBLE), ("wb-in-flight", IN_FLIGHT), ("wb-delayed", DELAYED))
        return _cells("wb-counts", box, kinds, counts)
    if node.kind in WORKERS:
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
            f'<g class="wb-cell{zero}">{mark_at(glyph, middle - 13, high, 0.65)}'
            f"{text_at(name, str(number), middle - 6, high + 3.8, _COUNT, pale=number == 0)}</g>"
        )
    return f'<g class="{kind}">{"".join(parts)}</g>'
