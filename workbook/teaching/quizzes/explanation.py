"""The explanation of an answered question as a page of a notebook, with icons and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from workbook.teaching.icons import NOT_YET, RIGHT, icon
from workbook.teaching.quizzes.explaining import (
    Row,
    lesson_link,
    lesson_title,
    rows,
    source_line,
    verdict_line,
)
from workbook.teaching.quizzes.kinds import Option
from workbook.teaching.quizzes.question import DOMAINS, Question
from workbook.teaching.quizzes.sitting import Answered


def question_html(question: Question) -> str:
    """What is asked."""
    return f'<p style="max-width:60em">{escape(question.text)}</p>'


def options_html(options: Sequence[Option]) -> str:
    """The options to read, without a control and without their key: what a saved notebook shows."""
    lines = "".join(f"<li>{escape(option.text)}</li>" for option in options)
    return f"<ul>{lines}</ul>" if lines else ""


def explanation_html(
    answered: Answered, options: Sequence[Option], each: Mapping[str, str] | None = None
) -> str:
    """Right or wrong, and why of every option.

    Args:
        answered: the question with its answer.
        options: in the order in which they were shown.
        each: what an evidence says of them.
    """
    mark = RIGHT if answered.right else NOT_YET
    head = f"<p><b>{icon(mark, 20)}{escape(verdict_line(answered))}</b></p>"
    lines = "".join(_row(row, (each or {}).get(row.id, "")) for row in rows(answered, options))
    older = answered.question.older
    note = f"<p><b>Older question banks:</b> {escape(older)}</p>" if older else ""
    return (
        f'<div style="border-left:4px solid {mark[0]};padding-left:12px;max-width:60em">'
        f'{head}<ul style="list-style:none;padding:0;margin:0">{lines}</ul>{note}</div>'
    )


def _row(row: Row, shown: str) -> str:
    mark = icon(RIGHT if row.good else NOT_YET, 14)
    lab = f"<br><b>In the lab:</b> {escape(shown)}" if shown else ""
    words = f"<b>{escape(row.outcome[0].upper() + row.outcome[1:])}:</b> {escape(row.text)}"
    return f'<li style="margin:0 0 .8em">{mark}{words}<br>{escape(row.why)}{lab}</li>'


def where_to_read(question: Question) -> str:
    """The lesson and the source, as Markdown: JupyterLab finds notebooks by their paths in it."""
    lesson = f"[{lesson_title(question)}]({lesson_link(question)})"
    domain = f"Domain: {DOMAINS[question.domain]}."
    source = f"[AWS's documentation]({question.source}), {source_line(question)}"
    return f"Read on: {lesson}. Source: {source}. {domain}"


def evidence_html(shown: Mapping[str, Any]) -> str:
    """What an evidence showed: what it says, its picture, and its code on request."""
    code = f'<pre style="overflow-x:auto">{escape(shown["code"])}</pre>'
    return (
        f"<p><b>In the lab:</b> {escape(shown['says'])}</p><div>{shown['picture'] or ''}</div>"
        f'<details><summary style="cursor:pointer">Show the code</summary>{code}</details>'
    )
