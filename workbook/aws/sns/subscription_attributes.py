"""The attributes of subscriptions: what each may be, and how a subscription shows them.

All checks are made on a copy of the attributes before anything is changed, as a FilterPolicy and its scope,
or a dead-letter queue and the endpoint, are right or wrong only together.

Sources: botocore 1.44, SNS Subscribe, SetSubscriptionAttributes and GetSubscriptionAttributes; answers of AWS
recorded in public test suites (2023 to 2025). Texts that are not recorded are marked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from workbook.aws.sns.delivery_policies import effective_subscription_policy, read_subscription_policy
from workbook.aws.sns.errors import InvalidAttribute
from workbook.aws.sns.json_texts import read_json, read_json_object
from workbook.aws.sns.protocols import Protocol, find_protocol
from workbook.aws.sns.replay import read_replay_policy
from workbook.aws.sns.subscription import TRUE, Subscription
from workbook.aws.sns.topic import FIFO_SUFFIX, Topic

if TYPE_CHECKING:
    from workbook.aws.patterns import FilterPolicy

SETTABLE = (
    *("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"),
    *("ReplayPolicy", "SubscriptionRoleArn"),
)
DEFAULT_SCOPE = "MessageAttributes"
_SCOPES = (DEFAULT_SCOPE, "MessageBody")
_QUEUE = re.compile(r"arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w-]{1,80}(\.fifo)?")
_ARN = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+")
_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/.+")


def checked_attributes(
    given: Mapping[str, str], present: Mapping[str, str], protocol: Protocol, topic: Topic, endpoint: str
) -> dict[str, str]:
    """The attributes that a subscription has once those ``given`` are set; empty values take one away.

    Raises:
        InvalidAttribute: a name or a value is not allowed, for this endpoint of this topic.
    """
    for name in given:
        if name not in SETTABLE:
            raise InvalidAttribute("AttributeName")
    wanted = {**present, **given}
    for name, value in given.items():
        wanted[name] = _checked(name, value, protocol, topic, endpoint)
    kept = {name: value for name, value in wanted.items() if value}
    if "FilterPolicy" in kept:
        kept.setdefault("FilterPolicyScope", DEFAULT_SCOPE)
    compiled_filter(kept)
    return kept


def compiled_filter(attributes: Mapping[str, str]) -> FilterPolicy | None:
    """The filter that attributes describe; None lets everything through.

    Raises:
        InvalidAttribute: SNS would refuse the policy.
    """
    policy = attributes.get("FilterPolicy")
    if policy is None:
        return None
    from workbook.aws.patterns import FilterPolicy, InvalidFilterPolicy  # noqa: PLC0415 - most have no filter

    scope = attributes.get("FilterPolicyScope", DEFAULT_SCOPE)
    try:
        return FilterPolicy(policy, "MessageBody" if scope == "MessageBody" else "MessageAttributes")
    except InvalidFilterPolicy as error:
        raise InvalidAttribute(error.detail) from None


def shown_attributes(subscription: Subscription) -> dict[str, str]:
    """What GetSubscriptionAttributes answers."""
    attributes = dict(subscription.attributes)
    scope = attributes.pop("FilterPolicyScope", DEFAULT_SCOPE)
    if "FilterPolicy" in attributes:
        attributes["FilterPolicyScope"] = scope
    if subscription.replay is not None:
        attributes["ReplayStatus"] = subscription.replay.status
    if find_protocol(subscription.protocol).has_delivery_policy:
        attributes["EffectiveDeliveryPolicy"] = effective_policy(subscription)
    return {
        "SubscriptionPrincipal": subscription.principal,
        "Owner": subscription.owner,
        "RawMessageDelivery": "false",
        "TopicArn": subscription.topic.arn,
        "Endpoint": subscription.endpoint,
        "Protocol": subscription.protocol,
        "PendingConfirmation": str(not subscription.confirmed).lower(),
        "ConfirmationWasAuthenticated": str(subscription.authenticated).lower(),
        "SubscriptionArn": subscription.arn,
        **attributes,
    }


def effective_policy(subscription: Subscription) -> str:
    """The delivery policy that an HTTP/S subscription has, with its topic's and the defaults."""
    return effective_subscription_policy(
        subscription.topic.attributes.get("DeliveryPolicy"), subscription.attributes.get("DeliveryPolicy")
    )


