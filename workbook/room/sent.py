"""What a learner sends: for each exercise how often they tried, whether it is solved, and which mistakes.

This is all of it. It is one short file, written whole each time, so to remove the file is to remove all.
Times are the learner's own clock; whoever reads takes only differences of them, since clocks differ.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbook.room.words import one_line
from workbook.teaching.verdict import Verdict

VERSION = 1
MOST_BYTES = 32_000
"""Of one learner's file. Forty exercises take five thousand."""
MOST_EXERCISES = 200
MOST_MISTAKES = 20
"""Kinds of mistake that are kept of one exercise."""
MOST_SHARED = 3
LONGEST_NAME = 40
LONGEST_TITLE = 80
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_HIGHEST = 1_000_000
_LATEST = 2**36
"""Seconds since the Unix epoch: the year 4147."""


class SentError(ValueError):
    """It is nothing that a learner's workbook sends; the text says what is wrong with it."""


@dataclass(frozen=True)
class Tried:
    """What became of one exercise since its learner joined."""

    tries: int = 0
    """Answers that were checked, until the first right one."""
    solved: bool = False
    mistakes: Mapping[str, int] = field(default_factory=dict)
    """How often each mistake was recognised, by its id."""
    first: int = 0
    """When it was tried first: seconds since the Unix epoch."""
    last: int = 0
    """When it was tried last, or solved."""

    def after(self, verdict: Verdict, now: int) -> Tried:
        """The same after another verdict; once it is solved, nothing more is noted."""
        if self.solved:
            return self
        mistakes = dict(self.mistakes)
        if verdict.mistake is not None and (verdict.mistake.id in mistakes or len(mistakes) < MOST_MISTAKES):
            mistakes[verdict.mistake.id] = mistakes.get(verdict.mistake.id, 0) + 1
        return Tried(self.tries + 1, verdict.passed, mistakes, self.first or now, now)


@dataclass(frozen=True)
class Shared:
    """One thing that a learner shared: where it lies, and what it is called."""

    number: int
    """From 0; it lies under the key share-<learner>-<number>."""
    title: str


@dataclass(frozen=True)
class Sent:
    """All that one learner sends."""

    name: str
    written: int = 0
    """When it was sent: seconds since the Unix epoch."""
    exercises: Mapping[str, Tried] = field(default_factory=dict)
    shared: tuple[Shared, ...] = ()
    """The newest last."""

    def after(self, verdict: Verdict, now: int) -> Sent:
        """The same after another verdict; more exercises than `MOST_EXERCISES` are not kept."""
        known = self.exercises.get(verdict.exercise)
        if known is None and len(self.exercises) >= MOST_EXERCISES:
            return self
        tried = (known or Tried()).after(verdict, now)
        return dataclasses.replace(self, exercises={**self.exercises, verdict.exercise: tried})

    def as_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "version": VERSION,
            "name": self.name,
            "written": self.written,
            "exercises": {name: dataclasses.asdict(tried) for name, tried in self.exercises.items()},
            "shared": [dataclasses.asdict(each) for each in self.shared],
        }

    def text(self) -> str:
        """The file."""
        return json.dumps(self.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def read(cls, text: str) -> Sent:
        """What `text` made this of.

        Raises:
            SentError: it is something else, half of it, or of a version that this workbook does not know.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            message = "it is no JSON, or only half of it"
            raise SentError(message) from error
        return cls.from_json(value)

    @classmethod
    def from_json(cls, value: object) -> Sent:
        """What `as_json` made this of; raises as `read`."""
        fields = _object(value, "the file")
        if fields.get("version") != VERSION:
            message = f"it is of version {one_line(fields.get('version'), 20)}; this workbook reads {VERSION}"
            raise SentError(message)
        exercises = _object(fields.get("exercises"), "exercises")
        shared = fields.get("shared")
        if len(exercises) > MOST_EXERCISES or not isinstance(shared, list) or len(shared) > MOST_SHARED:
            message = f"it has more than {MOST_EXERCISES} exercises, or {MOST_SHARED} shared things"
            raise SentError(message)
        return cls(
            name=name_of(fields.get("name")),
            written=_number(fields.get("written"), _LATEST, "written"),
            exercises={_id(name): _tried(each) for name, each in exercises.items()},
            shared=tuple(map(_shared, shared)),
        )


def name_of(value: object) -> str:
    """A learner's name as it is shown.

    Raises:
        SentError: it is no text, or nothing of it can be seen.
    """
    name = one_line(value, LONGEST_NAME) if isinstance(value, str) else ""
    if not name:
        message = "the name is a text of one letter or more"
        raise SentError(message)
    return name


def _tried(value: object) -> Tried:
    fields = _object(value, "an exercise")
    mistakes = _object(fields.get("mistakes"), "mistakes")
    if len(mistakes) > MOST_MISTAKES or not isinstance(fields.get("solved"), bool):
        message = f"an exercise has more than {MOST_MISTAKES} mistakes, or does not say if it is solved"
        raise SentError(message)
    return Tried(
        tries=_number(fields.get("tries"), _HIGHEST, "tries"),
        solved=fields["solved"],
        mistakes={_id(name): _number(count, _HIGHEST, "mistakes") for name, count in mistakes.items()},
        first=_number(fields.get("first"), _LATEST, "first"),
        last=_number(fields.get("last"), _LATEST, "last"),
    )


def _shared(value: object) -> Shared:
    fields = _object(value, "a shared thing")
    title = one_line(fields.get("title"), LONGEST_TITLE) or "without a title"
    return Shared(_number(fields.get("number"), MOST_SHARED - 1, "number"), title)


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        message = f"{what} should be an object of JSON"
        raise SentError(message)
    return value


def _number(value: object, highest: int, name: str) -> int:
    if type(value) is not int or not 0 <= value <= highest:
        message = f"{name} should be a whole number from 0 to {highest:,}"
        raise SentError(message)
    return value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        message = f"{one_line(value, 20)!r} is no id of an exercise or a mistake"
        raise SentError(message)
    return value
