"""The ARNs of topics and subscriptions: how they are read, and what SNS says of one that is none."""

from __future__ import annotations

import re
from typing import NamedTuple

from moto.utilities.utils import get_partition

from workbook.aws.sns.errors import InvalidParameter

_ELEMENTS = 6
_SUBSCRIPTION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class TopicAddress(NamedTuple):
    """Where a topic is: what its ARN says."""

    region: str
    account: str
    name: str


def topic_arn(region: str, account: str, name: str) -> str:
    """The ARN of a topic."""
    return f"arn:{get_partition(region)}:sns:{region}:{account}:{name}"


def read_topic_arn(arn: str, region: str, parameter: str = "TopicArn") -> TopicAddress:
    """Where the topic of a request to ``region`` is; it need not exist.

    Raises:
        InvalidParameter: the text is no ARN of a topic, or of a topic in another Region.
    """
    elements = _elements(arn, parameter)
    if len(elements) != _ELEMENTS or elements[2] != "sns" or elements[3] != region:
        raise InvalidParameter.of(parameter)
    return TopicAddress(*elements[3:])


def topic_of_subscription(arn: str, region: str) -> TopicAddress:
    """Where the topic of a subscription is.

    Raises:
        InvalidParameter: the text is no ARN of a subscription.
    """
    parameter = "SubscriptionArn"
    if not arn:
        raise InvalidParameter.of(parameter, "no value for required parameter")
    elements = _elements(arn, parameter)
    if elements[2] != "sns" or elements[3] != region:
        raise InvalidParameter.of(parameter)
    if len(elements) != _ELEMENTS + 1 or _SUBSCRIPTION_ID.fullmatch(elements[-1]) is None:
        raise InvalidParameter.of("SubscriptionId")
    return TopicAddress(*elements[3:6])


def account_of_arn(arn: str) -> str:
    """The account that an ARN names; empty where it names none."""
    elements = arn.split(":")
    return elements[4] if len(elements) >= _ELEMENTS else ""


def _elements(arn: str, parameter: str) -> list[str]:
    elements = arn.split(":")
    if len(elements) < _ELEMENTS:
        reason = f"An ARN must have at least 6 elements, not {len(elements)}"
        raise InvalidParameter.of(parameter, reason)
    return elements
