"""The operations that make, switch, test and delete alarms.

Sources: service model of CloudWatch (botocore); Amazon CloudWatch User Guide, "Using Amazon CloudWatch
alarms". The texts of errors are ours where no answer of AWS was found recorded (unverified).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workbook.aws.cloudwatch.alarm_settings import check_kind, make_composite_alarm, make_metric_alarm
from workbook.aws.cloudwatch.alarms import Alarms, alarms_of
from workbook.aws.cloudwatch.composite_alarm import CompositeAlarm
from workbook.aws.cloudwatch.errors import InvalidFormat, ResourceNotFound, ValidationError, check_model
from workbook.aws.cloudwatch.states import State
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, refuse_parameters

_COMMON = frozenset(
    {
        *("AlarmName", "AlarmDescription", "ActionsEnabled", "AlarmActions", "OKActions"),
        *("InsufficientDataActions", "Tags"),
    }
)
_METRIC = _COMMON | {
    *("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit"),
    *("EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData"),
    *("EvaluateLowSampleCountPercentile", "Metrics"),
}
_COMPOSITE = _COMMON | {
    *("AlarmRule", "ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"),
}
MOST_DELETED = limit("cloudwatch.alarm.deleted-in-one-call")


def put_metric_alarm(call: Call) -> Answer:
    """Create an alarm, or overwrite one of this name, which keeps its state."""
    refuse_parameters(call.parameters, _METRIC, "PutMetricAlarm")
    check_model("PutMetricAlarm", call.parameters)
    alarms = _alarms(call)
    alarm = make_metric_alarm(call, call.parameters)
    check_kind(alarms, alarm.name, alarm.kind)
    alarms.put(alarm)
    return None


def put_composite_alarm(call: Call) -> Answer:
    """Create a composite alarm, or overwrite one of this name, which keeps its state."""
    refuse_parameters(call.parameters, _COMPOSITE, "PutCompositeAlarm")
    check_model("PutCompositeAlarm", call.parameters)
    alarms = _alarms(call)
    alarm = make_composite_alarm(call, alarms)
    check_kind(alarms, alarm.name, alarm.kind)
    alarms.put(alarm)
    return None


def delete_alarms(call: Call) -> Answer:
    """Delete alarms; those that exist also where another does not. At most one may be a composite alarm."""
    alarms, names = _alarms(call), _names(call.parameters)
    if len(names) > MOST_DELETED:
        raise ValidationError(f"At most {MOST_DELETED} alarms can be deleted in one call")
    _check_deletion(alarms, names)
    missing = [name for name in names if name not in alarms.present]
    for name in names:
        alarms.remove(name)
    if missing:
        raise ResourceNotFound.alarms(missing)
    return None


def _check_deletion(alarms: Alarms, names: list[str]) -> None:
    composites = [name for name in names if isinstance(alarms.present.get(name), CompositeAlarm)]
    if len(composites) > 1:
        raise ValidationError(
            f"At most one composite alarm can be deleted in one call, not {len(composites)}"
        )
    needed = [name for name in names if any(each.name not in names for each in alarms.parents_of(name))]
    if needed:
        it = "it" if len(needed) == 1 else "them"
        raise ValidationError(
            f"Cannot delete {','.join(needed)} as there are composite alarm(s) depending on {it}."
        )


def enable_alarm_actions(call: Call) -> Answer:
    """Let alarms call their actions."""
    return _switch_actions(call, enabled=True)


def disable_alarm_actions(call: Call) -> Answer:
    """Let alarms change their state without calling their actions."""
    return _switch_actions(call, enabled=False)


def set_alarm_state(call: Call) -> Answer:
    """Give an alarm a state, until it is next evaluated.

    The value for a scaling policy is the last of `recentDatapoints` in StateReasonData, as AWS writes it.
    """
    parameters = call.parameters
    alarms = _alarms(call)
    check_model("SetAlarmState", parameters)
    value = str(parameters["StateValue"])
    alarm = alarms.present.get(str(parameters["AlarmName"]))
    if alarm is None:
        raise ResourceNotFound("Unknown")
    data = parameters.get("StateReasonData")
    state = State(value, str(parameters["StateReason"]), data, call.world.clock.now)
    alarms.set_state(alarm, state, _value_in(data))
    return None


def _alarms(call: Call) -> Alarms:
    return alarms_of(call.world, call.account, call.region)


def _names(parameters: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in parameters.get("AlarmNames") or []]


def _switch_actions(call: Call, *, enabled: bool) -> Answer:
    alarms = _alarms(call)
    for name in _names(call.parameters):
        alarm = alarms.present.get(name)
        if alarm is not None:
            alarm.settings = {**alarm.settings, "ActionsEnabled": enabled}
            call.world.trace.record("configure", alarm.arn, settings=alarm.settings)
    return None


def _value_in(data: str | None) -> float | None:
    if not data:
        return None
    try:
        found = json.loads(data)
    except ValueError:
        raise InvalidFormat("StateReasonData must be valid JSON") from None
    try:
        return float(found["recentDatapoints"][-1])
    except (ValueError, KeyError, IndexError, TypeError):
        return None
