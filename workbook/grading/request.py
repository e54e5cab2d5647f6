"""What a judge is asked: one learner's notebooks, and which exercises to look for in them.

There is no name of a learner in it, so nobody is judged by name; and it is plain JSON, so that it reaches a
judge in another process, or on another machine, by any road.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from workbook.grading.plain_reading import FormError, fields, many, optional, text, truth, whole

VERSION = 1
WALL_SECONDS = 300
"""Real seconds that the judging of one submission may take; most take a few."""


@dataclass(frozen=True)
class GradingRequest:
    """One submission to be judged."""

    notebooks: tuple[tuple[str, str], ...]
    """Name and text (JSON of format 4) of each, the newest last: of two answers the later counts."""
    exercises: tuple[str, ...]
    """Ids, in the order in which results are wanted."""
    secret: str
    """What hidden seeds are made of; it must not reach the learner's process."""
    hidden: str | None = None
    """The path of the file of hidden situations, if the assignment has one."""
    pictures: bool = False
    """Whether the flow of a failing run goes into the result."""
    exam: bool = False
    """Whether a confinement below that of an exam is refused."""
    wall_seconds: int = WALL_SECONDS

    @property
    def digest(self) -> str:
        """SHA-256 of all of it but the path of what is hidden; the secret cannot be had back from it."""
        plain = json.dumps(replace(self, hidden=None).as_json(), sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists, texts and numbers."""
        return {
            "version": VERSION,
            "notebooks": [list(pair) for pair in self.notebooks],
            "exercises": list(self.exercises),
            "secret": self.secret,
            "hidden": self.hidden,
            "pictures": self.pictures,
            "exam": self.exam,
            "wall_seconds": self.wall_seconds,
        }

    @classmethod
    def from_json(cls, value: object) -> GradingRequest:
        """The request that `as_json` made this of.

        Raises:
            FormError: it is something else.
        """
        read = fields(
            value,
            "request",
            version=whole,
            notebooks=many(_named_text),
            exercises=many(text),
            secret=text,
            hidden=optional(text),
            pictures=truth,
            exam=truth,
            wall_seconds=whole,
        )
        if read.pop("version") != VERSION:
            raise FormError(f"request of another version: this workbook reads version {VERSION}")
        return cls(**read)


def _named_text(value: object, place: str) -> tuple[str, str]:
    pair = many(text)(value, place)
    if len(pair) != 2:
        raise FormError(f"{place} has {len(pair)} texts; it should have a name and a text")
    return pair[0], pair[1]
