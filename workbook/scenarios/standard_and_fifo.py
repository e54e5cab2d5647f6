"""The same messages through a standard and a FIFO queue, with the chance that standard queues have.

What AWS calls occasional is turned up here, so that it shows in twenty messages. The producer adds duplicates
of its own: it sends a message again when the answer got lost. Only a FIFO queue knows that it has that one.
"""

from __future__ import annotations

from typing import NamedTuple

import boto3

from workbook import Chaos, Lab
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number

STANDARD = "steps"
FIFO = "steps.fifo"
CHANCE = "the lab's; AWS says that it happens, and gives no rate"


def build(lab: Lab, duplicates: int, reordering: int) -> dict[str, str]:
    """Create both queues, and turn up the chance that the standard one has."""
    lab.chaos = Chaos(duplicates=duplicates / 100, reordering=reordering / 100)
    sqs = boto3.client("sqs")
    attributes = {"VisibilityTimeout": "10"}
    standard = sqs.create_queue(QueueName=STANDARD, Attributes=attributes)
    fifo = sqs.create_queue(QueueName=FIFO, Attributes={**attributes, "FifoQueue": "true"})
    return {STANDARD: standard["QueueUrl"], FIFO: fifo["QueueUrl"]}


def trigger(lab: Lab, queues: dict[str, str], messages: int, sent_twice: int) -> None:
    """Send numbered messages to both queues, the first few of them twice; then let them be read."""
    for number in range(1, messages + 1):
        for _ in range(2 if number <= sent_twice else 1):
            send(queues, number)
    for name, queue in queues.items():
        lab.program(f"reader of {name}", read, queue)


def send(queues: dict[str, str], number: int) -> None:
    """Send one message to both queues; a FIFO queue wants to know its group, and its identity."""
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=queues[STANDARD], MessageBody=f"step {number}")
    sqs.send_message(
        QueueUrl=queues[FIFO],
        MessageBody=f"step {number}",
        MessageGroupId="recipe",
        MessageDeduplicationId=f"step-{number}",
    )


def read(queue: str) -> None:
    """Receive and delete, again and again."""
    sqs = boto3.client("sqs")
    while True:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


class _Reading(NamedTuple):
    order: str
    received: int
    twice: int
    late: int

    @classmethod
    def of(cls, trace: Hops, queue: str) -> _Reading:
        """In which order steps were received: how often again, and how often after a later one."""
        bodies = {hop.message: str(hop.facts["body"]) for hop in hops_of(trace, "send", at=queue)}
        numbers = [int(bodies[hop.message].split()[-1]) for hop in hops_of(trace, "receive", at=queue)]
        firsts = list(dict.fromkeys(numbers))
        late = sum(number < max(firsts[: place + 1]) for place, number in enumerate(firsts))
        return cls(_shortened(numbers), len(numbers), len(numbers) - len(firsts), late)


def _shortened(numbers: list[int]) -> str:
    shown = " ".join(str(number) for number in numbers[:30])
    return f"{shown} ..." if len(numbers) > 30 else shown


def measure(trace: Hops) -> Findings:
    """For each queue what came out of it, in the order in which it did."""
    standard, fifo = _Reading.of(trace, STANDARD), _Reading.of(trace, FIFO)
    copies = sum(bool(hop.facts.get("duplicate")) for hop in hops_of(trace, "receive", at=STANDARD))
    dropped = sum(1 for _ in hops_of(trace, "deduplicate", at=FIFO))
    rows = tuple(
        (name, found.received, found.twice, found.late, found.order)
        for name, found in ((STANDARD, standard), (FIFO, fifo))
    )
    conclusion = (
        f"The standard queue delivered {counted(copies, 'second copy', 'second copies')} of its own "
        f"and {standard.twice - copies:,} that had been sent twice; {counted(standard.late, 'step')} came "
        f"after a later one. The FIFO queue delivered {fifo.twice:,} again and {fifo.late:,} late. "
        f"It accepted {counted(dropped, 'message')} that it had already, and dropped them."
    )
    return Findings(conclusion, ("queue", "received", "again", "late", "order of receives"), rows)


SCENARIO = Scenario(
    name="standard-and-fifo",
    title="A standard queue and a FIFO queue",
    question="In which order, and how often, does each kind of queue deliver the same messages?",
    watch="Watch the numbers of the steps as they are received.",
    settings=(
        Number("messages", "steps", 20, minimum=1, maximum=200, unit="messages"),
        Number("sent_twice", "of which are sent twice", 2, minimum=0, maximum=200, unit="messages"),
        Number("duplicates", "deliveries repeated", 20, minimum=0, maximum=100, unit="%", source=CHANCE),
        Number("reordering", "messages overtaken", 20, minimum=0, maximum=100, unit="%", source=CHANCE),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(STANDARD, FIFO),
    limit=HOUR,
    differs="both chances are turned up, so that they show in a few messages. AWS says that duplicates and "
    "disorder happen in standard queues, and gives no rates.",
)
