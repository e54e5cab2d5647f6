"""JSON paths into an event of a pipe: ``$.body.order.lines[0].name``.

The field of a source in which the message itself stands may be JSON within a text, as the body of an SQS
message is, or within base64, as the data of a Kinesis record is. A path leads into it all the same (implicit
body data parsing): ``$.body`` is then the parsed JSON, and what is no JSON stays the text that it is.

Source: EventBridge User Guide, "Amazon EventBridge Pipes input transformation": dot notation, dashes,
underscores, letters and digits, forward slashes, array indices, wildcards.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_STEP = re.compile(r"\.(?P<name>[\w/-]+)|\[(?P<index>\d+|\*)\]")
_KINESIS = "aws:kinesis"


class Missing:
    """What a path leads to where nothing is; null is something."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def is_path(text: object) -> bool:
    """Whether a whole text is a path, as values of target parameters may be."""
    return isinstance(text, str) and _steps(text) is not None


def value_at(event: Any, path: str) -> Any:  # noqa: ANN401 - whatever is there
    """What is at a path: a list where it has a wildcard, MISSING where there is nothing."""
    steps = _steps(path)
    if steps is None:
        return MISSING
    found = list(_walk(event, steps))
    if "*" in steps:
        return found
    return found[0] if found else MISSING


def message_field(record: Mapping[str, Any]) -> str:
    """The field in which the message itself stands."""
    return "data" if record.get("eventSource") == _KINESIS else "body"


def with_parsed_message(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """A record of a source with its message as JSON, if it is JSON."""
    field = message_field(record)
    text = record.get(field)
    if not isinstance(text, str):
        return record
    try:
        return {**record, field: json.loads(base64.b64decode(text) if field == "data" else text)}
    except (ValueError, RecursionError, binascii.Error):
        return record


def has_json_message(record: Mapping[str, Any]) -> bool:
    """Whether the message of a record is JSON; a change in a table is JSON by itself."""
    return message_field(record) not in record or with_parsed_message(record) is not record


def _walk(value: Any, steps: tuple[str | int, ...]) -> Iterator[Any]:  # noqa: ANN401 - as above
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if step == "*":
        for element in value if isinstance(value, list) else ():
            yield from _walk(element, rest)
    elif isinstance(step, int):
        if isinstance(value, list) and step < len(value):
            yield from _walk(value[step], rest)
    elif isinstance(value, Mapping) and step in value:
        yield from _walk(value[step], rest)


@functools.lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[str | int, ...] | None:
    """The steps of a path; None for a text that is none."""
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    position = 1
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            return None
        name, index = match["name"], match["index"]
        steps.append(name if name is not None else "*" if index == "*" else int(index))
        position = match.end()
    return tuple(steps)
