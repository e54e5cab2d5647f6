"""How EventBridge tries again, and what it puts into a dead-letter queue.

By default 24 hours and 185 retries, whichever is used up first, with exponential backoff and jitter. AWS
publishes no schedule; here the pause doubles from a second to ten minutes, and chance takes up to half of it
away, so that 185 retries take about a day (unverified).

Source: Amazon EventBridge User Guide, "How EventBridge retries delivering events" and "Using dead-letter
queues to process undelivered events".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery import DeadLetters, Failure, Parcel, RetryPolicy, Undelivered
from workbook.aws.delivery.pauses import doubling
from workbook.aws.limits import limit

if TYPE_CHECKING:
    from workbook.aws.eventbridge.events import Event
    from workbook.aws.eventbridge.rules import Rule
    from workbook.aws.eventbridge.targets import Target

MOST_RETRIES = limit("eventbridge.retries")
LONGEST_AGE = limit("eventbridge.event-age")
FIRST_PAUSE = 1.0
"""Seconds before the first retry, at most."""
LONGEST_PAUSE = 600.0
"""Seconds."""
_PAUSES = doubling(FIRST_PAUSE, LONGEST_PAUSE, jitter=0.5)

_ERROR_CODES = {
    Failure.NO_PERMISSION: "NO_PERMISSIONS",
    Failure.NO_RESOURCE: "NO_RESOURCE",
    Failure.NO_ROLE: "FAILED_TO_ASSUME_ROLE",
    Failure.REJECTED: "INVALID_PARAMETER",
    Failure.THROTTLED: "THROTTLING",
    Failure.UNAVAILABLE: "ERROR_FROM_TARGET",
    Failure.TIMEOUT: "TIMEOUT",
}
"""AWS lists the codes; which failure gets which is read from their names (unverified)."""


class Refused(Undelivered):
    """A failure for which AWS has an error code of its own; it is not tried again."""

    def __init__(self, error_code: str, message: str) -> None:
        super().__init__(Failure.REJECTED, message)
        self.error_code = error_code


def retry_policy(target: Target) -> RetryPolicy:
    """A target's policy, with AWS's defaults."""
    given = target.given.get("RetryPolicy") or {}
    retries, age = given.get("MaximumRetryAttempts"), given.get("MaximumEventAgeInSeconds")
    return RetryPolicy(
        _PAUSES,
        MOST_RETRIES if retries is None else int(retries),
        float(LONGEST_AGE if age is None else age),
    )


def dead_letters(target: Target, rule: Rule, event: Event) -> DeadLetters | None:
    """Where a target's failed events go; None where it has no dead-letter queue."""
    if target.dead_letter_arn is None:
        return None

    def parcel(error: Undelivered, attempts: int) -> Parcel:
        return dead_letter(target, rule, event, error, attempts)

    return DeadLetters(target.dead_letter_arn, parcel)


def dead_letter(target: Target, rule: Rule, event: Event, error: Undelivered, attempts: int) -> Parcel:
    """The event itself, not what the target would have got, with AWS's attributes."""
    values = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target.arn,
        "ERROR_CODE": error.error_code if isinstance(error, Refused) else _ERROR_CODES[error.failure],
        "ERROR_MESSAGE": error.message,
        "EXHAUSTED_RETRY_CONDITION": _exhausted(target, error, attempts),
        "RETRY_ATTEMPTS": str(attempts - 1),
    }
    attributes = {
        name: {"DataType": "String", "StringValue": value} for name, value in values.items() if value
    }
    return Parcel(event.text, attributes)


def _exhausted(target: Target, error: Undelivered, attempts: int) -> str | None:
    if error.failure.is_permanent:
        return None
    most = retry_policy(target).maximum_retries
    return "MaximumRetryAttempts" if attempts - 1 == most else "MaximumEventAgeInSeconds"
