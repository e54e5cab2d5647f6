"""An exercise without code: in a flow, find the one resource whose settings lose events."""

from __future__ import annotations

import json

import boto3

from workbook.lab import Lab
from workbook.teaching.answer import Answer
from workbook.teaching.asked import Resource
from workbook.teaching.contract import Exercise, Finding, Mistake, Property, Run, Situation, broken, held
from workbook.teaching.properties.counting import counted, of_all
from workbook.teaching.properties.resources import open_queue

BUS, KITCHEN, LAUNDRY = "hotel", "kitchen", "laundry"
RULES = {KITCHEN: "for-kitchen", LAUNDRY: "for-laundry"}
GUESTS = 6
GIVES_UP_AT_ONCE = {"MaximumRetryAttempts": 0}
KEPT_LONGEST = {"MessageRetentionPeriod": "1209600"}


def a_storm(lab: Lab, answer: Answer) -> None:
    """Six guests arrive; in the middle of it, no queue can be reached for a minute."""
    _build()
    _mend(answer)
    for number in range(1, GUESTS + 1):
        if number == GUESTS // 2:
            lab.outage("sqs", minutes=1)
        event = {"Source": "desk", "DetailType": "Guest Arrived", "Detail": json.dumps({"room": number})}
        boto3.client("events").put_events(Entries=[{**event, "EventBusName": BUS}])
        lab.advance(40)
    lab.run_until_idle(3600)


def _build() -> None:
    boto3.client("events").create_event_bus(Name=BUS)
    for name in RULES:
        open_queue(name, "events")
    _target(KITCHEN)
    _target(LAUNDRY, RetryPolicy=GIVES_UP_AT_ONCE)


def _target(name: str, **more: object) -> None:
    events = boto3.client("events")
    pattern = json.dumps({"source": ["desk"]})
    events.put_rule(Name=RULES[name], EventBusName=BUS, EventPattern=pattern)
    target = {"Id": name, "Arn": f"arn:aws:sqs:us-east-1:123456789012:{name}", **more}
    events.put_targets(Rule=RULES[name], EventBusName=BUS, Targets=[target])


def _mend(answer: Answer) -> None:
    """Give the resource that was marked the best settings it can have."""
    if answer.marked in RULES:
        url = boto3.client("sqs").get_queue_url(QueueName=answer.marked)["QueueUrl"]
        boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=KEPT_LONGEST)
    for name, rule in RULES.items():
        if answer.marked == rule:
            _target(name)
    if answer.marked == BUS:
        boto3.client("events").put_permission(
            EventBusName=BUS, StatementId="all", Action="events:PutEvents", Principal="123456789012"
        )


def both_hear_of_all(run: Run) -> Finding:
    """Each guest is known in both departments."""
    for name in RULES:
        heard = of_all(run.trace, "send", at=name)
        if heard < GUESTS:
            return broken(
                expected=f"Kitchen and laundry hear of all {GUESTS} guests.",
                happened=f"With `{run.answer.marked}` mended, {name} heard of {counted(heard, 'guest')}.",
            )
    return held()


LOST = Exercise(
    id="mark-1",
    title="No towels after the storm",
    lesson="16_targets_and_transforms",
    level=1,
    topic="eventbridge",
    asks=Resource((BUS, *RULES.values(), *RULES)),
    situations=(
        Situation(
            name="storm",
            set_up=f"{GUESTS} guests arrive, one every 40 seconds. For a minute in between, EventBridge "
            "cannot reach any queue.",
            play=a_storm,
        ),
    ),
    properties=(Property(name="both departments hear of every guest", points=2, judge=both_hear_of_all),),
    mistakes=(
        Mistake(
            name="the-queue",
            recognised=lambda run: run.answer.marked == LAUNDRY,
            message="The queue lets EventBridge in: events before and after the storm are there. It could "
            "not be reached for a minute, as little as the kitchen's, and who sends has to try "
            "again.",
        ),
        Mistake(
            name="the-bus",
            recognised=lambda run: run.answer.marked == BUS,
            message="The bus took all events and handed each to both rules. Follow one that the kitchen "
            "has and the laundry lacks: which of the two rules dropped it, and after how many "
            "tries?",
        ),
        Mistake(
            name="the-other-branch",
            recognised=lambda run: run.answer.marked in {KITCHEN, RULES[KITCHEN]},
            message="The kitchen heard of all guests, if a little late: its rule tried again.",
        ),
    ),
)

EXERCISES = (LOST,)
