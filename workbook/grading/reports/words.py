"""What is said of a task or a submission, in the same words on every page."""

from __future__ import annotations

from typing import NamedTuple

from workbook.grading.assignment import Assignment
from workbook.grading.results import GRADED, UNGRADABLE, SubmissionResult, TaskResult
from workbook.grading.scores import score_of, shown
from workbook.teaching.verdict_words import TROUBLES


class Outcome(NamedTuple):
    """What became of a task: a word that chooses its mark, and what is read beside it."""

    mark: str
    """right, partly, wrong, ungradable or missing."""
    words: str


def outcome(task: TaskResult) -> Outcome:
    """What became of a task."""
    if task.state == UNGRADABLE:
        return Outcome("ungradable", "Could not be judged")
    if task.points is None:
        return Outcome("missing", "No answer")
    points = f"{task.points} of {task.of} points"
    if task.right:
        return Outcome("right", f"Right: {points}")
    mark, word = ("partly", "Partly right") if task.points else ("wrong", "Not right")
    return Outcome(mark, f"{word}: {points}")


def trouble(task: TaskResult) -> str:
    """Why an answer was not judged to its end, in a few words; empty if it was."""
    return "" if task.trouble is None else TROUBLES.get(task.trouble, "It was not judged to its end")


def total(submission: SubmissionResult, assignment: Assignment) -> str:
    """The points of a submission, and what of them is still open."""
    score = score_of(submission, assignment)
    said = f"{shown(score.earned)} of {shown(score.of)} points"
    return said if score.is_final else f"{said} so far; {shown(score.unjudged)} more are not judged yet"


def in_a_cell(task: TaskResult) -> str:
    """A task in the table of a class."""
    return f"{task.points} of {task.of}" if task.state == GRADED else task.state
