"""A verdict as text, for a terminal and for whoever has a page read aloud."""

from __future__ import annotations

import textwrap

from workbook.teaching.verdict import Verdict
from workbook.teaching.verdict_words import account, exercise_line, headline, rows

WIDTH = 96
"""Letters in a line."""
_LABEL = 10


def verdict_text(verdict: Verdict) -> str:
    """The whole verdict but for its picture, of which it has the words."""
    blocks = [
        f"{headline(verdict)}\n{exercise_line(verdict)}",
        _trouble(verdict),
        "\n".join(_labelled(name, text) for name, text in account(verdict)),
        _labelled("Why", verdict.mistake.message) if verdict.mistake else "",
        _table(verdict),
        verdict.prose or "",
        f"Your code printed:\n{textwrap.indent(verdict.printed.rstrip(), '  ')}" if verdict.printed else "",
    ]
    return "\n\n".join(block for block in blocks if block)


def _trouble(verdict: Verdict) -> str:
    if verdict.error is None:
        return ""
    return "\n\n".join(filter(None, (textwrap.fill(verdict.error.text, WIDTH), verdict.error.traceback)))


def _labelled(name: str, text: str) -> str:
    indent = " " * _LABEL
    return textwrap.fill(text, WIDTH, initial_indent=f"{name:<{_LABEL}}", subsequent_indent=indent)


def _table(verdict: Verdict) -> str:
    return "\n".join(f"  {row.outcome:<10}  {row.points:>8}  {row.name}" for row in rows(verdict))
