"""Publish and PublishBatch.

Sources: botocore 1.44, SNS Publish and PublishBatch; answers of AWS recorded in public test suites (2023 to
2025). A batch with an entry that SNS does not take is refused whole, as recorded; only what happens after the
checks fails entry by entry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call
from workbook.aws.sns.direct import ENDPOINT, PHONE, publisher
from workbook.aws.sns.drafts import draft_of, refuse_oversized
from workbook.aws.sns.encryption import demand_key
from workbook.aws.sns.errors import (
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    InvalidBatchEntryId,
    InvalidParameter,
    SNSError,
    Throttled,
    TooManyEntriesInBatchRequest,
)
from workbook.aws.sns.notification import Notification
from workbook.aws.sns.permissions import demand_access
from workbook.aws.sns.publishing import Draft, accept, check_identifiers
from workbook.aws.sns.registry import demand_topic
from workbook.aws.sns.topic import DEFAULT_MESSAGE_SIZE, Topic
from workbook.aws.sqs.deduplication import Original

MOST_ENTRIES = limit("sns.batch-entries")
_ENTRY_ID = re.compile(rf"[A-Za-z0-9_-]{{1,{limit('sns.batch-entry-id')}}}")


def publish(call: Call) -> Answer:
    """Send a message to a topic, a phone or an app."""
    parameters = call.parameters
    phone, target = parameters.get("PhoneNumber"), parameters.get("TargetArn")
    if phone is not None:
        return _publish_directly(call, PHONE, phone)
    if target is not None and ":endpoint/" in target:
        return _publish_directly(call, ENDPOINT, target)
    arn, name = parameters.get("TopicArn"), "TopicArn"
    if arn is None:
        arn, name = target, "TargetArn"
    if arn is None:
        raise InvalidParameter.of("TopicArn or TargetArn", "no value for required parameter")
    draft = draft_of(parameters, trace_header=call.headers.get("X-Amzn-Trace-Id", ""))
    topic = demand_topic(call.world, arn, call.region, name)
    _demand_publisher(call, topic)
    refuse_oversized(draft, topic.message_size)
    check_identifiers(draft, topic)
    return _answer(accept(call.world, topic, draft))


def publish_batch(call: Call) -> Answer:
    """Send up to 10 messages to a topic."""
    entries: Sequence[Mapping[str, Any]] = call.parameters.get("PublishBatchRequestEntries") or []
    topic = demand_topic(call.world, str(call.parameters.get("TopicArn") or ""), call.region)
    _check_entries(entries)
    _demand_publisher(call, topic)
    drafts = [_entry_draft(call, index, entry) for index, entry in enumerate(entries, start=1)]
    for draft in drafts:
        check_identifiers(draft, topic)
    if sum(draft.size for draft in drafts) > topic.message_size:
        raise BatchRequestTooLong
    answer: dict[str, list[dict[str, Any]]] = {"Successful": [], "Failed": []}
    for entry, draft in zip(entries, drafts, strict=True):
        try:
            answer["Successful"].append({"Id": entry["Id"], **_answer(accept(call.world, topic, draft))})
        except Throttled as error:
            answer["Failed"].append(_failed(entry["Id"], error))
    return answer


def _demand_publisher(call: Call, topic: Topic) -> None:
    demand_access(call, topic, "Publish")
    demand_key(call.world, topic, call.caller)


def _publish_directly(call: Call, kind: str, destination: str) -> Answer:
    draft = draft_of(call.parameters)
    refuse_oversized(draft, DEFAULT_MESSAGE_SIZE)
    notification = Notification(
        message_id=call.world.seeds.uuid("sns.message-id"),
        topic_arn="",
        message=draft.message,
        published=call.world.clock.now,
        subject=draft.subject,
        attributes=draft.attributes,
        texts=draft.texts,
        size=draft.size,
    )
    publisher(kind)(call, notification, destination)
    return {"MessageId": notification.message_id}


def _entry_draft(call: Call, index: int, entry: Mapping[str, Any]) -> Draft:
    where = f"publishBatchRequestEntries.{index}.member."
    return draft_of(entry, where=where, trace_header=call.headers.get("X-Amzn-Trace-Id", ""))


def _check_entries(entries: Sequence[Mapping[str, Any]]) -> None:
    if not entries:
        raise EmptyBatchRequest
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest
    identifiers = [str(entry.get("Id") or "") for entry in entries]
    if len(set(identifiers)) < len(identifiers):
        raise BatchEntryIdsNotDistinct
    if not all(map(_ENTRY_ID.fullmatch, identifiers)):
        raise InvalidBatchEntryId


def _answer(accepted: Original) -> dict[str, Any]:
    answer = {"MessageId": accepted.message_id}
    if accepted.sequence_number is not None:
        answer["SequenceNumber"] = accepted.sequence_number
    return answer


def _failed(identifier: str, error: SNSError) -> dict[str, Any]:
    return {"Id": identifier, "Code": error.code, "Message": error.message, "SenderFault": True}
