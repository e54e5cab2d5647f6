"""The protocols that SNS speaks, each in one entry of a registry.

    Subscribe ── check_endpoint ── needs_confirmation
    Publish   ── render ─> Parcel ── target ── retries

Everything that differs between a queue, a function, a web server and a mailbox is in its `Protocol`; topics,
filters, retries and dead letters know no protocol by name. A new one is added by `register_protocol`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.aws.delivery import Parcel, RetryPolicy
from workbook.aws.sns.errors import InvalidParameter

if TYPE_CHECKING:
    from workbook.aws.policies import Principal
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic


def _endpoint(subscription: Subscription) -> str:
    return subscription.endpoint


def _no_role(_subscription: Subscription) -> str | None:
    return None


def _no_rate(_subscription: Subscription) -> int | None:
    return None


@dataclass(frozen=True)
class Protocol:
    """How SNS treats the endpoints of one protocol."""

    name: str
    """As Subscribe takes it: "sqs", "https" ..."""
    check_endpoint: Callable[[Topic, str, Mapping[str, str]], None]
    """Topic, endpoint, attributes of the request; raises what Subscribe answers to an endpoint it refuses."""
    needs_confirmation: Callable[[Topic, str, Principal], bool]
    """Topic, endpoint, who subscribes: whether the endpoint's owner must confirm first."""
    render: Callable[[Notification, Subscription], Parcel]
    """What the endpoint gets, for messages and for requests to confirm."""
    retries: Callable[[Subscription], RetryPolicy]
    """When a failed try is repeated."""
    target: Callable[[Subscription], str] = _endpoint
    """The ARN or URL to deliver to."""
    role: Callable[[Subscription], str | None] = _no_role
    """The role that SNS assumes to deliver; without one the endpoint's resource policy decides."""
    takes_raw: bool = False
    """Whether RawMessageDelivery is possible."""
    takes_fifo: bool = False
    """Whether a FIFO topic can have such a subscription."""
    takes_large: bool = False
    """Whether a topic with messages above 256 KiB can have such a subscription."""
    has_delivery_policy: bool = False
    """Whether the subscription can say how it is retried (HTTP/S only)."""
    feedback: str = ""
    """The prefix of the topic attributes for delivery status logging ("SQS"); empty where there are none."""
    counts_each_try: bool = False
    """Whether NumberOfNotificationsFailed counts every failed try, and not only those that end in failure."""
    rate: Callable[[Subscription], int | None] = _no_rate
    """How many deliveries a second the endpoint gets at most; None for as many as there are."""


_MODULES = {
    "sqs": "workbook.aws.sns.aws_endpoints",
    "lambda": "workbook.aws.sns.aws_endpoints",
    "firehose": "workbook.aws.sns.aws_endpoints",
    "http": "workbook.aws.sns.http_endpoints",
    "https": "workbook.aws.sns.http_endpoints",
    "email": "workbook.aws.sns.mail_endpoints",
    "email-json": "workbook.aws.sns.mail_endpoints",
    "sms": "workbook.aws.sns.sms_endpoints",
    "application": "workbook.aws.sns.mobile_endpoints",
}
"""The module that registers each protocol; loaded when somebody first subscribes with it."""
_registered: dict[str, Protocol] = {}


def register_protocol(protocol: Protocol) -> None:
    """Let topics have subscriptions of this protocol."""
    _registered[protocol.name] = protocol


def find_protocol(name: str) -> Protocol:
    """The protocol called ``name``.

    Raises:
        InvalidParameter: SNS knows none of this name.
    """
    found = _registered.get(name)
    if found is None:
        module = _MODULES.get(name)
        if module is None:
            raise InvalidParameter(
                f"Invalid parameter: Amazon SNS does not support this protocol string: {name}"
            )
        importlib.import_module(module)
        found = _registered[name]
    return found
