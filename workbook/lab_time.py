"""Time, which stands still in a lab until somebody lets it pass."""

from __future__ import annotations

import datetime

from workbook.aws.sqs.backend import settle_queues
from workbook.engine.clock import SECOND, instant_of
from workbook.lab_arguments import check_numbers
from workbook.lab_part import LabPart

_END_OF_TIME = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
"""A year before Python's datetime ends: timestamps that lie ahead of the lab's time can still be written."""


class LabTime(LabPart):
    """The part of a Lab that moves its clock."""

    @property
    def now(self) -> datetime.datetime:
        """What time it is in the lab, as an aware UTC datetime."""
        return self.world.clock.datetime()

    def advance(
        self, seconds: float = 0, *, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> datetime.datetime:
        """Let time pass, and everything that is due in it happen; returns the time then.

        Raises:
            TypeError: a duration is no number.
            ValueError: the sum is negative, since time does not go back; or it leads out of the calendar.
        """
        self._ensure_open()
        check_numbers(seconds=seconds, minutes=minutes, hours=hours, days=days)
        total = seconds + 60 * minutes + 3600 * hours + 86400 * days
        if total < 0:
            message = f"advance({total} seconds): time goes forwards only; lab.reset() goes back to the start"
            raise ValueError(message)
        if not total <= self._seconds_left():  # not `>`: a number that is none, nan, compares as false
            message = (
                f"advance({total} seconds): the lab's calendar ends with the year 9998; pass a smaller number"
            )
            raise ValueError(message)
        with self.world.kernel:
            self.world.kernel.advance(total)
            settle_queues()
        return self.now

    def run_until_idle(self, limit: float = 366 * 86400) -> bool:
        """Let time pass until nothing is left to do, at most `limit` seconds; True when all is done.

        A poller that waits for messages has nothing to do; one that will retry a message in 30 s has. So it
        is with workers of an Auto Scaling group. Alarms look at their metrics for ever, which is no work: use
        `advance` to see a group scale in.

        Raises:
            TypeError: `limit` is no number.
            ValueError: `limit` is negative, or no number that can be compared (nan).
        """
        self._ensure_open()
        check_numbers(limit=limit)
        if not limit >= 0:
            message = f"run_until_idle(limit={limit}): pass how many seconds may pass at most, 0 or more"
            raise ValueError(message)
        with self.world.kernel:
            idle = self.world.kernel.run_until_idle(min(limit, self._seconds_left()))
            settle_queues()
        return idle

    def _seconds_left(self) -> float:
        return (instant_of(_END_OF_TIME) - self.world.clock.now) / SECOND
