"""The two alarms that a target tracking policy makes for itself, and takes with it when it goes.

    AlarmHigh     metric > target for 3 minutes                   scale out
    AlarmLow      metric < 70 % of the target for 15 minutes      scale in

Source of names, periods and thresholds: alarms of AWS recorded in public repositories (events of 2024 with a
customized metric: 3 periods above 20, 15 below 14). Unverified: that 70 % holds for every customized metric
(of predefined ones, 90 % is reported, too), and that no AlarmLow is made with DisableScaleIn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.autoscaling.policies import Policy
from workbook.aws.cloudwatch.alarm_settings import make_metric_alarm
from workbook.aws.cloudwatch.alarms import Alarm, alarms_of
from workbook.aws.limits import limit

if TYPE_CHECKING:
    from workbook.aws.autoscaling.group import Group
    from workbook.aws.operations import Call

HIGH, LOW = limit("autoscaling.target-tracking.high"), limit("autoscaling.target-tracking.low")
"""Periods, each of a minute."""
LOW_THRESHOLD = limit("autoscaling.target-tracking.low-threshold")
"""Per cent of the target."""


def make_alarms(call: Call, group: Group, policy: Policy) -> None:
    """Make the alarms of a policy, or set those that it has to what it says now."""
    target = float(policy.target["TargetValue"])
    rules = [("AlarmHigh", "GreaterThanThreshold", target, HIGH)]
    if policy.scales_in:
        rules.append(("AlarmLow", "LessThanThreshold", target * LOW_THRESHOLD / 100, LOW))
    alarms = alarms_of(group.world, group.account, group.region)
    for name in policy.alarms[len(rules) :]:
        alarms.remove(name)
    names = []
    for place, (kind, comparison, threshold, periods) in enumerate(rules):
        kept = policy.alarms[place] if place < len(policy.alarms) else None
        name = kept or f"TargetTracking-{group.name}-{kind}-{group.world.seeds.uuid('autoscaling.alarm')}"
        alarms.put(_alarm(call, policy, name, comparison, threshold, periods))
        names.append(name)
    policy.alarms = names


def remove_alarms(group: Group, policy: Policy) -> None:
    """Delete the alarms of a policy."""
    alarms = alarms_of(group.world, group.account, group.region)
    for name in policy.alarms:
        alarms.remove(name)


def _alarm(call: Call, policy: Policy, name: str, comparison: str, threshold: float, periods: int) -> Alarm:
    return make_metric_alarm(
        call,
        {
            "AlarmName": name,
            "AlarmDescription": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.arn}.",
            "AlarmActions": [policy.arn],
            "ComparisonOperator": comparison,
            "Threshold": threshold,
            "EvaluationPeriods": periods,
            **_metric_of(policy.target["CustomizedMetricSpecification"]),
        },
    )


def _metric_of(specification: Mapping[str, Any]) -> dict[str, Any]:
    """The metric, or the metrics, as PutMetricAlarm wants them."""
    if not specification.get("Metrics"):
        metric = {name: value for name, value in specification.items() if value is not None}
        return {"Period": 60, **metric}
    queries = []
    for query in specification["Metrics"]:
        stat = query.get("MetricStat")
        queries.append({**query, "MetricStat": {"Period": 60, **stat}} if stat else dict(query))
    return {"Metrics": queries}
