"""What a schedule is set to: the parameters of CreateSchedule and UpdateSchedule, checked and completed.

UpdateSchedule replaces everything, so both take the same way. Which combinations AWS refuses, and in which
words, was measured by users of CreateSchedule in us-east-1 in September 2026 and recorded by others in 2025;
what is ours is named in docs/fidelity.md.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.operations import refuse_parameters
from workbook.aws.roles import can_assume
from workbook.aws.scheduler.errors import ValidationError
from workbook.aws.scheduler.targets import check_target
from workbook.aws.schedules import InvalidSchedule, OneTime, Rate, is_zone, parse_schedule, zone_of
from workbook.engine.clock import SECOND, instant_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.scheduler.resources import Group
    from workbook.aws.schedules import Schedule as Plan

PRINCIPAL = "scheduler.amazonaws.com"
_MINUTE = 60 * SECOND
_KNOWN = frozenset(
    [
        "Name",
        "GroupName",
        "ClientToken",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "StartDate",
        "EndDate",
        "Description",
        "State",
        "Target",
        "FlexibleTimeWindow",
        "ActionAfterCompletion",
    ]
)
_NOT_SHOWN = {"Name", "GroupName", "ClientToken"}
_RETRIES = {
    "MaximumEventAgeInSeconds": limit("scheduler.retry.maximum-age"),
    "MaximumRetryAttempts": limit("scheduler.retry.maximum-attempts"),
}
"""The defaults, which are also the greatest values."""


def read_settings(call: Call, group: Group, operation: str) -> tuple[dict[str, Any], Plan]:
    """The settings that a request asks for, and when the schedule is due.

    Raises:
        ValidationError: they are not accepted, by themselves or together.
        NotSimulated: they ask for what is not simulated.
    """
    parameters = call.parameters
    refuse_parameters(parameters, _KNOWN, operation)
    plan = _plan(call)
    _check_window(parameters["FlexibleTimeWindow"])
    if not isinstance(plan, OneTime):
        _check_dates(call)
    check_target(parameters["Target"], call.region, operation)
    _check_role(call, group)
    return _completed(parameters), plan


def _plan(call: Call) -> Plan:
    text = str(call.parameters["ScheduleExpression"])
    zone = str(call.parameters.get("ScheduleExpressionTimezone") or "UTC")
    if not is_zone(zone):
        raise ValidationError(f"Invalid Schedule Expression Timezone {zone}.")  # text unverified
    try:
        plan = parse_schedule(text, zone_of(zone))
    except InvalidSchedule as error:
        raise ValidationError(f"Invalid Schedule Expression {text}.") from error
    return plan.starting_at(_first_of_rate(call)) if isinstance(plan, Rate) else plan


def _first_of_rate(call: Call) -> int:
    """A rate begins at its StartDate, whose seconds are left out of account, or else at once."""
    start = _instant(call.parameters.get("StartDate"))
    return call.world.clock.now // SECOND * SECOND if start is None else start // _MINUTE * _MINUTE


def _check_window(window: Mapping[str, Any]) -> None:
    flexible, given = window["Mode"] == "FLEXIBLE", window.get("MaximumWindowInMinutes") is not None
    if flexible and not given:
        raise ValidationError(
            "MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE."
        )
    if given and not flexible:
        raise ValidationError(
            "MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF."
        )


def _check_dates(call: Call) -> None:
    start, end = _instant(call.parameters.get("StartDate")), _instant(call.parameters.get("EndDate"))
    earliest = call.world.clock.now - limit("scheduler.start-date.age") * SECOND
    if start is not None and start < earliest:
        raise ValidationError("The StartDate you specify cannot be earlier than 5 minutes ago.")
    if start is not None and end is not None and start >= end:
        raise ValidationError("The StartDate you specify must come before the EndDate.")


def _check_role(call: Call, group: Group) -> None:
    """The service assumes the role for the whole group, so the trust policy sees the group's ARN."""
    context = {"aws:SourceArn": group.arn, "aws:SourceAccount": call.account}
    if not can_assume(call.world, call.parameters["Target"]["RoleArn"], PRINCIPAL, context):
        raise ValidationError(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        )


def _completed(parameters: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in parameters.items() if value is not None}
    settings = {name: value for name, value in given.items() if name not in _NOT_SHOWN}
    target = settings["Target"]
    return {
        "ActionAfterCompletion": "NONE",
        "ScheduleExpressionTimezone": "UTC",
        "State": "ENABLED",
        **settings,
        "Target": {**target, "RetryPolicy": {**_RETRIES, **(target.get("RetryPolicy") or {})}},
    }


def _instant(date: datetime.datetime | None) -> int | None:
    return None if date is None else instant_of(date)
