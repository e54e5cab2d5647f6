"""A server that is down, and all that knocks at its door when it is back.

A topic delivers orders to an HTTP endpoint. While that is down each order is tried again, as the delivery
policy says. Few retries give up before the server is back. Many retries, close together, come back in force:
the server can answer only so many requests a second, turns the others away, and these are tried again, too.
What has used up its retries is lost, or waits in the subscription's dead-letter queue.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import boto3

from workbook import Lab
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Cell, Findings, counted
from workbook.scenarios.framework.reading import Hops, fates, hops_of, instant_fact, seconds_from
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

TOPIC = "orders"
URL = "https://depot.example.com"
DEAD_LETTERS = "undelivered-orders"


def build(lab: Lab, capacity: int, retries: int, pause: int, dead_letter_queue: bool) -> str:
    """Create the topic, the depot's server, and the subscription with its delivery policy."""
    sns = boto3.client("sns")
    topic = sns.create_topic(Name=TOPIC)["TopicArn"]
    lab.endpoint(URL, depot(lab, capacity))
    policy = {"numRetries": retries, "minDelayTarget": pause, "maxDelayTarget": pause}
    attributes = {"DeliveryPolicy": json.dumps({"healthyRetryPolicy": policy})}
    if dead_letter_queue:
        target = create_dead_letter_queue(topic)
        attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": target})
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=URL, Attributes=attributes)
    lab.run_until_idle()  # until the server has confirmed that it wants this
    return topic


def depot(lab: Lab, capacity: int) -> Callable[[Any], int]:
    """A server that can answer so many requests in each second, and turns the others away."""
    answered: Counter[int] = Counter()

    def server(request: Any) -> int:
        content = request.json()
        if content["Type"] == "SubscriptionConfirmation":
            lab.http(content["SubscribeURL"])
            return 200
        second = int(time.time())
        answered[second] += 1
        return 200 if answered[second] <= capacity else 503

    return server


def create_dead_letter_queue(topic: str) -> str:
    """Create a queue that lets the topic in, for what it cannot deliver; its ARN."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=DEAD_LETTERS)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    queue = answer["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return queue


def trigger(lab: Lab, topic: str, orders: int, per_second: int, down_for: int) -> None:
    """Let the server go down, and publish orders at an even pace from that moment on."""
    sns = boto3.client("sns")
    lab.outage(URL, seconds=down_for)
    for number in range(1, orders + 1):
        sns.publish(TopicArn=topic, Message=f"order {number}")
        lab.advance(1 / per_second)


def measure(trace: Hops, capacity: int) -> Findings:
    """How often the server was asked, and what became of the orders."""
    orders = {hop.message for hop in hops_of(trace, "publish", at=TOPIC)}
    outage = next(hops_of(trace, "outage"), None)
    if outage is None or not orders:
        return Findings("Nothing was published yet.", (), ())
    tries = [hop for hop in trace if hop.kind == "deliver" and hop.message in orders]
    afterwards = [hop for hop in tries if hop.time >= instant_fact(outage, "until_at")]
    busiest = max(Counter(hop.time // SECOND for hop in afterwards).values(), default=0)
    ends = Counter(fate for message, fate in fates(trace, URL).items() if message in orders)
    rows: tuple[tuple[Cell, ...], ...] = (
        ("orders", len(orders)),
        ("tries while the server was down", len(tries) - len(afterwards)),
        ("tries when it was back", len(afterwards)),
        ("of which it turned away, as they were too many", sum(hop.outcome != "ok" for hop in afterwards)),
        ("tries in the busiest second after it was back", busiest),
        ("orders delivered", ends["delivered"]),
        ("orders in the dead-letter queue", ends["dead-lettered"]),
        ("orders lost", ends["lost"]),
        ("the last one delivered after (s)", _last_delivery(outage, afterwards)),
    )
    tried = f"{counted(len(orders), 'order')} made {counted(len(tries), 'try', 'tries')}."
    conclusion = f"{tried} {_afterwards(busiest, capacity, ends['on its way'])} {_in_the_end(ends)}"
    return Findings(conclusion, ("what", "number"), rows)


def _last_delivery(outage: Hop, tries: Sequence[Hop]) -> Cell:
    """Seconds from the beginning of the outage to the last try that went well."""
    delivered = [hop for hop in tries if hop.outcome == "ok"]
    return seconds_from(outage, delivered[-1]) if delivered else "never"


def _in_the_end(ends: Counter[str]) -> str:
    delivered = counted(ends["delivered"], "order was", "orders were")
    lost = counted(ends["lost"], "is", "are")
    return f"{delivered} delivered, {lost} lost, and the dead-letter queue holds {ends['dead-lettered']:,}."


def _afterwards(busiest: int, capacity: int, on_their_way: int) -> str:
    if not busiest and on_their_way:
        waiting = counted(on_their_way, "order is", "orders are")
        return f"The server is down, and {waiting} to be tried again."
    if not busiest:
        return "When the server was back, nothing came any more."
    return f"When the server was back, up to {busiest:,} came in a second, and it can answer {capacity:,}."


SCENARIO = Scenario(
    name="retry-storm",
    title="A retry storm, and a dead-letter queue",
    question="What do retries do to a server that is down, and what becomes of what they cannot deliver?",
    watch="Watch the tries while the server is down, and what comes in the second in which it is back.",
    settings=(
        Number("orders", "orders", 100, minimum=1, maximum=100, unit="messages"),
        Number("per_second", "published at a pace of", 5, minimum=1, maximum=50, unit="a second"),
        Number("down_for", "the server is down for", 90, minimum=1, maximum=4000, unit="s"),
        Number("capacity", "the server can answer", 5, minimum=1, maximum=100, unit="requests a second"),
        Number(
            "retries",
            "numRetries",
            3,
            minimum=0,
            maximum=limit_of("sns.http.retries"),
            unit="retries",
            source=f"AWS's default is 3; {source_of('sns.http.retries')}",
        ),
        Number(
            "pause",
            "minDelayTarget and maxDelayTarget",
            20,
            minimum=1,
            maximum=limit_of("sns.http.retry-time"),
            unit="s",
            source=f"AWS's default is 20; {source_of('sns.http.retry-time')}",
        ),
        Switch("dead_letter_queue", "the subscription has a dead-letter queue", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(DEAD_LETTERS,),
    limit=3 * HOUR,
    differs="all tries of a delivery policy come on the second; AWS adds some chance to the pauses, and does "
    "not say how much.",
)
