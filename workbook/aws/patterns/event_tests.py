"""What EventBridge's TestEventPattern checks before it matches.

The API reference calls seven fields of an event mandatory. AWS is recorded to take events without
``resources``, so six are checked here.

Source: API reference, TestEventPattern; answers of EventBridge recorded in public test suites (localstack,
test_events_patterns.snapshot.json, 5 December 2024: test_plain_string_payload, test_invalid_event_payload).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from workbook.aws.patterns.event_patterns import EventPattern
from workbook.aws.patterns.matcher import Json

MANDATORY_FIELDS = ("id", "account", "source", "time", "region", "detail-type")


class InvalidEvent(ValueError):
    """The event is none: EventBridge answers a ValidationException with this message."""

    def __init__(self) -> None:
        super().__init__("Parameter Event is not valid.")


def parsed_event(text: str) -> Mapping[str, Json]:
    """An event from its JSON text.

    Raises:
        InvalidEvent: it is no JSON object, or lacks a mandatory field.
    """
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidEvent from None
    if not isinstance(event, Mapping) or any(name not in event for name in MANDATORY_FIELDS):
        raise InvalidEvent
    return event


def test_event_pattern(pattern_text: str, event_text: str) -> bool:
    """Whether an event matches a pattern, both as JSON text.

    Raises:
        InvalidEvent: the event is no event (AWS: ValidationException).
        InvalidEventPattern: the pattern is not valid (AWS: InvalidEventPatternException).
    """
    event = parsed_event(event_text)
    return EventPattern(pattern_text).matches(event)
