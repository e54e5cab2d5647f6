"""Which messages a mapping hands to its function; those it filters out are deleted from the queue.

A filter is an event pattern for the record that the function would see. The record's `body` is text, yet a
pattern may look inside it; AWS then compares formats first:

    body is       pattern for body is      what happens
    plain text    a list of texts          the pattern decides
    plain text    an object                the message is dropped
    JSON          an object                the pattern decides
    JSON          a list of texts          the message is dropped
    either        not there                the pattern decides, on the other fields

"JSON" is read here as a JSON object or array: AWS does not say what it makes of a body such as `5`, which is
JSON and a plain text (unverified).

Source: AWS Lambda Developer Guide, "Using event filtering with an Amazon SQS event source". Its newest
edition says that only `body` can be filtered on; older ones let patterns name the record's other fields, and
so does this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from workbook.aws.patterns import EventPattern
from workbook.aws.patterns.dialects import EVENT_BRIDGE, Dialect

Record = dict[str, object]
"""One message as the function sees it."""


@dataclass(frozen=True, slots=True)
class FilterCriteria:
    """Up to five patterns; a record passes when any of them matches, or when there are none."""

    patterns: tuple[EventPattern, ...] = ()

    @classmethod
    def of(cls, texts: list[str], dialect: Dialect = EVENT_BRIDGE) -> FilterCriteria:
        """Compile patterns from JSON text, in the language of the service that filters.

        Raises:
            InvalidEventPattern: one of them is not valid.
        """
        return cls(tuple(EventPattern(text, dialect) for text in texts))

    def configuration(self) -> dict[str, object]:
        """As the API shows it: every pattern as it was given, to the letter."""
        return {"Filters": [{"Pattern": pattern.text} for pattern in self.patterns]}

    def let_through(self, record: Record) -> bool:
        """Whether the function is to see this record."""
        return not self.patterns or any(_matches(pattern, record) for pattern in self.patterns)


NO_FILTERS = FilterCriteria()


def _matches(pattern: EventPattern, record: Record) -> bool:
    if "body" not in pattern.fields:
        return pattern.matches(record)
    parsed = _parsed(str(record["body"]))
    if not pattern.asks_inside("body"):
        return parsed is None and pattern.matches(record)
    return parsed is not None and pattern.matches({**record, "body": parsed})


def _parsed(body: str) -> Mapping[str, object] | list[object] | None:
    """The body's JSON object or array; None for a plain text."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict | list) else None
