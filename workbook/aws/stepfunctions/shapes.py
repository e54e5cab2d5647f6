"""Parameters and results between the names of Step Functions and those of an API, by the API's model.

In a definition every name begins with a capital, whatever the API's does: `StateMachineArn` of a Task is
`stateMachineArn` of the API. A binary parameter takes any JSON, and sends its text.

    optimised integrations    names and times of the Java SDK 1: StartDate is 1767603600000
    AWS SDK integrations      those of the Java SDK 2: Md5OfMessageBody, 2026-01-05T09:00:00Z

Sources: Step Functions Developer Guide, "AWS SDK service integrations"; answers of AWS recorded in public
repositories, 2023 to 2024.
"""

from __future__ import annotations

import base64
import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.aws.java_sdk import capitalised, pascal_case
from workbook.engine.clock import instant_of

_MILLISECOND = 1_000
Shape = Any
"""One of botocore's, which are not typed."""


class WrongParameters(Exception):
    """Parameters that cannot be a request; the words are AWS's."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__(*problems)


@dataclass(frozen=True)
class Style:
    """How one version of the SDK writes names and times."""

    name: Callable[[str], str]
    """A field's name, of the API's."""
    time: Callable[[datetime.datetime], int | str]


def _milliseconds(moment: datetime.datetime) -> int:
    return instant_of(moment) // _MILLISECOND


def _timestamp(moment: datetime.datetime) -> str:
    text = moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z").replace(".000Z", "Z")


VERSION_1 = Style(capitalised, _milliseconds)
VERSION_2 = Style(pascal_case, _timestamp)


# ---- what goes out


def request_of(shape: Shape, parameters: Mapping[str, Any], style: Style) -> dict[str, Any]:
    """The request of an operation, by the API's names; what is null is not sent.

    Raises:
        WrongParameters: a field has a value of another type, or the operation does not know it.
    """
    members = names_of(shape, style)
    unknown = [name for name in parameters if name not in members]
    if unknown:
        problems = [f"The field '{name}' is not supported by Step Functions" for name in unknown]
        raise WrongParameters(*problems)
    return {
        members[name]: _sent(shape.members[members[name]], name, value, style)
        for name, value in parameters.items()
        if value is not None
    }


def names_of(shape: Shape, style: Style) -> dict[str, str]:
    """The API's names of the members of a structure, by how a definition may write them."""
    if shape is None:
        return {}
    written = ((style.name(name), name) for name in shape.members)
    return {capitalised(name): name for name in shape.members} | dict(written)


def _sent(shape: Shape, name: str, value: Any, style: Style) -> Any:  # noqa: ANN401 - any JSON
    kind = shape.type_name
    if getattr(shape, "is_document_type", False):
        return value
    if kind == "structure" and isinstance(value, dict):
        return request_of(shape, value, style)
    if kind == "list" and isinstance(value, list):
        return [_sent(shape.member, name, each, style) for each in value]
    if kind == "map" and isinstance(value, dict):
        return {key: _sent(shape.value, name, each, style) for key, each in value.items()}
    if kind == "blob" and not isinstance(value, bytes):
        return compact(value).encode()
    if kind in _KINDS:
        types, word = _KINDS[kind]
        if not isinstance(value, types) or (isinstance(value, bool) and kind != "boolean"):
            raise WrongParameters(f"The value for the field '{name}' must be {word}")
    return value


_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a STRING"),
    "integer": ((int,), "a NUMBER"),
    "long": ((int,), "a NUMBER"),
    "float": ((int, float), "a NUMBER"),
    "double": ((int, float), "a NUMBER"),
    "boolean": ((bool,), "a BOOLEAN"),
    "structure": ((dict,), "an OBJECT"),
    "map": ((dict,), "an OBJECT"),
    "list": ((list,), "an ARRAY"),
}
"""What the kinds of values of an API may be in JSON; the word for a text is AWS's, the others are like it."""


# ---- what comes back


def result_of(shape: Shape, answer: Any, style: Style) -> Any:  # noqa: ANN401 - any value that botocore makes
    """An answer as JSON, by the names of Step Functions, in the order of their letters."""
    kind = shape.type_name
    if kind == "structure":
        known = {name: value for name, value in answer.items() if name in shape.members}
        members = {
            style.name(name): result_of(shape.members[name], value, style) for name, value in known.items()
        }
        return dict(sorted(members.items()))
    if kind == "list":
        return [result_of(shape.member, each, style) for each in answer]
    if kind == "map":
        return {key: result_of(shape.value, each, style) for key, each in answer.items()}
    if kind == "blob":
        return _text(answer if isinstance(answer, bytes) else answer.read())
    return style.time(answer) if isinstance(answer, datetime.datetime) else answer


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return base64.b64encode(content).decode()


def compact(value: object) -> str:
    """JSON as Step Functions writes it: without blanks, with letters as they are."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
