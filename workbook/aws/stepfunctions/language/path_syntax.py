"""The syntax of JSONPath: a path as the steps that it takes from its root.

    $.order['unit price']        Members
    $.lines[0], $.lines[0,2]     Indexes, from the end where they are below 0
    $.lines[1:3]                 Slice
    $.lines[*], $.order.*        Everything
    $.lines[?(@.price > 10)]     Filter, whose condition path_conditions reads
    $..price                     Descent, before the step that is taken from all that is below

A function, as `length()`, is the name of a member here as on AWS, and such a member is nowhere.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeGuard

_DOT = re.compile(r"\.\.?")
_NAME = re.compile(r"\.?([^.\[\]]+)")
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_NAMES = re.compile(rf"\[\s*((?:{_QUOTED})(?:\s*,\s*(?:{_QUOTED}))*)\s*\]")
_NUMBERS = re.compile(r"\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]")
_SLICE = re.compile(r"\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]")
_STAR = re.compile(r"\[\s*\*\s*\]")
_FILTER = re.compile(r"\[\s*\?")
_KEPT = 1024
"""Paths whose steps are kept."""


class UnreadablePathError(Exception):
    """A text is no JSONPath."""


@dataclass(frozen=True)
class Members:
    """The members of these names; more than one of them are an object again."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Indexes:
    """The elements at these places."""

    places: tuple[int, ...]


@dataclass(frozen=True)
class Slice:
    """The elements from one place to below another."""

    first: int | None
    end: int | None


@dataclass(frozen=True)
class Everything:
    """All elements, or all values of an object."""


@dataclass(frozen=True)
class Descent:
    """What is here and all that is below it."""


@dataclass(frozen=True)
class Filter:
    """The elements of which a condition holds."""

    condition: Callable[[Any], bool]


Step = Members | Indexes | Slice | Everything | Descent | Filter


@dataclass(frozen=True)
class Path:
    """The steps of a path; a definite one leads to one place or none."""

    steps: tuple[Step, ...]

    @property
    def definite(self) -> bool:
        """Whether it leads to one place: then what is there is the answer, and no list of it."""
        return all(map(is_single, self.steps))

    def shown(self, count: int | None = None) -> str:
        """The path, or the first steps of it, as AWS's messages show one: $['order']['lines'][0]."""
        return "$" + "".join(map(shown, self.steps[:count]))


def is_single(step: Step) -> TypeGuard[Members | Indexes]:
    """Whether a step leads to one place, or none."""
    return isinstance(step, Members) or (isinstance(step, Indexes) and len(step.places) == 1)


def shown(step: Step) -> str:
    """A step as AWS's messages show it."""
    match step:
        case Members(names):
            return "[" + ", ".join(f"'{name}'" for name in names) + "]"
        case Indexes(places):
            return f"[{','.join(map(str, places))}]"
        case Slice(first, end):
            return f"[{'' if first is None else first}:{'' if end is None else end}]"
        case Everything():
            return "[*]"
        case Descent():
            return ".."
        case _:
            return "[?]"


@functools.lru_cache(maxsize=_KEPT)
def read(text: str) -> Path:
    """Read a path that begins with $, or with @ in a condition.

    Raises:
        UnreadablePathError: it is none.
    """
    if text[:1] not in {"$", "@"}:
        raise UnreadablePathError(text)
    steps: list[Step] = []
    at = 1
    while at < len(text):
        dot = _DOT.match(text, at)
        if dot is not None and dot[0] == "..":
            steps.append(Descent())
        step, at = _step(text, dot.end() if dot else at)
        steps.append(step)
    return Path(tuple(steps))


def _step(text: str, at: int) -> tuple[Step, int]:
    if text[at : at + 1] != "[":
        name = _NAME.match(text, at)
        if name is None:
            raise UnreadablePathError(text)
        return Everything() if name[1] == "*" else Members((name[1],)), name.end()
    for pattern, make in _BRACKETS:
        found = pattern.match(text, at)
        if found:
            return make(found), found.end()
    return _filter(text, at)


def _filter(text: str, at: int) -> tuple[Step, int]:
    from workbook.aws.stepfunctions.language import path_conditions  # noqa: PLC0415 - which reads paths itself

    opening = _FILTER.match(text, at)
    if opening is None:
        raise UnreadablePathError(text)
    condition, end = path_conditions.read(text, opening.end())
    closing = re.compile(r"\s*\]").match(text, end)
    if closing is None:
        raise UnreadablePathError(text)
    return Filter(condition), closing.end()


def unquoted(text: str) -> str:
    """What stands between quotation marks, without the backslashes before its characters."""
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _members(found: re.Match[str]) -> Step:
    return Members(tuple(unquoted(name) for name in re.findall(_QUOTED, found[1])))


def _indexes(found: re.Match[str]) -> Step:
    return Indexes(tuple(int(place) for place in found[1].split(",")))


def _slice(found: re.Match[str]) -> Step:
    first, end = (int(place) if place.strip("-") else None for place in found.groups())
    return Slice(first, end)


_BRACKETS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Step]], ...] = (
    (_NAMES, _members),
    (_NUMBERS, _indexes),
    (_SLICE, _slice),
    (_STAR, lambda _found: Everything()),
)
