"""The same events to a queue, to a topic and to a bus, for departments that are at lunch for a while.

Behind the queue the departments share the work: each event is done by one of them. Behind the topic and
behind the bus each department gets a copy of its own. While they are at lunch their functions fail. What
comes from a queue comes back; what a topic or a rule hands to a function is Lambda's affair, which tries it
twice again and then keeps nothing. With a queue before each function both keep what was copied.
"""

from __future__ import annotations

import datetime
import json
from typing import NamedTuple

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of, seconds_from
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

WAYS = ("queue", "topic", "bus")
TARGETS_OF_A_RULE = 5


def build(lab: Lab, departments: int, minutes: int, queue_before: bool) -> str:
    """Create queue, topic and bus, and for each of them the departments that it serves."""
    opening = lab.now + datetime.timedelta(minutes=1)
    lunch_ends = opening + datetime.timedelta(minutes=minutes)
    topic = boto3.client("sns").create_topic(Name="rooms")["TopicArn"]
    boto3.client("events").create_event_bus(Name="rooms")
    queue = create_queue("rooms")
    for number in range(1, departments + 1):
        poll(queue, hire(lab, f"queue-{number}", lunch_ends))
        subscribe(topic, entrance(lab, f"topic-{number}", lunch_ends, queue_before))
        add_target(number, entrance(lab, f"bus-{number}", lunch_ends, queue_before))
    lab.advance((opening - lab.now).total_seconds())
    return topic


def create_queue(name: str) -> str:
    """Create a queue that topics and buses may send to; its ARN."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    services = {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}
    allow = {"Effect": "Allow", "Principal": services, "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return arn


def entrance(lab: Lab, department: str, lunch_ends: datetime.datetime, queue_before: bool) -> str:
    """Create a department; the ARN of its function, or of a queue before it."""
    function = hire(lab, department, lunch_ends)
    if not queue_before:
        return function
    queue = create_queue(department)
    poll(queue, function)
    return queue


def hire(lab: Lab, name: str, lunch_ends: datetime.datetime) -> str:
    """Create a department: a function that topics and buses may invoke; its ARN."""
    variables = {"LUNCH_ENDS": str(lunch_ends.timestamp())}
    arn = lab.function(name, work, Timeout=10, Environment={"Variables": variables})
    for service in ("sns", "events"):
        boto3.client("lambda").add_permission(
            FunctionName=name,
            StatementId=service,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
        )
    return arn


def work(event: object, context: object) -> None:
    """Do what has to be done, but not at lunch."""
    import os
    import time

    if time.time() < float(os.environ["LUNCH_ENDS"]):
        raise RuntimeError("at lunch")


def subscribe(topic: str, arn: str) -> None:
    """Let a queue or a function have what is published to the topic."""
    protocol = arn.split(":")[2]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol=protocol, Endpoint=arn)


def add_target(number: int, arn: str) -> None:
    """Let a department have the events of the bus; a rule has room for five."""
    events, rule = boto3.client("events"), f"rooms-{(number - 1) // TARGETS_OF_A_RULE + 1}"
    pattern = json.dumps({"source": ["reception"]})
    events.put_rule(Name=rule, EventBusName="rooms", EventPattern=pattern)
    target = {"Id": f"department-{number}", "Arn": arn}
    events.put_targets(Rule=rule, EventBusName="rooms", Targets=[target])


def poll(queue: str, function: str) -> None:
    """Let a function have the messages of a queue, one at a time."""
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=queue, FunctionName=function, BatchSize=1
    )


def trigger(lab: Lab, topic: str, events: int) -> None:
    """Say of some rooms that they are free, each in three ways."""
    sqs, sns, bus = boto3.client("sqs"), boto3.client("sns"), boto3.client("events")
    queue = sqs.get_queue_url(QueueName="rooms")["QueueUrl"]
    for room in range(1, events + 1):
        fact = json.dumps({"room": room})
        event = {"EventBusName": "rooms", "Source": "reception", "DetailType": "Room Free"}
        sqs.send_message(QueueUrl=queue, MessageBody=fact)
        sns.publish(TopicArn=topic, Message=fact)
        bus.put_events(Entries=[{**event, "Detail": fact}])


class _Row(NamedTuple):
    """What became of the events on one way."""

    way: str
    copies: int
    done: int
    lost: int
    tries: int
    last: str


def measure(trace: Hops, departments: int) -> Findings:
    """For each way how many copies there were, how many were done and lost, after how many tries."""
    said = [hop.time for hop in hops_of(trace, "publish")]
    if not said:
        return Findings("No room is free yet.", (), ())
    rows = [_row(trace, way, len(said) * (1 if way == "queue" else departments)) for way in WAYS]
    columns = ("way", "copies", "done", "lost", "tries", "the last one was done after")
    return Findings(_conclusion(rows, departments), columns, tuple(rows))


def _row(trace: Hops, way: str, copies: int) -> _Row:
    begin = next(hops_of(trace, "publish"))
    tries = [hop for hop in hops_of(trace, "invoke") if _is_of(way, hop.resource)]
    done = [hop for hop in tries if hop.outcome == "ok"]
    lost = sum(_is_of(way, hop.resource) for hop in hops_of(trace, "drop"))
    last = f"{seconds_from(begin, done[-1]):,.1f} s" if done else "never"
    return _Row(way, copies, len(done), lost, len(tries), last)


def _is_of(way: str, resource: str) -> bool:
    """Is this a function, or its queue, that serves one of the ways?"""
    return resource.rpartition(":")[2].startswith(f"{way}-")


def _conclusion(rows: list[_Row], departments: int) -> str:
    queue, *others = rows
    shared = f"The queue: {queue.done:,} of {counted(queue.copies, 'event')} done, each by one department."
    copied = f"Topic and bus made {counted(departments, 'copy', 'copies')} of each"
    lost = [f"the {row.way} lost {row.lost:,} of {row.copies:,}" for row in others if row.lost]
    if lost:
        return f"{shared} {copied}; {' and '.join(lost)}, after three tries by Lambda in 3 minutes."
    open_ones = sum(row.copies - row.done for row in others)
    on_the_way = counted(open_ones, "is on its way", "are on their way")
    fate = on_the_way if open_ones else "none was lost"
    return f"{shared} {copied}; {fate}."


SCENARIO = Scenario(
    name="one-event-three-ways",
    title="One event, three ways",
    question="What becomes of the same events behind a queue, a topic and a bus, while nobody can work?",
    watch="Watch how many copies each way makes, and where they are when the departments come back.",
    settings=(
        Number("departments", "departments", 3, minimum=1, maximum=8, unit="departments"),
        Number("minutes", "they are at lunch for", 10, minimum=0, maximum=60, unit="min"),
        Switch("queue_before", "a queue before each function", default=False),
        Number("events", "events", 2, minimum=1, maximum=10, unit="events"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=("rooms",),
    limit=3 * HOUR,
    differs="topic and bus deliver once and within 1 ms here; which department gets an event from the queue "
    "is the lab's choice.",
)
