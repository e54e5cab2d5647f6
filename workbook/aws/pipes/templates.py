"""Input templates of a pipe: text with places for values of the event.

    {"order": <$.body.id>, "by": "pipe <aws.pipes.pipe-name>"}

Outside of quotes a place becomes JSON: a text with quotes, a number, an object. Within quotes it becomes
text, and an object loses its own quotes. A template applies to each event of a batch by itself. What comes
out and is no JSON is a text.

A place that leads to nothing becomes an empty text, and `<aws.pipes.event.json>` of an event whose message is
no JSON, too (unverified).

Source: EventBridge User Guide, "Amazon EventBridge Pipes input transformation".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbook.aws.json_quotes import quoted_after
from workbook.aws.pipes.paths import MISSING, has_json_message, is_path, value_at, with_parsed_message

_PLACE = re.compile(r"<(\$[^<>]*|aws\.pipes\.[^<>]*)>")
_RESERVED = frozenset(
    f"aws.pipes.{name}"
    for name in (
        *("pipe-arn", "pipe-name", "source-arn", "enrichment-arn", "target-arn"),
        *("event.ingestion-time", "event", "event.json"),
    )
)


class InvalidTemplate(ValueError):
    """A place in a template is neither a path nor a reserved variable."""


@dataclass(frozen=True)
class Known:
    """What a template knows besides the event: the pipe, and when the event came to the template."""

    pipe_arn: str
    pipe_name: str
    source_arn: str
    enrichment_arn: str
    target_arn: str
    ingestion_time: str
    """ISO 8601, UTC."""

    def variables(self) -> Mapping[str, str]:
        """Reserved variables and their values, but for the event itself."""
        return {
            "aws.pipes.pipe-arn": self.pipe_arn,
            "aws.pipes.pipe-name": self.pipe_name,
            "aws.pipes.source-arn": self.source_arn,
            "aws.pipes.enrichment-arn": self.enrichment_arn,
            "aws.pipes.target-arn": self.target_arn,
            "aws.pipes.event.ingestion-time": self.ingestion_time,
        }


class InputTemplate:
    """A template, read once."""

    def __init__(self, text: str) -> None:
        """Read a template.

        Raises:
            InvalidTemplate: it has a place for something that is not there to be put in.
        """
        self.text = text
        self._parts = _parts_of(text)

    def fill(self, event: Any, known: Known, *, from_source: bool) -> str:  # noqa: ANN401 - any JSON
        """The text for one event; `from_source` says that its message field may be JSON within a text."""
        values = _Values(event, known, from_source=from_source)
        return "".join(part if isinstance(part, str) else values.text_for(part) for part in self._parts)


@dataclass(frozen=True)
class _Place:
    """Where a value goes, and whether that is within quotes."""

    name: str
    quoted: bool


def _parts_of(text: str) -> tuple[str | _Place, ...]:
    parts: list[str | _Place] = []
    position, quoted = 0, False
    for match in _PLACE.finditer(text):
        before = text[position : match.start()]
        quoted = quoted_after(before, quoted=quoted)
        name = match[1]
        if name not in _RESERVED and not is_path(name):
            raise InvalidTemplate(
                f"Invalid json path reference or predefined variable for placeholder {name}"
            )
        parts += [before, _Place(name, quoted)]
        position = match.end()
    return (*parts, text[position:])


class _Values:
    """The values of one event."""

    def __init__(self, event: Any, known: Known, *, from_source: bool) -> None:  # noqa: ANN401 - any JSON
        self._event = event
        self._readable = with_parsed_message(event) if from_source and isinstance(event, dict) else event
        self._is_json = not from_source or not isinstance(event, dict) or has_json_message(event)
        self._variables = known.variables()

    def text_for(self, place: _Place) -> str:
        value = self._value(place.name)
        return _within_quotes(value) if place.quoted else json_text("" if value is MISSING else value)

    def _value(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        if name == "aws.pipes.event":
            return self._event
        if name == "aws.pipes.event.json":
            return self._readable if self._is_json else MISSING
        if name in self._variables:
            return self._variables[name]
        return value_at(self._readable, name)


def _within_quotes(value: Any) -> str:  # noqa: ANN401 - any JSON
    if value is MISSING:
        return ""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)[1:-1]
    return json_text(value).replace('"', "")


def json_text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """A value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def as_json(text: str) -> str:
    """A text as JSON: itself if it is JSON, else a JSON text."""
    try:
        json.loads(text)
    except ValueError:
        return json_text(text)
    return text
