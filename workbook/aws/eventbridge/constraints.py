"""The constraints that AWS's own service model puts on parameters, checked as EventBridge checks them.

botocore checks types and what is required, and leaves patterns, enumerations and maximal lengths to the
service. They stand in the model, so they are read from there and not written down a second time. All that is
wrong is listed in one answer: "2 validation errors detected: Value 'x' at 'name' failed to ...".

Source of the wording: answers recorded in public test suites (2024).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.errors import ValidationError

if TYPE_CHECKING:
    from botocore.model import Shape, StructureShape

_ENTRY_FIELDS = ("Time", "Source", "Resources", "DetailType", "Detail", "EventBusName", "TraceHeader")
_UNICODE = re.compile(r"[\w\s.:/=+\-@]*")
"""The one pattern with Java's classes of Unicode (RunCommandTarget.Key), as Python writes it."""


def check_constraints(operation: str, parameters: Mapping[str, Any]) -> None:
    """Let a request pass whose values the model allows.

    Raises:
        ValidationError: it does not allow some; the text names them all.
    """
    found = list(_violations(_input_shape(operation), parameters, ""))
    if found:
        plural = "s" if len(found) > 1 else ""
        raise ValidationError(f"{len(found)} validation error{plural} detected: {'; '.join(found)}")


@functools.cache
def _input_shape(operation: str) -> StructureShape:
    from moto.core.utils import get_service_model  # noqa: PLC0415 - loads the model: only who calls needs it

    shape: StructureShape = get_service_model("events").operation_model(operation).input_shape
    return shape


def _violations(shape: Shape, value: object, path: str) -> Iterator[str]:
    if value is None:
        return
    for constraint in _broken(shape, value):
        yield f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: Member must {constraint}"
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, member in shape.members.items():  # type: ignore[attr-defined]  # a structure has members
            if name in value:
                yield from _violations(member, value[name], _joined(path, name[0].lower() + name[1:]))
    elif shape.type_name == "list" and isinstance(value, list):
        for position, one in enumerate(value, 1):
            yield from _violations(shape.member, one, f"{path}.{position}.member")  # type: ignore[attr-defined]  # so does a list
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, one in value.items():
            yield from _violations(shape.key, key, f"{path}.key")  # type: ignore[attr-defined]  # and a map
            yield from _violations(shape.value, one, f"{path}.{key}.member")  # type: ignore[attr-defined]


def _broken(shape: Shape, value: object) -> Iterator[str]:
    limits = shape.metadata
    least, most = limits.get("min"), limits.get("max")
    if isinstance(value, str | list | dict):
        if most is not None and len(value) > most:
            yield f"have length less than or equal to {most}"
        if least is not None and len(value) < least:
            yield f"have length greater than or equal to {least}"
    elif isinstance(value, int) and not isinstance(value, bool):
        if most is not None and value > most:
            yield f"have value less than or equal to {most}"
        if least is not None and value < least:
            yield f"have value greater than or equal to {least}"
    if isinstance(value, str):
        yield from _broken_text(limits, value)


def _broken_text(limits: Mapping[str, Any], value: str) -> Iterator[str]:
    pattern, allowed = limits.get("pattern"), limits.get("enum")
    if pattern is not None and not _compiled(pattern).fullmatch(value):
        yield f"satisfy regular expression pattern: {pattern}"
    if allowed and value not in allowed:
        yield f"satisfy enum value set: [{', '.join(allowed)}]"


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return _UNICODE if "\\p{" in pattern else re.compile(pattern)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_shown_entry(one) for one in value)}]"
    return str(value)


def _shown_entry(entry: object) -> str:
    """An entry of PutEvents as AWS's own class prints it; other lists print their values."""
    if not isinstance(entry, Mapping) or not {"Source", "Detail", "DetailType"} & entry.keys():
        return str(entry)
    fields = [f"{name[0].lower()}{name[1:]}={_or_null(entry.get(name))}" for name in _ENTRY_FIELDS]
    return f"PutEventsRequestEntry({', '.join([*fields, 'kmsKeyIdentifier=null', 'internalMetadata=null'])})"


def _or_null(value: object) -> str:
    return "null" if value is None else _shown(value)
