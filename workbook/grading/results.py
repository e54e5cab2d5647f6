"""What grading found: texts, numbers and nothing else, so that it crosses processes and goes into files.

    ClassResult ── SubmissionResult, one a learner ── TaskResult, one an exercise ── PropertyResult

A task is *graded*, *ungradable* or *missing*, and only what is graded has points. What could not be judged
is never a 0 here: a 0 says that an answer is wrong, and nobody looks again at what is known to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from workbook.grading.plain_reading import FormError, fields, many, one_of, optional, text, truth, whole

VERSION = 1

GRADED, UNGRADABLE, MISSING = "graded", "ungradable", "missing"
STATES = (GRADED, UNGRADABLE, MISSING)


@dataclass(frozen=True)
class PropertyResult:
    """One thing that had to hold, and what it earned."""

    name: str
    """As a sentence without its full stop: "no parcel is lost"."""
    points: int
    of: int
    held: bool

    @classmethod
    def from_json(cls, value: object, place: str = "property") -> PropertyResult:
        """What `as_json` of a task made this of.

        Raises:
            FormError: it is something else.
        """
        return cls(**fields(value, place, name=text, points=whole, of=whole, held=truth))


@dataclass(frozen=True)
class TaskResult:
    """What became of one exercise in one submission.

    Raises:
        FormError: points and state contradict each other.
    """

    exercise: str
    """Its id, "dlq-1"."""
    title: str
    state: str
    """graded, ungradable or missing."""
    of: int
    """Points of a right answer."""
    points: int | None = None
    """What was earned; None unless it is graded."""
    reason: str = ""
    """Why it is ungradable or missing, in whole sentences for the instructor."""
    properties: tuple[PropertyResult, ...] = ()
    mistake: str | None = None
    """The id of the typical mistake that was recognised."""
    feedback: tuple[str, ...] = ()
    """Whole sentences for the learner, which give no hidden situation away."""
    trouble: str | None = None
    """Why a graded answer was not judged to its end; the kinds of `workbook.teaching.verdict.Trouble`."""
    tampering: tuple[str, ...] = ()
    """What the answer tried that no answer should, in whole sentences for the instructor."""
    picture: str | None = None
    """The flow of the failing run as HTML of our own making."""

    def __post_init__(self) -> None:
        if self.state not in STATES:
            raise FormError(f"{self.exercise} is {self.state!r}; it should be one of {', '.join(STATES)}")
        if (self.points is None) == (self.state == GRADED):
            raise FormError(
                f"{self.exercise} is {self.state} with points {self.points}: only graded has points"
            )
        if self.points is not None and not 0 <= self.points <= self.of:
            raise FormError(f"{self.exercise} has {self.points} points of {self.of}")
        if self.state != GRADED and not self.reason:
            raise FormError(f"{self.exercise} is {self.state} without a reason")

    @property
    def right(self) -> bool:
        """Whether it earned all points."""
        return self.points == self.of

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists, texts and numbers."""
        return {**_listed(asdict(self))}

    @classmethod
    def from_json(cls, value: object, place: str = "task") -> TaskResult:
        """The result that `as_json` made this of.

        Raises:
            FormError: it is something else.
        """
        return cls(
            **fields(
                value,
                place,
                exercise=text,
                title=text,
                state=one_of(*STATES),
                of=whole,
                points=optional(whole),
                reason=text,
                properties=many(PropertyResult.from_json),
                mistake=optional(text),
                feedback=many(text),
                trouble=optional(text),
                tampering=many(text),
                picture=optional(text),
            )
        )


@dataclass(frozen=True)
class FileRecord:
    """A file that was handed in."""

    name: str
    """Where it lay, below the folder of submissions; parts of a zip file after a "!"."""
    digest: str
    """SHA-256 of its bytes, in hexadecimal; empty where it was not read."""
    used: bool
    """Whether it was graded; if not, a note of the submission says why."""

    @classmethod
    def from_json(cls, value: object, place: str = "file") -> FileRecord:
        """The record of this file.

        Raises:
            FormError: it is something else.
        """
        return cls(**fields(value, place, name=text, digest=text, used=truth))


