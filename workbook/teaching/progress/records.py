"""The records of what a learner did: one for each exercise and each question of the quiz.

They are read from files that people copy, merge and sometimes edit, so whatever is not of the right form is
named and refused as a whole: half of a file is worse than none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

VERSION = 1
"""Of the file. A newer one is never written over."""


class RecordError(ValueError):
    """Something is no record of progress; the text says what is wrong with it."""


@dataclass(frozen=True)
class ExerciseRecord:
    """What became of one exercise."""

    checks: int = 0
    """How often an answer was checked."""
    passed: bool = False
    """Whether one of them was right."""
    passed_on: str = ""
    """The day of the first right one, "2026-11-28"; empty before."""
    best: int = 0
    """The most points that an answer earned."""
    of: int = 0
    """What a right answer is worth."""
    hints: int = 0
    """How many hints were shown."""
    solution_shown: bool = False
    """Whether the solution was shown before the exercise was passed."""

    @property
    def is_begun(self) -> bool:
        """Whether an answer was checked, and none was right yet."""
        return self.checks > 0 and not self.passed

    def merged_with(self, other: ExerciseRecord) -> ExerciseRecord:
        """The record of whoever did both, on two computers, say; the same again changes nothing."""
        days = [day for day in (self.passed_on, other.passed_on) if day]
        return ExerciseRecord(
            checks=max(self.checks, other.checks),
            passed=self.passed or other.passed,
            passed_on=min(days, default=""),
            best=max(self.best, other.best),
            of=max(self.of, other.of),
            hints=max(self.hints, other.hints),
            solution_shown=self.solution_shown or other.solution_shown,
        )


@dataclass(frozen=True)
class QuestionRecord:
    """How often a question of the quiz was answered, and how."""

    topic: str = ""
    right: int = 0
    wrong: int = 0
    last_right: bool = False
    """Whether the latest answer was right."""
    card: Mapping[str, Any] = field(default_factory=dict)
    """What the scheduler of repetitions knows of it; empty before the first answer."""

    @property
    def answers(self) -> int:
        """How often it was answered."""
        return self.right + self.wrong

    def merged_with(self, other: QuestionRecord) -> QuestionRecord:
        """The record that knows of more answers; both know of the same ones where it is copied to and fro."""
        return max(self, other, key=lambda each: (each.answers, each.right, each.last_right, repr(each)))


Record = TypeVar("Record", ExerciseRecord, QuestionRecord)


@dataclass(frozen=True)
class Records:
    """All that is known of a learner."""

    exercises: Mapping[str, ExerciseRecord] = field(default_factory=dict)
    questions: Mapping[str, QuestionRecord] = field(default_factory=dict)

    def merged_with(self, other: Records) -> Records:
        """Both together; nothing of either is lost."""
        return Records(_merged(self.exercises, other.exercises), _merged(self.questions, other.questions))

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "version": VERSION,
            "exercises": {name: dataclasses.asdict(record) for name, record in self.exercises.items()},
            "questions": {name: dataclasses.asdict(record) for name, record in self.questions.items()},
        }

    @classmethod
    def from_json(cls, value: object) -> Records:
        """The records that `as_json` made this of.

        Raises:
            RecordError: it is something else, or of a version that this workbook does not know.
        """
        if not isinstance(value, Mapping) or not isinstance(value.get("version"), int):
            message = "it is not a file of progress: there is no version in it"
            raise RecordError(message)
        if value["version"] != VERSION:
            message = f"it is of version {value['version']}, and this workbook reads version {VERSION}"
            raise RecordError(message)
        return cls(
            _read(ExerciseRecord, value.get("exercises"), "exercises"),
            _read(QuestionRecord, value.get("questions"), "questions"),
        )


def _merged(ours: Mapping[str, Record], theirs: Mapping[str, Record]) -> dict[str, Record]:
    both = {name: ours[name].merged_with(theirs[name]) for name in ours.keys() & theirs.keys()}
    return dict(sorted({**ours, **theirs, **both}.items()))


def _read(kind: type[Record], value: object, name: str) -> dict[str, Record]:
    if not isinstance(value, Mapping):
        message = f"its {name!r} are no object of JSON"
        raise RecordError(message)
    return {each: _record(kind, fields, f"{name}.{each}") for each, fields in value.items()}


def _record(kind: type[Record], value: object, name: str) -> Record:
    known = {field.name: type(getattr(kind(), field.name)) for field in dataclasses.fields(kind)}
    if not isinstance(value, Mapping) or set(value) != set(known):
        message = f"{name} should have {', '.join(known)}"
        raise RecordError(message)
    for field_name, needed in known.items():
        if type(value[field_name]) is not needed or (needed is int and value[field_name] < 0):
            message = f"{name}.{field_name} is {value[field_name]!r}"
            raise RecordError(message)
    return kind(**value)
