"""The numbers of Amazon EventBridge: buses, rules, archives, API destinations."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_MODEL = "botocore 1.44.5, service model of EventBridge"
_QUOTAS = "Amazon EventBridge User Guide, quotas"

_API_DESTINATIONS = "EventBridge User Guide, API destinations"

ROWS: tuple[Limit, ...] = (
    Limit("eventbridge.buses", 100, "buses", _QUOTAS, _READ),
    Limit("eventbridge.rules", 300, "rules", _QUOTAS, _READ),
    Limit("eventbridge.targets", 5, "targets", f"{_MODEL}: PutTargets", _READ),
    Limit("eventbridge.bus-policy", 10_240, "bytes", f"{_MODEL}: PutPermission", _READ),
    Limit("eventbridge.tags", 50, "tags", f"{_MODEL}: TagResource", _READ),
    Limit("eventbridge.put-events.size", 1_048_576, "bytes", f"{_MODEL}: PutEvents", _READ),
    Limit("eventbridge.put-events.entries", 10, "entries", f"{_MODEL}: PutEventsRequestEntryList", _READ),
    Limit("eventbridge.detail.depth", 1_000, "levels", f"{_MODEL}: PutEvents", _READ),
    Limit("eventbridge.detail-type", 128, "characters", f"{_MODEL}: PutEventsRequestEntry", _READ),
    Limit("eventbridge.retries", 185, "retries", f"{_MODEL}: MaximumRetryAttempts", _READ),
    Limit("eventbridge.event-age", 86_400, "seconds", f"{_MODEL}: MaximumEventAgeInSeconds", _READ),
    Limit("eventbridge.event-age.minimum", 60, "seconds", f"{_MODEL}: MaximumEventAgeInSeconds", _READ),
    Limit("eventbridge.api-destination.timeout", 5, "seconds", _API_DESTINATIONS, _READ),
    Limit("eventbridge.api-destination.rate", 300, "calls per second, default", _API_DESTINATIONS, _READ),
)
