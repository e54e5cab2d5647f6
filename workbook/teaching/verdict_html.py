"""A verdict as a page of a notebook, the same with a kernel and without.

    (icon) Not yet: 2 of 7 points                  Cakes of unknown size (vt-2)
    Set up     Six orders come in ...
    Expected   ...
    Happened   ...
    the message for a typical mistake
    each property with its points
    > your system beside the solution              closed, since it shows what the solution does
    > what your code printed

Text has the colours of the theme; the two or three that are given here can be told apart on a light page and
on a dark one. Nothing is used that JupyterLab takes out of a notebook which nobody has trusted yet.
"""

from __future__ import annotations

import re
from html import escape

from workbook.teaching.icons import NOT_JUDGED, NOT_YET, RIGHT, Mark, icon
from workbook.teaching.verdict import Verdict
from workbook.teaching.verdict_words import Row, account, exercise_line, headline, others_broken, rows

_CODE = re.compile(r"`([^`\n]+)`")
_TABLE = 'style="margin:0 0 1em"'
_LEFT = 'style="text-align:left;vertical-align:top"'
_WORD = 'style="text-align:left;vertical-align:top;white-space:nowrap"'
_MARKS = {"held": RIGHT, "broken": NOT_YET, "not judged": NOT_JUDGED}


def verdict_html(verdict: Verdict) -> str:
    """The whole verdict."""
    colour, _ = mark_of(verdict)
    parts = [
        _head(verdict),
        _trouble(verdict),
        _account(verdict),
        _mistake(verdict),
        _properties(verdict),
        _more("Your system beside the solution", verdict.picture or ""),
        _more("What your code printed", _lines(verdict.printed)),
    ]
    return f'<div style="border-left:4px solid {colour};padding-left:12px">{"".join(parts)}</div>'


def mark_of(verdict: Verdict) -> Mark:
    """The mark of the whole verdict."""
    if verdict.error is not None:
        return NOT_JUDGED
    return RIGHT if verdict.passed else NOT_YET


def _head(verdict: Verdict) -> str:
    said = f"<b>{icon(mark_of(verdict), 20)}{escape(headline(verdict))}</b>"
    return f'<p role="status">{said}<br>{escape(exercise_line(verdict))}</p>'


def _trouble(verdict: Verdict) -> str:
    if verdict.error is None:
        return ""
    return f"<p>{_words(verdict.error.text)}</p>{_lines(verdict.error.traceback)}"


def _account(verdict: Verdict) -> str:
    said = account(verdict)
    if not said:
        return ""
    lines = "".join(f"<tr><th {_WORD}>{name}</th><td {_LEFT}>{_words(text)}</td></tr>" for name, text in said)
    return f"<table {_TABLE}><tbody>{lines}</tbody></table>"


def _mistake(verdict: Verdict) -> str:
    return "" if verdict.mistake is None else f"<p><b>Why:</b> {_words(verdict.mistake.message)}</p>"


def _properties(verdict: Verdict) -> str:
    happened = {each.name: each.happened for each in others_broken(verdict)}
    lines = "".join(_property(row, happened.get(row.name, "")) for row in rows(verdict))
    head = f"<tr><th {_LEFT}>What must hold</th><th {_WORD}>Outcome</th><th {_WORD}>Points</th></tr>"
    return f"<table {_TABLE}><thead>{head}</thead><tbody>{lines}</tbody></table>"


def _property(row: Row, happened: str) -> str:
    name = _words(row.name) + (f"<br>{_words(happened)}" if happened else "")
    outcome = f"{icon(_MARKS[row.outcome], 14)}{row.outcome}"
    return f"<tr><td {_LEFT}>{name}</td><td {_WORD}>{outcome}</td><td {_WORD}>{row.points}</td></tr>"


def _words(text: str) -> str:
    """Prose, with what stands in backquotes as code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _lines(text: str) -> str:
    """Code, or what a program printed."""
    return f'<pre style="overflow-x:auto">{escape(text.rstrip())}</pre>' if text else ""


def _more(summary: str, content: str) -> str:
    return f"<details><summary>{summary}</summary>{content}</details>" if content else ""
