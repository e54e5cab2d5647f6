"""`grades.csv`: a line a learner, for spreadsheets.

A spreadsheet takes a cell that begins with =, +, - or @ for a formula and works it out, and learners choose
the names of their files. So such a cell gets a quote before it; and so does what would begin a cell where a
comma or semicolon within one is taken for its end. What is not known is empty, never 0.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from workbook.grading.assignment import Assignment
from workbook.grading.results import GRADED, ClassResult, SubmissionResult
from workbook.grading.scores import score_of, shown

BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for the code page of the computer."""
_HEADS = ("learner", "account", "state", "points", "of", "unjudged", "percent", "late seconds", "percent off")
_FORMULA = re.compile(
    r"(^|[,;])(?=\s*[=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH COMMERCIAL AT}])"
)
_BREAKS = re.compile(r"[\t\r\n\v\f]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""What moves the cursor of a terminal in which the table is looked at."""


def grades_csv(result: ClassResult, assignment: Assignment) -> str:
    """The whole table."""
    heads = [*_HEADS, *assignment.exercises, "notes"]
    return table([heads, *(_line(each, assignment) for each in result.submissions)])


def table(lines: Iterable[Sequence[str]]) -> str:
    """Lines of text as CSV (RFC 4180) that no spreadsheet takes for formulas."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    for line in lines:
        writer.writerow([harmless(cell) for cell in line])
    return BYTE_ORDER_MARK + written.getvalue()


def harmless(cell: str) -> str:
    """A cell that is shown as it is and never worked out."""
    begins_oddly = cell[:1] in {"\t", "\r", "\n"}
    plain = _FORMULA.sub(r"\1'", _CONTROL.sub("", _BREAKS.sub(" ", cell)))
    return f"'{plain}" if begins_oddly and not plain.startswith("'") else plain


def _line(submission: SubmissionResult, assignment: Assignment) -> list[str]:
    score = score_of(submission, assignment)
    percent = score.percent
    return [
        submission.learner,
        submission.account,
        submission.state,
        shown(score.earned) if score.is_final else "",
        shown(score.of),
        shown(score.unjudged),
        "" if percent is None else shown(percent),
        str(submission.late_seconds),
        str(score.percent_off),
        *_tasks(submission, assignment),
        " ".join((*submission.tampering, *submission.notes)),
    ]


def _tasks(submission: SubmissionResult, assignment: Assignment) -> list[str]:
    """Points of each task as they were earned, without weight; or the word for why there are none."""
    by_name = {task.exercise: task for task in submission.tasks}
    found = [by_name.get(name) for name in assignment.exercises]
    return [
        "" if task is None else str(task.points) if task.state == GRADED else task.state for task in found
    ]
