"""A list whose lines can be put into another order: with two buttons on each line, or with the mouse.

Buttons, because they work with a keyboard, a finger and a screen reader alike; dragging, because it is quick
for who has a mouse. After each move a screen reader is told where the line is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anywidget
import traitlets

_HERE = Path(__file__).parent


class Arranger(anywidget.AnyWidget):
    """The list.

    Args:
        items: the id and the text of each line, in the order in which they are shown first.
        label: what the list is called, for who does not see it.
    """

    _esm = _HERE / "arranger.js"
    _css = _HERE / "arranger.css"
    items = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    order = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """The ids as they stand now, the first on top."""
    disabled = traitlets.Bool().tag(sync=True)

    def __init__(self, items: Sequence[tuple[str, str]], label: str) -> None:
        super().__init__(items=[list(item) for item in items], order=[name for name, _ in items], label=label)

    @property
    def texts(self) -> list[str]:
        """The lines as they stand now."""
        texts = dict(self.items)
        return [texts[name] for name in self.order]

    def __repr__(self) -> str:
        return "\n".join(f"{place}. {text}" for place, text in enumerate(self.texts, start=1))
