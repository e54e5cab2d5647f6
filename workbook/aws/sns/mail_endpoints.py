"""People as endpoints: email, which shows the message's text alone, and email-json, the whole document.

A person must agree first, by the link in a mail of their own; every later mail has a link to end it. Both
links are pages on the host of SNS (`web_pages`), and lead to the same two operations as those of HTTP.

Sources: botocore 1.44, SNS Subscribe; AWS CLI User Guide, "Subscribe to a topic"; mails of AWS quoted in
public repositories (2022 to 2026). What stands in a mail about an ended subscription is as users remember it
(unverified).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from workbook.aws.delivery import Parcel, RetryPolicy
from workbook.aws.sns.documents import json_document, subscribe_url
from workbook.aws.sns.errors import InvalidParameter
from workbook.aws.sns.notification import NOTIFICATION, SUBSCRIPTION_CONFIRMATION, UNSUBSCRIBE_CONFIRMATION
from workbook.aws.sns.protocols import Protocol, register_protocol
from workbook.aws.sns.retries import CUSTOMER_MANAGED

if TYPE_CHECKING:
    from workbook.aws.policies import Principal
    from workbook.aws.sns.notification import Notification
    from workbook.aws.sns.subscription import Subscription
    from workbook.aws.sns.topic import Topic

_ADDRESS = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[^@\s;,]+")
_SUBJECTS = {
    NOTIFICATION: "AWS Notification Message",
    SUBSCRIPTION_CONFIRMATION: "AWS Notification - Subscription Confirmation",
    UNSUBSCRIBE_CONFIRMATION: "AWS Notification - Unsubscribe Confirmation",
}
_QUESTIONS = (
    "Please do not reply directly to this email. If you have any questions or comments regarding this email, "
    "please contact us at https://aws.amazon.com/support"
)
_NO_MORE_REQUESTS = (
    "Please do not reply directly to this email. If you wish to remove yourself from receiving all future "
    "SNS subscription confirmation requests please send an email to sns-opt-out"
)


def confirmation_page(notification: Notification, endpoint: str) -> str:
    """The page that confirms an email subscription, or restores it."""
    return (
        f"{_host(notification.region)}/confirmation.html?TopicArn={notification.topic_arn}"
        f"&Token={notification.token}&Endpoint={endpoint}"
    )


def unsubscribe_page(subscription: Subscription) -> str:
    """The page that ends an email subscription."""
    return (
        f"{_host(subscription.topic.region)}/unsubscribe.html?SubscriptionArn={subscription.arn}"
        f"&Endpoint={subscription.endpoint}"
    )


def _host(region: str) -> str:
    return f"https://sns.{region}.amazonaws.com"


def _mail(notification: Notification, subscription: Subscription) -> Parcel:
    link = (
        unsubscribe_page(subscription)
        if notification.type == NOTIFICATION
        else confirmation_page(notification, subscription.endpoint)
    )
    text = _TEXTS[notification.type](notification, subscription, link)
    return Parcel(text, subject=_subject(notification), options={"link": link})


def _json_mail(notification: Notification, subscription: Subscription) -> Parcel:
    is_message = notification.type == NOTIFICATION
    link = subscription.unsubscribe_url if is_message else subscribe_url(notification)
    text = json_document(notification, subscription)
    return Parcel(text, subject=_subject(notification), options={"link": link})


def _subject(notification: Notification) -> str:
    return notification.subject or _SUBJECTS[notification.type]


def _message(notification: Notification, subscription: Subscription, link: str) -> str:
    return (
        f"{notification.text_for(subscription.protocol)}\n\n--\n"
        "If you wish to stop receiving notifications from this topic, please click or visit the link below "
        f"to unsubscribe:\n{link}\n\n{_QUESTIONS}"
    )


def _request_to_confirm(notification: Notification, _subscription: Subscription, link: str) -> str:
    return (
        f"You have chosen to subscribe to the topic:\n{notification.topic_arn}\n\n"
        "To confirm this subscription, click or visit the link below (If this was in error no action is "
        f"necessary):\n{link}\n\n{_NO_MORE_REQUESTS}"
    )


def _goodbye(notification: Notification, _subscription: Subscription, link: str) -> str:
    return (
        f"Your subscription to the topic below has been deactivated:\n{notification.topic_arn}\n\n"
        "If this was in error or you wish to resubscribe, click or visit the link below to resubscribe to "
        f"the topic:\n{link}\n\n{_QUESTIONS}"
    )


_TEXTS = {
    NOTIFICATION: _message,
    SUBSCRIPTION_CONFIRMATION: _request_to_confirm,
    UNSUBSCRIBE_CONFIRMATION: _goodbye,
}


def _check_address(_topic: Topic, endpoint: str, _attributes: Mapping[str, str]) -> None:
    if _ADDRESS.fullmatch(endpoint) is None:
        raise InvalidParameter("Invalid parameter: Email address")


def _always(_topic: Topic, _endpoint: str, _caller: Principal) -> bool:
    return True


def _retries(_subscription: Subscription) -> RetryPolicy:
    return CUSTOMER_MANAGED


def _mailbox(subscription: Subscription) -> str:
    return f"mailto:{subscription.endpoint}"


for _name, _render in (("email", _mail), ("email-json", _json_mail)):
    register_protocol(
        Protocol(
            _name,
            check_endpoint=_check_address,
            needs_confirmation=_always,
            render=_render,
            retries=_retries,
            target=_mailbox,
        )
    )
