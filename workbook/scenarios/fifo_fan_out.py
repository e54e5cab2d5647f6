"""A FIFO topic that hands the same messages to FIFO queues and to a standard queue.

The topic is as strict as each of its subscribers lets it be. It drops what the producer publishes twice, and
hands on each message group in its order. FIFO queues keep both. A standard queue gets no group, and delivers
what it got as standard queues do, a second time or late now and then; that chance is turned up here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

import boto3

from workbook import Chaos, Lab
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number

TOPIC = "bids.fifo"
QUEUES = ("price-board.fifo", "cashier.fifo", "newspaper")
STANDARD = QUEUES[-1]
CHANCE = "the lab's; AWS says that it happens in standard queues, and gives no rate"


def build(lab: Lab, duplicates: int, reordering: int) -> dict[str, str]:
    """Create the topic and the queues that subscribe to it; turn up the standard queue's chance."""
    lab.chaos = Chaos(duplicates=duplicates / 100, reordering=reordering / 100)
    topic = boto3.client("sns").create_topic(Name=TOPIC, Attributes={"FifoTopic": "true"})
    arn = topic["TopicArn"]
    return {"topic": arn, **{name: subscribed_queue(arn, name) for name in QUEUES}}


def subscribed_queue(topic: str, name: str) -> str:
    """Create a queue whose policy lets the topic in, and subscribe it; the queue's URL."""
    arn = topic.replace(":sns:", ":sqs:").replace(TOPIC, name)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    if name.endswith(".fifo"):
        attributes["FifoQueue"] = "true"
    url = boto3.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    boto3.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true"},
    )
    return url


def trigger(lab: Lab, system: dict[str, str], lots: int, bids: int, published_twice: int) -> None:
    """Auction lot by lot, and publish the first few bids twice; then let all queues be read."""
    sns = boto3.client("sns")
    for number in range(lots * bids):
        lot, bid = "ABCDEFGHIJ"[number // bids], number % bids + 1
        for _ in range(2 if number < published_twice else 1):
            sns.publish(
                TopicArn=system["topic"],
                Message=f"{lot}{bid}",
                MessageGroupId=f"lot-{lot}",
                MessageDeduplicationId=f"{lot}{bid}",
            )
    for name in QUEUES:
        lab.program(f"reader of {name}", read, system[name])


def read(queue: str) -> None:
    """Receive and delete, again and again."""
    sqs = boto3.client("sqs")
    while True:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


class _Reading(NamedTuple):
    received: int
    again: int
    late: int
    order: str


def _reading(trace: Hops, queue: str) -> _Reading:
    """What came out of a queue: how much, how often again, and how often after a later bid of its lot."""
    bodies = {hop.message: str(hop.facts["body"]) for hop in hops_of(trace, "send", at=queue)}
    bids = [bodies[hop.message] for hop in hops_of(trace, "receive", at=queue)]
    firsts = list(dict.fromkeys(bids))
    return _Reading(len(bids), len(bids) - len(firsts), _late(firsts), _shortened(bids))


def _late(bids: Iterable[str]) -> int:
    late, latest = 0, dict[str, int]()
    for bid in bids:
        lot, number = bid[0], int(bid[1:])
        late += number < latest.get(lot, 0)
        latest[lot] = max(number, latest.get(lot, 0))
    return late


def _shortened(bids: list[str]) -> str:
    return " ".join(bids[:24]) + (" ..." if len(bids) > 24 else "")


def measure(trace: Hops) -> Findings:
    """For each queue what came out of it, in the order in which it did."""
    readings = {name: _reading(trace, name) for name in QUEUES}
    dropped = sum(1 for _ in hops_of(trace, "deduplicate", at=TOPIC))
    strict = [reading for name, reading in readings.items() if name != STANDARD]
    loose = readings[STANDARD]
    conclusion = (
        f"The topic dropped {counted(dropped, 'bid')} that it had already. "
        f"The FIFO queues delivered {sum(each.again for each in strict):,} bids again, and "
        f"{sum(each.late for each in strict):,} after a later bid for the same lot; "
        f"the standard queue {loose.again:,} again and {loose.late:,} late."
    )
    rows = tuple((name, *reading) for name, reading in readings.items())
    return Findings(conclusion, ("queue", "received", "again", "late", "order of receives"), rows)


SCENARIO = Scenario(
    name="fifo-fan-out",
    title="A FIFO topic with FIFO and standard queues",
    question="In which order, and how often, does what a FIFO topic publishes arrive in each kind of queue?",
    watch="Watch the bids for one lot as each reader receives them.",
    settings=(
        Number("lots", "lots, each a message group", 2, minimum=1, maximum=10, unit="groups"),
        Number("bids", "bids for each", 8, minimum=1, maximum=50, unit="messages"),
        Number("published_twice", "of which are published twice", 3, minimum=0, maximum=500, unit="messages"),
        Number("duplicates", "standard queue: deliveries repeated", 20, 0, 100, unit="%", source=CHANCE),
        Number("reordering", "standard queue: messages overtaken", 20, 0, 100, unit="%", source=CHANCE),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(),  # all is read at once: there is no depth to draw
    limit=HOUR,
    differs="both chances are turned up, so that they show in a few messages. AWS says that duplicates and "
    "disorder happen in standard queues, and gives no rates. Of several groups, AWS does not say "
    "which one a FIFO queue serves first.",
)
