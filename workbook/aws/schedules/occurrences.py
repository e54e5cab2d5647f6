"""Rates and single times, and what all schedules have in common."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Protocol

from workbook.engine.clock import SECOND, instant_of

MINUTE = 60 * SECOND
END_OF_TIME = instant_of(datetime.datetime(2200, 1, 1, tzinfo=datetime.UTC))
"""AWS documents years up to 2199; what would be due later never is."""


class Schedule(Protocol):
    """When something is due."""

    def next_occurrence(self, after: int) -> int | None:
        """The first instant later than `after` at which it is due; None when it never is again."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Due at `start` and every `interval` after it, both in microseconds. A day is always 24 hours."""

    interval: int
    start: int = 0

    def starting_at(self, start: int) -> Rate:
        """The same rate, counted from another instant."""
        return replace(self, start=start)

    def next_occurrence(self, after: int) -> int | None:
        """See `Schedule`."""
        if after < self.start:
            due = self.start
        else:
            due = self.start + ((after - self.start) // self.interval + 1) * self.interval
        return due if due < END_OF_TIME else None


@dataclass(frozen=True, slots=True)
class OneTime:
    """Due once, at `instant`."""

    instant: int

    def next_occurrence(self, after: int) -> int | None:
        """See `Schedule`."""
        return self.instant if self.instant > after else None
