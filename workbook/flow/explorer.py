"""The live view of a sequence or a chart: one anywidget over one ES module.

It takes the drawing that Python has made, wide and narrow, and the facts behind it. Nothing comes back from
the browser: what is selected there is its reader's own, and a notebook is the same whoever has looked at it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbook.flow import palette
from workbook.flow.hues import HUES
from workbook.flow.palette import Colour

HERE = Path(__file__).parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_CASES = (
    '[data-jp-theme-light="false"] .wb-explorer',
    ".vscode-dark .wb-explorer",
)
"""Where pages are dark."""


@cache
def stylesheet() -> str:
    """How the view looks, with the rules that turn each colour of the palette into its dark one.

    The drawing has its light colours as presentation attributes, which any rule of a stylesheet overrides.
    """
    found = [value for value in vars(palette).values() if isinstance(value, Colour)]
    found += [glyph.colour for glyph in palette.GLYPHS.values()]
    colours = dict.fromkeys([*found, *HUES])
    rules = [
        f'{case} svg [{part}="{colour.light}"]{{{part}:{colour.dark}}}'
        for case in _CASES
        for colour in colours
        for part in ("fill", "stroke")
    ]
    return (HERE / "explore.css").read_text(encoding="utf-8") + "\n".join(rules)


class Explorer(anywidget.AnyWidget):
    """A drawing to be walked through with keys or a pointer.

    Args:
        what: "sequence" or "chart".
        wide: The SVG for a wide place.
        narrow: The SVG for one of 400 pixels.
        prose: The same in words.
        facts: What `sequence_data` or `chart_data` says.
    """

    _esm = HERE / "explore.js"
    _css = stylesheet()
    what = traitlets.Unicode().tag(sync=True)
    wide = traitlets.Unicode().tag(sync=True)
    narrow = traitlets.Unicode().tag(sync=True)
    prose = traitlets.Unicode().tag(sync=True)
    facts = traitlets.Unicode().tag(sync=True)

    def __init__(self, what: str, wide: str, narrow: str, prose: str, facts: Mapping[str, object]) -> None:
        text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
        super().__init__(what=what, wide=wide, narrow=narrow, prose=prose, facts=text)

    def __repr__(self) -> str:
        return f"<the {self.what}, live>"  # without an address, so that it is the same in each run

    def view(self) -> dict[str, Any]:
        """The part of a mime bundle that JupyterLab turns into this view."""
        bundle = self._repr_mimebundle_()
        return {WIDGET_VIEW: bundle[0][WIDGET_VIEW]} if bundle else {}
