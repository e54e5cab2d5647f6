"""A colour for each message, so that the eye can follow it; the number beside it is what identifies it.

They are none of the colours of a status: a message that is drawn in the colour of "failed" would look as if
it had failed. After six messages the hues come again.
"""

from __future__ import annotations

from workbook.flow.palette import Colour

HUES = (
    Colour("#4b4fa3", "#a9adf5"),
    Colour("#00717a", "#5fc9d1"),
    Colour("#5f6a14", "#bdc96b"),
    Colour("#86502f", "#dba382"),
    Colour("#7a3569", "#e09fcb"),
    Colour("#46596b", "#a6bacb"),
)
"""White letters stand on the light ones, black letters on the dark ones, at 4.5:1 and more."""


def hue_of(number: int) -> Colour:
    """The colour of a message, by its number from 1."""
    return HUES[(number - 1) % len(HUES)]
