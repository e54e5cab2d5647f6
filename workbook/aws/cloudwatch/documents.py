"""What an alarm says when it changes: to a topic, to a function, and to EventBridge.

The three differ in form and tell the same: the state, the one before it, and what the alarm is set to. Names,
order and forms of all fields as in messages of AWS that were recorded in public repositories (2015 to 2026).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbook.aws.cloudwatch.composite_alarm import CompositeAlarm
from workbook.aws.cloudwatch.metric_alarm import MetricAlarm
from workbook.aws.cloudwatch.times import milliseconds

if TYPE_CHECKING:
    from workbook.aws.cloudwatch.states import Alarm, State
    from workbook.engine.world import World

LONGEST_SUBJECT = 100
"""Characters that SNS takes."""


def subject(alarm: Alarm) -> str:
    """The subject of the message to a topic, which is that of an email."""
    return f'{alarm.state}: "{alarm.name}" in {region_name(alarm.region)}'[:LONGEST_SUBJECT]


def topic_message(alarm: Alarm) -> str:
    """What a topic gets, as JSON."""
    settings = alarm.settings
    configured, old = milliseconds(alarm.configured), alarm.before.value if alarm.before else None
    is_metric = isinstance(alarm, MetricAlarm)
    message = {
        "AlarmName": alarm.name,
        "AlarmDescription": settings.get("AlarmDescription"),
        "AWSAccountId": alarm.account,
        **({"AlarmConfigurationUpdatedTimestamp": configured} if is_metric else {}),
        "NewStateValue": alarm.now.value,
        "NewStateReason": alarm.now.reason,
        "StateChangeTime": milliseconds(alarm.now.time),
        "Region": region_name(alarm.region),
        "AlarmArn": alarm.arn,
        **({"OldStateValue": old} if is_metric else {}),
        "OKActions": settings["OKActions"],
        "AlarmActions": settings["AlarmActions"],
        "InsufficientDataActions": settings["InsufficientDataActions"],
        **({} if is_metric else {"OldStateValue": old}),
        **_trigger(alarm),
    }
    return json.dumps(message, separators=(",", ":"))


def function_event(world: World, alarm: Alarm) -> str:
    """What a function gets, as JSON."""
    event = {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.arn,
        "accountId": alarm.account,
        "time": milliseconds(alarm.now.time),
        "region": alarm.region,
        "alarmData": _details(world, alarm),
    }
    return json.dumps(event, separators=(",", ":"))


def state_change(world: World, alarm: Alarm) -> dict[str, Any]:
    """The detail of the event that EventBridge gets when the state changes."""
    return _details(world, alarm)


def configuration_change(
    world: World, alarm: Alarm, operation: str, previous: Alarm | None
) -> dict[str, Any]:
    """The detail of the event when an alarm is made ("create"), changed ("update") or removed ("delete")."""
    detail: dict[str, Any] = {
        "alarmName": alarm.name,
        "operation": operation,
        "state": {"value": alarm.state, "timestamp": milliseconds(alarm.now.time)},
        "configuration": _whole_configuration(world, alarm),
    }
    if previous is not None:
        detail["previousConfiguration"] = _whole_configuration(world, previous)
    return detail


def _details(world: World, alarm: Alarm) -> dict[str, Any]:
    suppression: dict[str, Any] = {}
    if isinstance(alarm, CompositeAlarm) and alarm.suppressed_by is not None:
        suppression = {
            "actionsSuppressedBy": alarm.suppressed_by,
            "actionsSuppressedReason": alarm.suppression()["ActionsSuppressedReason"],
        }
    before = {} if alarm.before is None else {"previousState": _state(alarm.before)}
    return {
        "alarmName": alarm.name,
        "state": {**suppression, **_state(alarm.now)},
        **before,
        "configuration": _configuration(world, alarm),
    }


def _state(state: State) -> dict[str, Any]:
    data = {} if state.data is None else {"reasonData": state.data}
    return {"value": state.value, "reason": state.reason, **data, "timestamp": milliseconds(state.time)}


def _configuration(world: World, alarm: Alarm) -> dict[str, Any]:
    settings = alarm.settings
    shown: dict[str, Any] = {}
    if settings.get("AlarmDescription") is not None:
        shown["description"] = settings["AlarmDescription"]
    if isinstance(alarm, CompositeAlarm):
        names = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
        shown["alarmRule"] = settings["AlarmRule"]
        shown |= {_small(name): settings[name] for name in names if name in settings}
        return shown
    shown["metrics"] = _event_metrics(world, alarm)
    return shown


def _whole_configuration(world: World, alarm: Alarm) -> dict[str, Any]:
    settings = alarm.settings
    shown = _configuration(world, alarm)
    for name in ("EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator"):
        if name in settings:
            shown[_small(name)] = settings[name]
    if isinstance(alarm, MetricAlarm):
        shown["treatMissingData"] = settings.get("TreatMissingData", "missing")
    return shown | {
        "alarmName": alarm.name,
        "actionsEnabled": settings["ActionsEnabled"],
        "timestamp": milliseconds(alarm.configured),
        "okActions": settings["OKActions"],
        "alarmActions": settings["AlarmActions"],
        "insufficientDataActions": settings["InsufficientDataActions"],
    }


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


# ---- metrics


def _event_metrics(world: World, alarm: Alarm) -> list[dict[str, Any]]:
    queries = alarm.settings.get("Metrics")
    if queries:
        return [_event_query(query) for query in queries]
    if alarm.metric_id is None:
        alarm.metric_id = world.seeds.uuid("cloudwatch.metric-id")
    settings = alarm.settings
    stat = settings.get("Statistic") or settings["ExtendedStatistic"]
    shape = {"Metric": settings, "Period": settings["Period"], "Stat": stat, "Unit": settings.get("Unit")}
    return [{"id": alarm.metric_id, "metricStat": _event_stat(shape), "returnData": True}]


def _event_query(query: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": query["Id"]}
    if query.get("Expression"):
        shown["expression"] = query["Expression"]
    if query.get("MetricStat"):
        shown["metricStat"] = _event_stat(query["MetricStat"])
    if query.get("Label"):
        shown["label"] = query["Label"]
    return shown | {"returnData": query.get("ReturnData") is not False}


def _event_stat(stat: Mapping[str, Any]) -> dict[str, Any]:
    metric = stat["Metric"]
    unit = {"unit": stat["Unit"]} if stat.get("Unit") else {}
    return {
        "metric": {
            "namespace": metric["Namespace"],
            "name": metric["MetricName"],
            "dimensions": {each["Name"]: each["Value"] for each in metric.get("Dimensions") or []},
        },
        "period": stat["Period"],
        "stat": stat["Stat"],
        **unit,
    }


def triggering_children(alarm: CompositeAlarm) -> list[dict[str, Any]]:
    """The alarms behind the state of a composite alarm; none where somebody set it."""
    try:
        found = json.loads(alarm.now.data or "{}").get("triggeringAlarms", [])
    except (ValueError, AttributeError):  # what SetAlarmState was given
        found = []
    return [
        {"Arn": each["arn"], "State": {name.capitalize(): value for name, value in each["state"].items()}}
        for each in found
    ]


def _trigger(alarm: Alarm) -> dict[str, Any]:
    if isinstance(alarm, CompositeAlarm):
        return {
            "AlarmRule": alarm.settings["AlarmRule"],
            "TriggeringChildren": triggering_children(alarm),
        }
    return {"Trigger": _metric_trigger(alarm.settings)}


def _metric_trigger(settings: Mapping[str, Any]) -> dict[str, Any]:
    needed = {"DatapointsToAlarm": settings["DatapointsToAlarm"]} if "DatapointsToAlarm" in settings else {}
    rule = {
        "EvaluationPeriods": settings["EvaluationPeriods"],
        **needed,
        "ComparisonOperator": settings["ComparisonOperator"],
        "Threshold": settings["Threshold"],
        "TreatMissingData": settings.get("TreatMissingData", ""),
        "EvaluateLowSampleCountPercentile": settings.get("EvaluateLowSampleCountPercentile", ""),
    }
    queries = settings.get("Metrics")
    if queries:
        period = next((each["MetricStat"]["Period"] for each in queries if each.get("MetricStat")), 60)
        return {"Period": period, **rule, "Metrics": [_topic_query(query) for query in queries]}
    if settings.get("ExtendedStatistic"):
        statistic = {
            "StatisticType": "ExtendedStatistic",
            "ExtendedStatistic": settings["ExtendedStatistic"],
        }
    else:
        shown = _STATISTICS.get(settings["Statistic"], settings["Statistic"].upper())
        statistic = {"StatisticType": "Statistic", "Statistic": shown}
    return {
        "MetricName": settings["MetricName"],
        "Namespace": settings["Namespace"],
        **statistic,
        "Unit": settings.get("Unit"),
        "Dimensions": _topic_dimensions(settings.get("Dimensions") or []),
        "Period": settings["Period"],
        **rule,
    }


_STATISTICS = {"SampleCount": "SAMPLE_COUNT"}
"""The others are only written in capitals; how AWS writes this one is unverified."""


def _topic_query(query: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if query.get("Expression"):
        shown["Expression"] = query["Expression"]
    shown["Id"] = query["Id"]
    if query.get("Label"):
        shown["Label"] = query["Label"]
    stat = query.get("MetricStat")
    if stat:
        metric = stat["Metric"]
        shown["MetricStat"] = {
            "Metric": {
                "Dimensions": _topic_dimensions(metric.get("Dimensions") or []),
                "MetricName": metric["MetricName"],
                "Namespace": metric["Namespace"],
            },
            "Period": stat["Period"],
            "Stat": stat["Stat"],
        }
    return shown | {"ReturnData": query.get("ReturnData") is not False}


def _topic_dimensions(dimensions: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"value": each["Value"], "name": each["Name"]} for each in dimensions]


@functools.cache
def region_name(region: str) -> str:
    """What people call a Region: "US East (N. Virginia)". CloudWatch says EU where AWS now says Europe."""
    from botocore.loaders import Loader  # noqa: PLC0415 - a large file, for who gets mail of alarms only

    for partition in Loader().load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"]).replace("Europe (", "EU (")
    return region
