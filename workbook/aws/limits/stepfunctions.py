"""The numbers of AWS Step Functions."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_MODEL = "botocore 1.44.5, service model of Step Functions"
_GUIDE = "Step Functions Developer Guide, service quotas"
_PRICING = "AWS Step Functions pricing"

ROWS = (
    Limit("stepfunctions.input", 262_144, "bytes", f"{_MODEL}: SensitiveData", _READ),
    Limit("stepfunctions.history", 25_000, "events", _GUIDE, _READ),
    Limit("stepfunctions.duration.standard", 365, "days", _GUIDE, _READ),
    Limit("stepfunctions.duration.express", 300, "seconds", _GUIDE, _READ),
    Limit("stepfunctions.open-executions", 1_000_000, "executions", _GUIDE, _READ),
    Limit("stepfunctions.express.billing.duration", 100, "milliseconds", _PRICING, _READ),
    Limit("stepfunctions.express.billing.memory", 64, "MB", _PRICING, _READ),
    Limit("stepfunctions.redrive.history", 24_999, "events", f"{_MODEL}: RedriveExecution", _READ),
    Limit("stepfunctions.redrive.period", 14, "days", f"{_MODEL}: RedriveExecution", _READ),
    Limit("stepfunctions.name-reuse", 90, "days", f"{_MODEL}: StartExecution", _READ),
    Limit("stepfunctions.list-page", 100, "entries", f"{_MODEL}: maxResults", _READ),
    Limit("stepfunctions.versions", 1_000, "versions", f"{_MODEL}: PublishStateMachineVersion", _READ),
    Limit("stepfunctions.aliases", 100, "aliases", f"{_MODEL}: CreateStateMachineAlias", _READ),
    Limit("stepfunctions.tags", 50, "tags", f"{_GUIDE}", _READ),
)
