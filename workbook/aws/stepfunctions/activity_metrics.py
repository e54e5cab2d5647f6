"""The metrics AWS/States of activities: how many tasks there were, how they ended, and how long they took.

    ActivitiesScheduled, ActivitiesStarted, ActivitiesSucceeded, ActivitiesFailed, ActivitiesTimedOut,
    ActivitiesHeartbeatTimedOut
    ActivityScheduleTime    from its offer until a worker has it, in milliseconds
    ActivityRunTime         from then to its end
    ActivityTime            both together

Source: Step Functions Developer Guide, "Monitoring Step Functions metrics using Amazon CloudWatch".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.metrics import Meter
from workbook.aws.stepfunctions.execution_metrics import NAMESPACE
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.engine.world import World


class ActivityMetrics:
    """The metrics of one task of an activity."""

    def __init__(self, world: World, activity_arn: str) -> None:
        self._world = world
        region, account = activity_arn.split(":")[3:5]
        self._meters = [
            Meter(world, account, region, NAMESPACE, dimensions)
            for dimensions in ({}, {"ActivityArn": activity_arn})
        ]
        self._scheduled = self._started = world.clock.now

    def schedule(self) -> None:
        """The task is offered."""
        self._add("ActivitiesScheduled", 1)

    def start(self) -> None:
        """A worker has it."""
        self._started = self._world.clock.now
        self._add("ActivitiesStarted", 1)
        self._time("ActivityScheduleTime", self._scheduled)

    def end(self, how: str) -> None:
        """It has ended: Succeeded, Failed, TimedOut or HeartbeatTimedOut."""
        self._add(f"Activities{how}", 1)
        self._time("ActivityRunTime", self._started)
        self._time("ActivityTime", self._scheduled)

    def _time(self, name: str, since: int) -> None:
        self._add(name, (self._world.clock.now - since) * 1000 / SECOND, "Milliseconds")

    def _add(self, name: str, value: float, unit: str = "Count") -> None:
        for meter in self._meters:
            meter.add(name, value, unit=unit)
