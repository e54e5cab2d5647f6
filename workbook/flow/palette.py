"""How each status and each kind of resource looks: a shape, a colour for light and for dark, a word.

Never colour alone: each status has a shape of its own, and legends and sentences say its word. The colours
are Okabe and Ito's, which colour-blind people can tell apart, darkened for light backgrounds: all have a
contrast of at least 4.5:1 against the page (white, or JupyterLab's dark #111): text may have them, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbook.flow.moves import Status
from workbook.flow.resources import Kind


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour for light pages and one for dark ones, as `#rrggbb`."""

    light: str
    dark: str


@dataclass(frozen=True, slots=True)
class Glyph:
    """The mark of a status."""

    path: str
    """SVG path data within 7 units around 0,0, to be filled by the even-odd rule."""
    colour: Colour
    word: str
    """What legends and sentences call it."""


PAGE = Colour("#ffffff", "#111111")
INK = Colour("#1a1a1a", "#f0f0f0")
"""Names and counts."""
PALE = Colour("#5c5c5c", "#b0b0b0")
"""Words under names, lines, notes."""
FAINT = Colour("#d9d9d9", "#3a3a3a")
"""Divisions within a form; they carry no meaning."""

_BLUE = Colour("#0072b2", "#56b4e9")
_GREEN = Colour("#00785a", "#2bc79a")
_AMBER = Colour("#8f6200", "#e69f00")
_RED = Colour("#b84a00", "#ff8a3d")
_PURPLE = Colour("#a8458a", "#dd8fbd")
_GREY = PALE


def _disc(radius: float) -> str:
    across = 2 * radius
    return (
        f"M{-radius:g} 0a{radius:g} {radius:g} 0 1 0 {across:g} 0a{radius:g} {radius:g} 0 1 0 {-across:g} 0z"
    )


_CROSS = "M-6 -3.9L-3.9 -6L0 -2.1L3.9 -6L6 -3.9L2.1 0L6 3.9L3.9 6L0 2.1L-3.9 6L-6 3.9L-2.1 0z"
_OCTAGON = "M-2.7 -6.5H2.7L6.5 -2.7V2.7L2.7 6.5H-2.7L-6.5 2.7V-2.7z"
_SQUARE = "M-5.8 -5.8H5.8V5.8H-5.8z"
_SMALL_CROSS = (
    "M-3.8 -2.4L-2.4 -3.8L0 -1.4L2.4 -3.8L3.8 -2.4L1.4 0L3.8 2.4L2.4 3.8L0 1.4L-2.4 3.8L-3.8 2.4L-1.4 0z"
)

GLYPHS: dict[Status, Glyph] = {
    status: Glyph(path, colour, status.value)
    for status, path, colour in (
        (Status.DELIVERED, _disc(5.5), _BLUE),
        (Status.RETRIED, _disc(6) + _disc(2.8), _PURPLE),
        (Status.DUPLICATE, "M-6.5 -6.5H2.5V-2.5H6.5V6.5H-2.5V2.5H-6.5zM-0.8 -0.8V4.8H4.8V-0.8z", _PURPLE),
        (Status.FAILED, _CROSS, _RED),
        (Status.RETURNED, "M-6.5 0L3.5 -6.2V6.2z", _AMBER),
        (Status.DEAD_LETTERED, _SQUARE + _SMALL_CROSS, _RED),
        (Status.REDRIVEN, "M0 -6.5L6.3 0H2.4V6.2H-2.4V0H-6.3z", _GREEN),
        (Status.REPLAYED, "M-6.5 0L-0.3 -5.5V5.5zM0.3 0L6.5 -5.5V5.5z", _GREEN),
        (Status.FILTERED, "M-6.5 -5.5H6.5L1.6 0.8V6.5L-1.6 4.5V0.8z", _GREY),
        (Status.DROPPED, "M0 6.5L-6.3 0H-2.4V-6.2H2.4V0H6.3z", _GREY),
        (Status.THROTTLED, "M-5.5 -6H-1.3V6H-5.5zM1.3 -6H5.5V6H1.3z", _AMBER),
        (Status.REFUSED, _OCTAGON + "M-4 -1.3V1.3H4V-1.3z", _RED),
        (Status.EMPTY, _disc(5.8) + _disc(4.3), _GREY),
        (Status.DONE, "M-6.3 0.6L-4.2 -1.6L-1.8 0.9L4.2 -5.4L6.3 -3.3L-1.8 5.2z", _GREEN),
        (Status.HIDDEN, _disc(6) + "M-1 -4.2V0.9H3.6V-0.9H1V-4.2z", _PURPLE),
        (Status.RUN, "M-4.5 -6L6 0L-4.5 6z", _GREEN),
        (Status.SCALED, "M-1.6 -6.2H1.6V-1.6H6.2V1.6H1.6V6.2H-1.6V1.6H-6.2V-1.6H-1.6z", _BLUE),
    )
}

VISIBLE = Glyph("M-6 0C-3.4 -4.9 3.4 -4.9 6 0C3.4 4.9 -3.4 4.9 -6 0z" + _disc(2.1), _BLUE, "visible")
IN_FLIGHT = Glyph("M-6.3 -5.6L6.5 0L-6.3 5.6L-3.6 0z", _PURPLE, "in flight")
DELAYED = Glyph(
    "M-5 -6H5V-4.2L1.3 0L5 4.2V6H-5V4.2L-1.3 0L-5 -4.2zM-2.4 -4.4L0 -1.6L2.4 -4.4z", _AMBER, "delayed"
)
RUNNING = Glyph(GLYPHS[Status.RUN].path, _GREEN, "running")
ERRORS = Glyph(_CROSS, _RED, "errors")

KINDS: dict[Kind, Colour] = {
    Kind.PRODUCER: _BLUE,
    Kind.CONSUMER: _BLUE,
    Kind.ACTOR: _BLUE,
    Kind.QUEUE: _AMBER,
    Kind.FIFO_QUEUE: _AMBER,
    Kind.FUNCTION: _GREEN,
    Kind.GROUP: _GREEN,
    Kind.ALARM: _PURPLE,
    Kind.TOPIC: _PURPLE,
    Kind.FIFO_TOPIC: _PURPLE,
    Kind.BUS: _PURPLE,
    Kind.RULE: _PURPLE,
    Kind.SCHEDULE: _BLUE,
    Kind.PIPE: _PURPLE,
    Kind.STATE_MACHINE: _GREEN,
    Kind.ACTIVITY: _AMBER,
    Kind.STREAM: _AMBER,
    Kind.DELIVERY_STREAM: _AMBER,
    Kind.TABLE: _BLUE,
    Kind.BUCKET: _BLUE,
    Kind.LOG_GROUP: _BLUE,
    Kind.FUNCTION_URL: _BLUE,
    Kind.API: _BLUE,
    Kind.LOAD_BALANCER: _BLUE,
    Kind.USER_POOL: _BLUE,
    Kind.TOPIC_RULE: _PURPLE,
    Kind.ENDPOINT: _GREEN,
    Kind.MAILBOX: _GREEN,
    Kind.PHONE: _GREEN,
    Kind.OTHER: _GREY,
}
HERE = _RED
"""What is pointed out."""
DEAD_LETTER = _RED
"""A dead-letter queue, whatever kind of queue it is."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
