"""What an assignment is: which exercises, what each weighs, until when, and what is shown afterwards.

    title = "Week 3: queues that lose nothing"
    exercises = ["vt-1", "dlq-1"]
    deadline = 2026-12-04T18:00:00
    time_zone = "Europe/Berlin"
    hidden = "hidden.py"           # beside this file
    show_flows = false

    [weights]
    dlq-1 = 2

    [late]
    grace_minutes = 10
    percent_a_day = 10             # of what was earned, for each day that has begun
    days_at_most = 5               # what comes later earns nothing

All but `exercises` may be left out. An unknown word is an error and not ignored: a mistyped `deadlin` would
otherwise make every submission be in time.
"""

from __future__ import annotations

import datetime
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workbook.teaching.catalogue import find_exercise

_DAY = 86400
_LARGEST_FILE = 1_000_000


class AssignmentError(ValueError):
    """The file describes no assignment; the text says where, and what would be right."""


@dataclass(frozen=True)
class LatePolicy:
    """What it costs to be late; nothing if it is not said."""

    grace_minutes: int = 0
    percent_a_day: int = 0
    """Of the points that were earned, for each day that has begun after the deadline."""
    days_at_most: int | None = None
    """What comes later than that earns nothing."""

    def counted(self, seconds_after: float) -> int:
        """Seconds that a submission is late: 0 within the grace, else all since the deadline."""
        return 0 if seconds_after <= self.grace_minutes * 60 else math.ceil(seconds_after)

    def percent_off(self, late_seconds: int) -> int:
        """What is taken off, from 0 to 100."""
        days = math.ceil(late_seconds / _DAY)
        if self.days_at_most is not None and days > self.days_at_most:
            return 100
        return min(100, days * self.percent_a_day)


@dataclass(frozen=True)
class Assignment:
    """What learners were asked to hand in."""

    title: str
    exercises: tuple[str, ...]
    """Ids, in the order of the reports."""
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    """By exercise; 1 where nothing is said."""
    deadline: datetime.datetime | None = None
    """With its time zone."""
    late: LatePolicy = LatePolicy()
    hidden: Path | None = None
    show_flows: bool = False
    """Whether a learner's page shows the flow of a failing run, beside what was expected."""

    def weight(self, exercise: str) -> Fraction:
        """What a point of this exercise counts."""
        return self.weights.get(exercise, Fraction(1))


def of_exercises(found: Iterable[str], title: str = "Exercises") -> Assignment:
    """The assignment where no file describes one: what was found, in the order of the lessons.

    Raises:
        AssignmentError: nothing was found.
    """
    from workbook.teaching.catalogue import all_exercises  # noqa: PLC0415

    wanted = set(found)
    exercises = tuple(each for each in all_exercises() if each in wanted)
    if not exercises:
        raise AssignmentError(
            "No notebook here has a cell of an exercise. Name the exercises in an assignment file: "
            'exercises = ["dlq-1"], and give it with --assignment.'
        )
    return Assignment(title=title, exercises=exercises)