def differs(subscription: Subscription, wanted: Mapping[str, str]) -> bool:
    """Whether Subscribe asks for another subscription than the one that exists: what it names is compared."""
    present = {"RawMessageDelivery": "false", **subscription.attributes}
    return any(value and present.get(name) != value for name, value in wanted.items())


# ---- the checks


def _checked(name: str, value: str, protocol: Protocol, topic: Topic, endpoint: str) -> str:
    if name == "RawMessageDelivery":
        return _checked_raw(value, protocol)
    if name == "FilterPolicyScope":
        return _checked_scope(value)
    if name == "FilterPolicy" and value:
        read_json(value, name)
    checks: dict[str, Callable[[], str]] = {
        "RedrivePolicy": lambda: _checked_redrive(value, topic, endpoint),
        "DeliveryPolicy": lambda: _checked_delivery_policy(value, protocol),
        "SubscriptionRoleArn": lambda: _checked_role(value),
        "ReplayPolicy": lambda: read_replay_policy(value, topic),
    }
    return checks[name]() if value and name in checks else value


def _checked_raw(value: str, protocol: Protocol) -> str:
    if value.lower() not in {TRUE, "false"}:
        raise InvalidAttribute(f"RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
    if value.lower() == TRUE and not protocol.takes_raw:
        raise InvalidAttribute(f"Delivery protocol [{protocol.name}] does not support raw message delivery.")
    return value.lower()


def _checked_scope(value: str) -> str:
    if value not in _SCOPES:
        raise InvalidAttribute(
            f"FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or MessageAttributes"
        )
    return value


def _checked_redrive(value: str, topic: Topic, endpoint: str) -> str:
    queue = _checked_dead_letter_arn(read_json_object(value, "RedrivePolicy"), topic)
    if topic.is_fifo and endpoint.endswith(FIFO_SUFFIX) and not queue.endswith(FIFO_SUFFIX):
        raise InvalidAttribute(
            "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        )
    if queue.endswith(FIFO_SUFFIX) and not topic.is_fifo:
        raise InvalidAttribute(
            "RedrivePolicy: must use a standard queue as DLQ for a subscription to a standard topic."
        )  # unverified
    return value


def _checked_dead_letter_arn(policy: Mapping[str, object], topic: Topic) -> str:
    """The ARN of a queue in the topic's Region."""
    queue = policy.get("deadLetterTargetArn")
    if queue is None:
        raise InvalidAttribute("RedrivePolicy: Missing deadLetterTargetArn attribute")
    if isinstance(queue, str) and _ARN.fullmatch(queue) and queue.split(":")[2] != "sqs":
        raise InvalidAttribute("RedrivePolicy: deadLetterTargetArn must be a SQS queue")
    if not isinstance(queue, str) or _QUEUE.fullmatch(queue) is None:
        raise InvalidAttribute("RedrivePolicy: deadLetterTargetArn is an invalid arn")
    if queue.split(":")[3] != topic.region:
        raise InvalidAttribute(
            "RedrivePolicy: deadLetterTargetArn must be in the same region as the subscription"
        )
    return queue


def _checked_delivery_policy(value: str, protocol: Protocol) -> str:
    if not protocol.has_delivery_policy:
        raise InvalidAttribute(
            f"DeliveryPolicy: Delivery protocol [{protocol.name}] does not support a delivery policy."
        )  # unverified
    return read_subscription_policy(value)


def _checked_role(value: str) -> str:
    if _ROLE.fullmatch(value) is None:
        raise InvalidAttribute(f"SubscriptionRoleArn: {value} is not a valid role ARN")  # unverified
    return value
