"""The numbers of Amazon CloudWatch."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_CLOUDWATCH = "botocore 1.44.5, service model of CloudWatch"

ROWS = (
    Limit("cloudwatch.alarm.metrics", 10, "metrics", f"{_CLOUDWATCH}: MetricDataQuery", _READ),
    Limit("cloudwatch.alarm.evaluation", 7, "days", f"{_CLOUDWATCH}: Period", _READ),
)
