"""A summary of progress as text and as HTML, readable without a kernel.

Nothing is said by colour alone: each state is a word and a sign. The colours are those of JupyterLab's theme.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from workbook.teaching.progress.summary import Line, Summary, by_lesson, title_of

SIGNS = {"done": "✓", "begun": "…", "not begun": "○"}
NOTHING_KEPT = "Run this cell to see what you have done, what comes next, and what to look at again."
"""What a saved notebook shows, and whoever has switched the recording off."""
Link = Callable[[str], str]
"""From a lesson to the address of its exercises; empty if there is none."""


def progress_text(summary: Summary) -> str:
    """The summary for a terminal."""
    lines = [_done(summary), *_questions(summary), _next(summary), *_weak(summary)]
    for lesson, its_lines in by_lesson(summary.lines).items():
        lines += ["", title_of(lesson), *(f"  {_in_words(line)}" for line in its_lines)]
    return "\n".join(lines)


def progress_html(summary: Summary, link: Link) -> str:
    """The summary as a page.

    Args:
        summary: what the records say.
        link: gives the address of a lesson's exercises.
    """
    told = [escape(_done(summary)), *map(escape, _questions(summary)), _next_html(summary, link)]
    paragraphs = "".join(
        f'<p style="margin:.3em 0">{each}</p>' for each in [*told, *map(escape, _weak(summary))]
    )
    lessons = "".join(_lesson_html(name, lines, link) for name, lines in by_lesson(summary.lines).items())
    return f'<div style="line-height:1.4">{_bar(summary)}{paragraphs}{lessons}</div>'


def _done(summary: Summary) -> str:
    return f"Exercises done: {summary.done} of {len(summary.lines)}."


def _questions(summary: Summary) -> list[str]:
    if not summary.answered:
        return []
    return [f"Questions answered: {summary.answered}, {summary.answered_right} of them right the last time."]


def _next(summary: Summary) -> str:
    line = summary.next
    if line is None:
        return "Next: nothing is left. All exercises are done."
    return f"Next: {line.exercise.id}, {line.exercise.title} ({title_of(line.exercise.lesson)})."


def _next_html(summary: Summary, link: Link) -> str:
    line = summary.next
    text = escape(_next(summary))
    return text if line is None else f"<b>{_linked(text, link(line.exercise.lesson))}</b>"


def _weak(summary: Summary) -> list[str]:
    if not summary.weak:
        return []
    topics = ", ".join(f"{each.name} ({each.right} of {each.tried} right)" for each in summary.weak)
    return [f"To look at again: {topics}."]


def _in_words(line: Line) -> str:
    details = f" ({line.details})" if line.details else ""
    return f"{SIGNS[line.state]} {line.exercise.id}  {line.exercise.title}: {line.state}{details}"


def _bar(summary: Summary) -> str:
    return (
        f'<progress max="{max(len(summary.lines), 1)}" value="{summary.done}" aria-label="Exercises done" '
        'style="width:100%;max-width:30em;accent-color:var(--jp-brand-color1,#1976d2)"></progress>'
    )


def _lesson_html(lesson: str, lines: list[Line], link: Link) -> str:
    done = sum(line.record.passed for line in lines)
    rows = "".join(_row(line) for line in lines)
    address = link(lesson)
    way = f"<p>{_linked('Open the exercises', address)}</p>" if address else ""
    head = f"{escape(title_of(lesson))}: {done} of {len(lines)} done"
    table = f"<table><thead><tr>{_HEAD}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f'<details><summary style="cursor:pointer">{head}</summary>'
        f'<div style="overflow-x:auto">{table}</div>{way}</details>'
    )


_LEFT = 'style="text-align:left;vertical-align:top"'
_HEAD = "".join(f'<th scope="col" {_LEFT}>{name}</th>' for name in ("exercise", "level", "state", "so far"))


def _row(line: Line) -> str:
    cells = (str(line.exercise.level), f"{SIGNS[line.state]} {line.state}", line.details)
    name = escape(f"{line.exercise.id}: {line.exercise.title}")
    rest = "".join(f"<td {_LEFT}>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row" {_LEFT}>{name}</th>{rest}</tr>'


def _linked(html: str, address: str) -> str:
    return f'<a href="{escape(address)}">{html}</a>' if address else html
