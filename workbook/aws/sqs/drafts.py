"""From a request to a checked :class:`Draft`, in one pass over its parameters.

Sources: botocore 1.44 service model of SQS, SendMessage; error texts as AWS answers.
"""

from __future__ import annotations

import hashlib

from workbook.aws.limits import limit
from workbook.aws.sqs.attributes import QueueSettings
from workbook.aws.sqs.errors import InvalidParameterValue, MissingParameter
from workbook.aws.sqs.message import Draft
from workbook.aws.sqs.message_attributes import (
    NO_ATTRIBUTES,
    check_attributes,
    check_system_attributes,
    refuse_forbidden_characters,
)
from workbook.aws.sqs.validation import (
    Parameters,
    optional_integer,
    optional_text,
    optional_token,
    structure,
)

LONGEST_DELAY = limit("sqs.delay")


def draft_of(parameters: Parameters, settings: QueueSettings, sender_id: str) -> Draft:
    """The message that a send, or an entry of a batch, asks for.

    Its size is not held against the queue's limit yet: see `refuse_oversized`.

    Raises:
        MissingParameter: no body, or no MessageGroupId on a FIFO queue.
        InvalidMessageContents, InvalidParameterValue: a value that SQS does not take.
    """
    body = optional_text(parameters, "MessageBody")
    if not body:
        raise MissingParameter("MessageBody")
    refuse_forbidden_characters(body)
    raw = body.encode()
    user, system = NO_ATTRIBUTES, NO_ATTRIBUTES
    if parameters.get("MessageAttributes"):
        user = check_attributes(structure(parameters, "MessageAttributes"))
    if parameters.get("MessageSystemAttributes"):
        system = check_system_attributes(structure(parameters, "MessageSystemAttributes"))
    group_id, deduplication_id = _identifiers(parameters, settings, raw)
    return Draft(
        body=body,
        attributes=user.attributes,
        system_attributes=system.attributes,
        sender_id=sender_id,
        size=len(raw) + user.size,
        md5_of_body=hashlib.md5(raw, usedforsecurity=False).hexdigest(),
        md5_of_attributes=user.md5,
        md5_of_system_attributes=system.md5,
        group_id=group_id,
        deduplication_id=deduplication_id,
        delay_seconds=_delay(parameters, settings),
    )


def with_trace_header(draft: Draft, trace_header: str) -> Draft:
    """A message without an AWSTraceHeader of its own takes over the trace header of its request."""
    if trace_header and not draft.system_attributes:
        draft.system_attributes = {"AWSTraceHeader": {"DataType": "String", "StringValue": trace_header}}
    return draft


def refuse_oversized(draft: Draft, settings: QueueSettings) -> None:
    """Hold a message against the queue's MaximumMessageSize (bytes of body and attributes).

    Raises:
        InvalidParameterValue: it is larger.
    """
    if draft.size > settings.maximum_message_size:
        raise InvalidParameterValue(
            f"One or more parameters are invalid. Reason: Message must be shorter than "
            f"{settings.maximum_message_size} bytes."
        )


def _delay(parameters: Parameters, settings: QueueSettings) -> int | None:
    delay = optional_integer(
        parameters, "DelaySeconds", 0, LONGEST_DELAY, f"DelaySeconds must be >= 0 and <= {LONGEST_DELAY}."
    )
    if not settings.fifo_queue:
        return delay
    if delay:
        raise InvalidParameterValue.of(
            "DelaySeconds", delay, "The request include parameter that is not valid for this queue type."
        )
    return None  # a FIFO queue takes 0 for "no value": the queue's own delay applies


def _identifiers(
    parameters: Parameters, settings: QueueSettings, raw: bytes
) -> tuple[str | None, str | None]:
    group_id = optional_token(parameters, "MessageGroupId")
    deduplication_id = optional_token(parameters, "MessageDeduplicationId")
    if not settings.fifo_queue:
        if deduplication_id is not None:
            raise InvalidParameterValue(
                f"Value {deduplication_id} for parameter MessageDeduplicationId is invalid. Reason: "
                "The request include parameter that is not valid for this queue type."
            )
        return group_id, None
    if group_id is None:
        raise MissingParameter("MessageGroupId")
    if deduplication_id is None:
        if not settings.content_based_deduplication:
            raise InvalidParameterValue(
                "The queue should either have ContentBasedDeduplication enabled or "
                "MessageDeduplicationId provided explicitly"
            )
        deduplication_id = hashlib.sha256(raw).hexdigest()
    return group_id, deduplication_id
