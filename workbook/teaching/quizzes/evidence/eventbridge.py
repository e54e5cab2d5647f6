"""What proves the keys of the questions in questions/eventbridge.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def open_queue(sqs: Any, name: str) -> str:
    """A queue whose policy lets EventBridge send to it; its URL."""
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    let_in(sqs, url, name)
    return url


def let_in(sqs: Any, url: str, name: str) -> None:
    """Write into the queue's policy that EventBridge may send to it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE + name,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def make_rule(events: Any, name: str, queue: str, bus: str = "default") -> None:
    """A rule that sends all events of the shop to a queue."""
    pattern = json.dumps({"source": ["shop"]})
    events.put_rule(Name=name, EventPattern=pattern, EventBusName=bus)
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": QUEUE + queue}])


def order(detail: str = "{}", **more: str) -> dict[str, str]:
    """An entry of PutEvents."""
    return {"Source": "shop", "DetailType": "Order Placed", "Detail": detail, **more}


def count(sqs: Any, url: str) -> int:
    """How many messages wait in a queue."""
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def event_for_a_bus_that_does_not_exist(lab: Lab) -> Shown:
    """Put the same event on a bus whose name is misspelt, and on the right one."""
    sqs, events = lab.client("sqs"), lab.client("events")
    events.create_event_bus(Name="orders")
    inbox = open_queue(sqs, "inbox")
    make_rule(events, "all", "inbox", "orders")
    make_rule(events, "all", "inbox")
    answer = events.put_events(Entries=[order(EventBusName="order")])
    lab.advance(days=2)
    failed, arrived = answer["FailedEntryCount"], count(sqs, inbox)
    events.put_events(Entries=[order(EventBusName="orders")])
    lab.advance(minutes=1)
    buses = [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
    return Shown(
        answer={
            "a": failed == 0 and arrived == 0,
            "b": failed > 0,
            "c": arrived > 0,
            "d": "order" in buses,
        },
        says=(
            f"The event for the bus order was answered with FailedEntryCount {failed}, and in two days "
            f"{arrived} messages came. Then one was put on the bus orders: {count(sqs, inbox)} message came."
        ),
        each={"d": f"the buses are {', '.join(buses)}"},
        picture=lab.sequence(),
    )


def bad_entries_among_good_ones(lab: Lab) -> Shown:
    """Ten entries in one request, two of them with a detail that is not JSON."""
    sqs, events = lab.client("sqs"), lab.client("events")
    inbox = open_queue(sqs, "inbox")
    make_rule(events, "all", "inbox")
    details = ["{}"] * 8 + ["not JSON"] * 2
    answer = events.put_events(Entries=[order(detail) for detail in details])
    lab.advance(minutes=1)
    arrived = count(sqs, inbox)
    return Shown(
        answer=arrived,
        says=f"FailedEntryCount was {answer['FailedEntryCount']}, and {arrived} events reached the queue.",
        picture=lab.sequence(),
    )


def rules_for_twelve_targets(lab: Lab) -> Shown:
    """Add target after target to a rule; when the rule takes no more, make another one."""
    events = lab.client("events")
    rules = 0

    def new_rule() -> None:
        events.put_rule(Name=f"orders-{rules}", EventPattern=json.dumps({"source": ["shop"]}))

    new_rule()
    for number in range(12):
        target = {"Id": str(number), "Arn": f"{QUEUE}team-{number}"}
        try:
            events.put_targets(Rule=f"orders-{rules}", Targets=[target])
        except ClientError:
            rules += 1
            new_rule()
            events.put_targets(Rule=f"orders-{rules}", Targets=[target])
    found = len(events.list_rules()["Rules"])
    return Shown(
        answer=found, says=f"Whenever a rule refused a target, another was made: {found} rules hold the 12."
    )


def queue_that_gets_no_events(lab: Lab) -> Shown:
    """Each option names a cause. See what can be seen of it, and then mend the policy."""
    sqs, events = lab.client("sqs"), lab.client("events")
    inbox = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    make_rule(events, "all", "inbox")
    seen = {"id": "1", "account": "1", "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": []}
    event = json.dumps({**seen, "source": "shop", "detail-type": "Order Placed", "detail": {}})
    matches = events.test_event_pattern(EventPattern=json.dumps({"source": ["shop"]}), Event=event)["Result"]
    events.put_events(Entries=[order()])
    lab.advance(days=2)
    late = count(sqs, inbox)
    let_in(sqs, inbox, "inbox")
    events.put_events(Entries=[order()])
    lab.advance(minutes=1)
    mended = count(sqs, inbox)
    return Shown(
        answer={"a": late == 0 and mended == 1, "b": not matches, "c": late > 0, "d": mended == 0},
        says="The event was put. Two days later the queue's policy was mended, and it was put again.",
        each={
            "a": f"with a policy that lets EventBridge in: {mended} message",
            "b": f"TestEventPattern says that the pattern matches: {matches}",
            "c": f"two days later: {late} messages",
            "d": f"the standard queue got {mended} message once its policy was right",
        },
        picture=lab.sequence(),
    )


def events_that_a_pattern_takes(lab: Lab) -> Shown:
    """Ask TestEventPattern for each event."""
    events = lab.client("events")
    pattern = {"source": ["shop"], "detail": {"country": ["AT", "CH"], "total": [{"numeric": [">=", 100]}]}}
    seen = {"id": "1", "account": "1", "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": []}

    def taken(detail: dict[str, object]) -> bool:
        event = {**seen, "source": "shop", "detail-type": "Order Placed", "detail": detail}
        answer = events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))
        return bool(answer["Result"])

    return Shown(
        answer={
            "a": taken({"country": "CH", "total": 100}),
            "b": taken({"country": "AT", "total": 250, "gift": True}),
            "c": taken({"country": "AT", "total": 99}),
            "d": taken({"country": "DE", "total": 400}),
            "e": taken({"country": "CH"}),
        },
        says="TestEventPattern was asked whether the pattern takes each of the five events.",
    )
