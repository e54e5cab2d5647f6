"""Queue attributes as text, the way the API has them: read into `QueueSettings`, and written back.

Each attribute is a row of a table (name, field, how its text is read), so a range or a default stands in one
place.

Fidelity: AWS says that a changed attribute takes up to 60 seconds to reach all its servers
(MessageRetentionPeriod: up to 15 minutes). Here it is in force at once; a learner who relies on that would
wait a minute on AWS.

Sources: botocore 1.44 service model of SQS, CreateQueue and SetQueueAttributes (names, ranges, defaults);
AWS's answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workbook.aws.limits import limit
from workbook.aws.policies import Policy, PolicyError, parse_policy
from workbook.aws.policy_principals import unknown_identities
from workbook.aws.sqs.attributes import QueueSettings
from workbook.aws.sqs.errors import InvalidAttributeName, InvalidAttributeValue, OverLimit
from workbook.aws.sqs.message import Counts
from workbook.aws.sqs.redrive import FindQueue, check_target, parse_redrive_allow_policy, parse_redrive_policy
from workbook.aws.sqs.validation import whole_number

Changes = dict[str, Any]
MAXIMUM_POLICY_STATEMENTS = limit("sqs.policy.statements")
MAXIMUM_ACTIONS = limit("sqs.permission.actions")
SECOND = 1_000_000

_INTEGERS: dict[str, tuple[str, int, int]] = {
    "DelaySeconds": ("delay_seconds", 0, limit("sqs.delay")),
    "MaximumMessageSize": (
        "maximum_message_size",
        limit("sqs.message-size.minimum-setting"),
        limit("sqs.message-size"),
    ),
    "MessageRetentionPeriod": (
        "message_retention_period",
        limit("sqs.retention.minimum"),
        limit("sqs.retention.maximum"),
    ),
    "ReceiveMessageWaitTimeSeconds": ("receive_message_wait_time_seconds", 0, limit("sqs.wait-time")),
    "VisibilityTimeout": ("visibility_timeout", 0, limit("sqs.visibility-timeout.maximum")),
    "KmsDataKeyReusePeriodSeconds": (
        "kms_data_key_reuse_period_seconds",
        limit("sqs.kms-data-key-reuse.minimum"),
        limit("sqs.kms-data-key-reuse.maximum"),
    ),
}
_CHOICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "DeduplicationScope": ("deduplication_scope", ("queue", "messageGroup")),
    "FifoThroughputLimit": ("fifo_throughput_limit", ("perQueue", "perMessageGroupId")),
}
_BOOLEANS = {"true": True, "false": False}
_COUNTED = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_READ_ONLY = (*_COUNTED, "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn")
_FIFO = ("FifoQueue", "ContentBasedDeduplication", *_CHOICES)
_KMS = ("KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds")
KNOWN_ATTRIBUTES = frozenset(
    (
        "All",
        "Policy",
        "RedrivePolicy",
        "RedriveAllowPolicy",
        "SqsManagedSseEnabled",
        *_INTEGERS,
        *_READ_ONLY,
        *_FIFO,
        *_KMS,
    )
)


def changed_settings(
    settings: QueueSettings, given: Mapping[str, str], queue_arn: str, find_queue: FindQueue
) -> QueueSettings:
    """The settings after SetQueueAttributes: what is not named stays as it is.

    Raises:
        InvalidAttributeName: an attribute is unknown, or not one of this type of queue.
        InvalidAttributeValue, InvalidParameterValue, OverLimit: a value is not allowed.
    """
    changes: Changes = {}
    for name, text in given.items():
        reader = _READERS.get(name)
        if reader is None:
            raise InvalidAttributeName.unknown(name)
        if name in _FIFO and not settings.fifo_queue:
            raise _only_for_fifo(name)
        changes.update(reader(name, text))
    _refuse_two_encryptions(given)
    changed = dataclasses.replace(settings, **_with_encryption(changes))
    if changed.fifo_queue != settings.fifo_queue:
        raise InvalidAttributeValue.of("FifoQueue", "Modifying queue type is not supported.")
    _check_high_throughput(changed)
    if changed.redrive_policy is not None and "redrive_policy" in changes:
        check_target(given["RedrivePolicy"], changed.redrive_policy, queue_arn, find_queue)
    return changed


def first_settings(given: Mapping[str, str], queue_arn: str, find_queue: FindQueue) -> QueueSettings:
    """The settings of a new queue; its name has told its type already: a FIFO queue's ends in ``.fifo``.

    Raises:
        InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue, OverLimit: as `changed_settings`.
    """
    fifo = queue_arn.endswith(".fifo")
    if fifo and not is_true(given.get("FifoQueue")):
        raise InvalidAttributeName.unknown("FifoQueue")
    return changed_settings(QueueSettings(fifo_queue=fifo), given, queue_arn, find_queue)


def is_true(text: str | None) -> bool:
    """Whether an attribute's text means true; SQS takes ``True`` as well as ``true``."""
    return text is not None and text.lower() == "true"


