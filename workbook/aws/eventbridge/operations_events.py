"""PutEvents, PutPartnerEvents and TestEventPattern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.eventbridge.errors import InvalidPattern, ValidationError
from workbook.aws.eventbridge.ingestion import put_entries
from workbook.aws.operations import NotSimulated
from workbook.aws.patterns import InvalidEvent, InvalidEventPattern
from workbook.aws.patterns import test_event_pattern as matches_pattern

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call


def put_events(call: Call) -> Answer:
    """Put custom events on buses; each entry has an answer of its own."""
    if call.parameters.get("EndpointId"):
        raise NotSimulated(
            "PutEvents: EndpointId (global endpoints)", "Leave it out, and name an EventBusName."
        )
    answers = put_entries(call, call.parameters["Entries"])
    return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}


def test_event_pattern(call: Call) -> Answer:
    """Hold an event against a pattern, without any bus."""
    try:
        matches = matches_pattern(call.parameters["EventPattern"], call.parameters["Event"])
    except InvalidEvent as error:
        raise ValidationError(str(error)) from None
    except InvalidEventPattern as error:
        raise InvalidPattern(str(error)) from None
    return {"Result": matches}
