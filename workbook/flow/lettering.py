"""How much room a text takes, and how a name that is too long is cut.

Nobody can ask a font here: the picture is drawn before it is known where it will be seen. So widths are those
of a usual font of the kind that `system-ui` stands for. Some are wider by a tenth: a text that fills its room
must have its length fixed in the drawing.
"""

from __future__ import annotations

import unicodedata

FAMILY = "system-ui, sans-serif"
ELLIPSIS = "…"

_NARROW = frozenset("iljtfrI.,:;'|!()[]{}/\\ -\"`*")
_WIDE = frozenset("mwMWGOQ@%&")
_BOLD = 1.07


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The room for a text of one line, in the unit of `size`, the height of its font."""
    return sum(map(_share, text)) * size * (_BOLD if bold else 1)


def _share(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in {"W", "F"} or ord(character) > 0x1F000:
        return 1.2
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.86
    return 0.69 if character.isupper() else 0.56


def shortened(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """A text that fits into `room`: where it is too long, its middle is left out.

    Names of resources differ at the end as often as at the beginning (`orders-eu-retry`, `orders-eu-dead`).
    """
    plain = " ".join(text.split())
    if width_of(plain, size, bold=bold) <= room:
        return plain
    for kept in range(len(plain) - 1, 1, -1):
        cut = plain[: kept - kept // 2].rstrip() + ELLIPSIS + plain[len(plain) - kept // 2 :].lstrip()
        if width_of(cut, size, bold=bold) <= room:
            return cut
    return ELLIPSIS
