"""One bad message in a FIFO queue holds up its own message group, and no other.

Clerks take one order at a time. What they cannot read they leave alone, so that it comes back after its
visibility timeout. Until it is deleted or moved away, nothing behind it in its group is delivered.
"""

from __future__ import annotations

import json
import time

import boto3

from workbook import Lab
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Findings, counted, times
from workbook.scenarios.framework.reading import Hops, lives, seconds_from, whereabouts
from workbook.scenarios.framework.scenario import Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

QUEUE = "counter.fifo"
DEAD_LETTERS = "counter-dead-letters.fifo"


def build(lab: Lab, visibility_timeout: int, dead_letter_queue: bool, max_receives: int) -> str:
    """Create the FIFO queue, and perhaps a dead-letter queue, which has to be a FIFO queue, too."""
    sqs = boto3.client("sqs")
    attributes = {"FifoQueue": "true", "VisibilityTimeout": str(visibility_timeout)}
    if dead_letter_queue:
        dead = sqs.create_queue(QueueName=DEAD_LETTERS, Attributes={"FifoQueue": "true"})
        answer = sqs.get_queue_attributes(QueueUrl=dead["QueueUrl"], AttributeNames=["QueueArn"])
        target = answer["Attributes"]["QueueArn"]
        policy = {"deadLetterTargetArn": target, "maxReceiveCount": max_receives}
        attributes["RedrivePolicy"] = json.dumps(policy)
    return sqs.create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"]


def trigger(lab: Lab, counter: str, customers: int, orders: int, clerks: int) -> None:
    """Send orders, each customer a group; the second order of the first customer cannot be read."""
    sqs = boto3.client("sqs")
    for number in range(1, orders + 1):
        for customer in range(1, customers + 1):
            bad = customer == 1 and number == min(2, orders)
            sqs.send_message(
                QueueUrl=counter,
                MessageBody=f"order {number}" + (" (unreadable)" if bad else ""),
                MessageGroupId=f"customer-{customer}",
                MessageDeduplicationId=f"{customer}/{number}",
            )
    for clerk in range(1, clerks + 1):
        lab.program(f"clerk {clerk}", serve, counter)


def serve(counter: str) -> None:
    """Take one order after the other; leave alone what cannot be read."""
    sqs = boto3.client("sqs")
    while True:
        answer = sqs.receive_message(QueueUrl=counter, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            time.sleep(1)
            if "unreadable" not in message["Body"]:
                sqs.delete_message(QueueUrl=counter, ReceiptHandle=message["ReceiptHandle"])


def measure(trace: Hops) -> Findings:
    """For each customer what was sent, what is done, and since when; and what became of the bad order."""
    messages = list(lives(trace).values())
    groups: dict[str, list[list[Hop]]] = {}
    for life in messages:
        groups.setdefault(str(life[0].facts["group_id"]), []).append(life)
    rows = tuple(_row(name, group, messages[0][0]) for name, group in groups.items())
    bad = next(life for life in messages if "unreadable" in str(life[0].facts["body"]))
    receives = sum(hop.kind == "receive" for hop in bad)
    behind = [life for life in groups["customer-1"] if life[0].number > bad[0].number]
    waiting = sum(whereabouts(life) != "deleted" for life in behind)
    conclusion = (
        f"The unreadable order was received {times(receives)} and is now {whereabouts(bad)}. "
        f"{_of_those(waiting, len(behind))} {_of_the_others(groups)}"
    )
    return Findings(conclusion, ("group", "sent", "done", "last done at"), rows)


def _row(name: str, group: list[list[Hop]], first: Hop) -> tuple[str, int, int, str]:
    done = [life[-1] for life in group if whereabouts(life) == "deleted"]
    last = f"{max(seconds_from(first, hop) for hop in done):g} s" if done else "never"
    return name, len(group), len(done), last


def _of_those(waiting: int, behind: int) -> str:
    if not behind:
        return "Nothing is behind it in its group."
    if waiting:
        return f"Behind it in its group {counted(waiting, 'order')} had to wait."
    return f"What was behind it in its group ({counted(behind, 'order')}) went on without it."


def _of_the_others(groups: dict[str, list[list[Hop]]]) -> str:
    others = [life for name, group in groups.items() if name != "customer-1" for life in group]
    done = sum(whereabouts(life) == "deleted" for life in others)
    return f"Of the other groups {done:,} of {counted(len(others), 'order')} are done."


def limit(visibility_timeout: int) -> int:
    """Seconds: long enough to see the bad order come back a few times."""
    return max(300, 5 * visibility_timeout)


SCENARIO = Scenario(
    name="fifo-group-blocked",
    title="A FIFO group blocked by one message",
    question="Whom does a message that nobody can handle hold up in a FIFO queue?",
    watch="Watch customer 1's orders, and those of the others.",
    settings=(
        Number("customers", "message groups", 3, minimum=1, maximum=20, unit="groups"),
        Number("orders", "orders of each", 4, minimum=1, maximum=20, unit="messages"),
        Number("clerks", "consumers", 2, minimum=1, maximum=10, unit="clerks"),
        Number(
            "visibility_timeout",
            "visibility timeout",
            limit_of("sqs.visibility-timeout.default"),
            minimum=2,
            maximum=limit_of("sqs.visibility-timeout.maximum"),
            unit="s",
            source="longer than the work of a second; " + source_of("sqs.visibility-timeout.maximum"),
        ),
        Switch("dead_letter_queue", "dead-letter queue", default=False),
        Number(
            "max_receives",
            "maxReceiveCount",
            3,
            minimum=1,
            maximum=limit_of("sqs.redrive.max-receive-count"),
            unit="receives",
            source=source_of("sqs.redrive.max-receive-count"),
        ),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE, DEAD_LETTERS),
    limit=limit,
    differs="which of several free groups is served first is nothing that AWS promises.",
)
