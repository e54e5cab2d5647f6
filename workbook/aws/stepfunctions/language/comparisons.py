"""What the comparisons of a Choice rule in JSONPath mean: StringEquals, NumericLessThanPath, IsTimestamp ...

A comparison of values of another type than its name says does not hold. A timestamp is one of RFC 3339, with
a capital T, and a Z or an offset. In StringMatches only * stands for other characters, but not behind a
backslash.

Source: AWS, Choice workflow state; Amazon States Language specification, data-test expressions.
"""

from __future__ import annotations

import datetime
import functools
import operator
import re
from collections.abc import Callable

from workbook.aws.stepfunctions.language.parts import Json

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_NANOSECONDS = 9
_COMPARED: dict[str, Callable[[Json, Json], bool]] = {
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "Equals": operator.eq,
}


def holds(name: str, value: Json, other: Json) -> bool:
    """Whether a comparison of this name holds between a rule's Variable and what it is compared with."""
    name = name.removesuffix("Path")
    if name.startswith("Is"):
        return _KINDS[name.removeprefix("Is")](value) is other
    if name == "StringMatches":
        return isinstance(value, str) and isinstance(other, str) and bool(_pattern(other).fullmatch(value))
    kind = next(kind for kind in _READ if name.startswith(kind))
    left, right = _READ[kind](value), _READ[kind](other)
    return left is not None and right is not None and _COMPARED[name.removeprefix(kind)](left, right)


def moment_of(text: Json) -> tuple[datetime.datetime, int] | None:
    """A timestamp as its second, in UTC, and the nanoseconds in it; None where it is no timestamp."""
    found = _TIMESTAMP.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    try:
        moment = datetime.datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00"))
        second = moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None
    return second, int((found[2] or "0")[:_NANOSECONDS].ljust(_NANOSECONDS, "0"))


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@functools.lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    """The pattern of StringMatches: behind a backslash, an asterisk and a backslash mean themselves."""
    parts = re.findall(r"\\[*\\]|\*|.", text, re.DOTALL)
    return re.compile("".join(".*" if part == "*" else re.escape(part[-1]) for part in parts), re.DOTALL)


_KINDS: dict[str, Callable[[Json], bool]] = {
    "Null": lambda value: value is None,
    "String": lambda value: isinstance(value, str),
    "Numeric": _is_number,
    "Boolean": lambda value: isinstance(value, bool),
    "Timestamp": lambda value: moment_of(value) is not None,
}
_READ: dict[str, Callable[[Json], Json]] = {
    "String": lambda value: value if isinstance(value, str) else None,
    "Numeric": lambda value: value if _is_number(value) else None,
    "Boolean": lambda value: value if isinstance(value, bool) else None,
    "Timestamp": moment_of,
}
