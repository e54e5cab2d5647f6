"""Which records of a stream a pipe lets through.

    data is       pattern for data is      what happens
    JSON          an object                the pattern decides
    no JSON       an object                the record is dropped
    either        not there                the pattern decides, on the other fields
    either        a list of texts          the pipe is refused when it is made

Source: EventBridge User Guide, "Event filtering in Amazon EventBridge Pipes" (Kinesis and DynamoDB).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.pipes.paths import with_parsed_message

if TYPE_CHECKING:
    from workbook.aws.event_sources.filters import FilterCriteria
    from workbook.aws.patterns import EventPattern


def passes(filters: FilterCriteria, record: dict[str, Any]) -> bool:
    """Whether a record goes on."""
    return not filters.patterns or any(_matches(pattern, record) for pattern in filters.patterns)


def _matches(pattern: EventPattern, record: dict[str, Any]) -> bool:
    if "data" not in pattern.fields:
        return pattern.matches(record)
    parsed = with_parsed_message(record)
    return isinstance(parsed["data"], dict) and pattern.matches(dict(parsed))


def unusable_pattern(filters: FilterCriteria) -> bool:
    """Whether a pattern takes the data for a text."""
    return any("data" in one.fields and not one.asks_inside("data") for one in filters.patterns)
