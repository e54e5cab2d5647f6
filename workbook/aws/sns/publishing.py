"""From a publish, by whomever, to a message that is on its way to the subscribers.

What is a duplicate on a FIFO topic is answered like the original, and goes no further.

    Publish, PublishBatch ─┐                    ┌─ duplicate: only answered
    a service of AWS ──────┴─ Draft ── accept ──┤
                                                └─ archived, handed to the subscriptions
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.sns.errors import InvalidParameter, Throttled
from workbook.aws.sns.fan_out import fan_out
from workbook.aws.sns.fifo import MESSAGE_GROUP
from workbook.aws.sns.notification import Attributes, Notification
from workbook.aws.sns.subscription import TRUE
from workbook.aws.sqs.deduplication import Original

if TYPE_CHECKING:
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

LONGEST_BODY = 4096
"""Characters of a message that the trace keeps."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that has passed all checks but those of its topic."""

    message: str
    size: int
    """Bytes of the message and its attributes."""
    subject: str | None = None
    attributes: Attributes = field(default_factory=dict)
    texts: Mapping[str, str] | None = None
    group_id: str | None = None
    deduplication_id: str | None = None
    trace_header: str = ""


def check_identifiers(draft: Draft, topic: Topic) -> None:
    """Hold a message's group and deduplication id against the kind of its topic.

    Raises:
        InvalidParameter: one is missing, or not for such a topic.
    """
    if not topic.is_fifo:
        if draft.deduplication_id is not None:
            raise InvalidParameter.of(
                "MessageDeduplicationId",
                "The request includes MessageDeduplicationId parameter that is not valid for this topic type",
            )
        return
    if draft.group_id is None:
        raise InvalidParameter("Invalid parameter: The MessageGroupId parameter is required for FIFO topics")
    if draft.deduplication_id is None and topic.attributes.get("ContentBasedDeduplication") != TRUE:
        raise InvalidParameter(
            "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )


def accept(world: World, topic: Topic, draft: Draft) -> Original:
    """Take a checked message in; its id, and the sequence number on a FIFO topic.

    Raises:
        Throttled: the FIFO topic's quota of this second is used up.
    """
    if topic.fifo is not None:
        return _accept_in_order(world, topic, draft)
    notification = _notification(world, topic, draft)
    _publish(world, topic, notification)
    return Original(notification.message_id, None)


def _accept_in_order(world: World, topic: Topic, draft: Draft) -> Original:
    assert topic.fifo is not None  # noqa: S101 - as the caller knows
    now = world.clock.now
    by_group = topic.attributes.get("FifoThroughputScope") == MESSAGE_GROUP
    scope = draft.group_id if by_group else None
    if not topic.fifo.admit(scope, draft.size, now):
        world.trace.record("throttle", topic.arn, action="Publish", **_identifiers(scope, None))
        raise Throttled
    deduplication_id = draft.deduplication_id or hashlib.sha256(draft.message.encode()).hexdigest()
    original = topic.fifo.original(scope, deduplication_id, now)
    if original is not None:
        _drop_duplicate(world, topic, draft, deduplication_id, original)
        return original
    notification = _notification(
        world,
        topic,
        draft,
        deduplication_id=deduplication_id,
        sequence_number=topic.fifo.next_sequence_number(),
    )
    topic.fifo.remember(scope, notification)
    _publish(world, topic, notification)
    return Original(notification.message_id, notification.sequence_number)


def _publish(world: World, topic: Topic, notification: Notification) -> None:
    _count(topic, notification.size)
    hop = world.trace.record(
        "publish",
        topic.arn,
        message=notification.message_id,
        size=notification.size,
        **_identifiers(notification.group_id, notification.deduplication_id),
        **_content(notification.message, notification.subject, notification.attributes),
    )
    if topic.archive is not None:
        topic.archive.keep(notification)
        topic.metrics.add("NumberOfMessagesArchiveProcessing")
        topic.metrics.add("NumberOfBytesArchiveProcessing", notification.size, unit="Bytes")
    with world.trace.under(hop):
        fan_out(world, topic, notification)


def _drop_duplicate(
    world: World, topic: Topic, draft: Draft, deduplication_id: str, original: Original
) -> None:
    _count(topic, draft.size)
    world.trace.record(
        "deduplicate",
        topic.arn,
        message=original.message_id,
        size=draft.size,
        **_identifiers(draft.group_id, deduplication_id),
        **_content(draft.message, draft.subject, draft.attributes),
    )


def _count(topic: Topic, size: int) -> None:
    topic.metrics.add("NumberOfMessagesPublished")
    topic.metrics.add("PublishSize", size, unit="Bytes")


def _notification(
    world: World,
    topic: Topic,
    draft: Draft,
    *,
    deduplication_id: str | None = None,
    sequence_number: str | None = None,
) -> Notification:
    return Notification(
        message_id=world.seeds.uuid("sns.message-id"),
        topic_arn=topic.arn,
        message=draft.message,
        published=world.clock.now,
        subject=draft.subject,
        attributes=draft.attributes,
        texts=draft.texts,
        group_id=draft.group_id,
        deduplication_id=deduplication_id,
        sequence_number=sequence_number,
        size=draft.size,
        trace_header=draft.trace_header,
    )


def _identifiers(group_id: str | None, deduplication_id: str | None) -> dict[str, Any]:
    given = {"group_id": group_id, "deduplication_id": deduplication_id}
    return {name: value for name, value in given.items() if value is not None}


def _content(message: str, subject: str | None, attributes: Attributes) -> dict[str, Any]:
    content: dict[str, Any] = {"body": message[:LONGEST_BODY]}
    if subject is not None:
        content["subject"] = subject
    if attributes:
        content["attributes"] = attributes
    return content
