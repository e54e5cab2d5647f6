"""What a target is told: the schedule's Input with its context attributes filled in, or a notification.

    <aws.scheduler.schedule-arn>     <aws.scheduler.scheduled-time>
    <aws.scheduler.execution-id>     <aws.scheduler.attempt-number>

They are replaced in the text of the Input, wherever they stand; a tried-again invocation has another
execution id and attempt number.

Source: EventBridge Scheduler User Guide, "Adding context attributes"; the notification as recorded in 2025.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.scheduler.resources import Schedule
    from workbook.engine.world import World


@dataclass(frozen=True, slots=True)
class Execution:
    """One try to invoke the target of a schedule."""

    execution_id: str
    scheduled: int
    """The time that the schedule set, as an instant in microseconds."""
    number: int

    @property
    def scheduled_time(self) -> str:
        """As AWS writes it: `2026-01-05T09:00:00Z`."""
        return f"{datetime_of(self.scheduled):%Y-%m-%dT%H:%M:%SZ}"


def new_execution_id(world: World) -> str:
    """16 characters, as in AWS's examples: ad06616e51cdf74a."""
    return f"{world.seeds.stream('scheduler.execution-ids').getrandbits(64):016x}"


def input_for(world: World, schedule: Schedule, execution: Execution) -> str:
    """What the target gets at this try."""
    text = schedule.target.get("Input")
    if text is None:
        return _notification(world, schedule, execution)
    if "<aws.scheduler." not in text:
        return str(text)
    values = {
        "schedule-arn": schedule.arn,
        "scheduled-time": execution.scheduled_time,
        "execution-id": execution.execution_id,
        "attempt-number": str(execution.number),
    }
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return str(text)


def _notification(world: World, schedule: Schedule, execution: Execution) -> str:
    event = {
        "version": "0",
        "id": world.seeds.uuid("scheduler.notifications"),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": schedule.group.account,
        "time": execution.scheduled_time,
        "region": schedule.group.region,
        "resources": [schedule.arn],
        "detail": "{}",
    }
    return json.dumps(event, separators=(",", ":"))
