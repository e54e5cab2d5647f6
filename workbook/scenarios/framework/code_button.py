"""The button "Show the code" of a panel."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

_HERE = Path(__file__).parent


class CodeButton(anywidget.AnyWidget):
    """Inserts `code` as a cell below, or shows it where no cell can be inserted."""

    _esm = _HERE / "code_button.js"
    _css = _HERE / "code_button.css"
    code = traitlets.Unicode().tag(sync=True)

    def __repr__(self) -> str:
        return "CodeButton()"
