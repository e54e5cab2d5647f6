"""Values of Python as plain JSON, and back: what boto3 takes and gives, and what functions are called with.

    b"cake"                {"$bytes": "Y2FrZQ=="}
    a datetime             {"$datetime": "2026-01-05T09:00:00+00:00"}
    (1, 2), {1, 2}         {"$tuple": [1, 2]}, {"$set": [1, 2]}
    {"$bytes": 1}          {"$dict": [["$bytes", 1]]}
    anything else          {"$other": "<Cake>"}, which comes back as an `Other` that can do nothing

Nothing that is read makes an object of a class that the sender names.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from botocore.response import StreamingBody

MARK = "$"
_DEEPEST = 200
_LONGEST_NAME = 200
_LARGEST_EXPONENT = 400
"""Of a Decimal; AWS's largest is 125. `int` of one with nine digits would take all memory."""


class NotPlain(ValueError):
    """What came is none of the forms above."""


@dataclass(frozen=True)
class Other:
    """A value that could not cross; what is left of it is how it looked."""

    shown: str

    def __repr__(self) -> str:
        return self.shown


def to_plain(value: object, depth: int = 0) -> Any:  # noqa: ANN401 - JSON
    """A value as JSON."""
    if depth > _DEEPEST:
        return {"$other": "a value that is nested too deep"}
    if value is None or type(value) in (str, bool, int):
        return value
    if type(value) is float:
        return value if value == value and abs(value) != float("inf") else {"$float": repr(value)}  # noqa: PLR0124 - nan
    if isinstance(value, Mapping):
        return _plain_mapping(value, depth)
    if isinstance(value, list):
        return [to_plain(each, depth + 1) for each in value]
    return _marked(value, depth)


def _plain_mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    pairs = [(key, to_plain(each, depth + 1)) for key, each in value.items()]
    if all(type(key) is str and not key.startswith(MARK) for key, _ in pairs):
        return dict(pairs)
    return {"$dict": [[to_plain(key, depth + 1), each] for key, each in pairs]}


def _marked(value: object, depth: int) -> Any:  # noqa: ANN401, PLR0911 - JSON; a case each
    if isinstance(value, bytes | bytearray | memoryview):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, Decimal) and abs(value.adjusted()) <= _LARGEST_EXPONENT:
        return {"$decimal": str(value)}
    if isinstance(value, tuple):
        return {"$tuple": [to_plain(each, depth + 1) for each in value]}
    if isinstance(value, set | frozenset):
        return {"$set": sorted((to_plain(each, depth + 1) for each in value), key=repr)}
    if isinstance(value, str | int | float):  # of a class of its own
        return to_plain(_bare(value), depth + 1)
    if hasattr(value, "read"):
        return {"$bytes": base64.b64encode(_read(value)).decode()}
    return {"$other": f"<{type(value).__name__}>"[:_LONGEST_NAME]}


def _bare(value: str | int | float) -> str | int | float:  # noqa: PYI041 - three classes, three makers
    for kind in (str, int, float):
        if isinstance(value, kind):
            made: str | int | float = kind(value)
            return made
    return value


def _read(value: Any) -> bytes:  # noqa: ANN401 - anything that can be read
    content = value.read()
    return content.encode() if isinstance(content, str) else bytes(content)


def from_plain(value: object) -> Any:  # noqa: ANN401 - whatever was sent
    """The value that `to_plain` made this of.

    Raises:
        NotPlain: it made it of none.
    """
    if isinstance(value, list):
        return [from_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, inner), *_ = value.items()
        if name.startswith(MARK):
            return _unmarked(name, inner)
    return {name: from_plain(each) for name, each in value.items()}


def _unmarked(name: str, inner: Any) -> object:  # noqa: ANN401 - JSON
    try:
        return _MAKERS[name](inner)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        message = f"{name} cannot be read: {error!r}"
        raise NotPlain(message) from error


def _decimal(inner: str) -> Decimal:
    value = Decimal(inner)
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("a number that is too large, or too small")
    return value


_MAKERS: Mapping[str, Any] = {
    "$bytes": lambda inner: base64.b64decode(inner, validate=True),
    "$datetime": datetime.datetime.fromisoformat,
    "$decimal": _decimal,
    "$float": float,
    "$tuple": lambda inner: tuple(map(from_plain, inner)),
    "$set": lambda inner: set(map(from_plain, inner)),
    "$dict": lambda inner: {from_plain(key): from_plain(each) for key, each in inner},
    "$other": lambda inner: Other(str(inner)[:_LONGEST_NAME]),
}


def answer_to_plain(response: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of boto3 as JSON; what it streams is read."""
    streams = {name: each for name, each in response.items() if isinstance(each, StreamingBody)}
    rest = {name: each for name, each in response.items() if name not in streams}
    return {
        "answer": to_plain(rest),
        "streams": to_plain({name: each.read() for name, each in streams.items()}),
    }
