"""Input transformers: a template with variables, filled from an event.

    {"instance": <instance>, "text": "it is <state>"}      a JSON template
    "instance <instance> is <state>"                        a text template, one or more quoted lines

Outside quotes a variable becomes the JSON of its value, so a string brings its own quotes. Inside quotes it
becomes bare text that EventBridge does not escape. What a path does not find is an empty text. In a text
template an object or array loses its quotes; in a JSON template nothing is lost, and if what comes out is no
JSON, it cannot be delivered.

Sources: Amazon EventBridge User Guide, "Input transformation"; service model, InputTransformer; results
recorded in public test suites (2024).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbook.aws.eventbridge.events import compact, timestamp
from workbook.aws.eventbridge.json_paths import NOTHING, json_path
from workbook.aws.json_quotes import quoted_after

if TYPE_CHECKING:
    from workbook.aws.eventbridge.events import Event

RULE_ARN = "aws.events.rule-arn"
RULE_NAME = "aws.events.rule-name"
INGESTION_TIME = "aws.events.event.ingestion-time"
EVENT = "aws.events.event"
EVENT_JSON = "aws.events.event.json"
PREDEFINED = frozenset({RULE_ARN, RULE_NAME, INGESTION_TIME, EVENT, EVENT_JSON})

_VARIABLE = re.compile(r"<([A-Za-z0-9_\-.]+)>")


class InvalidResult(ValueError):
    """What a template gave for an event is not valid JSON."""


@dataclass(frozen=True)
class _Piece:
    """A stretch of the template's own text, and the variable after it, if one follows."""

    text: str
    variable: str | None
    quoted: bool
    """Whether the variable stands inside quotes."""


@dataclass(frozen=True)
class InputTransformer:
    """A target's InputTransformer. `paths` is InputPathsMap."""

    template: str
    paths: Mapping[str, str]

    @property
    def unknown_variables(self) -> list[str]:
        """Variables of the template that are neither in `paths` nor predefined, in order."""
        return [name for name in self.variables if name not in self.paths and name not in PREDEFINED]

    @property
    def variables(self) -> list[str]:
        """Variables of the template, in order."""
        return [piece.variable for piece in self._pieces if piece.variable is not None]

    @cached_property
    def is_object(self) -> bool:
        """Whether it is the template of a JSON object."""
        return self.template.lstrip().startswith("{")

    @cached_property
    def is_json(self) -> bool:
        """Whether it is a JSON template, not quoted text."""
        return not self.template.lstrip().startswith('"')

    def could_be_valid(self) -> bool:
        """Whether a JSON template is JSON once its variables have values; text must close its quotes."""
        if not self.is_json:
            return not quoted_after(self.template, quoted=False)
        sample = "".join(
            piece.text + ("" if piece.variable is None else "x" if piece.quoted else '"x"')
            for piece in self._pieces
        )
        try:
            json.loads(sample)
        except ValueError:
            return False
        return True

    def fill(self, event: Event, rule_arn: str, rule_name: str) -> str:
        """The template filled from an event.

        Raises:
            InvalidResult: it is a JSON template, and what came out is none.
        """
        values = _Values(self.paths, event, rule_arn, rule_name)
        filled = "".join(self._filled(values))
        if self.is_json:
            try:
                json.loads(filled)
            except ValueError as error:
                raise InvalidResult(f"the filled template is not valid JSON: {error}") from None
        return filled

    def _filled(self, values: _Values) -> Iterator[str]:
        for piece in self._pieces:
            yield piece.text
            if piece.variable is not None:
                value = values.of(piece.variable)
                yield self._bare(value) if piece.quoted else _json(value)

    def _bare(self, value: object) -> str:
        """A value inside quotes."""
        if value is NOTHING:
            return ""
        if isinstance(value, str):
            return value
        text = compact(value)
        return text if self.is_json else text.replace('"', "")

    @cached_property
    def _pieces(self) -> tuple[_Piece, ...]:
        return tuple(_taken_apart(self.template))


def _json(value: object) -> str:
    return '""' if value is NOTHING else compact(value)


def _taken_apart(template: str) -> Iterator[_Piece]:
    begin, quoted = 0, False
    for match in _VARIABLE.finditer(template):
        text = template[begin : match.start()]
        quoted = quoted_after(text, quoted=quoted)
        yield _Piece(text, match[1], quoted)
        begin = match.end()
    yield _Piece(template[begin:], None, quoted)


@dataclass(frozen=True)
class _Values:
    """What the variables stand for, for one event at one rule."""

    paths: Mapping[str, str]
    event: Event
    rule_arn: str
    rule_name: str

    def of(self, variable: str) -> object:
        """A variable's value, or NOTHING."""
        if variable in self.paths:
            return json_path(self.paths[variable]).find(self.event.document)
        known: dict[str, Any] = {
            RULE_ARN: self.rule_arn,
            RULE_NAME: self.rule_name,
            INGESTION_TIME: timestamp(self.event.ingested),
        }
        if variable in known:
            return known[variable]
        return self.event.document if variable == EVENT_JSON else _without_detail(self.event)


def _without_detail(event: Event) -> dict[str, Any]:
    """`aws.events.event`: AWS shows it in this order, and with `detailType`."""
    document = event.document
    return {
        "id": document["id"],
        "account": document["account"],
        "detailType": document["detail-type"],
        "time": document["time"],
        "source": document["source"],
        "region": document["region"],
        "resources": document["resources"],
        "version": document["version"],
    }
