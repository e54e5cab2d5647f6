"""The metrics AWS/States of tasks that call a function or a service, read from the history as it is written.

    LambdaFunctionsScheduled, ...          of a task whose Resource is a function's ARN
    ServiceIntegrationsScheduled, ...      of one whose Resource is arn:aws:states:::service:action

    ...Scheduled, ...Started, ...Succeeded, ...Failed, ...TimedOut       how many
    ...ScheduleTime, ...RunTime, ...Time   to its start, from there to its end, and both, in milliseconds

Each event of a task leads back to the one before it, so the history itself says when a task was scheduled and
when it started: nothing is kept beside it.

Source: Step Functions Developer Guide, "Monitoring Step Functions metrics using Amazon CloudWatch". That the
ARN of an integration has Region and account (arn:aws:states:us-east-1:123456789012:lambda:invoke) is what
users of AWS report. Whether a task that could not be scheduled or started counts as failed is unverified; in
the lab it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from workbook.aws.metrics import Meter
from workbook.aws.stepfunctions.execution_metrics import NAMESPACE

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.history import Event
    from workbook.aws.stepfunctions.registry import StateMachine
    from workbook.engine.world import World

_COUNTED = frozenset({"Scheduled", "Started", "Succeeded", "Failed", "TimedOut"})
_ENDS = frozenset({"Succeeded", "Failed", "TimedOut"})


class _Family(NamedTuple):
    """How events of a kind of task begin, and how their metrics are called."""

    events: str
    counts: str
    times: str
    dimension: str


_FAMILIES = (
    _Family("LambdaFunction", "LambdaFunctions", "LambdaFunction", "LambdaFunctionArn"),
    _Family("Task", "ServiceIntegrations", "ServiceIntegration", "ServiceIntegrationResourceArn"),
)


def count_task_event(world: World, machine: StateMachine, events: Sequence[Event]) -> None:
    """Count the last event of a history, if it is one of a task's."""
    event = events[-1]
    for family in _FAMILIES:
        what = event["type"].removeprefix(family.events)
        if what != event["type"] and what in _COUNTED:
            _count(world, machine, family, what, {each["type"]: each for each in _back_from(event, events)})


def _back_from(event: Event, events: Sequence[Event]) -> Iterator[Event]:
    """The event, and those of the same task before it, back to where it was scheduled."""
    yield event
    while not event["type"].endswith("Scheduled") and event["previousEventId"]:
        event = events[event["previousEventId"] - 1]
        yield event


def _count(world: World, machine: StateMachine, family: _Family, what: str, told: dict[str, Event]) -> None:
    scheduled, started = (told.get(f"{family.events}{each}") for each in ("Scheduled", "Started"))
    if scheduled is None:
        return
    arn = _arn_of(machine, family, scheduled)
    meter = Meter(world, machine.account, machine.region, NAMESPACE, {family.dimension: arn})
    meter.add(f"{family.counts}{what}")
    now = told[f"{family.events}{what}"]
    if what == "Started":
        _time(meter, f"{family.times}ScheduleTime", scheduled, now)
    if what in _ENDS:
        _time(meter, f"{family.times}Time", scheduled, now)
        if started is not None:
            _time(meter, f"{family.times}RunTime", started, now)


def _arn_of(machine: StateMachine, family: _Family, scheduled: Event) -> str:
    details: dict[str, Any] = scheduled[f"{family.events[0].lower()}{family.events[1:]}ScheduledEventDetails"]
    if family.events == "LambdaFunction":
        return str(details["resource"])
    prefix = machine.arn.partition(":stateMachine:")[0]
    return f"{prefix}:{details['resourceType']}:{details['resource']}"


def _time(meter: Meter, name: str, begin: Event, end: Event) -> None:
    milliseconds = (end["timestamp"] - begin["timestamp"]).total_seconds() * 1000
    meter.add(name, milliseconds, unit="Milliseconds")
