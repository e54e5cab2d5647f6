"""A place to try a pattern on an event: both can be changed, and the answer follows each key.

    pattern | event        two fields with JSON
    does not match         the verdict, with the clause that decided

Nothing is asked of the lab: the same matcher that its rules use runs on what stands in the two fields. Saved
in a notebook it shows what it showed last, without a kernel.
"""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets

from workbook.flow.keyguard import KeyGuard
from workbook.pattern_verdict import Verdict, verdict

MOST_LINES = 24
"""Lines of JSON that a field shows; of more, it scrolls."""
_FULL_WIDTH = {"width": "100%"}
_CODE = (
    "<style>.workbook-json textarea{font-family:var(--jp-code-font-family,monospace);white-space:pre;"
    "width:calc(100% - 2px)}</style>"
)
"""Lines of code are not broken, and JupyterLab leaves no room for the right one of a field's borders."""


class PatternTester(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The widget; `Lab.pattern_tester` makes it."""

    def __init__(self, pattern: str, event: str) -> None:
        """Begin with a pattern and an event, as JSON text."""
        self.pattern = _field("Pattern", pattern)
        self.event = _field("Event", event)
        self.answer = ipywidgets.HTML(layout=_FULL_WIDTH)
        for field in (self.pattern, self.event):
            field.observe(lambda _: self._look(), names="value")
        self._look()
        row = {"flex_flow": "row wrap", "width": "100%"}
        fields = ipywidgets.HBox(
            [_labelled("Pattern", self.pattern), _labelled("Event", self.event)], layout=row
        )
        super().__init__([fields, self.answer, KeyGuard()], layout=_FULL_WIDTH)

    @property
    def verdict(self) -> Verdict:
        """The answer to what stands in the two fields."""
        return verdict(self.pattern.value, self.event.value)

    def _look(self) -> None:
        said = f'<div role="status" aria-live="polite">{self.verdict.html()}</div>'
        self.answer.value = f'{_CODE}<div style="line-height:1.4">{said}</div>'

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as IPython's
        """The live fields, and beside them a face that needs no kernel."""
        live = super()._repr_mimebundle_(**options) or {}
        return {**live, "text/html": self._face(), "text/plain": repr(self)}

    def _face(self) -> str:
        shown = [("Pattern", self.pattern.value), ("Event", self.event.value)]
        fields = "".join(
            f'<div style="flex:1 1 20em"><b>{name}</b><pre style="overflow-x:auto">{escape(text)}</pre></div>'
            for name, text in shown
        )
        return f'<div style="display:flex;flex-wrap:wrap;gap:0 2em">{fields}</div>{self.verdict.html()}'

    def __repr__(self) -> str:
        return f"Pattern {self.pattern.value}\nEvent {self.event.value}\n{self.verdict.text()}"


def _field(name: str, text: str) -> ipywidgets.Textarea:
    lines = min(max(text.count("\n") + 1, 3), MOST_LINES)
    field = ipywidgets.Textarea(value=text, rows=lines, tooltip=f"{name}, as JSON", layout={"width": "auto"})
    field.add_class("workbook-json")
    return field


def _labelled(name: str, field: ipywidgets.Textarea) -> ipywidgets.VBox:
    label = ipywidgets.HTML(f"<b>{name}</b>")
    return ipywidgets.VBox([label, field], layout={"flex": "1 1 24em", "margin": "0 1em 0 0"})
