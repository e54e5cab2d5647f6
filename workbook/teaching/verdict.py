"""The verdict on an answer, in words and in plain JSON.

It crosses processes and goes into files, so it holds nothing but texts and numbers, and says its version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

VERSION = 1


@dataclass(frozen=True)
class Judged:
    """One property with what became of it; the words are those of the first situation it failed in."""

    name: str
    points: int
    """What was earned."""
    of: int
    held: bool
    set_up: str = ""
    expected: str = ""
    happened: str = ""


@dataclass(frozen=True)
class Recognised:
    """A typical mistake that was recognised, with its message."""

    id: str
    message: str


@dataclass(frozen=True)
class Trouble:
    """Why an answer could not be judged to its end.

    `kind` is one of: empty, form, syntax, exception, no-end, busy, exit, check.
    """

    kind: str
    text: str
    traceback: str = ""
    """Cut to the learner's code; empty where there is none."""


@dataclass(frozen=True)
class Verdict:
    """What became of an answer."""

    exercise: str
    title: str
    passed: bool
    points: int
    of: int
    properties: tuple[Judged, ...]
    mistake: Recognised | None = None
    error: Trouble | None = None
    picture: str | None = None
    """The failing run beside that of the reference, as HTML."""
    prose: str | None = None
    """The same in words."""
    printed: str = ""
    """What the answer printed, cut to what people read."""
    version: int = VERSION

    def as_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists, texts and numbers."""
        return asdict(self) | {"properties": [asdict(judged) for judged in self.properties]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Verdict:
        """The verdict that `as_json` made this of.

        Raises:
            ValueError: it is of a version that this package does not know.
        """
        if value.get("version") != VERSION:
            message = f"verdict of version {value.get('version')!r}: this workbook reads version {VERSION}"
            raise ValueError(message)
        fields = dict(value)
        fields["properties"] = tuple(Judged(**judged) for judged in value["properties"])
        fields["mistake"] = Recognised(**value["mistake"]) if value["mistake"] else None
        fields["error"] = Trouble(**value["error"]) if value["error"] else None
        return cls(**fields)

    @property
    def first_failure(self) -> Judged | None:
        """The first property that did not hold, if there is one that was judged."""
        return next((each for each in self.properties if not each.held and each.happened), None)
