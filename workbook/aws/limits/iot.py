"""The numbers of AWS IoT."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 28)
_QUOTAS = "AWS IoT Core quotas, message broker"

ROWS = (
    Limit("iot.message", 131_072, "bytes", f"{_QUOTAS}: 128 KB", _READ),
    Limit("iot.topic", 256, "bytes", f"{_QUOTAS}: size of a topic", _READ),
)
