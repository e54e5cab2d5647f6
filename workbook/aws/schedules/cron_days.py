"""The two fields of a cron expression that mean days. Which days those are depends on the month.

Days of the week are numbered as AWS does: 1 is Sunday, 7 is Saturday.

Source: EventBridge User Guide, "Cron expressions reference". `LW` and `L-3` are not in it, but are in use.
"""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Callable

from workbook.aws.schedules.cron_fields import DAYS, WEEKDAYS
from workbook.aws.schedules.errors import InvalidSchedule

DaysOfMonth = Callable[[int, int], list[int]]
"""From a year and a month to the days of that month, in order."""

_SATURDAY, _SUNDAY = 5, 6
"""As Python's calendar counts."""


def parse_days(day_of_month: str, day_of_week: str) -> DaysOfMonth:
    """The days that the two fields stand for; exactly one of them is `?`.

    Raises:
        InvalidSchedule: both or neither are `?`, or the other one is not written as it has to be.
    """
    unspecified = [text.removesuffix(",") == "?" for text in (day_of_month, day_of_week)]
    if all(unspecified) or not any(unspecified):
        raise InvalidSchedule("exactly one of day-of-month and day-of-week has to be ?")
    return _parse_days_of_week(day_of_week) if unspecified[0] else _parse_days_of_month(day_of_month)


def _parse_days_of_month(text: str) -> DaysOfMonth:
    if text == "L":
        return functools.partial(_before_the_last, 0)
    if text == "LW":
        return _last_weekday
    match = re.fullmatch(r"L-([0-9]{1,2})", text)
    if match and int(match[1]) <= 30:
        return functools.partial(_before_the_last, int(match[1]))
    match = re.fullmatch(r"([0-9]+)W", text)
    if match:
        return functools.partial(_nearest_weekday, DAYS.number(match[1]))
    return functools.partial(_on_days, DAYS.parse(text))


def _parse_days_of_week(text: str) -> DaysOfMonth:
    if text == "L":
        return functools.partial(_on_weekdays, (7,))
    match = re.fullmatch(r"(\w+?)L", text, re.ASCII)
    if match:
        return functools.partial(_last_of_month, WEEKDAYS.number(match[1]))
    match = re.fullmatch(r"(\w+)#([1-5])", text, re.ASCII)
    if match:
        return functools.partial(_nth_of_month, WEEKDAYS.number(match[1]), int(match[2]))
    return functools.partial(_on_weekdays, WEEKDAYS.parse(text))


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _on_days(days: tuple[int, ...], year: int, month: int) -> list[int]:
    length = _length(year, month)
    return [day for day in days if day <= length]


def _before_the_last(distance: int, year: int, month: int) -> list[int]:
    day = _length(year, month) - distance
    return [day] if day >= 1 else []


def _nearest_weekday(day: int, year: int, month: int) -> list[int]:
    """The weekday nearest to `day`, in the same month: the 1st on a Saturday gives Monday, the 3rd."""
    length = _length(year, month)
    if day > length:
        return []
    weekday = calendar.weekday(year, month, day)
    if weekday == _SATURDAY:
        return [day - 1 if day > 1 else day + 2]
    if weekday == _SUNDAY:
        return [day + 1 if day < length else day - 2]
    return [day]


def _last_weekday(year: int, month: int) -> list[int]:
    return _nearest_weekday(_length(year, month), year, month)


def _on_weekdays(weekdays: tuple[int, ...], year: int, month: int) -> list[int]:
    return [day for day in range(1, _length(year, month) + 1) if _weekday(year, month, day) in weekdays]


def _nth_of_month(weekday: int, which: int, year: int, month: int) -> list[int]:
    return _on_weekdays((weekday,), year, month)[which - 1 : which]


def _last_of_month(weekday: int, year: int, month: int) -> list[int]:
    return _on_weekdays((weekday,), year, month)[-1:]


def _weekday(year: int, month: int, day: int) -> int:
    return (calendar.weekday(year, month, day) + 1) % 7 + 1
