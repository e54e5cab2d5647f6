"""How Scheduler tries again: with exponential backoff, up to 185 times and up to 24 hours.

AWS publishes no pauses. Here they double from a second to ten minutes, and chance takes up to half of each
away, so that 185 retries take about a day (unverified).

Source: service model of EventBridge Scheduler, RetryPolicy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbook.aws.delivery import RetryPolicy
from workbook.aws.delivery.pauses import doubling

FIRST_PAUSE = 1.0
"""Seconds before the first retry, at most."""
LONGEST_PAUSE = 600.0
"""Seconds."""
_PAUSES = doubling(FIRST_PAUSE, LONGEST_PAUSE, jitter=0.5)


def retry_policy(target: Mapping[str, Any]) -> RetryPolicy:
    """The policy of a schedule's target."""
    policy = target["RetryPolicy"]
    return RetryPolicy(
        _PAUSES, int(policy["MaximumRetryAttempts"]), float(policy["MaximumEventAgeInSeconds"])
    )