@dataclass(frozen=True)
class SubmissionResult:
    """What became of all that one learner handed in."""

    learner: str
    """As their folder or file says."""
    tasks: tuple[TaskResult, ...]
    """In the order of the assignment."""
    files: tuple[FileRecord, ...] = ()
    notes: tuple[str, ...] = ()
    """Whole sentences for the instructor: late, renamed, duplicated, edited, deleted, refused."""
    late_seconds: int = 0
    """Seconds after the deadline; 0 if in time, or if there is none."""
    account: str = ""
    """Their number in the system that the files come from; empty where names carry none."""

    @property
    def state(self) -> str:
        """Missing if nothing was handed in, ungradable if any task is, else graded."""
        states = {task.state for task in self.tasks}
        if not self.files or states == {MISSING}:
            return MISSING
        return UNGRADABLE if UNGRADABLE in states else GRADED

    @property
    def tampering(self) -> tuple[str, ...]:
        """What its tasks tried, each once."""
        return tuple(dict.fromkeys(said for task in self.tasks for said in task.tampering))

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists, texts and numbers, with the version of this form."""
        return {"version": VERSION, **_listed(asdict(self))}

    @classmethod
    def from_json(cls, value: object, place: str = "submission") -> SubmissionResult:
        """The result that `as_json` made this of.

        Raises:
            FormError: it is something else, or of a version that this workbook does not know.
        """
        read = fields(
            value,
            place,
            version=_version,
            learner=text,
            tasks=many(TaskResult.from_json),
            files=many(FileRecord.from_json),
            notes=many(text),
            late_seconds=whole,
            account=text,
        )
        del read["version"]
        return cls(**read)


@dataclass(frozen=True)
class ClassResult:
    """What became of a whole class."""

    assignment: str
    """Its title."""
    submissions: tuple[SubmissionResult, ...]
    """By learner."""
    notes: tuple[str, ...] = ()
    """What concerns no single learner: files that were refused, two learners with one file."""

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists, texts and numbers, with the version of this form."""
        return {
            "version": VERSION,
            "assignment": self.assignment,
            "notes": list(self.notes),
            "submissions": [each.as_json() for each in self.submissions],
        }

    @classmethod
    def from_json(cls, value: object, place: str = "results") -> ClassResult:
        """The result that `as_json` made this of.

        Raises:
            FormError: it is something else, or of a version that this workbook does not know.
        """
        read = fields(
            value,
            place,
            version=_version,
            assignment=text,
            notes=many(text),
            submissions=many(SubmissionResult.from_json),
        )
        del read["version"]
        return cls(**read)


@dataclass(frozen=True)
class Total:
    """Points added up."""

    points: int
    """What was earned in graded tasks; a missing one earns nothing."""
    of: int
    """What all tasks are worth."""
    unjudged: int
    """What the ungradable tasks are worth: nobody knows yet what of it is earned."""

    @property
    def is_final(self) -> bool:
        """Whether nothing has to be looked at by a person any more."""
        return self.unjudged == 0


def total_of(tasks: Iterable[TaskResult]) -> Total:
    """The points of some tasks together, without weights (`scores.py` has those)."""
    listed = tuple(tasks)
    return Total(
        points=sum(task.points or 0 for task in listed),
        of=sum(task.of for task in listed),
        unjudged=sum(task.of for task in listed if task.state == UNGRADABLE),
    )


def ungradable(exercise: str, title: str, of: int, reason: str) -> TaskResult:
    """A task that could not be judged, and why."""
    return TaskResult(exercise=exercise, title=title, state=UNGRADABLE, of=of, reason=reason)


def missing(exercise: str, title: str, of: int, reason: str) -> TaskResult:
    """A task to which there is no answer, and how that was seen."""
    return TaskResult(exercise=exercise, title=title, state=MISSING, of=of, reason=reason)


def _version(value: object, place: str) -> int:
    if value != VERSION or isinstance(value, bool):
        raise FormError(f"{place} is {value!r}: this workbook reads version {VERSION}")
    return VERSION


def _listed(value: Any) -> Any:  # noqa: ANN401 - JSON
    """The same with lists in place of tuples, as JSON reads them back."""
    if isinstance(value, dict):
        return {name: _listed(each) for name, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, list | tuple) else value
