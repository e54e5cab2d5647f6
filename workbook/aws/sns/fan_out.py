"""From one message to its subscribers: who gets it, in what shape, and what is written down about it.

    publish ──> for each subscription: confirmed? ── filter ── render ──> delivery (retries, dead letters)

Each subscription is on its own: one that fails, or takes long, does not touch the others, and the producer
has been answered long before.

Source: botocore 1.44, SNS Publish and Subscribe; dead letters as AWS was recorded to write them (2023).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbook.aws.delivery import (
    LATENCY,
    DeadLetters,
    Delivery,
    Outcome,
    Parcel,
    Sender,
    Undelivered,
    deliver,
)
from workbook.aws.sns.delivery_status import log_outcome
from workbook.aws.sns.documents import json_document
from workbook.aws.sns.lanes import lanes_of
from workbook.aws.sns.pacing import send_paced
from workbook.aws.sns.protocols import Protocol, find_protocol
from workbook.aws.sns.topic import FIFO_SUFFIX

if TYPE_CHECKING:
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

SERVICE = "sns.amazonaws.com"


def fan_out(world: World, topic: Topic, notification: Notification) -> None:
    """Send a message to the subscriptions that want it; caused by the hop in progress."""
    deliveries = []
    for subscription in topic.subscriptions.values():
        if not subscription.confirmed or not takes_new_messages(world, subscription, notification):
            continue
        if lets_through(world, subscription, notification):
            delivery = delivery_to(world, subscription, notification)
            rate = find_protocol(subscription.protocol).rate(subscription)
            if is_ordered(subscription):
                send_in_order(world, subscription, notification, delivery)
            elif rate is not None:
                send_paced(world, subscription.arn, delivery, rate)
            else:
                deliveries.append(delivery)
    deliver(world, deliveries)


def send(world: World, subscription: Subscription, notification: Notification) -> None:
    """Send one message to one endpoint, whatever its filter says: a request to confirm."""
    deliver(world, [delivery_to(world, subscription, notification)])


def send_in_order(
    world: World, subscription: Subscription, notification: Notification, delivery: Delivery
) -> None:
    """Send a message when those of its group that came before it have ended."""
    lane = (subscription.arn, notification.group_id or "")
    lanes_of(world).send(lane, delivery, world.clock.now + LATENCY)


def is_ordered(subscription: Subscription) -> bool:
    """Whether the endpoint keeps the order of a FIFO topic: a FIFO queue."""
    return subscription.topic.is_fifo and subscription.endpoint.endswith(FIFO_SUFFIX)


def takes_new_messages(world: World, subscription: Subscription, notification: Notification) -> bool:
    """Whether the subscription is not limited to messages of the past, by a replay with an end."""
    if subscription.replay is None or subscription.replay.end is None:
        return True
    _filtered(world, subscription, notification, "its ReplayPolicy has an EndingPoint")
    return False


def lets_through(world: World, subscription: Subscription, notification: Notification) -> bool:
    """Whether the subscription's filter policy wants the message; if not, that is written down."""
    policy, text = subscription.filter, notification.text_for(subscription.protocol)
    if policy is None or policy.matches(notification.attributes, text):
        return True
    reason = f"its FilterPolicy does not match the message ({policy.scope})"
    _filtered(world, subscription, notification, reason)
    metrics = subscription.topic.metrics
    metrics.add("NumberOfNotificationsFilteredOut")
    metrics.add(f"NumberOfNotificationsFilteredOut-{policy.scope}")
    more = _more_precisely(policy.scope, notification, subscription.protocol)
    if more:
        metrics.add(f"NumberOfNotificationsFilteredOut-{more}")
    return False


def delivery_to(world: World, subscription: Subscription, notification: Notification) -> Delivery:
    """A message on its way to one endpoint."""
    protocol, topic = find_protocol(subscription.protocol), subscription.topic
    role = protocol.role(subscription)
    itself = Sender(SERVICE, topic.arn, topic.account, topic.region)
    sender = itself if role is None else replace(itself, role_arn=role)
    return Delivery(
        sender=sender,
        target=protocol.target(subscription),
        parcel=protocol.render(notification, subscription),
        message=notification.message_id,
        retries=protocol.retries(subscription),
        dead_letters=_dead_letters(subscription, notification),
        dead_letter_sender=itself,
        facts={"subscription": subscription.arn},
        on_try=_count_failed_tries(subscription) if protocol.counts_each_try else None,
        on_end=_report(world, subscription, notification, protocol),
    )


def _filtered(world: World, subscription: Subscription, notification: Notification, reason: str) -> None:
    cause = world.trace.cause
    world.trace.record(
        "filter",
        subscription.arn,
        message=notification.message_id,
        causes=() if cause is None else (cause,),
        size=notification.size,
        reason=reason,
    )


def _more_precisely(scope: str, notification: Notification, protocol: str) -> str:
    """The metric that says why a filter could not have matched, if it could not."""
    if scope == "MessageAttributes":
        return "" if notification.attributes else "NoMessageAttributes"
    try:
        is_object = isinstance(json.loads(notification.text_for(protocol)), dict)
    except (ValueError, RecursionError):
        is_object = False
    return "" if is_object else "InvalidMessageBody"


def _dead_letters(subscription: Subscription, notification: Notification) -> DeadLetters | None:
    policy = subscription.attributes.get("RedrivePolicy")
    if policy is None:
        return None
    queue: str = json.loads(policy)["deadLetterTargetArn"]

    def parcel(_error: Undelivered, _attempts: int) -> Parcel:
        """The message as a queue would have got it; SNS adds nothing to say what went wrong."""
        raw, in_order = subscription.is_raw, queue.endswith(FIFO_SUFFIX)
        bare = notification.text_for(subscription.protocol)
        return Parcel(
            bare if raw else json_document(notification, subscription),
            attributes=notification.attributes if raw else {},
            group_id=notification.group_id if in_order else None,
            deduplication_id=notification.deduplication_id if in_order else None,
        )

    return DeadLetters(queue, parcel)


def _count_failed_tries(subscription: Subscription) -> Callable[[Undelivered | None], None]:
    """For HTTP/S endpoints AWS counts every failed try."""

    def count(error: Undelivered | None) -> None:
        if error is not None:
            subscription.topic.metrics.add("NumberOfNotificationsFailed")

    return count


def _report(
    world: World, subscription: Subscription, notification: Notification, protocol: Protocol
) -> Callable[[Outcome], None]:
    metrics = subscription.topic.metrics

    def report(outcome: Outcome) -> None:
        if outcome.delivered:
            metrics.add("NumberOfNotificationsDelivered")
        elif not protocol.counts_each_try:
            metrics.add("NumberOfNotificationsFailed")
        if outcome.dead_lettered is not None:
            kept = "RedrivenToDlq" if outcome.dead_lettered else "FailedToRedriveToDlq"
            metrics.add(f"NumberOfNotifications{kept}")
        log_outcome(world, subscription, notification, protocol.feedback, outcome)

    return report
