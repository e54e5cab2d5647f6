"""How Scheduler tries again: with exponential backoff, up to 185 times and up to 24 hours.

AWS publishes no pauses. Here they double from a second to ten minutes, and chance takes up to half of each
away, so that 185 retries take about a day (unverified).

Source: service model of EventBridge Scheduler, RetryPolicy.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from workbook.aws.delivery import RetryPolicy

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 600.0


def retry_policy(target: Mapping[str, Any]) -> RetryPolicy:
    """The policy of a schedule's target."""
    policy = target["RetryPolicy"]
    return RetryPolicy(
        _pauses, int(policy["MaximumRetryAttempts"]), float(policy["MaximumEventAgeInSeconds"])
    )


def _pauses(chance: random.Random) -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause * chance.uniform(0.5, 1.0)
        pause = min(pause * 2, LONGEST_PAUSE)
