"""When a schedule fires: one timer for each enabled schedule, set anew each time.

    due ─────── within 60 seconds ──────> fires      FlexibleTimeWindow OFF
    due ── within the window, 1 to 1,440 min ──> fires      FLEXIBLE

AWS promises no second: what is due at 9:00 is invoked between 9:00:00 and 9:00:59. Which second is by chance
here, from the seed. A recurring schedule is endless, so its timers are daemons: a lab with one can be idle. A
single time that lies ahead is something that is still going to happen.

Sources: EventBridge Scheduler User Guide, "Schedule types", "Configuring flexible time windows", "Deletion
after schedule completion" and "Disabling or enabling one-time schedules".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.scheduler.invocation import invoke
from workbook.aws.schedules import OneTime, Rate
from workbook.engine.clock import SECOND, instant_of

if TYPE_CHECKING:
    from workbook.aws.scheduler.resources import Schedule
    from workbook.engine.tasks import Timer
    from workbook.engine.world import World

PRECISION = limit("scheduler.precision")
"""Seconds within which a schedule without window fires."""


def arm(world: World, schedule: Schedule) -> None:
    """Have a schedule that is new or changed fire when it is due from now on."""
    disarm(schedule)
    if not schedule.is_enabled:
        return
    plan = schedule.plan
    if isinstance(plan, OneTime):
        if schedule.invoked != plan.instant:
            _set_timer(world, schedule, plan.instant)
    elif isinstance(plan, Rate) and schedule.settings.get("StartDate") is None:
        _arm_after(world, schedule, plan.start - 1)  # it begins at once
    else:
        _arm_after(world, schedule, world.clock.now - 1)


def disarm(schedule: Schedule) -> None:
    """Have a schedule not fire any more."""
    if schedule.timer is not None:
        schedule.timer.cancel()
        schedule.timer = None


def _arm_after(world: World, schedule: Schedule, after: int) -> None:
    due = _next_due(schedule, after)
    if due is not None:
        _set_timer(world, schedule, due)


def _next_due(schedule: Schedule, after: int) -> int | None:
    start, end = schedule.settings.get("StartDate"), schedule.settings.get("EndDate")
    if start is not None:
        after = max(after, instant_of(start.replace(second=0, microsecond=0)) - 1)
    due = schedule.plan.next_occurrence(after)
    return None if due is None or (end is not None and due > instant_of(end)) else due


def _set_timer(world: World, schedule: Schedule, due: int) -> None:
    """A wide window may still be open when the next one begins, so it is opened when it begins."""
    window = _window(schedule)
    if window > PRECISION:
        timer = _at(world, schedule, due, lambda: _open_window(world, schedule, due, window))
    else:
        delayed = due + _delay(world, window)
        timer = _at(world, schedule, delayed, lambda: _fire_and_go_on(world, schedule, due))
    schedule.timer = timer


def _window(schedule: Schedule) -> int:
    """Seconds from the time that is set within which the target is invoked."""
    minutes = schedule.settings["FlexibleTimeWindow"].get("MaximumWindowInMinutes")
    return PRECISION if minutes is None else int(minutes) * 60


def _delay(world: World, window: int) -> int:
    return world.seeds.stream("scheduler.delays").randrange(window) * SECOND


def _at(world: World, schedule: Schedule, instant: int, act: Callable[[], object]) -> Timer:
    with world.trace.from_nothing():
        return world.kernel.at(
            instant,
            act,
            name=f"the schedule {schedule.name}",
            daemon=not isinstance(schedule.plan, OneTime),
        )


def _open_window(world: World, schedule: Schedule, due: int, window: int) -> None:
    settings, delayed = schedule.settings, due + _delay(world, window)
    _at(world, schedule, delayed, lambda: _fire_if_unchanged(world, schedule, settings, due))
    _go_on(world, schedule, due)


def _fire_if_unchanged(world: World, schedule: Schedule, settings: object, due: int) -> None:
    present = schedule.group.schedules.get(schedule.name) is schedule
    if present and schedule.settings is settings:
        _fire(world, schedule, due)


def _fire_and_go_on(world: World, schedule: Schedule, due: int) -> None:
    _fire(world, schedule, due)
    _go_on(world, schedule, due)


def _go_on(world: World, schedule: Schedule, due: int) -> None:
    schedule.timer = None
    if not isinstance(schedule.plan, OneTime):
        _arm_after(world, schedule, due)


def _fire(world: World, schedule: Schedule, due: int) -> None:
    schedule.invoked = due
    invoke(world, schedule, due, lambda: _complete(world, schedule, due))


def _complete(world: World, schedule: Schedule, due: int) -> None:
    """Delete a schedule that asks for it, if the invocation that has ended was its last."""
    if schedule.settings["ActionAfterCompletion"] == "DELETE" and _was_last(schedule, due):
        remove(world, schedule)


def _was_last(schedule: Schedule, due: int) -> bool:
    """Whether nothing comes after `due`; a recurring schedule without an end is never over."""
    plan = schedule.plan
    if isinstance(plan, OneTime):
        return plan.instant == due
    has_end = schedule.settings.get("EndDate") is not None
    return has_end and schedule.invoked == due and _next_due(schedule, due) is None


def remove(world: World, schedule: Schedule) -> None:
    """Delete a schedule; what it has begun to invoke goes on."""
    disarm(schedule)
    if schedule.group.schedules.get(schedule.name) is schedule:
        del schedule.group.schedules[schedule.name]
        world.trace.record("remove", schedule.arn)
