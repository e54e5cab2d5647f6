"""The numbers of event patterns and of SNS's filter policies."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_FILTER_POLICY = "SNS Developer Guide, filter policy constraints"

ROWS = (
    Limit(
        "events.pattern.combinations",
        1_000,
        "combinations of alternatives in a pattern",
        "EventBridge User Guide, comparison operators: Or matching",
        _READ,
    ),
    Limit("sns.filter-policy.keys", 5, "keys at the top of a policy", _FILTER_POLICY, _READ),
    Limit("sns.filter-policy.combinations", 150, "combinations of values", _FILTER_POLICY, _READ),
    Limit("sns.filter-policy.size", 262_144, "bytes", f"{_FILTER_POLICY}: 256 KB", _READ),
)
