"""From what a class handed in to its results: who is judged, by whom, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.grading.request import WALL_SECONDS, GradingRequest
from workbook.grading.results import (
    MISSING,
    ClassResult,
    SubmissionResult,
    TaskResult,
    missing,
    ungradable,
)
from workbook.grading.running.kept import Kept, key_of
from workbook.grading.running.outcomes import Outcome
from workbook.teaching.catalogue import find_exercise

if TYPE_CHECKING:
    from workbook.grading.assignment import Assignment
    from workbook.grading.running.workers import Workers
    from workbook.grading.submissions import Collected, Submission

NOTHING = "Nothing was handed in."
NO_TASK = "No notebook with this task was handed in."


@dataclass(frozen=True)
class Terms:
    """What holds for all submissions of a run."""

    secret: str
    exam: bool = False
    wall_seconds: int = WALL_SECONDS


def request_for(submission: Submission, assignment: Assignment, terms: Terms) -> GradingRequest:
    """What a judge is asked about a submission."""
    return GradingRequest(
        notebooks=submission.notebooks,
        exercises=assignment.exercises,
        secret=terms.secret,
        hidden=str(assignment.hidden) if assignment.hidden else None,
        pictures=assignment.show_flows,
        exam=terms.exam,
        wall_seconds=terms.wall_seconds,
    )


def grade(
    collected: Collected,
    assignment: Assignment,
    terms: Terms,
    workers: Workers,
    kept: Kept,
    *,
    resume: bool = False,
    done: Callable[[int, int], None] = lambda _count, _of: None,
) -> ClassResult:
    """Grade a class.

    Args:
        collected: what was handed in.
        assignment: what was asked for.
        terms: what holds for all.
        workers: who judges.
        kept: where outcomes are kept.
        resume: whether those that are kept already are taken.
        done: is told how many are done, of how many, whenever one is.

    Raises:
        NoJudge: nothing can be judged.
    """
    judged = [each for each in collected.submissions if each.notebooks]
    requests = {each.learner: request_for(each, assignment, terms) for each in judged}
    keys = {learner: key_of(request) for learner, request in requests.items()}
    open_ = {keys[learner]: request for learner, request in requests.items()}  # the same answers, once
    outcomes = _kept_before(open_, kept) if resume else {}
    left = {key: request for key, request in open_.items() if key not in outcomes}
    done(len(outcomes), len(open_))
    for key, outcome in workers.outcomes(left) if left else ():
        kept.put(key, outcome)
        outcomes[key] = outcome
        done(len(outcomes), len(open_))
    results = [
        _result(each, assignment, outcomes.get(keys.get(each.learner, ""))) for each in collected.submissions
    ]
    return ClassResult(assignment.title, tuple(results), collected.notes)


def _kept_before(requests: dict[str, GradingRequest], kept: Kept) -> dict[str, Outcome]:
    found = {key: kept.get(key, request) for key, request in requests.items()}
    return {key: outcome for key, outcome in found.items() if outcome is not None}


def _result(submission: Submission, assignment: Assignment, outcome: Outcome | None) -> SubmissionResult:
    return SubmissionResult(
        learner=submission.learner,
        tasks=tuple(_tasks(submission, assignment.exercises, outcome)),
        files=submission.files,
        notes=submission.notes,
        late_seconds=submission.late_seconds,
        account=submission.account,
    )


def _tasks(submission: Submission, exercises: Iterable[str], outcome: Outcome | None) -> Iterable[TaskResult]:
    """The tasks as judged; an answer that was not found may stand in a file that could not be read."""
    if outcome is not None and not outcome.failure:
        return [_perhaps_unread(task, submission.unreadable) for task in outcome.tasks]
    reason = outcome.failure if outcome else submission.unreadable
    absent = NO_TASK if submission.files else NOTHING
    return [_without(name, ungradable if reason else missing, reason or absent) for name in exercises]


def _perhaps_unread(task: TaskResult, unreadable: str) -> TaskResult:
    if task.state != MISSING or not unreadable:
        return task
    said = f"There is no answer in what could be read. {unreadable}"
    return ungradable(task.exercise, task.title, task.of, said)


def _without(name: str, kind: Callable[[str, str, int, str], TaskResult], reason: str) -> TaskResult:
    exercise = find_exercise(name)
    return kind(exercise.id, exercise.title, exercise.points, reason)
