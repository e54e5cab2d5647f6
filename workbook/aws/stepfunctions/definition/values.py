"""Values of fields: of which type, from what list, between which numbers; with AWS's words for each.

A field that takes a number takes an expression in JSONata, too. What the expression gives is known only when
it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit

Type = Literal["STRING", "OBJECT", "ARRAY", "BOOLEAN", "NUMBER"]

_TYPES: dict[Type, type | tuple[type, ...]] = {
    "STRING": str,
    "OBJECT": dict,
    "ARRAY": list,
    "BOOLEAN": bool,
    "NUMBER": (int, float),
}
_LARGEST = 99_999_999
_TIMESTAMP = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
    r"(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
)


class Bounds(NamedTuple):
    """The smallest and the largest number that a field takes."""

    least: float
    most: float | None = None
    whole: bool = True
    """No fractions."""


SECONDS = Bounds(1, _LARGEST)
COUNT = Bounds(0)
NUMBERS = {
    "TimeoutSeconds": SECONDS,
    "HeartbeatSeconds": SECONDS,
    "Seconds": Bounds(0, _LARGEST),
    "MaxConcurrency": COUNT,
    "ToleratedFailureCount": COUNT,
    "ToleratedFailurePercentage": Bounds(0, 100, whole=False),
}
"""Fields of states that take numbers; in seconds, counts and per cent."""


def is_expression(value: object) -> bool:
    """Is this a JSONata expression?"""
    return (
        isinstance(value, str)
        and value.startswith("{%")
        and value.endswith("%}")
        and len(value) >= len("{%%}")
    )


def of_type(value: object, wanted: Type, location: str) -> Iterator[Diagnostic]:
    """Complain of a value that is not of this type; a boolean is no number."""
    fits = isinstance(value, _TYPES[wanted]) and (wanted == "BOOLEAN" or not isinstance(value, bool))
    if not fits:
        yield unfit(f"Expected value of type [{wanted}]", location)


def one_of(value: object, choices: Sequence[str], location: str) -> Iterator[Diagnostic]:
    """Complain of a value that is not in the list."""
    if not isinstance(value, str):
        yield unfit("Expected value of type [STRING]", location)
    elif value not in choices:
        yield unfit(f"Value should be one of the following: [{', '.join(choices)}]", location)


def number(value: Any, bounds: Bounds, location: str) -> Iterator[Diagnostic]:  # noqa: ANN401 - any JSON
    """Complain of what is no number, or one that is too small or too large."""
    kinds = int if bounds.whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        yield unfit("Expected value of type Integer", location)
    elif value < bounds.least:
        yield unfit(f"Minimum value is {_shown(bounds.least, bounds)}", location)
    elif bounds.most is not None and value > bounds.most:
        yield unfit(f"Maximum value is {_shown(bounds.most, bounds)}", location)


def _shown(value: float, bounds: Bounds) -> str:
    return str(int(value) if bounds.whole else float(value))


def timestamp(value: object, location: str) -> Iterator[Diagnostic]:
    """Complain of what is no timestamp as 2026-01-05T09:00:00Z."""
    if not isinstance(value, str):
        yield unfit("Expected value of type [STRING]", location)
    elif not _TIMESTAMP.fullmatch(value):
        yield unfit("String does not match RFC3339 timestamp", location)


def filled(value: object, wanted: Literal["ARRAY", "OBJECT"], location: str) -> Iterator[Diagnostic]:
    """Complain of what is no array (or object), or an empty one."""
    wrong = list(of_type(value, wanted, location))
    yield from wrong
    if not wrong and not value:
        yield unfit("Value cannot be empty", location)


def present(body: Any, names: Sequence[str], location: str) -> Iterator[Diagnostic]:  # noqa: ANN401 - a mapping
    """Complain of fields that are missing; all of them in one."""
    missing = [name for name in names if name not in body]
    if missing:
        yield unfit(f"These fields are required: [{', '.join(missing)}]", location)


def supported(body: Any, names: frozenset[str], location: str) -> Iterator[Diagnostic]:  # noqa: ANN401 - a mapping
    """Complain of each field that does not belong here."""
    for name in body:
        if name not in names:
            yield unfit(f"Field '{name}' is not supported", location)


def exactly_one(body: Any, names: Sequence[str], location: str) -> Iterator[Diagnostic]:  # noqa: ANN401 - a mapping
    """Complain of none and of more than one of these fields."""
    yield from at_most_one(body, names, location)
    if not any(name in body for name in names):
        yield unfit(
            f"This object should have only one of the following fields: [{', '.join(names)}]", location
        )


def at_most_one(body: Any, names: Sequence[str], location: str) -> Iterator[Diagnostic]:  # noqa: ANN401 - a mapping
    """Complain of more than one of these fields."""
    if sum(name in body for name in names) > 1:
        yield unfit(f"There should only be one of the following fields: [{', '.join(names)}]", location)
