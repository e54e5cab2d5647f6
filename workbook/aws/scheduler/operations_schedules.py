"""CreateSchedule, UpdateSchedule, GetSchedule, DeleteSchedule and ListSchedules.

Source: service model of EventBridge Scheduler (botocore); answers of AWS recorded in January 2025.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.scheduler.errors import Conflict
from workbook.aws.scheduler.firing import arm, remove
from workbook.aws.scheduler.pages import page
from workbook.aws.scheduler.resources import Schedule, registry_of
from workbook.aws.scheduler.settings import read_settings

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call


def create_schedule(call: Call) -> dict[str, Any]:
    """Create a schedule, which fires from now on if it is enabled."""
    registry = registry_of(call.world, call.account, call.region)
    group = registry.group(call.parameters.get("GroupName"))
    settings, plan = read_settings(call, group, "CreateSchedule")
    name = str(call.parameters["Name"])
    if name in group.schedules:
        raise Conflict.schedule(name)
    now = call.world.clock.now
    schedule = Schedule(registry.arn_of(group.name, name), name, group, settings, plan, now, now)
    group.schedules[name] = schedule
    call.world.trace.record("create", schedule.arn, settings=settings)
    arm(call.world, schedule)
    return {"ScheduleArn": schedule.arn}


def update_schedule(call: Call) -> dict[str, Any]:
    """Replace all settings of a schedule; what the request leaves out gets its default."""
    group = registry_of(call.world, call.account, call.region).group(call.parameters.get("GroupName"))
    schedule = group.find(str(call.parameters["Name"]))
    schedule.settings, schedule.plan = read_settings(call, group, "UpdateSchedule")
    schedule.modified = call.world.clock.now
    call.world.trace.record("configure", schedule.arn, settings=schedule.settings)
    arm(call.world, schedule)
    return {"ScheduleArn": schedule.arn}


def get_schedule(call: Call) -> Answer:
    """Show a schedule."""
    return _named(call).description()


def delete_schedule(call: Call) -> dict[str, Any]:
    """Delete a schedule."""
    remove(call.world, _named(call))
    return {}


def list_schedules(call: Call) -> Answer:
    """Show schedules, of all groups or one, in the order of their names (the order is unverified)."""
    parameters = call.parameters
    registry = registry_of(call.world, call.account, call.region)
    wanted = parameters.get("GroupName")
    groups = registry.groups.values() if wanted is None else [registry.group(wanted)]
    found = [
        schedule
        for group in groups
        for schedule in group.schedules.values()
        if schedule.name.startswith(parameters.get("NamePrefix") or "")
        and parameters.get("State") in {None, schedule.settings["State"]}
    ]
    found.sort(key=lambda schedule: (schedule.group.name, schedule.name))
    return page("Schedules", [schedule.summary() for schedule in found], parameters)


def _named(call: Call) -> Schedule:
    registry = registry_of(call.world, call.account, call.region)
    return registry.group(call.parameters.get("GroupName")).find(str(call.parameters["Name"]))
