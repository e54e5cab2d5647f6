"""What an alarm does when its state changes: it tells a topic, invokes a function, asks a scaling policy.

    a topic, a function     once, when the state changes; delivered by `workbook.aws.delivery`
    a scaling policy        when the state changes, and each minute for as long as it lasts

A topic must let cloudwatch.amazonaws.com publish, a function lambda.alarms.cloudwatch.amazonaws.com invoke;
the alarm is aws:SourceArn. As on AWS, nobody checks when an alarm is made that any of these exist. Sources:
Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms" and "Invoke a Lambda function from an alarm"
(CloudWatch tries until Lambda takes the event; the pauses are ours, and so are all retries towards topics:
unverified).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.aws.cloudwatch.documents import function_event, subject
from workbook.aws.cloudwatch.letters import texts
from workbook.aws.delivery import Delivery, Outcome, Parcel, RetryPolicy, Sender, deliver
from workbook.aws.delivery.pauses import doubling

if TYPE_CHECKING:
    from workbook.aws.cloudwatch.metric_alarm import MetricAlarm
    from workbook.aws.cloudwatch.states import Alarm
    from workbook.engine.world import World

TOPICS = "cloudwatch.amazonaws.com"
FUNCTIONS = "lambda.alarms.cloudwatch.amazonaws.com"
FIRST_RETRY = 1.0
"""Seconds before an action is tried again; then twice as long each time, up to `LONGEST_RETRY`."""
LONGEST_RETRY = 60.0
"""Seconds."""
OLDEST = 3600.0
"""Seconds after which a topic is given up."""
_PAUSES = doubling(FIRST_RETRY, LONGEST_RETRY)


@dataclass(frozen=True)
class AlarmCall:
    """What a scaling policy is told: which alarm asks, and the value that the alarm saw last."""

    alarm: MetricAlarm
    value: float | None


Action = Callable[["World", str, AlarmCall], object]
"""What answers to an action: it is told the action's ARN and who calls."""

ACTIONS: dict[str, Action] = {}
"""Who answers each minute, by the service in the action's ARN; a service enters itself when first used."""

Done = Callable[[str, Outcome, str | None], object]
"""Told how an action ended: its ARN, the outcome, and what a topic was given."""


def notify(world: World, alarm: Alarm, done: Done) -> None:
    """Deliver what a change of state calls for; returns at once."""
    deliveries = [
        _delivery(world, alarm, action, done)
        for action in alarm.actions
        if _service(action) in {"sns", "lambda"}
    ]
    deliver(world, deliveries)


def ask_policies(world: World, alarm: MetricAlarm, value: float | None) -> None:
    """Ask the scaling policies that the present state calls for."""
    for action in alarm.actions:
        answer = ACTIONS.get(_service(action))
        if answer is not None:
            answer(world, action, AlarmCall(alarm, value))


def _delivery(world: World, alarm: Alarm, action: str, done: Done) -> Delivery:
    message = world.seeds.uuid("cloudwatch.notification")

    published: str | None = None

    def ended(outcome: Outcome) -> None:
        done(action, outcome, published)

    if _service(action) == "sns":
        sender = Sender(TOPICS, alarm.arn, alarm.account, alarm.region)
        by_protocol = texts(alarm)
        published = json.dumps(by_protocol, separators=(",", ":"))
        options = {"TextsByProtocol": by_protocol}
        parcel = Parcel(by_protocol["default"], subject=subject(alarm), options=options)
        retries = RetryPolicy(_PAUSES, maximum_age=OLDEST)
    else:
        sender = Sender(FUNCTIONS, alarm.arn, alarm.account, alarm.region)
        parcel, retries = Parcel(function_event(world, alarm)), RetryPolicy(_PAUSES)
    return Delivery(sender, action, parcel, message, retries=retries, on_end=ended)


def _service(action: str) -> str:
    return action.split(":")[2]