def read_assignment(path: Path) -> Assignment:
    """The assignment that a TOML file describes.

    Raises:
        AssignmentError: it cannot be read, or something in it is not what it should be.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise AssignmentError(f"{path} is larger than {_LARGEST_FILE:,} bytes; is it the right file?")
        value = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise AssignmentError(f"{path} cannot be read as TOML: {error}") from error
    try:
        return _assignment(value, path)
    except AssignmentError as error:
        raise AssignmentError(f"{path}: {error}") from error


def _assignment(value: Mapping[str, Any], path: Path) -> Assignment:
    known = ("title", "exercises", "weights", "deadline", "time_zone", "late", "hidden", "show_flows")
    _no_others(value, known, "an assignment")
    exercises = _exercises(value.get("exercises"))
    return Assignment(
        title=_typed(value, "title", str, path.stem, "a text"),
        exercises=exercises,
        weights=_weights(_typed(value, "weights", dict, {}, "a table"), exercises),
        deadline=_deadline(value.get("deadline"), _typed(value, "time_zone", str, None, "a text")),
        late=_late(_typed(value, "late", dict, {}, "a table"), has_deadline="deadline" in value),
        hidden=_hidden(_typed(value, "hidden", str, None, "the path of a file"), path.parent),
        show_flows=_typed(value, "show_flows", bool, False, "true or false"),  # noqa: FBT003 - a default
    )


def _exercises(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise AssignmentError('exercises should be a list of ids, such as exercises = ["vt-1", "dlq-1"]')
    twice = sorted({each for each in value if value.count(each) > 1})
    if twice:
        raise AssignmentError(f"exercises names {', '.join(twice)} more than once")
    for each in value:
        try:
            find_exercise(each)
        except LookupError as error:
            raise AssignmentError(str(error.args[0])) from error
    return tuple(value)


def _weights(value: Mapping[str, object], exercises: tuple[str, ...]) -> dict[str, Fraction]:
    for name in value:
        if name not in exercises:
            raise AssignmentError(f"weights names {name}, which is none of its exercises")
    return {name: _weight(name, weight) for name, weight in value.items()}


def _weight(name: str, weight: object) -> Fraction:
    if isinstance(weight, int | Decimal) and not isinstance(weight, bool) and 0 <= float(weight) <= 1000:
        return Fraction(str(weight))
    raise AssignmentError(f"the weight of {name} is {weight}; it should be a number from 0 to 1000")


def _deadline(value: object, zone: str | None) -> datetime.datetime | None:
    if value is None:
        if zone is not None:
            raise AssignmentError("time_zone is given without a deadline")
        return None
    if not isinstance(value, datetime.datetime):
        raise AssignmentError(f"deadline is {value!r}; write it as 2026-12-04T18:00:00, without quotes")
    if value.tzinfo is not None:
        if zone is not None:
            raise AssignmentError("deadline has an offset from UTC; leave time_zone out, or the offset")
        return value
    if zone is None:
        raise AssignmentError(
            'deadline says no time zone; add time_zone = "Europe/Berlin", or write it as '
            "2026-12-04T18:00:00+01:00"
        )
    return _in_zone(value, zone)


def _in_zone(local: datetime.datetime, zone: str) -> datetime.datetime:
    try:
        there = local.replace(tzinfo=ZoneInfo(zone), fold=1)  # an hour that comes twice ends with its second
    except (KeyError, ValueError, OSError) as error:
        raise AssignmentError(f"time_zone is {zone!r}; give a name like Europe/Berlin or UTC") from error
    back = there.astimezone(datetime.UTC).astimezone(there.tzinfo)
    if back.replace(tzinfo=None) != local:
        raise AssignmentError(f"{local} does not exist in {zone}: clocks are put forward over it")
    return there


def _late(value: Mapping[str, object], *, has_deadline: bool) -> LatePolicy:
    limits = {"grace_minutes": 100_000, "percent_a_day": 100, "days_at_most": 10_000}
    _no_others(value, limits, "late")
    if value and not has_deadline:
        raise AssignmentError("late says what it costs to be late, and there is no deadline")
    for name, given in value.items():
        if type(given) is not int or not 0 <= given <= limits[name]:
            raise AssignmentError(f"late.{name} is {given}; it should be a whole number, 0 to {limits[name]}")
    return LatePolicy(**value)  # type: ignore[arg-type]  # each was checked above


def _hidden(value: str | None, folder: Path) -> Path | None:
    if value is None:
        return None
    path = (folder / value).resolve()
    if not path.is_file():
        raise AssignmentError(f"hidden is {value!r}, and there is no such file beside the assignment")
    return path


def _no_others(value: Mapping[str, object], known: Iterable[str], where: str) -> None:
    odd = sorted(set(value) - set(known))
    if odd:
        raise AssignmentError(f"{where} has no {odd[0]!r}; it may have {', '.join(known)}")


def _typed(
    value: Mapping[str, Any], name: str, kind: Callable[..., Any], default: object, wanted: str
) -> Any:  # noqa: ANN401 - what TOML gives
    given = value.get(name, default)
    if name in value and type(given) is not kind:
        raise AssignmentError(f"{name} is {given!r}; it should be {wanted}")
    return given
