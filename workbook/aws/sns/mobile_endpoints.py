"""Apps as endpoints: subscriptions of topics, and Publish to an endpoint's ARN.

With MessageStructure json the text for an app is under its platform's name ("APNS", "GCM"), not under
"application". An endpoint that is disabled refuses what is published to it, and what comes from a topic is
lost, as AWS leaves a disabled endpoint alone until somebody enables it again.

Sources: botocore 1.44, SNS Publish and SetEndpointAttributes; Amazon SNS Developer Guide, "Sending mobile
push notifications"; refusals of AWS recorded in public test suites (2023). How a subscription tells of a
disabled endpoint is unverified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.aws import mailbox
from workbook.aws.delivery import Delivery, Failure, Parcel, RetryPolicy, Sender, Undelivered, deliver
from workbook.aws.operations import Call
from workbook.aws.sns.direct import ENDPOINT, PUBLISHERS
from workbook.aws.sns.errors import EndpointDisabled, InvalidParameter
from workbook.aws.sns.fan_out import SERVICE
from workbook.aws.sns.platforms import find_endpoint
from workbook.aws.sns.protocols import Protocol, register_protocol
from workbook.aws.sns.publishing import LONGEST_BODY
from workbook.aws.sns.retries import CUSTOMER_MANAGED

if TYPE_CHECKING:
    from workbook.aws.delivery.targets import Answer
    from workbook.aws.policies import Principal
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic
    from workbook.engine.world import World

_ARN = re.compile(r"arn:aws[\w-]*:sns:[\w-]+:\d{12}:endpoint/([A-Z_]+)/[\w.-]+/[0-9a-f-]{36}")


def publish_to_app(call: Call, notification: Notification, endpoint_arn: str) -> None:
    """Send one notification to one device.

    Raises:
        InvalidParameter: there is no such endpoint.
        EndpointDisabled: it takes nothing.
    """
    endpoint = find_endpoint(call.world, endpoint_arn)
    if endpoint is None:
        raise InvalidParameter.of("TargetArn", "No endpoint found for the target arn specified")
    if not endpoint.enabled:
        raise EndpointDisabled
    world, text = call.world, notification.text_for(endpoint.application.platform)
    hop = world.trace.record(
        "publish",
        endpoint_arn,
        message=notification.message_id,
        size=notification.size,
        body=text[:LONGEST_BODY],
    )
    sender = Sender(SERVICE, endpoint.application.arn, call.account, call.region)
    parcel = Parcel(text, subject=notification.subject)
    with world.trace.under(hop):
        deliver(
            world,
            [Delivery(sender, endpoint_arn, parcel, notification.message_id, retries=CUSTOMER_MANAGED)],
        )


def accept(world: World, sender: Sender, endpoint_arn: str, parcel: Parcel) -> Answer:
    """Put a notification into the mailbox, under the endpoint's ARN.

    Raises:
        Undelivered: the endpoint is gone, or disabled.
    """
    endpoint = find_endpoint(world, endpoint_arn)
    if endpoint is None:
        raise Undelivered(Failure.NO_RESOURCE, "Endpoint does not exist", status=404)
    if not endpoint.enabled:
        raise Undelivered(Failure.REJECTED, EndpointDisabled.message, status=400)
    return mailbox.keep(world, sender, endpoint_arn, parcel)


def _check_endpoint(_topic: Topic, endpoint: str, _attributes: Mapping[str, str]) -> None:
    if _ARN.fullmatch(endpoint) is None:
        raise InvalidParameter(f"Invalid parameter: Application endpoint arn invalid:{endpoint}")


def _never(_topic: Topic, _endpoint: str, _caller: Principal) -> bool:
    return False


def _render(notification: Notification, subscription: Subscription) -> Parcel:
    match = _ARN.fullmatch(subscription.endpoint)
    assert match is not None  # noqa: S101 - Subscribe has checked it
    return Parcel(notification.text_for(match[1]), subject=notification.subject)


def _retries(_subscription: Subscription) -> RetryPolicy:
    return CUSTOMER_MANAGED


PUBLISHERS[ENDPOINT] = publish_to_app
register_protocol(
    Protocol(
        "application",
        check_endpoint=_check_endpoint,
        needs_confirmation=_never,
        render=_render,
        retries=_retries,
        feedback="Application",
    )
)
