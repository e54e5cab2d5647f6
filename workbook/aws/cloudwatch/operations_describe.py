"""The operations that show alarms: DescribeAlarms, DescribeAlarmsForMetric, DescribeAlarmHistory, tags.

Source: service model of CloudWatch (botocore). Composite alarms come before metric alarms, each by name
(unverified); a page may have both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbook.aws.cloudwatch.alarms import Alarms, alarms_of
from workbook.aws.cloudwatch.composite_alarm import CompositeAlarm
from workbook.aws.cloudwatch.errors import (
    ResourceNotFound,
    ResourceNotFoundException,
    ValidationError,
    check_model,
)
from workbook.aws.cloudwatch.history import Item
from workbook.aws.cloudwatch.metric_alarm import MetricAlarm
from workbook.aws.cloudwatch.metric_values import Metric
from workbook.aws.cloudwatch.states import ACTIONS_OF, Alarm
from workbook.aws.limits import limit
from workbook.aws.operations import Answer, Call
from workbook.aws.paging import page
from workbook.engine.clock import SECOND, instant_of

HISTORY_KEPT = limit("cloudwatch.alarm.history") * 86_400 * SECOND
MOST_TAGS = limit("cloudwatch.tags")
_PAGING = {"MaxRecords", "NextToken"}


def describe_alarms(call: Call) -> Answer:
    """Show alarms: all, or those of some names, of a beginning of the name, of a state, of an action."""
    parameters, alarms = call.parameters, _alarms(call)
    check_model("DescribeAlarms", parameters)
    if parameters.get("ChildrenOfAlarmName") or parameters.get("ParentsOfAlarmName"):
        return _describe_family(alarms, parameters)
    if parameters.get("AlarmNames") and parameters.get("AlarmNamePrefix"):
        raise ValidationError("AlarmNames and AlarmNamePrefix cannot be used together")
    kinds = parameters.get("AlarmTypes") or ["MetricAlarm"]
    chosen = [each for each in alarms.present.values() if each.kind in kinds and _is_wanted(each, parameters)]
    return _in_pages(chosen, parameters, [each.description() for each in _sorted(chosen)])


def describe_alarms_for_metric(call: Call) -> Answer:
    """Show the alarms on one metric; not those on expressions."""
    parameters = call.parameters
    check_model("DescribeAlarmsForMetric", parameters)
    wanted = Metric.of(parameters)
    shown = [
        alarm.description()
        for alarm in _sorted(_alarms(call).present.values())
        if isinstance(alarm, MetricAlarm)
        and not alarm.settings.get("Metrics")
        and Metric.of(alarm.settings) == wanted
        and all(
            parameters.get(name) in {None, alarm.settings.get(name)}
            for name in ("Statistic", "ExtendedStatistic", "Period", "Unit")
        )
    ]
    return {"MetricAlarms": shown}


def describe_alarm_history(call: Call) -> Answer:
    """Show what happened to alarms in the last 30 days, the newest first unless ScanBy says otherwise."""
    parameters = call.parameters
    check_model("DescribeAlarmHistory", parameters)
    since = call.world.clock.now - HISTORY_KEPT
    found = [item for item in _alarms(call).items if item.time >= since and _item_is_wanted(item, parameters)]
    if parameters.get("ScanBy") != "TimestampAscending":
        found.reverse()
    return page("AlarmHistoryItems", [item.shown() for item in found], parameters, default=100)


def tag_resource(call: Call) -> Answer:
    """Set tags of an alarm."""
    alarm = _with_arn(call)
    tags = alarm.tags | {str(tag["Key"]): str(tag["Value"]) for tag in call.parameters["Tags"]}
    if len(tags) > MOST_TAGS:
        raise ValidationError(f"An alarm can have at most {MOST_TAGS} tags")
    alarm.tags = tags
    return None


def untag_resource(call: Call) -> Answer:
    """Remove tags of an alarm."""
    alarm = _with_arn(call)
    alarm.tags = {key: value for key, value in alarm.tags.items() if key not in call.parameters["TagKeys"]}
    return None


def list_tags_for_resource(call: Call) -> Answer:
    """Show the tags of an alarm."""
    return {"Tags": [{"Key": key, "Value": value} for key, value in _with_arn(call).tags.items()]}


# ---- choosing


def _alarms(call: Call) -> Alarms:
    return alarms_of(call.world, call.account, call.region)


def _with_arn(call: Call) -> Alarm:
    arn = str(call.parameters["ResourceARN"])
    for alarm in _alarms(call).present.values():
        if alarm.arn == arn:
            return alarm
    raise ResourceNotFoundException(f"The alarm {arn} does not exist")


def _sorted(alarms: Any) -> list[Alarm]:  # noqa: ANN401 - any collection of alarms
    return sorted(alarms, key=lambda alarm: (alarm.kind, alarm.name))


def _in_pages(
    chosen: Sequence[Alarm], parameters: Mapping[str, Any], shown: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    pairs = list(zip(_sorted(chosen), shown, strict=True))
    answer = page("pairs", pairs, parameters, default=50)
    on_page = answer.pop("pairs")
    for kind in ("CompositeAlarm", "MetricAlarm"):
        answer[f"{kind}s"] = [each for alarm, each in on_page if alarm.kind == kind]
    return answer


def _describe_family(alarms: Alarms, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The children of a composite alarm, or the parents of any: only a few of their fields."""
    asked = [name for name in ("ChildrenOfAlarmName", "ParentsOfAlarmName") if parameters.get(name)]
    others = [name for name, value in parameters.items() if value and name not in {*asked, *_PAGING}]
    if others or len(asked) > 1:
        names = ", ".join([*asked[1:], *others])
        raise ValidationError(f"{asked[0]} cannot be used together with {names}")
    name = str(parameters[asked[0]])
    if name not in alarms.present:
        raise ResourceNotFound.alarms([name])
    if asked[0] == "ParentsOfAlarmName":
        parents = [each for each in alarms.composites() if name in each.children]
        return _in_pages(parents, parameters, [_brief(each, 2) for each in _sorted(parents)])
    parent = alarms.present[name]
    names_of_children = parent.children if isinstance(parent, CompositeAlarm) else []
    children = [alarms.present[each] for each in names_of_children if each in alarms.present]
    return _in_pages(children, parameters, [_brief(each, 4) for each in _sorted(children)])


def _brief(alarm: Alarm, fields: int) -> dict[str, Any]:
    shown = alarm.description()
    names = ("AlarmName", "AlarmArn", "StateValue", "StateUpdatedTimestamp")
    return {name: shown[name] for name in names[:fields]}


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


def _item_is_wanted(item: Item, parameters: Mapping[str, Any]) -> bool:
    start, end = parameters.get("StartDate"), parameters.get("EndDate")
    return (
        item.kind in (parameters.get("AlarmTypes") or ["MetricAlarm"])
        and parameters.get("AlarmName") in {None, item.alarm}
        and parameters.get("HistoryItemType") in {None, item.type}
        and (start is None or item.time >= instant_of(start))
        and (end is None or item.time <= instant_of(end))
    )
