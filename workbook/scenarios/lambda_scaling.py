"""A burst of messages and a Lambda function: how fast AWS adds batches at a time, and how to hold that back.

An event source mapping begins with 5 batches at a time, adds up to 300 a minute and stops at 1,250. With
MaximumConcurrency it stops earlier: whatever the function calls, such as a database, has to bear no more.
"""

from __future__ import annotations

import boto3

from workbook import Lab
from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.durations import duration_text
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.concurrency import most_at_a_time, running_at
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, limit_of, source_of

QUEUE = "pictures"
ROWS = 12


def build(lab: Lab, batch_size: int, maximum_concurrency: int | None, work: int) -> str:
    """Create the queue, the function that takes its time, and the mapping between them."""
    sqs = boto3.client("sqs")
    attributes = {"VisibilityTimeout": "900"}
    pictures = sqs.create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=pictures, AttributeNames=["QueueArn"])
    seconds = {"Variables": {"SECONDS": str(work)}}
    lab.function("resize-pictures", resize_pictures, Timeout=120, Environment=seconds)
    scaling = {"MaximumConcurrency": maximum_concurrency} if maximum_concurrency else {}
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=answer["Attributes"]["QueueArn"],
        FunctionName="resize-pictures",
        BatchSize=batch_size,
        ScalingConfig=scaling,
    )
    lab.run_until_idle()  # until the mapping is enabled
    return pictures


def resize_pictures(event: dict[str, list[dict[str, str]]], context: object) -> None:
    """Take as long as the environment variable says, whatever is in the batch."""
    import os
    import time

    time.sleep(float(os.environ["SECONDS"]))


def trigger(lab: Lab, pictures: str, messages: int) -> None:
    """Send all messages at once, ten in a request."""
    sqs = boto3.client("sqs")
    for first in range(0, messages, 10):
        numbers = range(first, min(first + 10, messages))
        entries = [{"Id": str(each), "MessageBody": f"picture {each + 1}"} for each in numbers]
        sqs.send_message_batch(QueueUrl=pictures, Entries=entries)


def measure(trace: Hops) -> Findings:
    """From the first receive on: what waits, what is done, and how many batches run at a time."""
    sent = list(hops_of(trace, "send", at=QUEUE))
    runs = list(hops_of(trace, "invoke"))
    if not runs:
        return Findings("Nothing was received yet.", (), ())
    deleted = [hop.time for hop in hops_of(trace, "delete", at=QUEUE)]
    begin, end = runs[0].time, max([*deleted, runs[-1].time])
    instants = [begin + (end - begin) * place // ROWS for place in range(ROWS + 1)]
    rows = tuple(_row(instant, begin, sent, runs, deleted) for instant in instants)
    peak = most_at_a_time(runs)
    conclusion = (
        f"{counted(len(sent), 'message')} took {duration_text((end - begin) / SECOND)}: "
        f"{counted(len(runs), 'invocation')}, at most {peak:,} at a time."
    )
    columns = ("seconds", "in the queue or in work", "invocations at a time")
    return Findings(conclusion, columns, rows)


def _row(
    instant: int, begin: int, sent: list[Hop], runs: list[Hop], deleted: list[int]
) -> tuple[float, int, int]:
    left = sum(hop.time <= instant for hop in sent) - sum(time <= instant for time in deleted)
    return round((instant - begin) / SECOND, 1), left, running_at(runs, instant)


SCENARIO = Scenario(
    name="lambda-scaling",
    title="A burst of messages, and Lambda scales",
    question="How fast does Lambda get through a burst, and how many invocations run at a time?",
    watch="Watch how the number of invocations at a time grows, and where it stops.",
    settings=(
        Number("messages", "messages in the burst", 10_000, minimum=1, maximum=20_000, unit="messages"),
        Number(
            "maximum_concurrency",
            "MaximumConcurrency",
            None,
            minimum=limit_of("lambda.mapping.maximum-concurrency.least"),
            maximum=limit_of("lambda.mapping.maximum-concurrency"),
            unit="invocations",
            source=source_of("lambda.mapping.maximum-concurrency"),
            without="not set",
        ),
        Number(
            "batch_size",
            "BatchSize (no window)",
            limit_of("lambda.mapping.batch-size.default"),
            minimum=1,
            maximum=limit_of("lambda.mapping.batch-size.without-window"),
            unit="messages",
            source=source_of("lambda.mapping.batch-size.without-window"),
        ),
        Number("work", "work for one batch", 6, minimum=1, maximum=60, unit="s"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE,),
    limit=48 * HOUR,
    differs="AWS says that a mapping adds up to 300 batches at a time each minute; that it adds one each "
    "0.2 s, and how long a cold start takes, is the lab's.",
)
