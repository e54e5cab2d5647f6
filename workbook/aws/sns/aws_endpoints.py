"""The endpoints that AWS manages: SQS queues, Lambda functions, Firehose delivery streams.

They need no confirmation, as an ARN says whose they are: only an endpoint of another account than the
subscriber's must be confirmed by its owner. Whether SNS may deliver is not asked at Subscribe but at each
delivery, by the endpoint's own policy; so a subscription without a permission looks well and delivers
nothing.

Sources: botocore 1.44, SNS Subscribe; Amazon SNS Developer Guide, "Sending Amazon SNS messages to an Amazon
SQS queue in a different account", "Message delivery for FIFO topics", "Raw message delivery".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.aws.delivery import Parcel, RetryPolicy
from workbook.aws.sns.arns import account_of_arn
from workbook.aws.sns.documents import firehose_record, json_document, lambda_event
from workbook.aws.sns.errors import InvalidParameter
from workbook.aws.sns.notification import NOTIFICATION
from workbook.aws.sns.protocols import Protocol, register_protocol
from workbook.aws.sns.retries import AWS_MANAGED
from workbook.aws.sns.topic import FIFO_SUFFIX

if TYPE_CHECKING:
    from workbook.aws.policies import Principal
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic

_QUEUE = re.compile(r"arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w-]{1,80}(\.fifo)?")
_FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?")
_STREAM = re.compile(r"arn:aws[\w-]*:firehose:[\w-]+:\d{12}:deliverystream/[\w.-]{1,64}")


def _check_queue(topic: Topic, endpoint: str, _attributes: Mapping[str, str]) -> None:
    if _QUEUE.fullmatch(endpoint) is None:
        raise InvalidParameter.of("SQS endpoint ARN")
    if endpoint.endswith(FIFO_SUFFIX) and not topic.is_fifo:
        raise InvalidParameter.endpoint("FIFO SQS Queues can not be subscribed to standard SNS topics")


def _check_function(_topic: Topic, endpoint: str, _attributes: Mapping[str, str]) -> None:
    if _FUNCTION.fullmatch(endpoint) is None:
        raise InvalidParameter.of("Lambda endpoint ARN")


def _check_stream(_topic: Topic, endpoint: str, attributes: Mapping[str, str]) -> None:
    if _STREAM.fullmatch(endpoint) is None:
        raise InvalidParameter.of("Firehose endpoint ARN")
    if not attributes.get("SubscriptionRoleArn"):
        raise InvalidParameter(
            "Invalid parameter: Delivery protocol firehose can only be subscribed with subscription role arn"
        )


def _is_another_accounts(_topic: Topic, endpoint: str, caller: Principal) -> bool:
    return account_of_arn(endpoint) != caller.account


def _for_queue(notification: Notification, subscription: Subscription) -> Parcel:
    options = {}
    if notification.trace_header:
        header = {"DataType": "String", "StringValue": notification.trace_header}
        options["MessageSystemAttributes"] = {"AWSTraceHeader": header}
    raw = subscription.is_raw and notification.type == NOTIFICATION
    return Parcel(
        notification.text_for("sqs") if raw else json_document(notification, subscription),
        attributes=notification.attributes if raw else {},
        group_id=_group_for_queue(notification, subscription),
        deduplication_id=notification.deduplication_id if _is_fifo_queue(subscription) else None,
        options=options,
    )


def _group_for_queue(notification: Notification, subscription: Subscription) -> str | None:
    """A FIFO topic keeps the group from standard queues; a standard topic hands it on, for fair queues."""
    passed_on = _is_fifo_queue(subscription) == subscription.topic.is_fifo
    return notification.group_id if passed_on else None


def _is_fifo_queue(subscription: Subscription) -> bool:
    return subscription.endpoint.endswith(FIFO_SUFFIX)


def _for_function(notification: Notification, subscription: Subscription) -> Parcel:
    return Parcel(lambda_event(notification, subscription))


def _for_stream(notification: Notification, subscription: Subscription) -> Parcel:
    return Parcel(firehose_record(notification, subscription))


def _managed(_subscription: Subscription) -> RetryPolicy:
    return AWS_MANAGED


def _subscription_role(subscription: Subscription) -> str | None:
    return subscription.attributes.get("SubscriptionRoleArn")


register_protocol(
    Protocol(
        "sqs",
        check_endpoint=_check_queue,
        needs_confirmation=_is_another_accounts,
        render=_for_queue,
        retries=_managed,
        takes_raw=True,
        takes_fifo=True,
        takes_large=True,
        feedback="SQS",
    )
)
register_protocol(
    Protocol(
        "lambda",
        check_endpoint=_check_function,
        needs_confirmation=_is_another_accounts,
        render=_for_function,
        retries=_managed,
        takes_large=True,
        feedback="Lambda",
    )
)
register_protocol(
    Protocol(
        "firehose",
        check_endpoint=_check_stream,
        needs_confirmation=_is_another_accounts,
        render=_for_stream,
        retries=_managed,
        role=_subscription_role,
        takes_raw=True,
        takes_large=True,
        feedback="Firehose",
    )
)
