"""What the records say: what is done, what is next, where to look again.

A topic is weak if fewer than seven in ten of what was tried in it is right now. "Now" is the latest answer to
a question, and for an exercise whether it was passed without its solution: whoever needed five tries and then
had it, has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbook.teaching.contract import Exercise
from workbook.teaching.progress.records import ExerciseRecord, Records

FEWEST = 3
"""What was tried in a topic before anything is said about it."""
STRONG = 0.7
"""The share of it that is right, from which on a topic is not weak."""


@dataclass(frozen=True)
class Line:
    """One exercise, with what became of it."""

    exercise: Exercise
    record: ExerciseRecord

    @property
    def state(self) -> str:
        """In a word or two."""
        if self.record.passed:
            return "done"
        return "begun" if self.record.is_begun else "not begun"

    @property
    def details(self) -> str:
        """How it went, in words; empty if it was not begun."""
        record = self.record
        told = [f"{record.best} of {record.of} points"] if record.checks else []
        told += [counted(record.checks, "check")] if record.checks else []
        told += [counted(record.hints, "hint")] if record.hints else []
        told += ["solution shown"] if record.solution_shown else []
        return ", ".join(told)


@dataclass(frozen=True)
class Topic:
    """How much of what was tried in a topic is right now."""

    name: str
    right: int
    tried: int

    @property
    def is_weak(self) -> bool:
        """Whether there is enough to say that it should be looked at again."""
        return self.tried >= FEWEST and self.right / self.tried < STRONG


@dataclass(frozen=True)
class Summary:
    """All of it, in the order of the lessons."""

    lines: tuple[Line, ...]
    topics: tuple[Topic, ...]
    answered: int
    """Questions of the quiz that were answered."""
    answered_right: int
    """Those of them whose latest answer was right."""

    @property
    def done(self) -> int:
        """How many exercises are passed."""
        return sum(line.record.passed for line in self.lines)

    @property
    def next(self) -> Line | None:
        """The first exercise that is not passed; None when all are."""
        return next((line for line in self.lines if not line.record.passed), None)

    @property
    def weak(self) -> tuple[Topic, ...]:
        """The weak topics, the weakest first."""
        return tuple(sorted((t for t in self.topics if t.is_weak), key=lambda t: (t.right / t.tried, t.name)))


def summary_of(exercises: Iterable[Exercise], records: Records) -> Summary:
    """What the records say about these exercises, and about all questions that were answered."""
    lines = tuple(Line(each, records.exercises.get(each.id, ExerciseRecord())) for each in exercises)
    questions = records.questions.values()
    return Summary(
        lines,
        tuple(_topics(lines, records)),
        answered=sum(1 for each in questions if each.answers),
        answered_right=sum(each.last_right for each in questions),
    )


def _topics(lines: Iterable[Line], records: Records) -> Iterable[Topic]:
    tried: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for line in lines:
        if line.record.checks:
            tried[line.exercise.topic] += 1
            right[line.exercise.topic] += line.record.passed and not line.record.solution_shown
    for question in records.questions.values():
        if question.answers:
            tried[question.topic] += 1
            right[question.topic] += question.last_right
    return [Topic(name, right[name], tried[name]) for name in sorted(tried)]


def by_lesson(lines: Iterable[Line]) -> Mapping[str, list[Line]]:
    """The lines by lesson, in their order."""
    lessons: dict[str, list[Line]] = {}
    for line in lines:
        lessons.setdefault(line.exercise.lesson, []).append(line)
    return lessons


def title_of(lesson: str) -> str:
    """A lesson's name as people say it: "03 Dead letter queues"."""
    number, _, words = lesson.partition("_")
    return f"{number} {words.replace('_', ' ').capitalize()}"


def counted(number: int, thing: str) -> str:
    """A number of things in words: "1 check", "2 checks"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
