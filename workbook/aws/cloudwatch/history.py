"""What happened to alarms, as DescribeAlarmHistory tells it; it outlives the alarms.

Summaries and data as recorded from AWS in 2017 to 2026; what is in the data of an action, and of an update or
a deletion, is recorded in parts only (unverified).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook.aws.cloudwatch.times import milliseconds
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.cloudwatch.states import Alarm, State
    from workbook.aws.delivery import Outcome


class Item(NamedTuple):
    """One thing that happened to an alarm."""

    alarm: str
    kind: str
    """AlarmType."""
    time: int
    type: str
    """ConfigurationUpdate, StateUpdate or Action."""
    summary: str
    data: str

    def shown(self) -> dict[str, Any]:
        """As DescribeAlarmHistory shows it."""
        return {
            "AlarmName": self.alarm,
            "AlarmType": self.kind,
            "Timestamp": datetime_of(self.time),
            "HistoryItemType": self.type,
            "HistorySummary": self.summary,
            "HistoryData": self.data,
        }


def configured(alarm: Alarm, operation: str, now: int) -> Item:
    """An alarm was made ("Create"), changed ("Update") or removed ("Delete")."""
    word = {"Create": "created", "Update": "updated", "Delete": "deleted"}[operation]
    data = {"version": "1.0", "type": operation, f"{word}Alarm": _alarm(alarm)}
    return _item(alarm, now, "ConfigurationUpdate", f'Alarm "{alarm.name}" {word}', data)


def changed(alarm: Alarm) -> Item:
    """An alarm has another state."""
    before = alarm.before or alarm.now
    data = {"version": "1.0", "oldState": _state(before), "newState": _state(alarm.now)}
    summary = f"Alarm updated from {before.value} to {alarm.state}"
    return _item(alarm, alarm.now.time, "StateUpdate", summary, data)


def acted(alarm: Alarm, action: str, outcome: Outcome, published: str | None, changed: int, now: int) -> Item:
    """An action was carried out, or could not be; `changed` is when the state changed."""
    error = None if outcome.error is None else outcome.error.message
    data = {
        "actionState": "Succeeded" if error is None else "Failed",
        "stateUpdateTimestamp": changed // 1000,
        "notificationResource": action,
        "publishedMessage": published,
        "error": error,
    }
    if error is None:
        return _item(alarm, now, "Action", f"Successfully executed action {action}", data)
    summary = f'Failed to execute action {action}. Received error: "{error}"'
    return _item(alarm, now, "Action", summary, data)


def _item(alarm: Alarm, now: int, kind: str, summary: str, data: Mapping[str, Any]) -> Item:
    return Item(alarm.name, alarm.kind, now, kind, summary, json.dumps(data, separators=(",", ":")))


def _state(state: State) -> dict[str, Any]:
    shown: dict[str, Any] = {"stateValue": state.value, "stateReason": state.reason}
    if state.data is not None:
        try:
            shown["stateReasonData"] = json.loads(state.data)
        except ValueError:
            shown["stateReasonData"] = state.data
    return shown


def _alarm(alarm: Alarm) -> dict[str, Any]:
    """The settings with names as history writes them: small at the beginning."""
    shown: dict[str, Any] = {"alarmName": alarm.name, "alarmArn": alarm.arn}
    for name, value in alarm.settings.items():
        if name == "Dimensions":
            shown["dimensions"] = [{"value": each["Value"], "name": each["Name"]} for each in value]
        elif name != "AlarmName":
            shown["okactions" if name == "OKActions" else name[0].lower() + name[1:]] = value
    return shown | {
        "alarmConfigurationUpdatedTimestamp": milliseconds(alarm.configured),
        "stateValue": alarm.state,
        "stateUpdatedTimestamp": milliseconds(alarm.updated),
    }
