"""The pause after a simple scaling policy has acted, or a request that honours it.

    policy acts ──> its activities end ──> so many seconds ──> the next one may act

With several instances it is the last one to be launched that counts. Source: EC2 Auto Scaling User Guide,
"Scaling cooldowns".
"""

from __future__ import annotations

from collections.abc import Sequence

from workbook.aws.autoscaling.activities import Activity
from workbook.engine.clock import SECOND


class Cooldown:
    """What the last action of this kind began, and for how long it blocks the next."""

    def __init__(self) -> None:
        self._activities: Sequence[Activity] = ()
        self._seconds = 0

    def begin(self, activities: Sequence[Activity], seconds: int) -> None:
        """These activities have begun; the pause of so many seconds follows them."""
        self._activities, self._seconds = activities, seconds

    def blocking(self, now: int) -> Activity | None:
        """The activity that blocks an action now, or None."""
        for activity in self._activities:
            if activity.end is None or now < activity.end + self._seconds * SECOND:
                return activity
        return None

    def left(self, now: int) -> int | None:
        """Whole seconds until it is over; None while an activity is in progress."""
        ends = [activity.end for activity in self._activities]
        if any(end is None for end in ends):
            return None
        last = max((end for end in ends if end is not None), default=now)
        return max(0, -(-(last + self._seconds * SECOND - now) // SECOND))
