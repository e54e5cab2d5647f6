"""The limits that AWS's own service model puts on parameters, checked as AWS's newer services check them.

botocore checks types, what is required and what is too short, and leaves the rest to the service: patterns,
enumerations, greatest lengths and values. They stand in the model, so they are read from there. All that is
wrong is named in one answer:

    1 validation error detected: Value '200' at 'target.retryPolicy.maximumRetryAttempts' failed to satisfy
    constraint: Member must have value less than or equal to 185

What the model calls sensitive is not shown: Value at 'input' failed ...

Source: answers of EventBridge, Scheduler, Lambda and Step Functions recorded in public repositories, 2023 to
2026.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model

if TYPE_CHECKING:
    from botocore.model import Shape


_ENUM_ORDERS = {
    "StateValue": ("INSUFFICIENT_DATA", "ALARM", "OK"),
    "ExecutionStatus": ("SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"),
}
"""Enumerations whose values AWS was seen to list in another order than its model (recorded, 2023, 2024)."""

_IN_BYTES = frozenset({"SensitiveData"})
"""Texts whose greatest length counts in bytes: inputs and outputs of Step Functions (measured, 2026)."""


def constraint_errors(
    service: str, operation: str, parameters: Mapping[str, Any], *, missing: bool = False
) -> str | None:
    """AWS's text for what the model does not allow in a request; None when it allows everything.

    `service` and `operation` are botocore's names: "scheduler", "CreateSchedule". With `missing`, what is
    required and not there is named, too: boto3 asks for it before it sends, other clients do not.
    """
    shape = _input_shape(service, operation)
    absent = _absent(shape, parameters) if missing and shape is not None else ()
    errors = [] if shape is None else [*absent, *_errors(shape, parameters, "")]
    if not errors:
        return None
    plural = "s" if len(errors) > 1 else ""
    return f"{len(errors)} validation error{plural} detected: {'; '.join(errors)}"


@functools.cache
def _input_shape(service: str, operation: str) -> Shape | None:
    shape: Shape | None = get_service_model(service).operation_model(operation).input_shape
    return shape


def _absent(shape: Shape, parameters: Mapping[str, Any]) -> Iterator[str]:
    for name in getattr(shape, "required_members", ()):
        if parameters.get(name) is None:
            yield f"Value null at '{_join('', name)}' failed to satisfy constraint: Member must not be null"


def _errors(shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - values of any shape of botocore's
    if value is None:
        return
    for demand in _unmet_demands(shape, value):
        what = "Value" if shape.metadata.get("sensitive") else f"Value '{_shown(shape, value)}'"
        yield f"{what} at '{path}' failed to satisfy constraint: Member must {demand}"
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from _errors(member, value.get(name), _join(path, name))
    elif shape.type_name == "list":
        for position, member in enumerate(value, start=1):
            yield from _errors(shape.member, member, f"{path}.{position}.member")
    elif shape.type_name == "map":
        for key, member in value.items():
            yield from _errors(shape.key, key, f"{path}.key")
            yield from _errors(shape.value, member, f"{path}.{key}.member")


def _shown(shape: Any, value: Any) -> str:  # noqa: ANN401 - as above
    """A value as AWS's Java writes it: texts in a list have no quotes, and a structure has its name."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{', '.join(_shown(shape.member, one) for one in value)}]"
    if shape.type_name == "structure":
        fields = ((name, _shown(member, value.get(name))) for name, member in shape.members.items())
        return f"{shape.name}({', '.join(f'{name}={text}' for name, text in fields)})"
    return str(value)


def _join(path: str, name: str) -> str:
    name = name[0].lower() + name[1:]
    return f"{path}.{name}" if path else name


def _unmet_demands(shape: Any, value: Any) -> Iterator[str]:  # noqa: ANN401 - as above
    limits = shape.metadata
    sized = isinstance(value, str | list | dict)
    counted = isinstance(value, int | float) and not isinstance(value, bool)
    if sized or counted:
        if shape.name in _IN_BYTES:
            if len(value.encode()) > limits["max"]:
                yield f"have size less than or equal to {limits['max']} bytes in UTF-8 encoding"
            return
        what, measure = ("length", len(value)) if sized else ("value", value)
        if "max" in limits and measure > limits["max"]:
            yield f"have {what} less than or equal to {limits['max']}"
        if "min" in limits and measure < limits["min"]:
            yield f"have {what} greater than or equal to {limits['min']}"
    if "pattern" in limits and not _pattern(limits["pattern"]).fullmatch(value):
        yield f"satisfy regular expression pattern: {limits['pattern']}"
    if limits.get("enum") and value not in limits["enum"]:
        yield f"satisfy enum value set: [{', '.join(_ENUM_ORDERS.get(shape.name, limits['enum']))}]"


_VISIBLE_IN_JAVA = r"\p{L}\p{M}\p{S}\p{N}\p{P}"
_VISIBLE = r"!-~\xa1-\xac\xae-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\U0010ffff"
"""Letters, marks, symbols, digits and punctuation, as a part of a class: all but blanks and controls."""


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    """Compiled; Java's classes of letters and digits, and of separators, are Python's words and blanks."""
    for java, python in (
        (_VISIBLE_IN_JAVA, _VISIBLE),
        *((r"\p{L}", r"\w"), (r"\p{N}", r"\w"), (r"\p{Z}", r"\s")),
        (r"\p{ASCII}", r"[\x00-\x7f]"),
    ):
        text = text.replace(java, python)
    return re.compile(text)
