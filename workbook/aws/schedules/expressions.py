"""The text of a schedule, as EventBridge rules read it and as EventBridge Scheduler does.

The two services differ: only Scheduler knows `at(...)` and time zones, takes capital letters and a cron
expression without a year; only rules insist on `1 minute` but `2 minutes`. Sources: EventBridge User Guide,
"Rate expressions reference"; EventBridge Scheduler User Guide, "Schedule types"; which texts are taken and
refused is recorded from both services (2024 to 2026).
"""

from __future__ import annotations

import datetime
import re

from workbook.aws.schedules.cron import Cron
from workbook.aws.schedules.errors import InvalidSchedule
from workbook.aws.schedules.occurrences import MINUTE, OneTime, Rate
from workbook.engine.clock import instant_of

_RATE = re.compile(r"rate\(([0-9]{1,200}) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\((\S.*\S)\)")
_RATE_OF_SCHEDULER = re.compile(_RATE.pattern, re.IGNORECASE)
_CRON_OF_SCHEDULER = re.compile(_CRON.pattern, re.IGNORECASE)
_AT = re.compile(r"[Aa][Tt]\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)\)", re.ASCII)
_UNITS = {"minute": MINUTE, "hour": 60 * MINUTE, "day": 24 * 60 * MINUTE}


def parse_rule_schedule(text: str) -> Rate | Cron:
    """Read the ScheduleExpression of an EventBridge rule; its cron expressions are in UTC.

    Raises:
        InvalidSchedule: it is none.
    """
    match = _RATE.fullmatch(text)
    if match and bool(match[3]) is (int(match[1]) == 1):
        right = match[2] if match[3] else f"{match[2]}s"
        raise InvalidSchedule(f"{text!r}: after {match[1]} the unit is written {right!r}")
    if match:
        return _rate(match)
    match = _CRON.fullmatch(text)
    if match:
        return Cron.parse(match[1])
    raise InvalidSchedule(f"{text!r} is none of rate(5 minutes) and cron(0 12 * * ? *)")


def parse_schedule(text: str, zone: datetime.tzinfo = datetime.UTC) -> Rate | Cron | OneTime:
    """Read the ScheduleExpression of EventBridge Scheduler; `cron` and `at` are times of `zone`.

    Raises:
        InvalidSchedule: it is none.
    """
    match = _RATE_OF_SCHEDULER.fullmatch(text)
    if match:
        return _rate(match)
    match = _CRON_OF_SCHEDULER.fullmatch(text)
    if match:
        return Cron.parse(match[1], zone, year_may_lack=True)
    match = _AT.fullmatch(text)
    if match:
        return _one_time(match[1], zone)
    raise InvalidSchedule(
        f"{text!r} is none of rate(5 minutes), cron(0 12 * * ? *) and at(2026-01-31T12:00:00)"
    )


def _rate(match: re.Match[str]) -> Rate:
    value = int(match[1])
    if value == 0:
        raise InvalidSchedule(f"{match[0]!r}: the value is a positive number")
    return Rate(value * _UNITS[match[2].lower()])


def _one_time(text: str, zone: datetime.tzinfo) -> OneTime:
    try:
        wall = datetime.datetime.fromisoformat(text)
        return OneTime(instant_of(wall.replace(tzinfo=zone)))
    except (ValueError, OverflowError) as error:
        raise InvalidSchedule(f"at({text}): {error}") from error
