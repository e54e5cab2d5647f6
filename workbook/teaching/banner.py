"""A verdict as people read it: a banner in a notebook, text in a terminal, and a face without a kernel.

In a live notebook the banner has buttons below it, for the next hint and for the solution. What is saved, and
what a screen reader reads, is the same verdict without them.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbook.flow.notebook import in_a_notebook
from workbook.teaching.verdict import Verdict
from workbook.teaching.verdict_html import verdict_html
from workbook.teaching.verdict_text import verdict_text

if TYPE_CHECKING:
    from workbook.teaching.help_buttons import Banner


class VerdictView:
    """Shows a verdict.

    Args:
        verdict: What was found.
    """

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    @cached_property
    def widget(self) -> Banner:
        """The banner with its buttons, for a live notebook."""
        from workbook.teaching.help_buttons import Banner  # a terminal needs no widgets

        return Banner(self.verdict)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - as IPython's
        """The live banner, where there is a kernel, and beside it a face that needs none."""
        live = self.widget._repr_mimebundle_(**options) if in_a_notebook() else None
        return {**(live or {}), "text/html": verdict_html(self.verdict), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return verdict_text(self.verdict)
