"""The metrics AWS/Scheduler: counted as schedules fire, for the whole account and for the schedule's group.

Source: EventBridge Scheduler User Guide, "Monitoring Amazon EventBridge Scheduler with Amazon CloudWatch".
InvocationThrottleCount is never counted: the quota of invocations is not simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.metrics import Meter

if TYPE_CHECKING:
    from workbook.aws.scheduler.resources import Group
    from workbook.engine.world import World


def count(world: World, group: Group, name: str) -> None:
    """One more of what a metric counts, now."""
    for dimensions in ({}, {"ScheduleGroup": group.name}):
        Meter(world, group.account, group.region, "AWS/Scheduler", dimensions).add(name)
