"""A rule: a pattern, a schedule, or both, and up to five targets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbook.aws.patterns import EventPattern

if TYPE_CHECKING:
    from workbook.aws.eventbridge.archives import Archive
    from workbook.aws.eventbridge.events import Event
    from workbook.aws.eventbridge.targets import Target
    from workbook.aws.schedules import Schedule
    from workbook.engine.tasks import Timer

ENABLED = "ENABLED"
DISABLED = "DISABLED"
WITH_MANAGEMENT_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

_SHOWN = ("EventPattern", "ScheduleExpression", "Description", "RoleArn")
"""PutRule's parameters that DescribeRule and ListRules show as they were given."""


@dataclass
class Rule:
    """One rule of one bus; `given` are PutRule's parameters."""

    name: str
    arn: str
    bus_name: str
    created_by: str
    given: Mapping[str, Any]
    state: str = ENABLED
    pattern: EventPattern | None = None
    schedule: Schedule | None = None
    targets: dict[str, Target] = field(default_factory=dict)
    managed_by: str | None = None
    archive: Archive | None = None
    """Where a rule that an archive manages keeps what it matches."""
    timer: Timer | None = None
    """What fires it next, where it has a schedule and is enabled."""

    @property
    def enabled(self) -> bool:
        """Whether it does anything."""
        return self.state != DISABLED

    @cached_property
    def asks_for_detail_type(self) -> bool:
        """Whether its pattern says which kinds of events it wants."""
        return self.pattern is not None and "detail-type" in self.pattern.fields

    def matches(self, event: Event) -> bool:
        """Whether its pattern matches the event; without a pattern it matches none."""
        return self.pattern is not None and self.pattern.matches(event.document)

    def listed(self) -> dict[str, Any]:
        """As ListRules shows it."""
        shown = {
            "Name": self.name,
            "Arn": self.arn,
            **{name: self.given.get(name) for name in _SHOWN},
            "State": self.state,
            "ManagedBy": self.managed_by,
            "EventBusName": self.bus_name,
        }
        return {name: value for name, value in shown.items() if value is not None}

    def described(self) -> dict[str, Any]:
        """As DescribeRule shows it."""
        return {**self.listed(), "CreatedBy": self.created_by}

    def settings(self) -> dict[str, Any]:
        """As the trace shows it: DescribeRule's answer, the pattern unpacked, and the targets."""
        shown = self.described()
        if self.pattern is not None:
            shown["EventPattern"] = json.loads(self.pattern.text)
        return {**shown, "Targets": [dict(target.given) for target in self.targets.values()]}
