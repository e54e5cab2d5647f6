"""A verdict as people read it."""

from __future__ import annotations

from workbook.teaching.verdict import Verdict


class VerdictView:
    """Shows a verdict."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def __repr__(self) -> str:
        return repr(self.verdict)
