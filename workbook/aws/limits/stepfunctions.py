"""The numbers of AWS Step Functions."""

from __future__ import annotations

import datetime

from workbook.aws.limits.row import Limit

_READ = datetime.date(2026, 11, 27)
_MODEL = "botocore 1.44.5, service model of Step Functions"
_GUIDE = "Step Functions Developer Guide, service quotas"
_VARIABLES = "Step Functions Developer Guide, Passing data between states with variables"
_INTRINSICS = "Step Functions Developer Guide, Intrinsic functions for JSONPath states"
_MEASURED = "AWS's answers of 2026-08 as recorded in floci-io/floci#2737"
_OURS = "the workbook's own: AWS bounds the time, and does not say how long it is"
_REDRIVE = "Step Functions Developer Guide, Redriving Map Runs"
_PRICING = "AWS Step Functions pricing"

ROWS = (
    Limit("stepfunctions.input", 262_144, "bytes", f"{_MODEL}: SensitiveData", _READ),
    Limit("stepfunctions.history", 25_000, "events", _GUIDE, _READ),
    Limit("stepfunctions.intrinsics.text", 10_000, "characters", _INTRINSICS, _READ),
    Limit("stepfunctions.intrinsics.range", 1_000, "numbers of States.ArrayRange", _INTRINSICS, _READ),
    Limit("stepfunctions.jsonata.depth", 100, "nested steps of one expression", _MEASURED, _READ),
    Limit("stepfunctions.jsonata.memory", 6_990_256, "bytes of one value of an expression", _MEASURED, _READ),
    Limit("stepfunctions.jsonata.steps", 1_000_000, "steps of one expression", _OURS, _READ),
    Limit("stepfunctions.map.distributed", 10_000, "child executions at once", _GUIDE, _READ),
    Limit("stepfunctions.map.inline", 40, "iterations at once", _GUIDE, _READ),
    Limit("stepfunctions.variables.state", 262_144, "bytes of one Assign", _VARIABLES, _READ),
    Limit("stepfunctions.variables.execution", 10_485_760, "bytes of all variables", _VARIABLES, _READ),
    Limit("stepfunctions.duration.standard", 365, "days", _GUIDE, _READ),
    Limit("stepfunctions.duration.express", 300, "seconds", _GUIDE, _READ),
    Limit("stepfunctions.open-executions", 1_000_000, "executions", _GUIDE, _READ),
    Limit("stepfunctions.express.billing.duration", 100, "milliseconds", _PRICING, _READ),
    Limit("stepfunctions.express.billing.memory", 64, "MB", _PRICING, _READ),
    Limit("stepfunctions.redrive.history", 24_999, "events", f"{_MODEL}: RedriveExecution", _READ),
    Limit("stepfunctions.redrive.period", 14, "days", f"{_MODEL}: RedriveExecution", _READ),
    Limit("stepfunctions.redrive.token", 900, "seconds", f"{_MODEL}: RedriveExecution", _READ),
    Limit("stepfunctions.redrive.map-run", 1_000, "redrives", _REDRIVE, _READ),
    Limit("stepfunctions.retention", 90, "days after an execution ended", _GUIDE, _READ),
    Limit("stepfunctions.name-reuse", 90, "days", f"{_MODEL}: StartExecution", _READ),
    Limit("stepfunctions.http.timeout", 60, "seconds", f"{_GUIDE}", _READ),
    Limit("stepfunctions.list-page", 100, "entries", f"{_MODEL}: maxResults", _READ),
    Limit(
        "stepfunctions.state-name", 80, "characters", "Amazon States Language specification: states", _READ
    ),
    Limit(
        "stepfunctions.label",
        40,
        "characters",
        "Step Functions Developer Guide, distributed Map: Label",
        _READ,
    ),
    Limit(
        "stepfunctions.variable-name", 80, "characters", "Step Functions Developer Guide, variables", _READ
    ),
    Limit(
        "stepfunctions.intrinsic-depth",
        10,
        "calls in calls",
        "Step Functions Developer Guide, intrinsic functions",
        _READ,
    ),
    Limit(
        "stepfunctions.diagnostics", 100, "diagnostics", f"{_MODEL}: ValidateStateMachineDefinition", _READ
    ),
    Limit("stepfunctions.test-state.duration", 300, "seconds", f"{_MODEL}: TestState", _READ),
    Limit("stepfunctions.activities", 10_000, "activities", _GUIDE, _READ),
    Limit("stepfunctions.activity.pollers", 1_000, "calls of GetActivityTask at once", _GUIDE, _READ),
    Limit("stepfunctions.activity.poll", 60, "seconds", f"{_MODEL}: GetActivityTask", _READ),
    Limit("stepfunctions.versions", 1_000, "versions", f"{_MODEL}: PublishStateMachineVersion", _READ),
    Limit("stepfunctions.aliases", 100, "aliases", f"{_MODEL}: CreateStateMachineAlias", _READ),
    Limit("stepfunctions.tags", 50, "tags", f"{_GUIDE}", _READ),
)
