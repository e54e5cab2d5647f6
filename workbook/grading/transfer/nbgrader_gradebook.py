"""Brings points into nbgrader's gradebook, by its own API, where nbgrader is installed.

An answer in our notebooks is a cell that nbgrader has graded by hand (`authors/nbgrader.py`), so what is set
is the hand's score of the cell whose grade_id is the exercise's. Points are those of the exercise, without
weights and without what being late costs: nbgrader has its own rules for that. A task that was not judged is
left for the hand.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbook.grading.results import ClassResult, SubmissionResult, TaskResult
from workbook.grading.transfer.marks import TransferError, Transferred
from workbook.teaching.catalogue import find_exercise


def bring_to_gradebook(path: Path, assignment: str, result: ClassResult) -> Transferred:
    """Set the scores of an assignment in a gradebook.

    Args:
        path: gradebook.db.
        assignment: what nbgrader calls it.
        result: what was found.

    Raises:
        TransferError: nbgrader or the gradebook is not there, or has no such assignment.
    """
    if not path.is_file():
        raise TransferError(f"There is no gradebook {path}; nbgrader keeps it as gradebook.db in its course.")
    api = _api()
    with api.Gradebook(f"sqlite:///{path}") as gradebook:
        return _Gradebook(gradebook, api.MissingEntry, assignment, path).bring(result)


def _api() -> Any:  # noqa: ANN401 - nbgrader has no types, and need not be there
    try:
        return importlib.import_module("nbgrader.api")
    except ImportError as error:
        raise TransferError(
            "nbgrader is not installed in this environment: pip install nbgrader, or run the workbook in the "
            "one that has it. Without it, give grades.csv to whoever keeps the gradebook."
        ) from error


class _Gradebook:
    def __init__(self, gradebook: Any, missing: type[Exception], assignment: str, path: Path) -> None:  # noqa: ANN401
        self._gradebook, self._missing, self._name = gradebook, missing, assignment
        try:
            gradebook.find_assignment(assignment)
        except missing as error:
            there = ", ".join(each.name for each in gradebook.assignments) or "none"
            raise TransferError(f"{path} has no assignment {assignment!r}; there are: {there}.") from error

    def bring(self, result: ClassResult) -> Transferred:
        brought, left = [], []
        for submission in result.submissions:
            said = list(self._one(submission))
            left += said
            if not said:
                brought.append(submission.learner)
        self._gradebook.db.commit()
        return Transferred(tuple(brought), tuple(left))

    def _one(self, submission: SubmissionResult) -> Iterator[str]:
        """Set the scores of one learner, and give a sentence for each that is not."""
        learner = submission.learner
        if not submission.files:
            yield f"{learner} handed in nothing."
            return
        try:
            self._gradebook.find_student(learner)
        except self._missing:
            yield f"{learner} is no student of this gradebook."
            return
        self._gradebook.update_or_create_submission(self._name, learner)
        for task in submission.tasks:
            yield from self._task(task, learner)

    def _task(self, task: TaskResult, learner: str) -> Iterator[str]:
        if task.points is None:
            yield f"{learner}, {task.exercise}: {task.state}, so it is left for you to grade."
            return
        notebook = find_exercise(task.exercise).lesson
        try:
            grade = self._gradebook.find_grade(task.exercise, notebook, self._name, learner)
        except self._missing:
            yield f"{learner}, {task.exercise}: the assignment has no such cell in {notebook}."
            return
        if grade.max_score != task.of:
            yield f"{learner}, {task.exercise}: {grade.max_score} points there, and {task.of} here."
            return
        grade.manual_score, grade.needs_manual_grade = float(task.points), False
