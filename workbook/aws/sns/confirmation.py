"""The handshake: an endpoint that does not prove its owner's will by itself must be confirmed.

    Subscribe ──> pending, a token is sent to the endpoint ── ConfirmSubscription(token) ──> confirmed
                     └── 2 days: the token is worth nothing any more, and the subscription stays pending

The token goes to the endpoint and nowhere else, so only who reads there can confirm.
Sources: botocore 1.44, SNS Subscribe, ConfirmSubscription and Unsubscribe; tokens and texts recorded from AWS
in public test suites (2023 to 2025).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.sns.errors import InvalidParameter
from workbook.aws.sns.fan_out import send
from workbook.aws.sns.notification import (
    SUBSCRIPTION_CONFIRMATION,
    UNSUBSCRIBE_CONFIRMATION,
    Notification,
)
from workbook.aws.sns.registry import topics_of
from workbook.aws.sns.replay import begin_replay
from workbook.aws.sns.subscription_attributes import shown_attributes
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

TOKEN_LIFE = limit("sns.confirmation-token") * 24 * 3600 * SECOND
"""Microseconds for which a token can be used."""

_PREFIX = "2336412f37"
"""What AWS's tokens begin with."""
_REST = 278
_TOKEN = re.compile(rf"{_PREFIX}[0-9a-f]{{{_REST - 10},{_REST}}}")


def ask_to_confirm(world: World, subscription: Subscription) -> None:
    """Send the endpoint a new token."""
    text = (
        f"You have chosen to subscribe to the topic {subscription.topic.arn}.\n"
        "To confirm the subscription, visit the SubscribeURL included in this message."
    )
    _send_token(world, subscription, SUBSCRIPTION_CONFIRMATION, text)


def confirm(
    world: World,
    topic: Topic,
    token: str,
    *,
    authenticated: bool = False,
    unsubscribe_needs_authentication: bool = False,
) -> Subscription:
    """What ConfirmSubscription does, and a visit of the SubscribeURL.

    ``authenticated`` says whether the request was signed.

    Raises:
        InvalidParameter: the token is none, or none of this topic, or more than two days old.
    """
    check_token(token)
    subscription = _find(topic, token)
    if subscription is None or world.clock.now >= subscription.token_expires:
        raise InvalidParameter("Invalid token")
    if subscription.arn not in topic.subscriptions:
        topic.former.pop(token, None)
        topics_of(world, topic.region).enter(subscription)
        world.trace.record("create", subscription.arn, settings=shown_attributes(subscription))
    if not subscription.confirmed:
        subscription.confirmed = True
        subscription.authenticated = authenticated
        subscription.unsubscribe_needs_authentication = unsubscribe_needs_authentication
        world.trace.record("configure", subscription.arn, settings=shown_attributes(subscription))
        if "ReplayPolicy" in subscription.attributes:
            begin_replay(world, subscription, subscription.attributes["ReplayPolicy"])
    return subscription


def check_token(token: str) -> None:
    """Let what looks like a token pass.

    Raises:
        InvalidParameter: it does not.
    """
    if _TOKEN.fullmatch(token) is None:
        raise InvalidParameter.of("Token")


def end(world: World, subscription: Subscription, *, say_goodbye: bool = False) -> None:
    """End a subscription; with ``say_goodbye`` the endpoint is sent a token that would restore it.

    AWS says goodbye where the request was not the subscription owner's own.
    """
    topics_of(world, subscription.topic.region).drop(subscription)
    world.trace.record("remove", subscription.arn)
    if say_goodbye:
        text = (
            f"You have chosen to deactivate subscription {subscription.arn}.\n"
            "To cancel this operation and restore the subscription, visit the SubscribeURL included in this "
            "message."
        )
        subscription.confirmed = False
        _send_token(world, subscription, UNSUBSCRIBE_CONFIRMATION, text)
        subscription.topic.former[subscription.token] = subscription


def _send_token(world: World, subscription: Subscription, kind: str, text: str) -> None:
    chance = world.seeds.stream("sns.token")
    subscription.token = f"{_PREFIX}{chance.getrandbits(4 * _REST):0{_REST}x}"
    subscription.token_expires = world.clock.now + TOKEN_LIFE
    notification = Notification(
        message_id=world.seeds.uuid("sns.message-id"),
        topic_arn=subscription.topic.arn,
        message=text,
        published=world.clock.now,
        size=len(text.encode()),
        type=kind,
        token=subscription.token,
    )
    send(world, subscription, notification)


def _find(topic: Topic, token: str) -> Subscription | None:
    """The subscription that a token was sent for; one that had ended is restored."""
    for subscription in topic.subscriptions.values():
        if subscription.token == token:
            return subscription
    return topic.former.get(token)
