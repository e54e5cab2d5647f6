"""The event "CloudWatch Alarm State Change", which every change of an alarm's state emits.

Source: Amazon CloudWatch User Guide, "Alarm events and EventBridge". `reasonData` is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.service_events import emit
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.cloudwatch.alarms import Alarm
    from workbook.engine.world import World


def emit_state_change(world: World, account: str, region: str, alarm: Alarm, before: Alarm) -> None:
    """Tell EventBridge that `alarm` was `before` and is now something else."""

    def detail() -> Mapping[str, Any]:
        return {
            "alarmName": alarm.name,
            "state": _state(alarm),
            "previousState": _state(before),
            "configuration": _configuration(alarm.settings),
        }

    emit(
        world,
        account,
        region,
        source="aws.cloudwatch",
        detail_type="CloudWatch Alarm State Change",
        resources=[alarm.arn],
        detail=detail,
    )


def _state(alarm: Alarm) -> dict[str, Any]:
    moment = datetime_of(alarm.changed)
    timestamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+0000"
    return {"value": alarm.state, "reason": alarm.reason, "timestamp": timestamp}


def _configuration(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the alarm watches, with the names of its parameters as events write them."""
    shown: dict[str, Any] = {}
    if settings.get("AlarmDescription"):
        shown["description"] = settings["AlarmDescription"]
    if settings.get("Metrics"):
        return {**shown, "metrics": [_query(query) for query in settings["Metrics"]]}
    statistic = {
        "metric": _metric(settings),
        "period": settings["Period"],
        "stat": settings["Statistic"],
    }
    return {**shown, "metrics": [{"id": "m1", "metricStat": statistic, "returnData": True}]}


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": query["Id"]}
    if query.get("Expression"):
        shown["expression"] = query["Expression"]
    if query.get("MetricStat"):
        given = query["MetricStat"]
        shown["metricStat"] = {
            "metric": _metric(given["Metric"]),
            "period": given["Period"],
            "stat": given["Stat"],
        }
    return {**shown, "returnData": query.get("ReturnData", True)}


def _metric(given: Mapping[str, Any]) -> dict[str, Any]:
    dimensions = {one["Name"]: one["Value"] for one in given.get("Dimensions") or []}
    return {"namespace": given["Namespace"], "name": given["MetricName"], "dimensions": dimensions}
