"""Delivery status logging: a line in CloudWatch Logs about each delivery, for those who ask for it.

    <PROTOCOL>SuccessFeedbackRoleArn, ...SampleRate   sns/<Region>/<account>/<topic>
    <PROTOCOL>FailureFeedbackRoleArn                  sns/<Region>/<account>/<topic>/Failure

Failures are logged all, successes by chance (SuccessFeedbackSampleRate, 0 to 100 per cent). SNS writes with
the role, so a role that may not write to CloudWatch Logs, or that does not trust SNS, leaves no line.

Sources: Amazon SNS Developer Guide, "Amazon SNS message delivery status"; lines of AWS recorded in public
repositories (SQS 2021, Lambda 2023). AWS makes log streams in its own way; here each topic has one
(unverified).
"""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from workbook.aws.delivery.to_log_group import own_stream, write
from workbook.aws.roles import role_access
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.delivery import Outcome, Undelivered
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

_ACTIONS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_LOST_QUEUE = "The specified queue does not exist or you do not have access to it."


def log_outcome(
    world: World, subscription: Subscription, notification: Notification, feedback: str, outcome: Outcome
) -> None:
    """Write down how a delivery ended, where the topic asks for it; ``feedback`` is the protocol's prefix."""
    topic = subscription.topic
    if not feedback or not topic.attributes:
        return
    kind = "Success" if outcome.delivered else "Failure"
    role = topic.attributes.get(f"{feedback}{kind}FeedbackRoleArn")
    if role is None or not _is_sampled(world, topic, feedback, outcome):
        return
    group = f"sns/{topic.region}/{topic.account}/{topic.name}" + ("" if outcome.delivered else "/Failure")
    group_arn = f"arn:{get_partition(topic.region)}:logs:{topic.region}:{topic.account}:log-group:{group}"
    if _may_write(world, topic, role, group_arn):
        from moto.logs.models import logs_backends  # noqa: PLC0415 - only who logs waits for it

        line = _quoted(_line(world, subscription, notification, outcome))
        logs_backends[topic.account][topic.region].ensure_log_group(group)
        write(world, group_arn, own_stream(world, topic.arn, group_arn), world.clock.milliseconds, line)


def _is_sampled(world: World, topic: Topic, feedback: str, outcome: Outcome) -> bool:
    if not outcome.delivered:
        return True
    rate = int(topic.attributes.get(f"{feedback}SuccessFeedbackSampleRate", "0"))
    return world.seeds.stream("sns.delivery-status").random() * 100 < rate


def _may_write(world: World, topic: Topic, role: str, group_arn: str) -> bool:
    resource = f"{group_arn}:*"
    context = {"aws:SourceArn": topic.arn, "aws:SourceAccount": topic.account}
    asked = (role_access(world, role, "sns.amazonaws.com", action, resource, context) for action in _ACTIONS)
    return all(access.allowed for access in asked)


def _line(
    world: World, subscription: Subscription, notification: Notification, outcome: Outcome
) -> dict[str, Any]:
    text = notification.text_for(subscription.protocol)
    moment = datetime_of(notification.published).astimezone(datetime.UTC)
    response, status = _response(world, subscription, outcome)
    delivery = {
        "deliveryId": world.seeds.uuid("sns.delivery-id"),
        "destination": subscription.endpoint,
        "providerResponse": response,
        "dwellTimeMs": (world.clock.now - notification.published) // 1000,
    }
    if subscription.protocol != "lambda":
        delivery["attempts"] = outcome.attempts
    return {
        "notification": {
            "messageMD5Sum": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
            "messageId": notification.message_id,
            "topicArn": notification.topic_arn,
            "timestamp": f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}",
        },
        "delivery": {**delivery, "statusCode": status},
        "status": "SUCCESS" if outcome.delivered else "FAILURE",
    }


def _response(world: World, subscription: Subscription, outcome: Outcome) -> tuple[str, int]:
    """What the endpoint answered, as SNS quotes it, and the HTTP status."""
    error = outcome.error
    if subscription.protocol == "sqs":
        return _quoted(_of_queue(world, subscription, outcome)), 200 if error is None else _status(error)
    if subscription.protocol == "lambda":
        if error is None:
            return _quoted({"lambdaRequestId": _request_id(outcome)}), 202
        return _quoted({"ErrorMessage": error.message}), _status(error)
    if error is None:
        return str(outcome.answer.get("body", "")), int(outcome.answer.get("status", 200))
    return error.message, _status(error)


_CODES = {"UNAVAILABLE": "ServiceUnavailable", "THROTTLED": "RequestThrottled"}
"""Codes of errors that are tried again (unverified)."""


def _of_queue(world: World, subscription: Subscription, outcome: Outcome) -> dict[str, Any]:
    error = outcome.error
    if error is None:
        return {
            "sqsRequestId": world.seeds.uuid("sns.delivery-id"),
            "sqsMessageId": outcome.answer.get("MessageId"),
        }
    code, message = _CODES.get(error.failure.name, "InvalidParameterValue"), error.message
    if error.status == 403 or error.failure.name == "NO_PERMISSION":
        region, account, name = subscription.endpoint.split(":")[3:6]
        code = "AccessDenied"
        message = f"Access to the resource https://sqs.{region}.amazonaws.com/{account}/{name} is denied."
    elif error.failure.name == "NO_RESOURCE":
        code, message = "AWS.SimpleQueueService.NonExistentQueue", _LOST_QUEUE
    return {"ErrorCode": code, "ErrorMessage": message, "sqsRequestId": "Unrecoverable"}


def _status(error: Undelivered) -> int:
    if error.failure.name == "NO_PERMISSION":
        return 403
    return 400 if error.status is None else error.status


def _request_id(outcome: Outcome) -> str:
    return str(outcome.answer.get("RequestId") or "")


def _quoted(response: dict[str, Any]) -> str:
    return json.dumps(response, separators=(",", ":"))
