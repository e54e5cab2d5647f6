"""How wide a state must be for its words: a name, and what it calls or is, below it; in a frame, beside it.

Names and APIs are what people look for in the picture, so the box follows the words up to a bound. Only what
is longer than that is cut, in its middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.flow.marks import width_of

if TYPE_CHECKING:
    from workbook.flow.machine_graph import StateNode

NAME, WORD = 13.0, 11.0
"""The sizes of letters in a state: of its name, and of what stands below it."""
INSET = 12.0
"""From the edge of a state to its words."""
FRAME_INSET, _BESIDE = 14.0, 16.0
_SLACK = 0.01
"""For what is lost in the last digit of a width."""
FOLDED = ", folded"
WIDEST = 300.0
"""A state is as wide as its words, up to here; what is longer is cut."""


def width_for(state: StateNode, *, is_frame: bool) -> float:
    """The width of a box in which nothing of a state's words is cut; those of a frame stand side by side."""
    name = width_of(state.name, NAME, bold=True)
    if is_frame:
        return name + width_of(state.frame_word, WORD) + 2 * FRAME_INSET + _BESIDE + _SLACK
    word = f"{state.word}{FOLDED if state.scopes else ''}"
    return max(name, width_of(word, WORD)) + 2 * INSET + _SLACK
