"""The numbers of Amazon EventBridge Scheduler."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_MODEL = "botocore 1.44.5, service model of EventBridge Scheduler"
_GUIDE = "EventBridge Scheduler User Guide"

ROWS = (
    Limit("scheduler.precision", 60, "seconds", f"{_GUIDE}, schedule types", _READ),
    Limit("scheduler.retry.maximum-attempts", 185, "retries", f"{_MODEL}: MaximumRetryAttempts", _READ),
    Limit("scheduler.retry.maximum-age", 86_400, "seconds", f"{_MODEL}: MaximumEventAgeInSeconds", _READ),
    Limit("scheduler.input", 262_144, "bytes", f"{_MODEL}: Target.Input", _READ),
    Limit("scheduler.list-page", 100, "schedules or groups", f"{_MODEL}: MaxResults", _READ),
    Limit("scheduler.start-date.age", 300, "seconds", "an answer of CreateSchedule, reported in 2026", _READ),
)
