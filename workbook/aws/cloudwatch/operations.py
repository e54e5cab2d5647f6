"""The operations on alarms: PutMetricAlarm, DescribeAlarms, DeleteAlarms and those that switch and test them.

Sources: service model of CloudWatch (botocore); Amazon CloudWatch User Guide, "Using Amazon CloudWatch
alarms". The texts of errors are ours where no answer of AWS was found recorded (unverified).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from moto.utilities.utils import get_partition

from workbook.aws.cloudwatch.alarms import ACTIONS_OF, Alarm, alarms_of
from workbook.aws.cloudwatch.errors import ResourceNotFound, ValidationError
from workbook.aws.cloudwatch.judgement import COMPARISONS, TREATMENTS, Rule
from workbook.aws.cloudwatch.queries import MetricQuery, Watched
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call, NotSimulated, refuse_parameters
from workbook.aws.paging import page

SECONDS_OF_A_DAY = 86_400
LONGEST_EVALUATION = limit("cloudwatch.alarm.evaluation") * SECONDS_OF_A_DAY
"""Seconds that EvaluationPeriods times Period may come to, with periods of an hour and more."""

_SETTINGS = frozenset(
    {
        *("AlarmName", "AlarmDescription", "ActionsEnabled", "AlarmActions", "OKActions"),
        *("InsufficientDataActions", "MetricName", "Namespace", "Statistic", "Dimensions", "Period", "Unit"),
        *("EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData"),
        "Metrics",
    }
)
_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "Dimensions", "Period", "Unit")
_SCALING_POLICY = ":autoscaling:"


def put_metric_alarm(call: Call) -> Answer:
    """Create an alarm, or overwrite one of this name, which keeps its state."""
    refuse_parameters(call.parameters, _SETTINGS, "PutMetricAlarm")
    alarms_of(call.world, call.account, call.region).put(make_alarm(call, call.parameters))
    return None


def make_alarm(call: Call, parameters: Mapping[str, Any]) -> Alarm:
    """An alarm with these parameters of PutMetricAlarm, not yet put anywhere.

    Raises:
        ValidationError: they do not fit together.
        NotSimulated: they ask for what is not simulated.
    """
    name = str(parameters["AlarmName"])
    watched, rule = _watched(parameters), _rule(parameters)
    _check_evaluation(watched.period, rule)
    settings = {key: value for key, value in parameters.items() if value is not None}
    settings.setdefault("ActionsEnabled", True)
    for key in ACTIONS_OF.values():
        _check_actions(key, settings.setdefault(key, []))
    settings.setdefault("Dimensions", [])
    partition = get_partition(call.region)
    arn = f"arn:{partition}:cloudwatch:{call.region}:{call.account}:alarm:{name}"
    return Alarm(name, arn, settings, watched, rule)


def describe_alarms(call: Call) -> Answer:
    """Show alarms: all, or those of some names, of a beginning of the name, of a state, of an action."""
    parameters = call.parameters
    for name in ("ChildrenOfAlarmName", "ParentsOfAlarmName"):
        if parameters.get(name):
            raise NotSimulated(f"DescribeAlarms: {name}", "Composite alarms are not simulated: leave it out.")
    if parameters.get("AlarmNames") and parameters.get("AlarmNamePrefix"):
        raise ValidationError("AlarmNames and AlarmNamePrefix cannot be used together")
    kinds = parameters.get("AlarmTypes") or ["MetricAlarm"]
    present = alarms_of(call.world, call.account, call.region).present.values()
    chosen = [alarm for alarm in present if _is_wanted(alarm, parameters)] if "MetricAlarm" in kinds else []
    chosen.sort(key=lambda alarm: alarm.name)
    answer = page("MetricAlarms", [alarm.description() for alarm in chosen], parameters, default=50)
    return {"CompositeAlarms": [], **answer}


def delete_alarms(call: Call) -> Answer:
    """Delete alarms; those that exist also where another does not."""
    alarms = alarms_of(call.world, call.account, call.region)
    names = _names(call.parameters)
    missing = [name for name in names if name not in alarms.present]
    for name in names:
        alarms.remove(name)
    if missing:
        raise ResourceNotFound.alarms(missing)
    return None


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
    alarms = alarms_of(call.world, call.account, call.region)
    alarm = alarms.present.get(str(parameters["AlarmName"]))
    if alarm is None:
        raise ResourceNotFound("Unknown")
    state = str(parameters["StateValue"])
    if state not in ACTIONS_OF:
        raise ValidationError(f"StateValue '{state}' must be one of {', '.join(ACTIONS_OF)}")
    value = _value_in(parameters.get("StateReasonData"))
    alarms.set_state(alarm, state, str(parameters["StateReason"]), value)
    return None


# ---- reading parameters


def _watched(parameters: Mapping[str, Any]) -> Watched:
    queries = parameters.get("Metrics")
    if queries:
        both = [name for name in _OF_ONE_METRIC if parameters.get(name)]
        if both:
            raise ValidationError(f"{', '.join(both)} cannot be used together with Metrics")
        return Watched.of_queries(queries)
    missing = [
        name for name in ("MetricName", "Namespace", "Statistic", "Period") if not parameters.get(name)
    ]
    if missing:
        raise ValidationError(f"Without Metrics, an alarm needs {', '.join(missing)}")
    metric = MetricQuery.of(parameters, parameters["Statistic"], parameters.get("Unit"))
    return Watched.single(metric, int(parameters["Period"]))


def _rule(parameters: Mapping[str, Any]) -> Rule:
    missing = [
        name
        for name in ("ComparisonOperator", "EvaluationPeriods", "Threshold")
        if parameters.get(name) is None
    ]
    if missing:
        raise ValidationError(f"An alarm with a threshold needs {', '.join(missing)}")
    comparison = str(parameters["ComparisonOperator"])
    if comparison not in COMPARISONS:
        advice = f"Use one of {', '.join(COMPARISONS)}."
        raise NotSimulated(f"ComparisonOperator={comparison} (anomaly detection)", advice)
    periods = int(parameters["EvaluationPeriods"])
    needed = int(parameters.get("DatapointsToAlarm") or periods)
    if not 1 <= needed <= periods:
        raise ValidationError("DatapointsToAlarm must be at least 1 and at most EvaluationPeriods")
    treatment = str(parameters.get("TreatMissingData") or "missing")
    if treatment not in TREATMENTS:
        raise ValidationError(
            f"TreatMissingData '{treatment}' is not supported: use one of {', '.join(TREATMENTS)}"
        )
    return Rule(comparison, float(parameters["Threshold"]), periods, needed, treatment)


def _check_evaluation(period: int, rule: Rule) -> None:
    longest = LONGEST_EVALUATION if period >= 3600 else SECONDS_OF_A_DAY
    if period * rule.periods > longest:
        days = longest // SECONDS_OF_A_DAY
        shown = "a day" if days == 1 else f"{days} days"
        product = f"(EvaluationPeriods * Period must be <= {longest})"
        raise ValidationError(f"Metrics cannot be checked across more than {shown} {product}.")


def _check_actions(name: str, actions: Sequence[str]) -> None:
    for action in actions:
        if _SCALING_POLICY not in action:
            advice = "Simulated are scaling policies: pass the PolicyARN that put_scaling_policy returned."
            raise NotSimulated(f"{name}: {action}", advice)


def _is_wanted(alarm: Alarm, parameters: Mapping[str, Any]) -> bool:
    names, prefix = parameters.get("AlarmNames"), parameters.get("AlarmNamePrefix")
    state, action = parameters.get("StateValue"), parameters.get("ActionPrefix")
    actions = [each for name in ACTIONS_OF.values() for each in alarm.settings[name]]
    return (
        (not names or alarm.name in names)
        and alarm.name.startswith(prefix or "")
        and state in {None, alarm.state}
        and (not action or any(each.startswith(action) for each in actions))
    )


def _names(parameters: Mapping[str, Any]) -> list[str]:
    return [str(name) for name in parameters.get("AlarmNames") or []]


def _switch_actions(call: Call, *, enabled: bool) -> Answer:
    alarms = alarms_of(call.world, call.account, call.region)
    for name in _names(call.parameters):
        alarm = alarms.present.get(name)
        if alarm is not None:
            alarm.settings = {**alarm.settings, "ActionsEnabled": enabled}
            call.world.trace.record("configure", alarm.arn, settings=alarm.settings)
    return None


def _value_in(data: str | None) -> float | None:
    try:
        recent = json.loads(data or "{}")["recentDatapoints"]
        return float(recent[-1])
    except (ValueError, KeyError, IndexError, TypeError):
        return None
