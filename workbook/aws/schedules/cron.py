"""When a cron expression is due: the next matching minute, found field by field, not minute by minute.

    year ── month ── day ── hour ── minute      the first of each that is not too early

The fields speak of a clock on the wall. Where clocks are set forward, the wall shows no time between 2:00
and 3:00, and what is due then is left out; where they are set back, it shows one hour twice, and what is due
then is due once, the first time.

Source: EventBridge Scheduler User Guide, "Daylight savings time on EventBridge Scheduler".
"""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbook.aws.schedules.cron_days import DaysOfMonth, parse_days
from workbook.aws.schedules.cron_fields import HOURS, MINUTES, MONTHS, YEARS
from workbook.aws.schedules.errors import InvalidSchedule
from workbook.engine.clock import datetime_of, instant_of

_ONE_MINUTE = datetime.timedelta(minutes=1)
_LAST_YEAR = YEARS.highest
_FIELDS = 6


@dataclass(frozen=True)
class Cron:
    """Due at each minute whose fields match, on the clocks of `zone`."""

    minutes: Sequence[int]
    hours: Sequence[int]
    months: Sequence[int]
    years: Sequence[int]
    days: DaysOfMonth
    zone: datetime.tzinfo = datetime.UTC

    @classmethod
    def parse(cls, fields: str, zone: datetime.tzinfo = datetime.UTC, *, year_may_lack: bool = False) -> Cron:
        """Read what stands between the parentheses of `cron(...)`.

        Raises:
            InvalidSchedule: there are not six fields, or one is wrong.
        """
        parts = fields.split()
        if year_may_lack and len(parts) == _FIELDS - 1:
            parts.append("*")
        if len(parts) != _FIELDS:
            raise InvalidSchedule(f"cron has six fields, not {len(parts)}: minutes to year")
        minutes, hours, day_of_month, month, day_of_week, year = parts
        return cls(
            MINUTES.parse(minutes),
            HOURS.parse(hours),
            MONTHS.parse(month),
            YEARS.parse(year),
            parse_days(day_of_month, day_of_week),
            zone,
        )

    def next_occurrence(self, after: int) -> int | None:
        """See `Schedule`."""
        now = datetime_of(after).astimezone(self.zone).replace(tzinfo=None, fold=0)
        for wall in self._matches(now.replace(second=0, microsecond=0) + _ONE_MINUTE):
            instant = self._instant(wall)
            if instant is not None and instant > after:
                return instant
        return None

    def _instant(self, wall: datetime.datetime) -> int | None:
        """When the clocks show `wall` first; None when they never do."""
        instant = instant_of(wall.replace(tzinfo=self.zone))
        shown = datetime_of(instant).astimezone(self.zone).replace(tzinfo=None)
        return instant if shown.replace(fold=0) == wall else None

    def _matches(self, start: datetime.datetime) -> Iterator[datetime.datetime]:
        """All matching times on the wall from `start` on."""
        for day in self._matching_days(start.date()):
            earliest = start.time() if day == start.date() else datetime.time()
            for hour in self.hours[bisect.bisect_left(self.hours, earliest.hour) :]:
                first = earliest.minute if hour == earliest.hour else 0
                for minute in self.minutes[bisect.bisect_left(self.minutes, first) :]:
                    yield datetime.datetime.combine(day, datetime.time(hour, minute))

    def _matching_days(self, start: datetime.date) -> Iterator[datetime.date]:
        for year in self.years[bisect.bisect_left(self.years, start.year) :]:
            if year > _LAST_YEAR:
                return
            for month in self.months:
                if (year, month) >= (start.year, start.month):
                    days = (datetime.date(year, month, day) for day in self.days(year, month))
                    yield from (day for day in days if day >= start)
