"""Phones as endpoints: subscriptions of topics, and Publish to a PhoneNumber.

A phone need not confirm a subscription, and cannot: its owner answers STOP, and that ends the messages of the
whole account. What comes from a topic begins with the topic's DisplayName, if it has one.

Sources: botocore 1.44, SNS Publish and Subscribe; Amazon SNS Developer Guide, "Sending SMS messages using
Amazon SNS"; refusals of AWS recorded in public test suites (2025). The prefix is as users see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.aws.delivery import Delivery, Parcel, RetryPolicy, Sender, deliver
from workbook.aws.limits import limit
from workbook.aws.operations import Call
from workbook.aws.sns.direct import PHONE, PUBLISHERS
from workbook.aws.sns.errors import InvalidParameter
from workbook.aws.sns.fan_out import SERVICE
from workbook.aws.sns.phones import is_e164, number_of
from workbook.aws.sns.protocols import Protocol, register_protocol
from workbook.aws.sns.publishing import LONGEST_BODY
from workbook.aws.sns.retries import CUSTOMER_MANAGED

if TYPE_CHECKING:
    from workbook.aws.policies import Principal
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic

LONGEST_TEXT = limit("sns.sms.text")
DIRECT = "sns:Publish"
"""For whom the trace says that a message without a topic is delivered."""


def publish_to_phone(call: Call, notification: Notification, phone: str) -> None:
    """Send one text message to one number.

    Raises:
        InvalidParameter: it is no number in E.164 form, or the text is too long.
    """
    if not is_e164(phone):
        raise InvalidParameter.of("PhoneNumber", f"{phone} is not valid to publish to")
    text = notification.text_for("sms")
    if len(text) > LONGEST_TEXT:
        raise InvalidParameter("Invalid parameter: Message too long")  # unverified of SMS
    world, target = call.world, f"sms:+{phone.removeprefix('+')}"
    hop = world.trace.record(
        "publish", target, message=notification.message_id, size=notification.size, body=text[:LONGEST_BODY]
    )
    sender = Sender(SERVICE, DIRECT, call.account, call.region)
    with world.trace.under(hop):
        deliver(
            world,
            [Delivery(sender, target, Parcel(text), notification.message_id, retries=CUSTOMER_MANAGED)],
        )


def _check_number(_topic: Topic, endpoint: str, _attributes: Mapping[str, str]) -> None:
    if number_of(endpoint) is None:
        raise InvalidParameter(f"Invalid SMS endpoint: {endpoint}")


def _never(_topic: Topic, _endpoint: str, _caller: Principal) -> bool:
    return False


def _render(notification: Notification, subscription: Subscription) -> Parcel:
    name, text = subscription.topic.attributes.get("DisplayName"), notification.text_for("sms")
    return Parcel(f"{name}> {text}" if name else text, subject=notification.subject)


def _retries(_subscription: Subscription) -> RetryPolicy:
    return CUSTOMER_MANAGED


def _phone(subscription: Subscription) -> str:
    return f"sms:{number_of(subscription.endpoint)}"


PUBLISHERS[PHONE] = publish_to_phone
register_protocol(
    Protocol(
        "sms",
        check_endpoint=_check_number,
        needs_confirmation=_never,
        render=_render,
        retries=_retries,
        target=_phone,
    )
)
