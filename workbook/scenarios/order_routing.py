"""Orders of a plant trade, split by one topic and the filter policies of its subscriptions.

Each queue is for one kind of plant. With filter policies it gets its own orders only; without, it gets all of
them, and its consumer throws away what is for others. A filter policy compares to the letter, so an order
whose kind is written "Cut" reaches no queue at all, and nobody is told, unless a queue takes what the others
do not want.
"""

from __future__ import annotations

import json
from collections import Counter

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import Scenario
from workbook.scenarios.framework.settings import Number, Switch

KINDS = {"cold-store": "cut", "greenhouse": "potted", "seed-room": "seeds"}
STRAYS = "strays"


def build(lab: Lab, filter_policies: bool, catch_all: bool) -> str:
    """Create the topic and a queue for each kind of plant; perhaps one for all other orders."""
    topic = boto3.client("sns").create_topic(Name="plant-orders")["TopicArn"]
    for name, kind in KINDS.items():
        subscribe(topic, queue_for(topic, name), {"kind": [kind]} if filter_policies else {})
    if catch_all:
        others = [{"anything-but": list(KINDS.values())}, {"exists": False}]
        subscribe(topic, queue_for(topic, STRAYS), {"kind": others})
    return topic


def queue_for(topic: str, name: str) -> str:
    """Create a queue that takes what the topic delivers; its ARN."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    arn = answer["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return arn


def subscribe(topic: str, queue: str, filter_policy: dict[str, list[object]]) -> None:
    """Let the queue have what its filter policy lets through; an empty one lets all through."""
    attributes = {"RawMessageDelivery": "true", "FilterPolicy": json.dumps(filter_policy)}
    sns = boto3.client("sns")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=attributes)


def trigger(lab: Lab, topic: str, orders: int, misspelt: int) -> None:
    """Publish orders of each kind in turn; the first ones have their kind with a capital."""
    sns = boto3.client("sns")
    kinds = list(KINDS.values())
    for number in range(orders):
        kind = kinds[number % len(kinds)]
        written = kind.capitalize() if number < misspelt else kind
        sns.publish(
            TopicArn=topic,
            Message=f"order {number + 1}: {kind}",
            MessageAttributes={"kind": {"DataType": "String", "StringValue": written}},
        )


def measure(trace: Hops) -> Findings:
    """For each queue what it got, how much of it is its own, and which orders reached no queue."""
    published = list(hops_of(trace, "publish"))
    if not published:
        return Findings("Nothing was published yet.", (), ())
    arrived = [(hop.resource.rpartition(":")[2], str(hop.facts["body"])) for hop in hops_of(trace, "send")]
    wanted = Counter(name for name, body in arrived if body.endswith(KINDS.get(name, "")))
    got = Counter(name for name, _ in arrived)
    there = [name for name in (*KINDS, STRAYS) if name in KINDS or got[name]]
    rows = tuple((name, got[name], wanted[name], got[name] - wanted[name]) for name in there)
    lost = len(published) - len({body for _, body in arrived})
    columns = ("queue", "orders", "of its kind", "of another kind")
    return Findings(_conclusion(len(published), lost, sum(row[3] for row in rows)), columns, rows)


def _conclusion(orders: int, lost: int, foreign: int) -> str:
    reached = (
        f"Of {counted(orders, 'order')} {lost:,} reached no queue" if lost else "Every order reached a queue"
    )
    thrown = f", and consumers have to throw away {counted(foreign, 'copy', 'copies')}" if foreign else ""
    return f"{reached}{thrown}."


SCENARIO = Scenario(
    name="order-routing",
    title="Orders split by filter policies",
    question="Which queue gets which orders, and which orders reach nobody?",
    watch="Watch the orders that are filtered out, and whether each reaches a queue at all.",
    settings=(
        Switch("filter_policies", "filter policies", default=True),
        Switch("catch_all", "a queue for all other kinds", default=False),
        Number("orders", "orders", 12, minimum=1, maximum=200, unit="orders"),
        Number("misspelt", "with a capital in their kind", 2, minimum=0, maximum=200, unit="orders"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(),
    differs="a filter policy counts at once; on AWS a change takes up to 15 minutes.",
)
