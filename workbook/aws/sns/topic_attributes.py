"""The attributes of topics: what each may be, and how a topic shows them.

Sources: botocore 1.44, SNS CreateTopic, SetTopicAttributes and GetTopicAttributes; answers of AWS recorded in
public test suites (2023 to 2026). Texts that are not recorded are marked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.aws.sns.archive import Archive
from workbook.aws.sns.delivery_policies import effective_topic_policy, read_topic_policy
from workbook.aws.sns.errors import InvalidAttribute, UnknownAttribute
from workbook.aws.sns.fifo import MESSAGE_GROUP
from workbook.aws.sns.json_texts import read_json_object
from workbook.aws.sns.notification import iso_timestamp
from workbook.aws.sns.permissions import check_policy
from workbook.aws.sns.protocols import find_protocol
from workbook.aws.sns.subscription import TRUE
from workbook.aws.sns.topic import DEFAULT_MESSAGE_SIZE, FIFO_SUFFIX, Topic

LEAST_MESSAGE_SIZE = limit("sns.message-size.least-setting")
LARGEST_MESSAGE_SIZE = limit("sns.message-size.largest-setting")
SUBSCRIPTIONS_WITH_LARGE_MESSAGES = limit("sns.large-messages.subscriptions")
LONGEST_ARCHIVE = limit("sns.archive")

_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{limit('sns.topic-name')}}}")
_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/.+")
_FEEDBACK = re.compile(
    r"(HTTP|Firehose|Lambda|Application|SQS)(SuccessFeedbackRoleArn|FailureFeedbackRoleArn|SuccessFeedbackSampleRate)"
)
_ONLY_FIFO = frozenset({"ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy"})

Check = Callable[[str], str]
"""From a given value to the one that is kept; raises InvalidAttribute."""


def is_topic_name(name: str, *, fifo: bool) -> bool:
    """Whether a topic can be called so: a FIFO topic's name ends in .fifo, no other's does."""
    if name.endswith(FIFO_SUFFIX) != fifo:
        return False
    return len(name) <= limit("sns.topic-name") and bool(_NAME.fullmatch(name.removesuffix(FIFO_SUFFIX)))


def check_attribute(name: str, value: str, *, fifo: bool) -> str:
    """The value of an attribute as it is kept.

    Raises:
        InvalidAttribute: there is no such attribute, or not of such a topic, or not with this value.
        NotSimulated: TracingConfig Active.
    """
    check = _CHECKS.get(name)
    if check is None and _FEEDBACK.fullmatch(name):
        check = _check_sample_rate(name) if name.endswith("SampleRate") else _check_role(name)
    if check is None:
        raise UnknownAttribute(name)
    if name in _ONLY_FIFO and not fifo:
        raise UnknownAttribute(name, f"{name}: only a FIFO topic has it")  # unverified where it is set
    return check(value)


def apply_attribute(topic: Topic, name: str, value: str, now: int) -> None:
    """Give a topic a checked value; an empty one takes the attribute away.

    Raises:
        InvalidAttribute: the topic's subscriptions do not go with it.
    """
    if name == "Policy":
        topic.policy = value
        return
    if name == "MaximumMessageSize":
        _check_subscriptions(topic, int(value))
    if value or name == "DisplayName":
        topic.attributes[name] = value
    else:
        topic.attributes.pop(name, None)
    if name == "ArchivePolicy":
        _archive(topic, value, now)


def shown_attributes(topic: Topic, now: int) -> dict[str, str]:
    """What GetTopicAttributes answers."""
    pending = sum(not each.confirmed for each in topic.subscriptions.values())
    shown = {
        "Policy": topic.policy,
        "Owner": topic.account,
        "SubscriptionsPending": str(pending),
        "TopicArn": topic.arn,
        "EffectiveDeliveryPolicy": effective_topic_policy(topic.attributes.get("DeliveryPolicy")),
        "SubscriptionsConfirmed": str(len(topic.subscriptions) - pending),
        "DisplayName": "",
        "SubscriptionsDeleted": str(topic.subscriptions_deleted),
    }
    if topic.is_fifo:
        shown |= {"FifoTopic": TRUE, "ContentBasedDeduplication": "false"}
    if topic.archive is not None:
        shown["BeginningArchiveTime"] = iso_timestamp(topic.archive.beginning(now))
    return {**shown, **topic.attributes}


def differs(topic: Topic, wanted: Mapping[str, str], now: int) -> bool:
    """Whether CreateTopic asks for another topic than the one that exists: only what it names is compared."""
    present = shown_attributes(topic, now)
    return any(not _is_same(present.get(name, _ABSENT.get(name)), value) for name, value in wanted.items())


def _is_same(present: str | None, wanted: str) -> bool:
    """Whether two values mean the same: of JSON texts, blanks do not count."""
    if present is None or not wanted.startswith("{"):
        return present == wanted
    return bool(json.loads(present) == json.loads(wanted))


_ABSENT = {
    "FifoTopic": "false",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
    "MaximumMessageSize": str(DEFAULT_MESSAGE_SIZE),
    "FifoThroughputScope": "Topic",
}
"""What an attribute means that a topic does not show."""


def _archive(topic: Topic, value: str, now: int) -> None:
    if not value:
        topic.archive = None
        return
    days = int(read_json_object(value, "ArchivePolicy")["MessageRetentionPeriod"])
    if topic.archive is None:
        topic.archive = Archive(days, begun=now)
    else:
        topic.archive.days = days


def _check_subscriptions(topic: Topic, size: int) -> None:
    """Large messages go to queues, functions and delivery streams only, and to no more than 100 of them."""
    if size <= DEFAULT_MESSAGE_SIZE:
        return
    for each in topic.subscriptions.values():
        if not find_protocol(each.protocol).takes_large:
            raise InvalidAttribute(large_messages_not_for(each.protocol))
    if len(topic.subscriptions) > SUBSCRIPTIONS_WITH_LARGE_MESSAGES:
        raise InvalidAttribute(too_many_for_large_messages())


def large_messages_not_for(protocol: str) -> str:
    """Why a topic with large messages and a subscription of this protocol do not go together (unverified)."""
    return (
        f"MaximumMessageSize greater than {DEFAULT_MESSAGE_SIZE} bytes is not supported for the following "
        f"protocol: [{protocol}]"
    )


def too_many_for_large_messages() -> str:
    """Why a topic with large messages has no room for another subscription (unverified)."""
    return (
        f"A topic with MaximumMessageSize greater than {DEFAULT_MESSAGE_SIZE} bytes supports a maximum of "
        f"{SUBSCRIPTIONS_WITH_LARGE_MESSAGES} subscriptions"
    )


# ---- the checks


def _as_given(value: str) -> str:
    return value


def _check_display_name(value: str) -> str:
    if len(value) > limit("sns.subject"):
        raise InvalidAttribute("DisplayName")
    return value


def _check_delivery_policy(value: str) -> str:
    return read_topic_policy(value) if value else ""


def _check_flag(name: str) -> Check:
    def check(value: str) -> str:
        if value.lower() not in {TRUE, "false"}:
            raise InvalidAttribute(f"{name}: Invalid value [{value}]. Must be true or false.")
        return value.lower()

    return check


def _check_choice(name: str, *choices: str) -> Check:
    def check(value: str) -> str:
        if value not in choices:
            raise InvalidAttribute(f"{name}: Invalid value [{value}]. Must be {' or '.join(choices)}.")
        return value

    return check


def _check_tracing(value: str) -> str:
    if value == "Active":
        raise NotSimulated("TracingConfig=Active (X-Ray segments)", "Use PassThrough, the default.")
    if value != "PassThrough":
        raise InvalidAttribute(f"Invalid tracing config value: {value}")
    return value


def _check_message_size(value: str) -> str:
    if not value.isdigit() or not LEAST_MESSAGE_SIZE <= int(value) <= LARGEST_MESSAGE_SIZE:
        raise InvalidAttribute(
            f"MaximumMessageSize: {value} is not an integer between {LEAST_MESSAGE_SIZE} and "
            f"{LARGEST_MESSAGE_SIZE} bytes"
        )
    return str(int(value))


def _check_archive_policy(value: str) -> str:
    policy = read_json_object(value, "ArchivePolicy") if value else {}
    if not policy:
        return ""
    days = str(policy.get("MessageRetentionPeriod"))
    in_range = days.isdigit() and 1 <= int(days) <= LONGEST_ARCHIVE
    if set(policy) != {"MessageRetentionPeriod"} or not in_range:
        raise InvalidAttribute("ArchivePolicy: MessageRetentionPeriod value is invalid")
    return value


def _check_role(name: str) -> Check:
    def check(value: str) -> str:
        if value and _ROLE.fullmatch(value) is None:
            raise InvalidAttribute(f"{name}: {value} is not a valid role ARN")  # unverified
        return value

    return check


def _check_sample_rate(name: str) -> Check:
    def check(value: str) -> str:
        if not value.isdigit() or int(value) > 100:
            raise InvalidAttribute(f"{name}: {value} value provided is not an integer between 0-100")
        return str(int(value))

    return check


_CHECKS: dict[str, Check] = {
    "DisplayName": _check_display_name,
    "Policy": check_policy,
    "DeliveryPolicy": _check_delivery_policy,
    "KmsMasterKeyId": _as_given,
    "SignatureVersion": _check_choice("SignatureVersion", "1", "2"),
    "TracingConfig": _check_tracing,
    "MaximumMessageSize": _check_message_size,
    "ContentBasedDeduplication": _check_flag("ContentBasedDeduplication"),
    "FifoThroughputScope": _check_choice("FifoThroughputScope", "Topic", MESSAGE_GROUP),
    "ArchivePolicy": _check_archive_policy,
}
