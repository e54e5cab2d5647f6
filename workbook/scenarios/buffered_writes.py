"""A burst of orders and a slow database, with a queue between them and without one.

The database is played by a function with reserved concurrency: it has so many connections, each write takes
its time, and whoever finds none free is refused. Written directly, a burst is refused for the most part.
Through a queue all orders are accepted at once, and a function writes them, no more at a time than
MaximumConcurrency.
"""

from __future__ import annotations

import time
from typing import Any

import boto3
from botocore.config import Config

from workbook import Lab
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.concurrency import ended_at, most_at_a_time
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

QUEUE = "orders-to-write"


def build(lab: Lab, queue_between: bool, connections: int, write: int) -> str | None:
    """Create the database, and perhaps the queue with the function that empties it."""
    functions = boto3.client("lambda")
    duration = {"Variables": {"SECONDS": str(write)}}
    lab.function("database", database, Timeout=60, Environment=duration)
    functions.put_function_concurrency(
        FunctionName="database",
        ReservedConcurrentExecutions=connections,
    )
    if not queue_between:
        return None
    sqs = boto3.client("sqs")
    orders = sqs.create_queue(QueueName=QUEUE, Attributes={"VisibilityTimeout": "360"})["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=orders, AttributeNames=["QueueArn"])
    lab.function("write-orders", write_orders, Timeout=60)
    functions.create_event_source_mapping(
        EventSourceArn=answer["Attributes"]["QueueArn"],
        FunctionName="write-orders",
        BatchSize=1,
        ScalingConfig={"MaximumConcurrency": connections},
    )
    lab.run_until_idle()  # until the mapping is enabled
    return orders


def database(event: object, context: object) -> None:
    """Write one order, which takes its time."""
    import os
    import time

    time.sleep(float(os.environ["SECONDS"]))


def write_orders(event: dict[str, list[dict[str, str]]], context: object) -> None:
    """Write the orders of a batch; an error leaves them in the queue."""
    import boto3

    for record in event["Records"]:
        boto3.client("lambda").invoke(FunctionName="database", Payload=record["body"].encode())


def trigger(lab: Lab, orders: str | None, customers: int, seconds: int) -> None:
    """Let customers come, one after the other; none of them waits for the one before."""
    once = Config(retries={"total_max_attempts": 1})
    clients = boto3.client("sqs"), boto3.client("lambda", config=once)
    lab.program("door", let_in, lab, orders, clients, customers, seconds / customers)


def let_in(lab: Lab, orders: str | None, clients: Any, customers: int, interval: float) -> None:
    """Let a customer in, again and again."""
    for number in range(1, customers + 1):
        lab.program("shop", order, number, orders, *clients)
        time.sleep(interval)


def order(number: int, orders: str | None, sqs: Any, functions: Any) -> None:
    """Take one customer's order: put it into the queue, or write it and wait for that."""
    body = f'{{"order": {number}}}'
    if orders:
        sqs.send_message(QueueUrl=orders, MessageBody=body)
        return
    try:
        functions.invoke(FunctionName="database", Payload=body.encode())
    except functions.exceptions.TooManyRequestsException:
        return  # "please try again later"; this customer does not


def measure(trace: Hops, queue_between: bool, connections: int) -> Findings:
    """How many orders were taken, refused and written, how long customers waited, and when all was done."""
    calls = [hop for hop in hops_of(trace, "api-call") if hop.facts.get("by") == "shop"]
    if not calls:
        return Findings("Nobody has come yet.", (), ())
    writes = [hop for hop in hops_of(trace, "invoke", at="database") if hop.outcome == "ok"]
    refused = sum(hop.outcome != "ok" for hop in calls)
    waits = [ended_at(hop) - hop.time for hop in calls if hop.outcome == "ok" and "ended_at" in hop.facts]
    taken = len(calls) - refused
    rows = (
        ("orders", len(calls)),
        ("taken", taken),
        ("refused", refused),
        ("written to the database", len(writes)),
        ("writes at a time, at most", most_at_a_time(writes)),
        ("seconds that a customer waited, mean", _mean(waits)),
        ("seconds until the last write", _last(calls[0], writes)),
    )
    how = "Through the queue" if queue_between else "Written directly"
    conclusion = (
        f"{how}, {taken:,} of {counted(len(calls), 'order')} were taken and {refused:,} refused; "
        f"the database, with {counted(connections, 'connection')}, has written {len(writes):,}."
    )
    return Findings(conclusion, ("what", "number"), rows)


def _mean(waits: list[int]) -> float:
    return round(sum(waits) / max(1, len(waits)) / SECOND, 2)


def _last(first: Hop, writes: list[Hop]) -> float:
    ends = [ended_at(hop) for hop in writes if "ended_at" in hop.facts]
    return round((max(ends) - first.time) / SECOND, 1) if ends else 0.0


SCENARIO = Scenario(
    name="buffered-writes",
    title="A slow database behind a queue",
    question="What becomes of a burst of orders when the database is slow?",
    watch="Watch the orders that are refused, and the queue as it fills and empties.",
    settings=(
        Switch("queue_between", "queue between shop and database", default=True),
        Number("customers", "customers", 100, minimum=1, maximum=500, unit="orders"),
        Number("seconds", "all of them within", 10, minimum=1, maximum=600, unit="s"),
        Number(
            "connections",
            "connections, and MaximumConcurrency",
            5,
            minimum=limit_of("lambda.mapping.maximum-concurrency.least"),
            maximum=100,
            unit="connections",
            source="at least " + source_of("lambda.mapping.maximum-concurrency.least"),
        ),
        Number("write", "one write takes", 2, minimum=1, maximum=30, unit="s"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE,),
    limit=12 * HOUR,
    differs="the database is a function with reserved concurrency: it refuses whoever finds none free. "
    "A real one may get slower for all, or fail.",
)
