"""Reads what should be plain JSON of a known form, and names the first thing that is not.

Results cross processes and lie in files that a crash may have cut or a person edited. What is not exactly of
the form is refused as a whole: a grade that is half read is worse than one that is worked out again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Value = TypeVar("Value")
Read = Callable[[object, str], Any]
"""Takes a value and the name of its place, and returns what is meant."""


class FormError(ValueError):
    """A value is not of the form; the text says where and what would be."""


def text(value: object, place: str) -> str:
    """A text."""
    return _of(str, value, place, "a text")


def whole(value: object, place: str) -> int:
    """A whole number that is not negative."""
    number = _of(int, value, place, "a whole number")
    if number < 0:
        raise FormError(f"{place} is {number}; it should not be below 0")
    return number


def truth(value: object, place: str) -> bool:
    """True or false."""
    return _of(bool, value, place, "true or false")


def one_of(*allowed: str) -> Callable[[object, str], str]:
    """One of some words."""

    def read(value: object, place: str) -> str:
        if value not in allowed:
            raise FormError(f"{place} is {_shown(value)}; it should be one of {', '.join(allowed)}")
        return str(value)

    return read


def optional(read: Callable[[object, str], Value]) -> Callable[[object, str], Value | None]:
    """The same, or null."""
    return lambda value, place: None if value is None else read(value, place)


def many(read: Callable[[object, str], Value]) -> Callable[[object, str], tuple[Value, ...]]:
    """A list of the same."""

    def read_all(value: object, place: str) -> tuple[Value, ...]:
        items = _of(list, value, place, "a list")
        return tuple(read(item, f"{place}[{number}]") for number, item in enumerate(items))

    return read_all


def fields(value: object, place: str, **readers: Read) -> dict[str, Any]:
    """An object of JSON with exactly these fields.

    Raises:
        FormError: it is none, or a field is missing, unknown or of another form.
    """
    if not isinstance(value, Mapping):
        raise FormError(f"{place} is {_shown(value)}; it should be an object with {', '.join(readers)}")
    odd = sorted(set(map(str, value)) ^ set(readers))
    if odd:
        word = "has no" if odd[0] in readers else "should have no"
        raise FormError(f"{place} {word} field {odd[0]!r}; it should have {', '.join(readers)}")
    return {name: read(value[name], f"{place}.{name}") for name, read in readers.items()}


def _of(kind: type[Value], value: object, place: str, wanted: str) -> Value:
    if type(value) is not kind:  # bool is an int to Python, and none to us
        raise FormError(f"{place} is {_shown(value)}; it should be {wanted}")
    return value


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
