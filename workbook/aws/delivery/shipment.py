"""What is delivered: by whom, to whom, and what becomes of it when it cannot be.

These are the words that every sender shares. A topic, a rule, a schedule, a pipe, an alarm, a bucket and a
function's destination differ in how they make a `Parcel`, in their `RetryPolicy` and in what they add to a
dead letter; the way is the same for all.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbook.aws.policies import Principal


class Failure(enum.Enum):
    """Why a try failed; the value says it in words."""

    NO_PERMISSION = "not allowed"
    NO_RESOURCE = "the target does not exist"
    NO_ROLE = "the role cannot be assumed"
    REJECTED = "the target does not take it"
    THROTTLED = "the target is throttled"
    UNAVAILABLE = "the target failed"
    TIMEOUT = "the target did not answer in time"

    @property
    def is_permanent(self) -> bool:
        """Whether trying again is of no use: AWS calls these client-side errors and does not retry them."""
        return self in _PERMANENT


_PERMANENT = frozenset({Failure.NO_PERMISSION, Failure.NO_RESOURCE, Failure.NO_ROLE, Failure.REJECTED})


class Undelivered(Exception):
    """A try failed."""

    def __init__(
        self,
        failure: Failure,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        """`message` is what the target said, in AWS's words; `status` its HTTP status, if it has one.

        `retry_after` is for how many seconds at least the target asks to be left alone.
        """
        super().__init__(message)
        self.failure = failure
        self.message = message
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class Sender:
    """The service that delivers, and the resource for which it does."""

    service: str
    """Its service principal, e.g. "sns.amazonaws.com"."""
    source_arn: str
    """The topic, rule, schedule, pipe, alarm, bucket or function; targets see it as aws:SourceArn."""
    account: str
    """The account of that resource; targets see it as aws:SourceAccount."""
    region: str
    role_arn: str | None = None
    """The role that the service assumes for this; without one the target's resource policy decides."""

    @property
    def principal(self) -> Principal:
        """The service itself, as resource policies name it."""
        return Principal.of_service(self.service)

    @property
    def context(self) -> Mapping[str, object]:
        """The condition keys that say on whose behalf the service comes."""
        return {"aws:SourceArn": self.source_arn, "aws:SourceAccount": self.account}


@dataclass(frozen=True)
class Parcel:
    """What is delivered."""

    text: str
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Message attributes as SQS and SNS have them: DataType, and StringValue or BinaryValue (base64 text)."""
    group_id: str | None = None
    deduplication_id: str | None = None
    subject: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    """The parameters of the target, by AWS's names, such as PartitionKey or EcsParameters."""

    @property
    def content(self) -> bytes:
        """The bytes; those that are no UTF-8 are surrogates in the text."""
        return self.text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class RetryPolicy:
    """When a failed delivery is tried again."""

    pauses: Callable[[random.Random], Iterator[float]]
    """Seconds before each retry; when they are used up, the sender gives up. Chance makes jitter."""
    maximum_retries: int | None = None
    maximum_age: float | None = None
    """Seconds since the first try after which there is no further one."""


def _no_pauses(_chance: random.Random) -> Iterator[float]:
    return iter(())


NO_RETRIES = RetryPolicy(_no_pauses)


@dataclass(frozen=True)
class DeadLetters:
    """Where a sender puts what it could not deliver, and how it wraps it: the last error, and the tries."""

    queue_arn: str
    parcel: Callable[[Undelivered, int], Parcel]


@dataclass(frozen=True)
class Outcome:
    """How a delivery ended."""

    delivered: bool
    attempts: int
    error: Undelivered | None = None
    """The last error; None when it was delivered."""
    answer: Mapping[str, Any] = field(default_factory=dict)
    """What the target answered."""
    dead_lettered: bool | None = None
    """Whether the dead-letter queue took it; None where there is none, or none was needed."""


@dataclass(frozen=True)
class Delivery:
    """One thing on its way to one target."""

    sender: Sender
    target: str
    """An ARN, or a URL."""
    parcel: Parcel
    message: str | None
    """The id, in the trace, of the message or event that is delivered."""
    retries: RetryPolicy = NO_RETRIES
    dead_letters: DeadLetters | None = None
    dead_letter_sender: Sender | None = None
    """As whom the service writes to the dead-letter queue, where that differs: mostly without the role."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What the hops say besides, such as the subscription or the rule."""
    parcel_for: Callable[[int], Parcel] | None = None
    """What is delivered at each try, by its number from 1, where the target is told which try it is."""
    on_try: Callable[[Undelivered | None], object] | None = None
    """Told after each try: None when it went well."""
    on_end: Callable[[Outcome], object] | None = None
