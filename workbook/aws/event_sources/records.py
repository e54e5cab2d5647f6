"""A received message as the function sees it in `event["Records"]`.

The order of keys, which keys are there, and that all of `attributes` are texts follow events that AWS sent
and public test suites recorded. One oddity is kept: a mapping with a batching window shows
`md5OfMessageAttributes` as null where a message has no attributes; one without a window leaves the key out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.event_sources.filters import Record

if TYPE_CHECKING:
    from workbook.aws.sqs.message import Delivery, Message
    from workbook.aws.sqs.queue import Queue


def record_of(delivery: Delivery, queue: Queue, *, windowed: bool) -> Record:
    """The record of one delivery; `windowed` says whether the mapping has a batching window."""
    message = delivery.message
    record: Record = {
        "messageId": message.message_id,
        "receiptHandle": delivery.receipt_handle,
        "body": message.body,
        "attributes": _attributes(delivery, message),
        "messageAttributes": {name: _attribute(value) for name, value in message.attributes.items()},
        "md5OfBody": message.md5_of_body,
    }
    if message.md5_of_attributes is not None or windowed:
        record["md5OfMessageAttributes"] = message.md5_of_attributes
    record["eventSource"] = "aws:sqs"
    record["eventSourceARN"] = queue.arn
    record["awsRegion"] = queue.region
    return record


def _attributes(delivery: Delivery, message: Message) -> dict[str, str]:
    """The system attributes: those that ReceiveMessage gives for AttributeNames=["All"]."""
    attributes: dict[str, str | None] = {
        "ApproximateReceiveCount": str(delivery.receive_count),
        "AWSTraceHeader": _trace_header(message.system_attributes),
        "SentTimestamp": str(message.sent // 1000),
        "SequenceNumber": message.sequence_number,
        "MessageGroupId": message.group_id,
        "SenderId": message.sender_id,
        "MessageDeduplicationId": message.deduplication_id,
        "ApproximateFirstReceiveTimestamp": str(delivery.first_received // 1000),
        "DeadLetterQueueSourceArn": message.dead_letter_source,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def _trace_header(system_attributes: Mapping[str, Any]) -> str | None:
    header = system_attributes.get("AWSTraceHeader")
    return None if header is None else str(header["StringValue"])


def _attribute(attribute: Mapping[str, Any]) -> dict[str, object]:
    """A message attribute; a binary value stays the base64 text that it is in JSON."""
    shown: dict[str, object] = {}
    if "StringValue" in attribute:
        shown["stringValue"] = attribute["StringValue"]
    if "BinaryValue" in attribute:
        shown["binaryValue"] = attribute["BinaryValue"]
    shown["stringListValues"] = []
    shown["binaryListValues"] = []
    shown["dataType"] = attribute["DataType"]
    return shown
