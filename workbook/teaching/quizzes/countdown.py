"""The time that is left, counted down in the browser: the kernel need not wake up each second."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

_HERE = Path(__file__).parent


class Countdown(anywidget.AnyWidget):
    """Minutes and seconds that are left; `is_over` becomes true at the end.

    Args:
        seconds: from the moment in which it is shown first.
    """

    _esm = _HERE / "countdown.js"
    seconds = traitlets.Float().tag(sync=True)
    runs = traitlets.Bool(default_value=True).tag(sync=True)
    is_over = traitlets.Bool().tag(sync=True)

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=seconds)

    def __repr__(self) -> str:
        return "Countdown()"  # anywidget's holds an address, which is another in every run
