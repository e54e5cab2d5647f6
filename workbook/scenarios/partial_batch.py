"""A batch with one bad record: what becomes of the good ones.

A function that raises an error fails its whole batch, and all ten messages come back. One that goes on and
reports the bad record, to a mapping that asks for reports, gets only that one again.
"""

from __future__ import annotations

import json

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, lives, whereabouts
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, SettingError, Switch, limit_of, source_of

QUEUE = "invoices"
DEAD_LETTERS = "invoices-dead-letters"
COLUMNS = ("invoice", "receives", "in the end")


def build(lab: Lab, report_failures: bool, max_receives: int) -> str:
    """Create the queue with its dead-letter queue, and the function that books invoices."""
    sqs = boto3.client("sqs")
    dead = queue_arn(sqs.create_queue(QueueName=DEAD_LETTERS)["QueueUrl"])
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": max_receives})
    attributes = {"VisibilityTimeout": "60", "RedrivePolicy": policy}
    invoices = sqs.create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"]
    handler = book_one_by_one if report_failures else book_all_or_none
    lab.function("book-invoices", handler, Timeout=10)
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=queue_arn(invoices),
        FunctionName="book-invoices",
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"] if report_failures else [],
    )
    lab.run_until_idle()  # until the mapping is enabled
    return invoices


def queue_arn(url: str) -> str:
    """The ARN of the queue with this URL."""
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def book_all_or_none(event: dict[str, list[dict[str, str]]], context: object) -> None:
    """Book the invoices of a batch; an amount that is no number ends all of it."""
    for record in event["Records"]:
        amount = float(record["body"].split()[-1])
        print("booked", amount)


def book_one_by_one(event: dict[str, list[dict[str, str]]], context: object) -> dict[str, object]:
    """Book the invoices of a batch; report those whose amount is no number."""
    failures = []
    for record in event["Records"]:
        try:
            print("booked", float(record["body"].split()[-1]))
        except ValueError:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def trigger(lab: Lab, invoices: str, records: int, bad_record: int) -> None:
    """Send one batch of invoices, of which one has an amount that is no number."""
    entries = []
    for number in range(1, records + 1):
        amount = "?" if number == bad_record else 10 * number
        entries.append({"Id": str(number), "MessageBody": f"invoice {number}: {amount}"})
    boto3.client("sqs").send_message_batch(QueueUrl=invoices, Entries=entries)


def check(records: int, bad_record: int) -> None:
    """Refuse a bad record that is not in the batch."""
    if bad_record > records:
        message = (
            f"bad_record={bad_record!r}: the batch has {counted(records, 'record')} (records={records!r}), "
            f"so the bad one is 1 to {records}, or 0 for none"
        )
        raise SettingError(message)


def measure(trace: Hops, report_failures: bool) -> Findings:
    """For each invoice how often it was in a batch, and where it is in the end."""
    rows = []
    for life in lives(trace).values():
        receives = sum(hop.kind == "receive" for hop in life)
        rows.append((str(life[0].facts["body"]), receives, whereabouts(life)))
    good = [row for row in rows if not row[0].endswith("?")]
    if good and len(good) == len(rows):
        conclusion = f"No record was bad: {_done(good)}."
        return Findings(conclusion, COLUMNS, tuple(rows))
    again = sum(receives > 1 for _, receives, _ in good)
    lost = sum(end == f"in {DEAD_LETTERS}" for *_, end in good)
    how = "reported the bad record" if report_failures else "raised an error, and that failed the whole batch"
    conclusion = (
        f"The function {how}. Of {counted(len(good), 'good invoice')}, {again:,} came to it more than once, "
        f"and {lost:,} ended in the dead-letter queue."
    )
    return Findings(conclusion, COLUMNS, tuple(rows))


def _done(good: list[tuple[str, int, str]]) -> str:
    done = sum(end == "deleted" for *_, end in good)
    return "all of the batch were done" if done == len(good) else f"{done:,} of {len(good):,} are done so far"


SCENARIO = Scenario(
    name="partial-batch",
    title="A batch with one bad record",
    question="What becomes of the good messages in a batch, when one of them fails?",
    watch="Watch how many messages come back after the first batch.",
    settings=(
        Switch("report_failures", "ReportBatchItemFailures", default=False),
        Number(
            "records",
            "records in the batch",
            10,
            minimum=1,
            maximum=limit_of("sqs.batch-entries"),
            unit="messages",
            source=source_of("sqs.batch-entries"),
        ),
        Number("bad_record", "the bad one", 5, minimum=0, maximum=10, unit="(0: none)"),
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
    limit=24 * HOUR,
    check=check,
    differs="the messages of a moment come as one batch, in the order of sending. AWS reads with several "
    "pollers, so they may come as two or three batches, in another order.",
)
