"""A class at a glance: how each task went, which mistakes were common, who needs a person, who is stuck."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from workbook.grading.assignment import Assignment
from workbook.grading.reports.words import outcome
from workbook.grading.results import GRADED, MISSING, UNGRADABLE, ClassResult, SubmissionResult
from workbook.grading.scores import score_of
from workbook.teaching.catalogue import all_exercises

_UNTOUCHED = "empty"
"""The trouble of a task whose function is as it was given out."""
STUCK_BELOW = Fraction(1, 3)
"""Of the points of what was judged: who has less, and tried, is called stuck."""
OUTCOMES = ("right", "partly", "wrong", "ungradable", "missing")


@dataclass(frozen=True)
class TaskOverview:
    """How a task went in the whole class."""

    exercise: str
    title: str
    counts: dict[str, int]
    """Learners by outcome, for each of `OUTCOMES`."""
    properties: tuple[tuple[str, int, int], ...]
    """Each property with how many held it, and of how many that were judged."""

    @property
    def learners(self) -> int:
        """All of them."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class CommonMistake:
    """A typical mistake with those who made it."""

    exercise: str
    mistake: str
    message: str
    learners: tuple[str, ...]


@dataclass(frozen=True)
class Unjudged:
    """Tasks of one learner that could not be judged, all for one reason."""

    learner: str
    exercises: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Unanswered:
    """A task with those who handed in something, and no answer to it that was found."""

    exercise: str
    reason: str
    learners: tuple[str, ...]


@dataclass(frozen=True)
class Overview:
    """What `class.html` shows."""

    handed_in: int
    missing: int
    waiting: int
    """Learners with a task that a person has to look at."""
    median: Fraction | None
    """Of the final percentages; None where there is none."""
    tasks: tuple[TaskOverview, ...]
    mistakes: tuple[CommonMistake, ...]
    """The most common first."""
    stuck: tuple[tuple[str, str], ...]
    """Learners, each with why."""
    ungradable: tuple[Unjudged, ...]
    unanswered: tuple[Unanswered, ...]
    tampering: tuple[tuple[str, str], ...]


def overview_of(result: ClassResult, assignment: Assignment) -> Overview:
    """A class at a glance."""
    submissions = result.submissions
    final = [score_of(each, assignment).percent for each in submissions if each.state == GRADED]
    known = [percent for percent in final if percent is not None]
    return Overview(
        handed_in=sum(bool(each.files) for each in submissions),
        missing=sum(not each.files for each in submissions),
        waiting=sum(each.state == UNGRADABLE for each in submissions),
        median=statistics.median(known) if known else None,
        tasks=tuple(_task(name, submissions) for name in assignment.exercises),
        mistakes=_mistakes(submissions),
        stuck=tuple(_stuck(submissions)),
        ungradable=tuple(found for each in submissions for found in _unjudged(each)),
        unanswered=tuple(found for name in assignment.exercises for found in _unanswered(name, submissions)),
        tampering=tuple((each.learner, said) for each in submissions for said in each.tampering),
    )


def _task(exercise: str, submissions: Iterable[SubmissionResult]) -> TaskOverview:
    tasks = [task for each in submissions for task in each.tasks if task.exercise == exercise]
    marks = [outcome(task).mark for task in tasks]
    held: dict[str, list[bool]] = defaultdict(list)
    for task in tasks:
        for each in task.properties if task.state == GRADED else ():
            held[each.name].append(each.held)
    return TaskOverview(
        exercise,
        all_exercises()[exercise].title,
        {name: marks.count(name) for name in OUTCOMES},
        tuple((name, sum(each), len(each)) for name, each in held.items()),
    )


def _unjudged(submission: SubmissionResult) -> Iterator[Unjudged]:
    """Once for each reason: one file that cannot be read may hold many tasks."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for task in submission.tasks:
        if task.state == UNGRADABLE:
            reasons[task.reason].append(task.exercise)
    for reason, exercises in reasons.items():
        yield Unjudged(submission.learner, tuple(exercises), reason)


def _unanswered(exercise: str, submissions: Iterable[SubmissionResult]) -> Iterator[Unanswered]:
    """Once for each reason; of those who handed in nothing at all nothing more is to be said."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for each in submissions:
        for task in each.tasks if each.files else ():
            if task.exercise == exercise and task.state == MISSING:
                reasons[task.reason].append(each.learner)
    for reason, learners in reasons.items():
        yield Unanswered(exercise, reason, tuple(learners))


def _mistakes(submissions: Iterable[SubmissionResult]) -> tuple[CommonMistake, ...]:
    made: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in submissions:
        for task in each.tasks:
            if task.mistake is not None:
                made[task.exercise, task.mistake].append(each.learner)
    found = [
        CommonMistake(exercise, mistake, _message(exercise, mistake), tuple(learners))
        for (exercise, mistake), learners in made.items()
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.learners), each.exercise, each.mistake)))


def _message(exercise: str, mistake: str) -> str:
    known = all_exercises().get(exercise)
    return next((each.message for each in known.mistakes if each.name == mistake), "") if known else ""


def _stuck(submissions: Iterable[SubmissionResult]) -> Iterator[tuple[str, str]]:
    """Those who tried and have little: no task right, and less than a third of what they tried."""
    for each in submissions:
        judged = [task for task in each.tasks if task.state == GRADED and task.trouble != _UNTOUCHED]
        points, of = sum(task.points or 0 for task in judged), sum(task.of for task in judged)
        if judged and not any(task.right for task in judged) and points < of * STUCK_BELOW:
            yield each.learner, f"{points} of {of} points in {_count(len(judged), 'task')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
