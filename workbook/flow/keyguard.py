"""Keeps keys with the controls that they are meant for: put a `KeyGuard()` into the box around them.

    VBox([radio_buttons, button, KeyGuard()])

Without it JupyterLab takes the arrow keys of plain ipywidgets for its own, and the reader lands in another
cell.
"""

from __future__ import annotations

from pathlib import Path

import anywidget


class KeyGuard(anywidget.AnyWidget):
    """An invisible widget; what it guards is the box that it is a child of."""

    _esm = Path(__file__).parent / "keyguard.js"

    def __repr__(self) -> str:
        return "KeyGuard()"  # the one of anywidget holds an address, which is another in every run
