"""When SNS tries again: its own schedule for AWS-managed endpoints, and what a delivery policy asks for.

    first try ─ immediate retries ─ before the backoff ─ backoff ─ after the backoff ─> dead-letter queue
                   no pause           shortest pause     growing     longest pause

SQS, Lambda and Firehose are AWS's own and are tried 100,015 times over 23 days. Only server-side errors are
retried; what the endpoint's owner has done (deleted it, taken the permission away) is given up at once.

AWS says that it adds jitter and not how much, so there is none here (unverified).
Source: Amazon SNS Developer Guide, "Amazon SNS message delivery retries".
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbook.aws.delivery import RetryPolicy
from workbook.aws.limits import limit


@dataclass(frozen=True, slots=True)
class Phases:
    """The four phases of a retry policy: how many tries in each, and the pauses in seconds."""

    immediate: int
    before_backoff: int
    backoff: int
    after_backoff: int
    shortest: float
    longest: float
    function: str = "exponential"
    """How the pause grows in the backoff phase: one of `BACKOFF_FUNCTIONS`."""

    def pauses(self, _chance: random.Random) -> Iterator[float]:
        """The seconds before each retry."""
        grow = BACKOFF_FUNCTIONS[self.function]
        return itertools.chain(
            itertools.repeat(0.0, self.immediate),
            itertools.repeat(self.shortest, self.before_backoff),
            (grow(self.shortest, self.longest, place) for place in _places(self.backoff)),
            itertools.repeat(self.longest, self.after_backoff),
        )

    def policy(self) -> RetryPolicy:
        """The same for the delivery."""
        return RetryPolicy(self.pauses)


def _places(retries: int) -> Iterator[float]:
    """Where each retry of the backoff phase stands between its first (0) and its last (1)."""
    return (index / (retries - 1) if retries > 1 else 0.0 for index in range(retries))


def _linear(shortest: float, longest: float, place: float) -> float:
    return shortest + (longest - shortest) * place


def _arithmetic(shortest: float, longest: float, place: float) -> float:
    return shortest + (longest - shortest) * place**2


def _geometric(shortest: float, longest: float, place: float) -> float:
    return shortest + (longest - shortest) * place**3


def _exponential(shortest: float, longest: float, place: float) -> float:
    return float(shortest * (longest / shortest) ** place)


BACKOFF_FUNCTIONS: dict[str, Callable[[float, float, float], float]] = {
    "linear": _linear,
    "arithmetic": _arithmetic,
    "geometric": _geometric,
    "exponential": _exponential,
}
"""AWS draws these curves and gives no formulas: ours keep their order and their two ends (unverified)."""

AWS_MANAGED = Phases(
    immediate=limit("sns.retries.immediate"),
    before_backoff=limit("sns.retries.before-backoff"),
    backoff=limit("sns.retries.backoff"),
    after_backoff=limit("sns.retries.after-backoff"),
    shortest=limit("sns.retries.shortest"),
    longest=limit("sns.retries.longest"),
).policy()
"""For SQS, Lambda and Firehose."""

CUSTOMER_MANAGED = Phases(
    immediate=0,
    before_backoff=limit("sns.customer-retries.before-backoff"),
    backoff=limit("sns.customer-retries.backoff"),
    after_backoff=limit("sns.customer-retries.after-backoff"),
    shortest=limit("sns.customer-retries.shortest"),
    longest=limit("sns.customer-retries.longest"),
).policy()
"""For email, SMS and mobile push: 50 tries over more than 6 hours."""
