"""A queue subscribes to a topic, and nobody has let the topic in.

Subscribing works, publishing works, and nothing arrives: whether a topic may send to a queue is decided by
the queue's own policy, at each delivery. What is not allowed is not tried again, so a policy that comes later
brings nothing back. A dead-letter queue of the subscription keeps it, if that queue lets the topic in.
"""

from __future__ import annotations

import json

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, fates, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch

TOPIC = "orders"
BILLING = "billing"
WAREHOUSE = "warehouse"
DEAD_LETTERS = "undelivered"


def build(
    lab: Lab,
    without_policy: int,
    dead_letter_queue: bool,
    dead_letter_policy: bool,
) -> dict[str, str]:
    """Create a topic with two queues; the warehouse's lets nobody in but its owner."""
    topic = boto3.client("sns").create_topic(Name=TOPIC)["TopicArn"]
    billing, warehouse = create_queue(BILLING), create_queue(WAREHOUSE)
    let_in(topic, billing)
    subscribe(topic, billing)
    redrive = {}
    if dead_letter_queue:
        dead_letters = create_queue(DEAD_LETTERS)
        redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_letters})}
        if dead_letter_policy:
            let_in(topic, dead_letters)
    subscribe(topic, warehouse, **redrive)
    if without_policy == 0:
        let_in(topic, warehouse)
    return {"topic": topic, "warehouse": warehouse}


def create_queue(name: str) -> str:
    """Create a queue without a policy; its ARN."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def let_in(topic: str, queue: str) -> None:
    """Give a queue a policy by which the topic may send messages to it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName=queue.rpartition(":")[2])["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def subscribe(topic: str, queue: str, **attributes: str) -> None:
    """Subscribe a queue; SNS does not ask whether it will be let in."""
    boto3.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue,
        Attributes={"RawMessageDelivery": "true", **attributes},
    )


def trigger(lab: Lab, system: dict[str, str], orders: int, without_policy: int) -> None:
    """Publish an order a minute; after so many of them somebody gives the warehouse its policy."""
    sns = boto3.client("sns")
    for number in range(1, orders + 1):
        sns.publish(TopicArn=system["topic"], Message=f"order {number}")
        lab.advance(minutes=1)
        if number == without_policy:
            let_in(system["topic"], system["warehouse"])


def measure(trace: Hops, without_policy: int) -> Findings:
    """For each order what became of it on its way to either queue."""
    billing, warehouse = fates(trace, BILLING), fates(trace, WAREHOUSE)
    published = list(hops_of(trace, "publish", at=TOPIC))
    rows = []
    for hop in published:
        message = str(hop.message)
        rows.append((str(hop.facts["body"]), "accepted", billing[message], warehouse[message]))
    lost = sum(row[-1] == "lost" for row in rows)
    kept = sum(row[-1] == "dead-lettered" for row in rows)
    conclusion = (
        f"{counted(len(rows), 'order was', 'orders were')} published, and no publisher saw an error. "
        f"The warehouse got {len(rows) - lost - kept:,}; "
        f"{counted(lost, 'is', 'are')} lost, and its dead-letter queue holds {kept:,}. "
        f"{_afterwards(without_policy, len(rows), lost + kept)}"
    )
    return Findings(conclusion, ("order", "publish", BILLING, WAREHOUSE), tuple(rows))


def _afterwards(without_policy: int, orders: int, undelivered: int) -> str:
    if without_policy == 0:
        return "The policy was there from the beginning."
    if without_policy > orders:
        return "The warehouse has no policy to this day."
    return f"The policy that came then brought back none of the {undelivered:,} before it."


SCENARIO = Scenario(
    name="missing-policy",
    title="A queue that does not let its topic in",
    question="What becomes of a message for a queue whose policy does not let the topic in?",
    watch="Watch what the publisher sees, and what the line to the warehouse shows.",
    settings=(
        Number("orders", "orders", 6, minimum=1, maximum=50, unit="messages"),
        Number(
            "without_policy",
            "published before the warehouse's queue has a policy",
            3,
            minimum=0,
            maximum=100,
            unit="messages",
            source="0: it has one from the beginning; more than there are orders: never",
        ),
        Switch("dead_letter_queue", "the subscription has a dead-letter queue", default=False),
        Switch("dead_letter_policy", "whose policy lets the topic in", default=True),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(BILLING, WAREHOUSE, DEAD_LETTERS),
    limit=HOUR,
    differs="a policy counts from the moment in which it is set; AWS takes up to a minute.",
)
