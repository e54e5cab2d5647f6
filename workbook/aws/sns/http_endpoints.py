"""Web servers as endpoints: HTTP and HTTPS, which need a handshake first.

    Subscribe ──> POST SubscriptionConfirmation ── a visit of its SubscribeURL ──> POST Notification ...
    a visit of the UnsubscribeURL ──> POST UnsubscribeConfirmation ── a visit of its SubscribeURL: restored

All three are the same request, told apart by the header x-amz-sns-message-type. How a failed one is repeated
is the one thing in SNS that its user may choose (`delivery_policies`): by default 3 times, 20 seconds apart,
and then the message is lost, unless there is a dead-letter queue.

Sources: Amazon SNS Developer Guide, "HTTP/HTTPS headers", "HTTP/HTTPS subscription confirmation JSON format",
"Raw message delivery", "Creating an HTTP/S delivery policy"; requests of AWS recorded in public test suites
(2025). Which URLs Subscribe refuses, beyond those of the other protocol, is unverified.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbook.aws.delivery import Parcel, RetryPolicy
from workbook.aws.sns.delivery_policies import (
    DEFAULT_CONTENT_TYPE,
    effective_subscription_policy,
    retry_policy,
)
from workbook.aws.sns.documents import json_document
from workbook.aws.sns.errors import InvalidParameter
from workbook.aws.sns.notification import NOTIFICATION, SUBSCRIPTION_CONFIRMATION
from workbook.aws.sns.protocols import Protocol, register_protocol

if TYPE_CHECKING:
    from workbook.aws.policies import Principal
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic

USER_AGENT = "Amazon Simple Notification Service Agent"


def headers_of(notification: Notification, subscription: Subscription) -> dict[str, str]:
    """The headers with which SNS calls an endpoint."""
    headers = {
        "x-amz-sns-message-type": notification.type,
        "x-amz-sns-message-id": notification.message_id,
        "x-amz-sns-topic-arn": notification.topic_arn,
    }
    if notification.type != SUBSCRIPTION_CONFIRMATION:  # there is no subscription yet
        headers["x-amz-sns-subscription-arn"] = subscription.arn
    if _is_bare(notification, subscription):
        headers["x-amz-sns-rawdelivery"] = "true"
    headers["Content-Type"] = _content_type(notification, subscription)
    headers["Host"] = urlsplit(subscription.endpoint).netloc
    headers["User-Agent"] = USER_AGENT
    return headers


def _content_type(notification: Notification, subscription: Subscription) -> str:
    """What the delivery policy asks for; requests to confirm are plain text always (unverified)."""
    if notification.type != NOTIFICATION:
        return DEFAULT_CONTENT_TYPE
    return str(_policy(subscription)["requestPolicy"]["headerContentType"])


def _render(notification: Notification, subscription: Subscription) -> Parcel:
    """Raw delivery leaves the message attributes out: there is no place for them in a bare body."""
    bare = _is_bare(notification, subscription)
    text = notification.text_for(subscription.protocol) if bare else json_document(notification, subscription)
    return Parcel(text, options={"headers": headers_of(notification, subscription)})


def _is_bare(notification: Notification, subscription: Subscription) -> bool:
    return subscription.is_raw and notification.type == NOTIFICATION


def _policy(subscription: Subscription) -> Mapping[str, Any]:
    policy: Mapping[str, Any] = json.loads(_effective_policy(subscription))
    return policy


def _effective_policy(subscription: Subscription) -> str:
    of_topic = subscription.topic.attributes.get("DeliveryPolicy")
    return effective_subscription_policy(of_topic, subscription.attributes.get("DeliveryPolicy"))


def _retries(subscription: Subscription) -> RetryPolicy:
    return retry_policy(_effective_policy(subscription))


def _rate(subscription: Subscription) -> int | None:
    throttle = _policy(subscription)["throttlePolicy"]
    return None if throttle is None else int(throttle["maxReceivesPerSecond"])


def _always(_topic: Topic, _endpoint: str, _caller: Principal) -> bool:
    return True


def _check_url(scheme: str, endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if parts.scheme.lower() != scheme:
        raise InvalidParameter("Invalid parameter: Endpoint must match the specified protocol")
    if not parts.hostname:
        raise InvalidParameter("Invalid parameter: HTTP(S) Endpoint")  # unverified


def _check_http(_topic: Topic, endpoint: str, _attributes: Mapping[str, str]) -> None:
    _check_url("http", endpoint)


def _check_https(_topic: Topic, endpoint: str, _attributes: Mapping[str, str]) -> None:
    _check_url("https", endpoint)


for _name, _check in (("http", _check_http), ("https", _check_https)):
    register_protocol(
        Protocol(
            _name,
            check_endpoint=_check,
            needs_confirmation=_always,
            render=_render,
            retries=_retries,
            takes_raw=True,
            has_delivery_policy=True,
            feedback="HTTP",
            counts_each_try=True,
            rate=_rate,
        )
    )
