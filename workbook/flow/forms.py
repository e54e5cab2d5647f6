"""The form of each kind of node: plain shapes of our own, which the word under the name explains.

A queue is a box with slots, one of FIFO has its slots in an order, a dead-letter queue is marked; a topic has
points to both sides, a stream has waves, a bucket is narrower below, and so on. AWS's icons are not copied.
"""

from __future__ import annotations

from collections.abc import Callable

from workbook.flow.moves import Status
from workbook.flow.palette import DEAD_LETTER, FAINT, GLYPHS, KINDS, PAGE
from workbook.flow.resources import Kind
from workbook.flow.system import Node

SLOT = 43
"""Where the row of counts begins, below the name and the word."""


def form_of(node: Node, width: float, height: float) -> str:
    """The SVG of a node without its texts, in a frame from 0,0."""
    colour = (DEAD_LETTER if node.dead_letter else KINDS[node.kind]).light
    outline = _OUTLINES.get(node.kind, _card)(width, height)
    marks = _MARKS.get(node.kind, _no_marks)(width, height)
    paint = f'fill="{_tint(colour)}" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round"'
    dashes = ' stroke-dasharray="3 3"' if node.gone else ""
    form = f'<path class="wb-shape" d="{outline}" {paint}{dashes}/>'
    if node.kind is Kind.GROUP:
        form = f'<path class="wb-shape" d="{_behind(width, height)}" {paint}{dashes}/>{form}'
    if node.kind in _ROWS:
        row = _ROWS[node.kind](width, height)
        form += f'<path class="wb-slot" d="{row}" fill="none" stroke="{FAINT.light}"/>'
    if marks:
        form += f'<path class="wb-mark" d="{marks}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    return form + (_badge(width, colour) if node.dead_letter else "")


