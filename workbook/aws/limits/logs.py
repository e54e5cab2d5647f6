"""The numbers of CloudWatch Logs."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 28)
_GUIDE = "CloudWatch Logs User Guide, log group-level subscription filters"

ROWS = (
    Limit(
        "logs.subscription.filters", 2, "filters of a log group", "CloudWatch Logs User Guide, quotas", _READ
    ),
    Limit("logs.subscription.retries", 86_400, "seconds", f"{_GUIDE}: up to 24 hours", _READ),
    Limit("logs.subscription.disabled", 600, "seconds", f"{_GUIDE}: up to 10 minutes", _READ),
)
