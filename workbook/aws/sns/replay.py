"""Replay: a subscription of a FIFO topic gets messages of the topic's archive once more.

    Pending ── begins at once ──> In progress ── all are delivered ──> Completed
                └── the key does not let SNS in ──> Failed

Without an EndingPoint the subscription goes on with new messages, which wait behind the replayed ones of
their group. With one it is paused: it gets nothing that is newer until its ReplayPolicy is changed, and one
that starts at the old EndingPoint brings what it missed. (That an empty one ends the pause, too, and what an
EndingPoint does that is yet to come: unverified.) A replayed message is the original in all but the mark
Replayed, which is true.

SNS itself reads the archive of an encrypted topic, so the key's policy must let sns.amazonaws.com in; if not,
the replay has Failed. (A topic under alias/aws/sns cannot be replayed here: unverified.)

Sources: Amazon SNS Developer Guide, "Amazon SNS message replay for FIFO topic subscribers"; botocore 1.44,
SNS Subscribe (ReplayPolicy, ReplayStatus). Between which fields the mark stands is not shown (unverified).
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import LATENCY, Delivery, Outcome, deliver
from workbook.aws.policies import Principal
from workbook.aws.sns.encryption import demand_key
from workbook.aws.sns.errors import InvalidAttribute, SNSError
from workbook.aws.sns.json_texts import read_json_object
from workbook.engine.clock import instant_of

if TYPE_CHECKING:
    from workbook.aws.sns.archive import Archive
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

PENDING, IN_PROGRESS, COMPLETED, FAILED = "Pending", "In progress", "Completed", "Failed"
_MEMBERS = {"PointType", "StartingPoint", "EndingPoint"}


@dataclass(eq=False)
class Replay:
    """One replay of one subscription; instants in microseconds."""

    start: int
    end: int | None = None
    status: str = PENDING
    stopped: bool = False
    """Another policy has taken its place, or none."""
    on_its_way: int = 0
    """Messages that have not arrived yet."""


def read_replay_policy(text: str, topic: Topic) -> str:
    """A ReplayPolicy that a subscription of a topic can have; ``{}`` stops a replay.

    Raises:
        InvalidAttribute: it is none. The texts are ours (unverified).
    """
    policy = read_json_object(text, "ReplayPolicy")
    if not policy:
        return ""
    if not topic.is_fifo or topic.archive is None:
        raise InvalidAttribute("ReplayPolicy: the topic has no ArchivePolicy")
    if set(policy) - _MEMBERS or policy.get("PointType") != "Timestamp":
        raise InvalidAttribute("ReplayPolicy: PointType must be Timestamp, with a StartingPoint")
    replay = replay_of(text)
    if replay.end is not None and replay.end <= replay.start:
        raise InvalidAttribute("ReplayPolicy: EndingPoint must be later than StartingPoint")
    return text


def replay_of(text: str) -> Replay:
    """The replay that a policy describes."""
    policy = read_json_object(text, "ReplayPolicy")
    end = policy.get("EndingPoint")
    return Replay(_instant(policy, "StartingPoint"), None if end is None else _instant(policy, "EndingPoint"))


def begin_replay(world: World, subscription: Subscription, text: str) -> None:
    """Replace whatever replay a subscription has; an empty text stops it."""
    if subscription.replay is not None:
        subscription.replay.stopped = True
    subscription.replay = replay_of(text) if text else None
    if subscription.replay is not None:
        replay = subscription.replay
        name = f"a replay for {subscription.arn}"
        world.kernel.at(world.clock.now + LATENCY, _run, world, subscription, replay, name=name)


def _run(world: World, subscription: Subscription, replay: Replay) -> None:
    topic = subscription.topic
    if replay.stopped or topic.archive is None or not subscription.confirmed:
        return
    hop = world.trace.record("replay", subscription.arn, start_at=replay.start, **_end_of(replay))
    try:
        demand_key(world, topic, Principal.of_service("sns.amazonaws.com"))
    except SNSError as error:
        replay.status = FAILED
        world.trace.amend(hop, outcome=error.code, reason=error.message)
        return
    replay.status = IN_PROGRESS
    with world.trace.under(hop):
        _send_all(world, subscription, replay, topic.archive)
    if replay.on_its_way == 0:
        replay.status = COMPLETED


def _send_all(world: World, subscription: Subscription, replay: Replay, archive: Archive) -> None:
    from workbook.aws.sns.fan_out import (  # noqa: PLC0415 - which needs this module for live messages
        is_ordered,
        lets_through,
        send_in_order,
    )

    unordered = []
    for original in archive.since(replay.start, world.clock.now):
        notification = dataclasses.replace(original, replayed=True, documents={})
        if _is_over(replay, original) or not lets_through(world, subscription, notification):
            continue
        delivery = _counted(world, subscription, replay, notification)
        if is_ordered(subscription):
            send_in_order(world, subscription, notification, delivery)
        else:
            unordered.append(delivery)
    deliver(world, unordered)


def _counted(
    world: World, subscription: Subscription, replay: Replay, notification: Notification
) -> Delivery:
    """A delivery that tells the replay when it has ended."""
    from workbook.aws.sns.fan_out import delivery_to  # noqa: PLC0415 - see `_send_all`

    delivery = delivery_to(world, subscription, notification)
    replay.on_its_way += 1
    metrics, tell = subscription.topic.metrics, delivery.on_end

    def ended(outcome: Outcome) -> None:
        if tell is not None:
            tell(outcome)
        kind = "Delivered" if outcome.delivered else "Failed"
        metrics.add(f"NumberOfReplayedNotifications{kind}")
        replay.on_its_way -= 1
        if replay.on_its_way == 0:
            replay.status = COMPLETED

    on_end: Callable[[Outcome], None] = ended
    return dataclasses.replace(delivery, on_end=on_end)


def _is_over(replay: Replay, notification: Notification) -> bool:
    return replay.stopped or (replay.end is not None and notification.published > replay.end)


def _end_of(replay: Replay) -> dict[str, Any]:
    return {} if replay.end is None else {"end_at": replay.end}


def _instant(policy: dict[str, object], name: str) -> int:
    try:
        moment = datetime.datetime.fromisoformat(str(policy.get(name)))
    except ValueError:
        text = f"ReplayPolicy: {name} must be a timestamp such as 2026-01-05T09:00:00.000Z"
        raise InvalidAttribute(text) from None
    return instant_of(moment)
