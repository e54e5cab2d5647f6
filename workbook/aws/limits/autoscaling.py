"""The numbers of Amazon EC2 Auto Scaling."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_AUTO_SCALING = "botocore 1.44.5, service model of Auto Scaling"
_RECORDED = "alarms of AWS recorded in public repositories, 2019 to 2026"

ROWS = (
    Limit("autoscaling.cooldown.default", 300, "seconds", f"{_AUTO_SCALING}: DefaultCooldown", _READ),
    Limit(
        "autoscaling.warmup", 3_600, "seconds", "EC2 Auto Scaling User Guide, default instance warmup", _READ
    ),
    Limit("autoscaling.protected-in-one-call", 50, "instances", f"{_AUTO_SCALING}: InstanceIds", _READ),
    Limit("autoscaling.page", 100, "entries", f"{_AUTO_SCALING}: MaxRecords", _READ),
    Limit("autoscaling.target-tracking.high", 3, "minutes", _RECORDED, _READ),
    Limit("autoscaling.target-tracking.low", 15, "minutes", _RECORDED, _READ),
    Limit("autoscaling.target-tracking.low-threshold", 70, "per cent of the target", _RECORDED, _READ),
)
