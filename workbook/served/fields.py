"""The parameters of the control API: each is described once, checked by that, and documented by that.

An error names the parameter, the value, and what to pass instead.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

SAFE = 2**53 - 1
"""The largest whole number that every JSON reader reads exactly (RFC 8259, 6)."""


class BadRequest(Exception):
    """A request that cannot be answered.

    Args:
        code: For programs.
        message: For people: the parameter, the value and the fix.
        status: The status of the answer.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Field:
    """What an operation takes: a number or a text.

    Args:
        name: Its name.
        kind: "integer", "number" or "string".
        description: What it means, with its unit.
        minimum: The least that it may be; of a text, how many characters it has at least.
        maximum: The most.
        default: What it is where it is left out; None where it must be given, unless it is optional.
        optional: Whether it may be left out without a default.
    """

    name: str
    kind: str
    description: str
    minimum: int
    maximum: int
    default: int | None = None
    optional: bool = False

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is None and not self.optional

    def schema(self) -> dict[str, Any]:
        """It as a JSON Schema."""
        default = {} if self.default is None else {"default": self.default}
        bounds = ("minLength", "maxLength") if self.kind == "string" else ("minimum", "maximum")
        return {
            "type": self.kind,
            "description": self.description,
            bounds[0]: self.minimum,
            bounds[1]: self.maximum,
            **default,
        }

    def checked(self, value: object) -> Any:  # noqa: ANN401 - an int or a float, as `kind` says
        """The value, if it can be one.

        Raises:
            BadRequest: it cannot.
        """
        if self.kind == "string":
            return self._checked_text(value)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or (self.kind == "integer" and isinstance(value, float) and not value.is_integer()):
            raise self._refused(value, "a whole number" if self.kind == "integer" else "a number")
        assert isinstance(value, int | float)  # noqa: S101 - `number` says so, which mypy cannot see
        if math.isnan(value) or not self.minimum <= value <= self.maximum:
            raise self._refused(value, f"a number from {self.minimum} to {self.maximum}")
        return int(value) if self.kind == "integer" else value

    def _checked_text(self, value: object) -> str:
        if isinstance(value, str) and self.minimum <= len(value) <= self.maximum:
            return value
        raise BadRequest(
            "InvalidParameter",
            f"{self.name}={_brief(value)}: pass a text of {self.minimum} to {self.maximum} characters",
        )

    def _refused(self, value: object, wanted: str) -> BadRequest:
        example = self.default if self.default is not None else max(self.minimum, 7)
        return BadRequest(
            "InvalidParameter", f"{self.name}={_brief(value)}: pass {wanted}, e.g. {self.name}={example}"
        )


def from_body(body: bytes, fields: Sequence[Field]) -> dict[str, Any]:
    """The parameters that a JSON body gives; an empty body gives none.

    Raises:
        BadRequest: it is no JSON object, or a parameter is missing, unknown or cannot be what it is.
    """
    if not body.strip():
        return _checked({}, fields)
    try:
        members = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadRequest("InvalidJson", f"the body is no JSON: {error}") from None
    if not isinstance(members, dict):
        raise BadRequest("InvalidJson", f"the body is {_brief(members)}: pass a JSON object, e.g. {{}}")
    return _checked(members, fields)


def from_query(query: str, fields: Sequence[Field]) -> dict[str, Any]:
    """The parameters that a query string gives.

    Raises:
        BadRequest: as `from_body`; or a parameter is given twice.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    given = dict(pairs)
    if len(given) != len(pairs):
        twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise BadRequest("InvalidParameter", f"{twice} is given twice: pass it once")
    texts = {field.name for field in fields if field.kind == "string"}
    values = {name: value if name in texts else _number_in(value) for name, value in given.items()}
    return _checked(values, fields)


def _number_in(text: str) -> object:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 20 else text


def _checked(given: Mapping[str, object], fields: Sequence[Field]) -> dict[str, Any]:
    known = {field.name for field in fields}
    for name in given:
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise BadRequest("UnknownParameter", f"{_brief(name)}: no such parameter here; there is {there}")
    return {field.name: _value(given, field) for field in fields}


def _value(given: Mapping[str, object], field: Field) -> Any:  # noqa: ANN401 - as `Field.checked`
    if field.name in given:
        return field.checked(given[field.name])
    if field.required:
        raise BadRequest(
            "MissingParameter",
            f"{field.name} is missing: pass {field.description[0].lower()}{field.description[1:]}",
        )
    return field.default


def _brief(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
