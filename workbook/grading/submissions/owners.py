"""Whose a file is, by where it lies and how it is called.

    LEARNER/ASSIGNMENT/x.ipynb                                  nbgrader
    LEARNER/x.ipynb, LEARNER.ipynb                              by hand
    Ada Lovelace_12345_assignsubmission_file_/x.ipynb           Moodle, with folders or without
    lovelaceada_LATE_123_456_x.ipynb                            Canvas: name, user, submission
    Week 3_alovelace_attempt_2026-11-20-23-59-01_x.ipynb        Blackboard

A name comes from outside, so it is made fit to be read before anybody sees it, and no path is made of it.
What a system wrote stands first in a name; what follows was chosen by a learner, and may look like another's.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_LONGEST = 100
_BLACKBOARD_TIME = "%Y-%m-%d-%H-%M-%S"
_FORMS = (
    re.compile(r"(?P<name>.+?)_(?P<account>\d+)_assignsubmission_[a-z]+_?(?P<rest>.*)", re.DOTALL),
    re.compile(r".+?_(?P<name>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<rest>.+))?", re.DOTALL),
    re.compile(
        r"(?P<name>[^\W_]+)_(?P<late>LATE_)?(?P<account>\d+)_(?P<submission>\d+)_(?P<rest>.+)", re.DOTALL
    ),
)


class Learner(NamedTuple):
    """Who handed something in."""

    name: str
    account: str = ""
    """Their number in the system that the files come from; empty where names carry none."""


@dataclass(frozen=True)
class Owner:
    """What the name of a file says of whose it is."""

    learner: Learner
    rest: str
    """How the learner called it."""
    marked_late: bool = False
    """Canvas says so in the name, and not by how much."""
    local_time: datetime.datetime | None = None
    """When it was handed in by Blackboard's clock; no time zone is said."""


def owner_of(parts: Sequence[str]) -> Owner:
    """Whose a file is.

    Args:
        parts: its path below the folder of submissions, each step by itself.
    """
    for position, part in enumerate(parts):
        fitting = [found for form in _FORMS if (found := form.fullmatch(part))]
        if fitting:
            return _as_the_system_says(min(fitting, key=_where_the_rest_begins), parts[position + 1 :])
    if len(parts) > 1:
        return Owner(Learner(name_of(parts[0])), readable(parts[-1]))
    return Owner(Learner(name_of(stem_of(parts[0]))), readable(parts[0]))


def _where_the_rest_begins(found: re.Match[str]) -> int:
    return found.start("rest") if found["rest"] is not None else found.end()


def is_named_by_a_system(parts: Sequence[str]) -> bool:
    """Whether Moodle, Canvas or Blackboard gave the file, or a folder above it, its name."""
    return any(form.fullmatch(part) for part in parts for form in _FORMS)


def _as_the_system_says(found: re.Match[str], below: Sequence[str]) -> Owner:
    said = found.groupdict()
    return Owner(
        Learner(name_of(said["name"]), said.get("account") or ""),
        readable(below[-1] if below else said["rest"] or ""),
        marked_late=bool(said.get("late")),
        local_time=_time(said.get("time")),
    )


def _time(text: str | None) -> datetime.datetime | None:
    try:
        return datetime.datetime.strptime(text, _BLACKBOARD_TIME) if text else None  # noqa: DTZ007 - no zone is said
    except ValueError:
        return None


def stem_of(name: str) -> str:
    """A file's name without the endings of notebooks and zip files; browsers add endings of their own."""
    return re.sub(r"(\.ipynb(\.json|\.txt)?|\.zip)$", "", name, flags=re.IGNORECASE) or name


def readable(name: str) -> str:
    """A name as it can be shown: one form of Unicode, nothing invisible, not endless."""
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    visible = "".join("\N{REPLACEMENT CHARACTER}" if _is_unseen(each) else each for each in plain)
    cut = " ".join(visible.split())
    return (cut if len(cut) <= _LONGEST else f"{cut[: _LONGEST - 3]}...") or "(no name)"


def name_of(text: str) -> str:
    """Who is meant: readable, and another name where another text looks the same once it is readable."""
    plain = " ".join(unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode()).split())
    shown = readable(text)
    if shown == plain:
        return shown
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{shown[: _LONGEST - 8]} #{digest[:6]}"


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character)[0] == "C"
