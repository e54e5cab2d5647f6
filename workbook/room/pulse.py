"""Looks again every few seconds, as long as somebody looks at it.

The beat is the browser's: a notebook that is closed, scrolled away or behind another window asks for nothing,
and a kernel has no thread that goes on for ever. A beat waits for the answer to the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets


class Pulse(anywidget.AnyWidget):
    """An invisible widget that calls `action` again and again while the box that it lies in is seen.

    Args:
        action: what to do; it catches its own errors.
        seconds: real seconds between two beats.
    """

    _esm = Path(__file__).parent / "pulse.js"
    seconds = traitlets.Float().tag(sync=True)
    beats = traitlets.Bool(default_value=True).tag(sync=True)
    answered = traitlets.Int().tag(sync=True)

    def __init__(self, action: Callable[[], None], seconds: float) -> None:
        super().__init__(seconds=seconds)
        self._action = action
        self.on_msg(self._beat)

    def _beat(self, _widget: object, content: object, _buffers: object) -> None:
        if content != "look":
            return
        try:
            self._action()
        finally:
            self.answered += 1

    def __repr__(self) -> str:
        return "Pulse()"