def differing_attribute(
    existing: QueueSettings, given: Mapping[str, str], wanted: QueueSettings
) -> str | None:
    """The first attribute that CreateQueue names with another value than the existing queue has."""
    for name in given:
        fields = _FIELDS[name]
        if any(getattr(existing, field) != getattr(wanted, field) for field in fields):
            return name
    return None


def shown_attributes(
    names: Iterable[str], settings: QueueSettings, queue_arn: str, counts: Counts, created: int, modified: int
) -> dict[str, str]:
    """What GetQueueAttributes returns for these names; ``created`` and ``modified`` are microseconds.

    Raises:
        InvalidAttributeName: SQS has no such attribute.
    """
    wanted = list(names)
    for name in wanted:
        if name not in KNOWN_ATTRIBUTES:
            raise InvalidAttributeName.unknown(name)
    everything = {
        "QueueArn": queue_arn,
        "ApproximateNumberOfMessages": str(counts.visible),
        "ApproximateNumberOfMessagesNotVisible": str(counts.in_flight),
        "ApproximateNumberOfMessagesDelayed": str(counts.delayed),
        "CreatedTimestamp": str(created // SECOND),
        "LastModifiedTimestamp": str(modified // SECOND),
        **shown_settings(settings),
    }
    if "All" in wanted:
        return everything
    return {name: everything[name] for name in wanted if name in everything}


def shown_settings(settings: QueueSettings) -> dict[str, str]:
    """The settings as GetQueueAttributes shows them: every one as text."""
    shown = {
        name: str(getattr(settings, field)) for name, (field, _, _) in _INTEGERS.items() if name not in _KMS
    }
    shown["SqsManagedSseEnabled"] = _boolean_text(settings.sqs_managed_sse_enabled)
    optional = {
        "Policy": settings.policy,
        "RedrivePolicy": settings.redrive_policy and settings.redrive_policy.text,
        "RedriveAllowPolicy": settings.redrive_allow_policy_text,
    }
    shown.update({name: text for name, text in optional.items() if text})
    if settings.kms_master_key_id:
        shown["KmsMasterKeyId"] = settings.kms_master_key_id
        shown["KmsDataKeyReusePeriodSeconds"] = str(settings.kms_data_key_reuse_period_seconds)
    if settings.fifo_queue:
        shown["FifoQueue"] = "true"
        shown["ContentBasedDeduplication"] = _boolean_text(settings.content_based_deduplication)
        shown["DeduplicationScope"] = settings.deduplication_scope
        shown["FifoThroughputLimit"] = settings.fifo_throughput_limit
    return shown


def _boolean_text(value: bool) -> str:  # noqa: FBT001 - the value itself is what is shown
    return "true" if value else "false"


def _only_for_fifo(name: str) -> InvalidAttributeName:
    if name in _CHOICES:
        return InvalidAttributeName(f"You can specify the {name} only when FifoQueue is set to true.")
    return InvalidAttributeName.unknown(name)


def _refuse_two_encryptions(given: Mapping[str, str]) -> None:
    if given.get("KmsMasterKeyId") and is_true(given.get("SqsManagedSseEnabled")):
        raise InvalidAttributeName(
            "You can use one type of server-side encryption (SSE) at one time. "
            "You can either enable KMS SSE or SQS SSE."
        )


def _with_encryption(changes: Changes) -> Changes:
    """Turning one encryption on turns the other off."""
    if changes.get("kms_master_key_id"):
        return {**changes, "sqs_managed_sse_enabled": False}
    if changes.get("sqs_managed_sse_enabled"):
        return {**changes, "kms_master_key_id": None}
    return changes


def _check_high_throughput(settings: QueueSettings) -> None:
    if (
        settings.fifo_throughput_limit == "perMessageGroupId"
        and settings.deduplication_scope != "messageGroup"
    ):
        raise InvalidAttributeValue(
            "The perMessageGroupId value is allowed only when the value for DeduplicationScope is "
            "messageGroup"
        )


def _read_integer(name: str, text: str) -> Changes:
    field, low, high = _INTEGERS[name]
    number = whole_number(text)
    if number is None or not low <= number <= high:
        raise InvalidAttributeValue.of(name)
    return {field: number}


def _read_choice(name: str, text: str) -> Changes:
    field, choices = _CHOICES[name]
    if text not in choices:
        raise InvalidAttributeValue.of(name)
    return {field: text}


def _read_boolean(name: str, text: str) -> Changes:
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise InvalidAttributeValue.of(name)
    return {_FIELDS[name][0]: value}


def _read_key(_: str, text: str) -> Changes:
    return {"kms_master_key_id": text or None}


def _read_policy(name: str, text: str) -> Changes:
    if not text:
        return {"policy": None}
    try:
        policy = parse_policy(text)
    except PolicyError as error:
        raise InvalidAttributeValue.of(name) from error
    if unknown_identities(policy):
        raise InvalidAttributeValue.of(name)
    _refuse_large_policy(text, policy)
    return {"policy": text}


def _refuse_large_policy(text: str, policy: Policy) -> None:
    """Hold a policy against the quotas whose refusals are on record."""
    if len(text.encode(errors="replace")) > limit("sqs.policy.size"):
        raise OverLimit("Submitted policy is over max allowed size.")
    count = len(policy.statements)
    if count > MAXIMUM_POLICY_STATEMENTS:
        raise OverLimit(
            f"{count} statements were found in the submitted policy, "
            f"max allowed is {MAXIMUM_POLICY_STATEMENTS}"
        )
    most = max(len(one.actions or one.not_actions or ()) for one in policy.statements)
    if most > MAXIMUM_ACTIONS:
        raise OverLimit(
            f"{most} actions were found in a statement from the submitted policy, "
            f"max allowed is {MAXIMUM_ACTIONS}"
        )


def _read_redrive_policy(_: str, text: str) -> Changes:
    return {"redrive_policy": parse_redrive_policy(text) if text else None}


def _read_redrive_allow_policy(_: str, text: str) -> Changes:
    if not text:
        return {"redrive_allow_policy": None, "redrive_allow_policy_text": None}
    return {"redrive_allow_policy": parse_redrive_allow_policy(text), "redrive_allow_policy_text": text}


_READERS: dict[str, Callable[[str, str], Changes]] = {
    **dict.fromkeys(_INTEGERS, _read_integer),
    **dict.fromkeys(_CHOICES, _read_choice),
    "FifoQueue": _read_boolean,
    "ContentBasedDeduplication": _read_boolean,
    "SqsManagedSseEnabled": _read_boolean,
    "KmsMasterKeyId": _read_key,
    "Policy": _read_policy,
    "RedrivePolicy": _read_redrive_policy,
    "RedriveAllowPolicy": _read_redrive_allow_policy,
}
_FIELDS: dict[str, tuple[str, ...]] = {
    **{name: (field,) for name, (field, _, _) in _INTEGERS.items()},
    **{name: (field,) for name, (field, _) in _CHOICES.items()},
    "FifoQueue": ("fifo_queue",),
    "ContentBasedDeduplication": ("content_based_deduplication",),
    "SqsManagedSseEnabled": ("sqs_managed_sse_enabled",),
    "KmsMasterKeyId": ("kms_master_key_id",),
    "Policy": ("policy",),
    "RedrivePolicy": ("redrive_policy",),
    "RedriveAllowPolicy": ("redrive_allow_policy",),
}
"""The field of `QueueSettings` that tells whether two values of an attribute are equal."""
