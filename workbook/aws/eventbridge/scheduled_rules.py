"""Rules with a schedule: a "Scheduled Event" to the rule's own targets, each time it is due.

A schedule is endless, so its timers are a daemon's: `run_until_idle` does not wait for them. A rate counts
from the moment when the rule is created or enabled (unverified: AWS says that it starts then, not when it
first fires).

Source: Amazon EventBridge User Guide, "Creating a rule that runs on a schedule"; scheduled events recorded in
public test suites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.eventbridge.errors import ValidationError
from workbook.aws.eventbridge.events import Event, facts_of, new_id
from workbook.aws.eventbridge.routing import invoke_targets
from workbook.aws.schedules import InvalidSchedule, Rate, parse_rule_schedule

if TYPE_CHECKING:
    from workbook.aws.eventbridge.rules import Rule
    from workbook.aws.schedules import Schedule
    from workbook.engine.world import World


def schedule_of(world: World, expression: str) -> Schedule:
    """Read a rule's ScheduleExpression; a rate counts from now.

    Raises:
        ValidationError: it is none.
    """
    try:
        schedule = parse_rule_schedule(expression)
    except InvalidSchedule:
        raise ValidationError("Parameter ScheduleExpression is not valid.") from None
    return schedule.starting_at(world.clock.now) if isinstance(schedule, Rate) else schedule


def set_timer(world: World, rule: Rule) -> None:
    """Have an enabled rule with a schedule fire when it is next due, and no rule twice."""
    stop_timer(rule)
    if rule.schedule is None or not rule.enabled:
        return
    due = rule.schedule.next_occurrence(world.clock.now)
    if due is not None:
        with world.trace.from_nothing():
            rule.timer = world.kernel.at(due, _fire, world, rule, name=f"the rule {rule.name}", daemon=True)


def stop_timer(rule: Rule) -> None:
    """Have a rule fire no more; harmless when it does not."""
    if rule.timer is not None:
        rule.timer.cancel()
        rule.timer = None


def _fire(world: World, rule: Rule) -> None:
    if rule.timer is None or rule.timer.instant > world.clock.now:
        return  # it was changed at this very instant
    rule.timer = None
    event = _scheduled_event(world, rule)
    hop = world.trace.record("fire", rule.arn, message=event.id, size=event.size, **facts_of(event))
    invoke_targets(world, rule, event, hop)
    set_timer(world, rule)


def _scheduled_event(world: World, rule: Rule) -> Event:
    parts, now = rule.arn.split(":"), world.clock.now
    return Event(
        id=new_id(world),
        source="aws.events",
        detail_type="Scheduled Event",
        account=parts[4],
        region=parts[3],
        time=now,
        detail={},
        ingested=now,
        resources=(rule.arn,),
    )
