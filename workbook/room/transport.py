"""How things travel in a room: short texts under keys, that anybody in it may put, read and remove.

    learner ──put("learner-3f...")──> transport <──received("learner-")── instructor's page
    learner <──get("shown")────────── transport <──put("shown")────────── instructor

A folder is one transport (`folder.py`). Whatever can do these five things can be another: a server, say.
Nobody locks anything for anybody else, and whoever reads expects that what is there may be half written,
of another version, or meant to do harm.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Protocol

KEY = re.compile(r"room|shown|learner-[0-9a-f]{16}|share-[0-9a-f]{16}-[0-9]")
"""What keys look like: nothing else is ever written, read or removed."""


class RoomError(RuntimeError):
    """Something cannot be done in a room; the text says why, and what to do."""


class Received(NamedTuple):
    """What lies under a key."""

    key: str
    text: str
    """Empty where it cannot be read."""
    age: float
    """Seconds since it was put there."""
    problem: str = ""
    """Why it cannot be read, in words."""


class Transport(Protocol):
    """What carries a room."""

    @property
    def place(self) -> str:
        """Where things go, as one tells a person."""

    @property
    def readers(self) -> str:
        """Who can read them, as one tells a person: a sentence."""

    def put(self, key: str, text: str) -> None:
        """Let `text` lie under `key`, whole and at once, in the place of what lay there.

        Raises:
            RoomError: the place cannot be reached.
        """

    def get(self, key: str, most: int) -> Received | None:
        """What lies under `key`, if it is at most `most` bytes; None if nothing does.

        Raises:
            RoomError: the place cannot be reached.
        """

    def listed(self) -> list[str]:
        """All keys under which something lies, sorted.

        Raises:
            RoomError: the place cannot be reached.
        """

    def remove(self, key: str) -> bool:
        """Remove what lies under `key`; whether there was anything.

        Raises:
            RoomError: it is there and cannot be removed.
        """


def checked(key: str) -> str:
    """The key, if it is one.

    Raises:
        ValueError: it is none, so it could name something else, such as a file elsewhere.
    """
    if not KEY.fullmatch(key):
        message = f"{key!r} is no key of a room; keys look like 'room', 'shown', 'learner-0123456789abcdef'"
        raise ValueError(message)
    return key
