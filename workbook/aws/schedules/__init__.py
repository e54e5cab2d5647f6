"""Schedule expressions: when `rate(...)`, `cron(...)` and `at(...)` are due.

    expressions    the text, as EventBridge rules read it and as EventBridge Scheduler does
    occurrences    rate and at: when they are due
    cron           cron: the next minute that matches, found field by field
    cron_fields    a field of numbers: lists, ranges, steps, names
    cron_days      the fields that mean days: L, W and # depend on the month
    zones          time zones, from one pinned database

No library reads AWS's dialect of cron well: docs/decisions/0018-schedule-expressions.md.

A schedule is one object with one question, `next_occurrence(after)`. Both are microseconds since the Unix
epoch. Nothing here knows a kernel: who fires sets a timer for the answer, fires, and asks again.
"""

from __future__ import annotations

from workbook.aws.schedules.cron import Cron
from workbook.aws.schedules.errors import InvalidSchedule
from workbook.aws.schedules.expressions import parse_rule_schedule, parse_schedule
from workbook.aws.schedules.occurrences import OneTime, Rate, Schedule
from workbook.aws.schedules.zones import is_zone, zone_of

__all__ = [
    "Cron",
    "InvalidSchedule",
    "OneTime",
    "Rate",
    "Schedule",
    "is_zone",
    "parse_rule_schedule",
    "parse_schedule",
    "zone_of",
]
