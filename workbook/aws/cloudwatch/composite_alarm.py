"""A composite alarm: its state follows from the states of other alarms, by a rule.

It is INSUFFICIENT_DATA only until it is first evaluated, right after it was made; then it is ALARM while its
rule holds, and else OK. While its suppressor is in ALARM, it changes its state and calls nobody.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from workbook.aws.cloudwatch.alarm_rule import Rule, children_of
from workbook.aws.cloudwatch.states import Alarm
from workbook.aws.cloudwatch.times import milliseconds


@dataclass
class CompositeAlarm(Alarm):
    """An alarm on other alarms."""

    kind: ClassVar[str] = "CompositeAlarm"

    rule: Rule = field(kw_only=True)
    suppressed_by: str | None = None
    """Alarm, WaitPeriod or ExtensionPeriod while its actions wait; see `suppression`."""

    @property
    def children(self) -> Sequence[str]:
        """The names of the alarms in its rule."""
        return [name_of(child) for child in children_of(self.rule)]

    @property
    def suppressor(self) -> str | None:
        """The name of the alarm that suppresses its actions."""
        given = self.settings.get("ActionsSuppressor")
        return None if given is None else name_of(given)

    def description(self) -> dict[str, Any]:
        """As DescribeAlarms shows it."""
        return {**super().description(), **self.suppression()}

    def suppression(self) -> dict[str, Any]:
        """What keeps its actions back, as DescribeAlarms shows it; empty where nothing does."""
        if self.suppressed_by is None:
            return {}
        return {
            "ActionsSuppressedBy": self.suppressed_by,
            "ActionsSuppressedReason": f"Actions suppressed by {self.suppressed_by}",
        }


def name_of(alarm: str) -> str:
    """The name of an alarm, from its name or ARN."""
    return alarm.split(":", 6)[6] if alarm.startswith("arn:") and alarm.count(":") >= 6 else alarm


def triggering(alarms: Sequence[Alarm]) -> str:
    """The reason for programs: which alarms are behind it."""
    shown = [
        {"arn": alarm.arn, "state": {"value": alarm.state, "timestamp": milliseconds(alarm.now.time)}}
        for alarm in alarms
    ]
    return json.dumps({"triggeringAlarms": shown}, separators=(",", ":"))
