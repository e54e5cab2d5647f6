"""RedrivePolicy and RedriveAllowPolicy: two texts of JSON, one on each end of the way to a dead-letter queue.

The source queue's RedrivePolicy names its dead-letter queue; the dead-letter queue's RedriveAllowPolicy says
which sources may do so. Both are checked when they are set. The texts of errors are AWS's, with one
exception, marked below.

Sources: botocore 1.44 service model of SQS, SetQueueAttributes; Developer Guide, "Using dead-letter queues".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from workbook.aws.limits import limit
from workbook.aws.sqs.attributes import QueueSettings, RedriveAllowPolicy, RedrivePolicy
from workbook.aws.sqs.errors import InvalidAttributeValue, InvalidParameterValue
from workbook.aws.sqs.validation import json_of, whole_number

MAXIMUM_RECEIVE_COUNT = limit("sqs.redrive.max-receive-count")
MAXIMUM_SOURCE_QUEUES = limit("sqs.redrive-allow.source-queues")
_PERMISSIONS = ("allowAll", "denyAll", "byQueue")


class DeadLetterTarget(Protocol):
    """As much of a queue as is needed to know whether it may be a dead-letter queue."""

    @property
    def settings(self) -> QueueSettings:
        """Its attributes."""


FindQueue = Callable[[str], DeadLetterTarget | None]


def parse_redrive_policy(text: str) -> RedrivePolicy:
    """Read a RedrivePolicy; whether its target exists is another question: `check_target`.

    Raises:
        InvalidAttributeValue: the text is not a JSON object.
        InvalidParameterValue: a member is missing, unknown or out of range.
    """
    members = _json_object(text)
    if members is None:
        raise InvalidAttributeValue.of("RedrivePolicy", "Redrive policy is not a valid JSON map.")
    for name in ("maxReceiveCount", "deadLetterTargetArn"):
        if name not in members:
            raise _invalid(text, f"Redrive policy does not contain mandatory attribute: {name}.")
    count = _receive_count(members["maxReceiveCount"])
    if count is None:
        raise _invalid(
            text,
            f"Invalid value for maxReceiveCount: {members['maxReceiveCount']}, valid values are from 1 to "
            f"{MAXIMUM_RECEIVE_COUNT} both inclusive.",
        )
    target = members["deadLetterTargetArn"]
    if not isinstance(target, str) or not _is_arn(target):
        raise _invalid(text, "Invalid value for deadLetterTargetArn.")
    if len(members) > 2:
        raise _invalid(
            text, "Only following attributes are supported: [maxReceiveCount, deadLetterTargetArn]."
        )
    return RedrivePolicy(target, count)


def check_target(text: str, policy: RedrivePolicy, source_arn: str, find_queue: FindQueue) -> None:
    """A dead-letter queue exists, is of the source's type, account and region, and allows this source.

    Raises:
        InvalidParameterValue: it does not.
    """
    target_parts, source_parts = policy.dead_letter_target_arn.split(":"), source_arn.split(":")
    if target_parts[2] != "sqs":
        raise _invalid(text, "Only SQS queues are valid resources for deadLetterTargetArn.")
    if target_parts[5].endswith(".fifo") != source_parts[5].endswith(".fifo"):
        raise _invalid(text, "Dead-letter queue must be same type of queue as the source..")
    if target_parts[3] != source_parts[3]:
        raise _invalid(text, "Dead-letter target region should be same as the source.")
    if target_parts[4] != source_parts[4]:
        raise _invalid(text, "Dead-letter target owner should be same as the source.")
    target = find_queue(policy.dead_letter_target_arn)
    if target is None:
        raise _invalid(text, "Dead letter target does not exist.")
    allow = target.settings.redrive_allow_policy
    if allow is not None and not allow.allows(source_arn):
        # AWS refuses this too; the wording of its refusal is not public, so this sentence is ours.
        raise _invalid(
            text,
            f"The redrive allow policy of {policy.dead_letter_target_arn} doesn't allow {source_arn} "
            "to use it as a dead-letter queue.",
        )


def parse_redrive_allow_policy(text: str) -> RedriveAllowPolicy:
    """Read a RedriveAllowPolicy.

    Raises:
        InvalidAttributeValue: the text has not the form of one.
        InvalidParameterValue: permission and source queues do not go together.
    """
    members = _json_object(text)
    if members is None or not set(members) <= {"redrivePermission", "sourceQueueArns"}:
        raise _unsupported_format()
    permission, sources = members.get("redrivePermission"), members.get("sourceQueueArns")
    if permission not in _PERMISSIONS:
        raise _unsupported_format()
    if sources is not None and not _is_list_of_texts(sources):
        raise _unsupported_format()
    reason = _mismatch(str(permission), sources)
    if reason:
        raise InvalidParameterValue.of(
            "RedriveAllowPolicy", text, f"Amazon SQS can't create the redrive allow policy. {reason}"
        )
    return RedriveAllowPolicy(str(permission), tuple(sources) if isinstance(sources, list) else ())


def _mismatch(permission: str, sources: object) -> str:
    count = len(sources) if isinstance(sources, list) else 0
    if permission != "byQueue":
        return (
            "To specify one or more source queue ARNs, you must set redrivePermission to byQueue."
            if count
            else ""
        )
    if not count:
        return (
            "When you specify the byQueue permission type, you must also specify one or more "
            "sourceQueueArns values."
        )
    if count > MAXIMUM_SOURCE_QUEUES:
        return f"The maximum number of source queue ARNs you can specify is {MAXIMUM_SOURCE_QUEUES}."
    return ""


def _json_object(text: str) -> dict[str, object] | None:
    try:
        value = json_of(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _receive_count(value: object) -> int | None:
    if isinstance(value, str):
        value = whole_number(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 1 <= value <= MAXIMUM_RECEIVE_COUNT else None


def _is_arn(text: str) -> bool:
    parts = text.split(":")
    return len(parts) == 6 and parts[0] == "arn" and parts[1].startswith("aws") and all(parts)


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _invalid(text: str, reason: str) -> InvalidParameterValue:
    return InvalidParameterValue.of("RedrivePolicy", text, reason)


def _unsupported_format() -> InvalidAttributeValue:
    return InvalidAttributeValue.of(
        "RedriveAllowPolicy",
        "Amazon SQS can't create the redrive allow policy, "
        "as it\N{RIGHT SINGLE QUOTATION MARK}s in an unsupported format.",
    )
