"""The numbers of Amazon CloudWatch."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_CLOUDWATCH = "botocore 1.44.5, service model of CloudWatch"

ROWS = (
    Limit("cloudwatch.alarm.metrics", 10, "metrics", f"{_CLOUDWATCH}: MetricDataQuery", _READ),
    Limit(
        "cloudwatch.statistics.data-points",
        1_440,
        "data points",
        f"{_CLOUDWATCH}: GetMetricStatistics",
        _READ,
    ),
    Limit("cloudwatch.list-metrics.page", 500, "metrics", f"{_CLOUDWATCH}: ListMetrics", _READ),
    Limit("cloudwatch.alarm.evaluation", 7, "days", f"{_CLOUDWATCH}: Period", _READ),
    Limit("cloudwatch.alarm.deleted-in-one-call", 100, "alarms", f"{_CLOUDWATCH}: DeleteAlarms", _READ),
    Limit("cloudwatch.alarm.history", 30, "days", "CloudWatch User Guide, alarm history", _READ),
    Limit("cloudwatch.composite.children", 100, "alarms in a rule", f"{_CLOUDWATCH}: AlarmRule", _READ),
    Limit("cloudwatch.composite.elements", 500, "elements of a rule", f"{_CLOUDWATCH}: AlarmRule", _READ),
    Limit(
        "cloudwatch.composite.parents",
        150,
        "rules that name an alarm",
        f"{_CLOUDWATCH}: PutCompositeAlarm",
        _READ,
    ),
    Limit("cloudwatch.put.metrics", 1000, "metrics in a call", f"{_CLOUDWATCH}: PutMetricData", _READ),
    Limit("cloudwatch.put.values", 150, "values of a metric", f"{_CLOUDWATCH}: PutMetricData", _READ),
    Limit("cloudwatch.put.dimensions", 30, "dimensions", f"{_CLOUDWATCH}: PutMetricData", _READ),
    Limit("cloudwatch.put.past", 14, "days", f"{_CLOUDWATCH}: PutMetricData", _READ),
    Limit("cloudwatch.put.future", 2, "hours", f"{_CLOUDWATCH}: PutMetricData", _READ),
    Limit("cloudwatch.data.queries", 500, "queries in a call", f"{_CLOUDWATCH}: GetMetricData", _READ),
    Limit("cloudwatch.tags", 50, "tags", f"{_CLOUDWATCH}: TagResource", _READ),
)