def _tint(colour: str) -> str:
    """A colour so light that all texts can be read on it."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{255 - round((255 - part) * 0.06):02x}" for part in parts)


def _badge(width: float, colour: str) -> str:
    return (
        f'<g class="wb-badge" transform="translate({width - 3:g} 3)">'
        f'<circle r="10" fill="{PAGE.light}" class="wb-badge-back"/>'
        f'<path d="{GLYPHS[Status.DEAD_LETTERED].path}" fill="{colour}" fill-rule="evenodd"/></g>'
    )


# ---- outlines


def _rounded(width: float, height: float, radius: float) -> str:
    arc = f"a{radius:g} {radius:g} 0 0 1"
    across, down = width - 2 * radius, height - 2 * radius
    return (
        f"M{radius:g} 0h{across:g}{arc} {radius:g} {radius:g}v{down:g}{arc} {-radius:g} {radius:g}"
        f"h{-across:g}{arc} {-radius:g} {-radius:g}v{-down:g}{arc} {radius:g} {-radius:g}z"
    )


def _card(width: float, height: float) -> str:
    return _rounded(width, height, 6)


def _soft(width: float, height: float) -> str:
    return _rounded(width, height, 16)


def _behind(width: float, height: float) -> str:
    """The edges of two more cards behind a card."""
    return (
        f"M{width:g} 6h1.5a4 4 0 0 1 4 4v{height - 10:g}a4 4 0 0 1 -4 4h{-(width - 12):g}a4 4 0 0 1 -4 -4v0"
        f"H{width - 6:g}a6 6 0 0 0 6 -6z"
    )


def _hexagon(width: float, height: float) -> str:
    return f"M9 0H{width - 9:g}L{width:g} {height / 2:g}L{width - 9:g} {height:g}H9L0 {height / 2:g}z"


def _slanted(width: float, height: float) -> str:
    return f"M8 0H{width:g}L{width - 8:g} {height:g}H0z"


def _tub(width: float, height: float) -> str:
    return f"M0 0H{width:g}L{width - 9:g} {height:g}H9z"


def _tube(width: float, height: float) -> str:
    arc = f"a7 {height / 2:g} 0 0 1"
    return f"M7 0H{width - 7:g}{arc} 0 {height:g}H7{arc} 0 {-height:g}z"


def _waves(width: float, height: float) -> str:
    step = width / 4
    there = f"q{step / 2:g} -6 {step:g} 0q{step / 2:g} 6 {step:g} 0" * 2
    back = f"q{-step / 2:g} 6 {-step:g} 0q{-step / 2:g} -6 {-step:g} 0" * 2
    return f"M0 3{there}V{height - 3:g}{back}z"


_OUTLINES: dict[Kind, Callable[[float, float], str]] = {
    Kind.PRODUCER: _soft,
    Kind.CONSUMER: _soft,
    Kind.FUNCTION: _soft,
    Kind.TOPIC: _hexagon,
    Kind.FIFO_TOPIC: _hexagon,
    Kind.RULE: _slanted,
    Kind.TOPIC_RULE: _slanted,
    Kind.PIPE: _tube,
    Kind.STREAM: _waves,
    Kind.DELIVERY_STREAM: _waves,
    Kind.BUCKET: _tub,
}


# ---- rows of counts


def _slots(width: float, height: float) -> str:
    third = width / 3
    return f"M1 {SLOT}H{width - 1:g}M{third:g} {SLOT}V{height - 1:g}M{2 * third:g} {SLOT}V{height - 1:g}"


def _slots_in_order(width: float, height: float) -> str:
    third, middle = width / 3, (SLOT + height) / 2
    points = "".join(
        f"M{place - 2:g} {SLOT}L{place + 3:g} {middle:g}L{place - 2:g} {height - 1:g}"
        for place in (third, 2 * third)
    )
    return f"M1 {SLOT}H{width - 1:g}{points}"


def _halves(width: float, height: float) -> str:
    return f"M1 {SLOT}H{width - 1:g}M{width / 2:g} {SLOT}V{height - 1:g}"


_ROWS: dict[Kind, Callable[[float, float], str]] = {
    Kind.QUEUE: _slots,
    Kind.FIFO_QUEUE: _slots_in_order,
    Kind.FUNCTION: _halves,
    Kind.GROUP: _halves,
    Kind.STATE_MACHINE: _halves,
}


# ---- marks


def _no_marks(width: float, height: float) -> str:
    del width, height
    return ""


def _figure(width: float, height: float) -> str:
    """A head and shoulders."""
    del height
    middle = width / 2
    return (
        f"M{middle - 9:g} 27a9 9 0 0 1 18 0zM{middle - 4.6:g} 12.5a4.6 4.6 0 1 1 9.2 0a4.6 4.6 0 1 1 -9.2 0z"
    )


def _window(width: float, height: float) -> str:
    del height
    return f"M1 13H{width - 1:g}M7 6.5h2M13 6.5h2M19 6.5h2"


def _order(width: float, height: float) -> str:
    """An arrow: what comes first, leaves first."""
    middle = width / 2
    return f"M{middle - 16:g} {height - 9:g}h32m-5 -4l5 4l-5 4"


def _rails(width: float, height: float) -> str:
    return f"M0 6H{width:g}M0 {height - 6:g}H{width:g}"


def _clock(width: float, height: float) -> str:
    middle, down = width / 2, height - 12
    return f"M{middle - 7:g} {down:g}a7 7 0 1 1 14 0a7 7 0 1 1 -14 0zM{middle:g} {down - 4:g}v4h3.5"


def _bell(width: float, height: float) -> str:
    middle, foot = width / 2, height - 8
    return (
        f"M{middle - 9:g} {foot:g}h18c-4 -2.5 -2.5 -12 -9 -12s-5 9.5 -9 12zM{middle - 2:g} {foot + 2.5:g}h4"
    )


def _double(width: float, height: float) -> str:
    del height
    return f"M4 4H{width - 4:g}V{SLOT - 4:g}H4z"


def _ends(width: float, height: float) -> str:
    return f"M{width - 7:g} 0a7 {height / 2:g} 0 0 0 0 {height:g}"


def _grid(width: float, height: float) -> str:
    third = width / 3
    columns = f"M{third:g} {SLOT}V{height:g}M{2 * third:g} {SLOT}V{height:g}"
    return f"M0 {SLOT}H{width:g}M0 {SLOT + 10}H{width:g}{columns}"


def _rim(width: float, height: float) -> str:
    del height
    return f"M1.2 8H{width - 1.2:g}"


def _flap(width: float, height: float) -> str:
    """The flap of an envelope."""
    del height
    return f"M2 2L{width / 2:g} 14L{width - 2:g} 2"


def _screen(width: float, height: float) -> str:
    """A loudspeaker above and a button below."""
    return f"M{width / 2 - 7:g} 5h14M{width / 2 - 2:g} {height - 6:g}h4"


def _lines(width: float, height: float) -> str:
    return f"M8 {height - 12:g}H{width - 8:g}M8 {height - 7:g}H{width / 2:g}"


def _gate(width: float, height: float) -> str:
    """Two posts at each side."""
    return f"M5 1V{height - 1:g}M{width - 5:g} 1V{height - 1:g}"


def _scales(width: float, height: float) -> str:
    """One line that parts in two."""
    middle, foot = width / 2, height - 6
    return f"M{middle - 14:g} {foot:g}h8m20 0h-8M{middle - 6:g} {foot:g}l6 -5l6 5"


_MARKS: dict[Kind, Callable[[float, float], str]] = {
    Kind.PRODUCER: _figure,
    Kind.CONSUMER: _figure,
    Kind.ACTOR: _window,
    Kind.FIFO_TOPIC: _order,
    Kind.BUS: _rails,
    Kind.SCHEDULE: _clock,
    Kind.ALARM: _bell,
    Kind.PIPE: _ends,
    Kind.STATE_MACHINE: _double,
    Kind.ACTIVITY: _lines,
    Kind.DELIVERY_STREAM: _order,
    Kind.TABLE: _grid,
    Kind.BUCKET: _rim,
    Kind.LOG_GROUP: _lines,
    Kind.FUNCTION_URL: _window,
    Kind.API: _gate,
    Kind.LOAD_BALANCER: _scales,
    Kind.USER_POOL: _figure,
    Kind.ENDPOINT: _window,
    Kind.MAILBOX: _flap,
    Kind.PHONE: _screen,
}
