"""Work that takes longer than the visibility timeout is done more than once.

Each cook takes one order. A message that is not deleted in time is visible again, and the next cook takes it
while the first is still at work. The first one's delete then comes with an old receipt handle: a standard
queue accepts it, and the message may stay.
"""

from __future__ import annotations

import time

import boto3

from workbook import Lab
from workbook.engine.hop import Hop
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, caller_of, hops_of, seconds_from
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

QUEUE = "wedding-cakes"


def build(lab: Lab, visibility_timeout: int) -> str:
    """Create the queue, and return its URL."""
    sqs = boto3.client("sqs")
    attributes = {"VisibilityTimeout": str(visibility_timeout)}
    return sqs.create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"]


def trigger(lab: Lab, orders: str, cooks: int, work: int, heartbeat: bool) -> None:
    """Send one order to a kitchen with several cooks."""
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=orders, MessageBody="wedding cake")
    for number in range(1, cooks + 1):
        lab.program(f"cook {number}", cook, orders, work, heartbeat)


def cook(orders: str, work: int, heartbeat: bool) -> None:
    """Wait for one order, bake it, delete it, and go home."""
    sqs = boto3.client("sqs")
    messages: list[dict[str, str]] = []
    while not messages:
        messages = sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20).get("Messages", [])
    receipt = {"QueueUrl": orders, "ReceiptHandle": messages[0]["ReceiptHandle"]}
    bake(work, receipt if heartbeat else None)
    sqs.delete_message(**receipt)


def bake(seconds: int, receipt: dict[str, str] | None) -> None:
    """Work; with a receipt, ask for another 30 seconds of hiding every 10 seconds."""
    sqs = boto3.client("sqs")
    end = time.time() + seconds
    while time.time() < end:
        if receipt:
            sqs.change_message_visibility(**receipt, VisibilityTimeout=30)
        time.sleep(min(10, end - time.time()))


def measure(trace: Hops, visibility_timeout: int, work: int, heartbeat: bool) -> Findings:
    """Who worked on the order, from when to when, and whether the delete counted."""
    sent = list(hops_of(trace, "send", at=QUEUE))
    receives = list(hops_of(trace, "receive", at=QUEUE))
    rows = []
    for receive in receives:
        end = _delete_after(trace, receive)
        begun = f"{seconds_from(sent[0], receive):g} s"
        ended = "still at work" if end is None else f"{seconds_from(sent[0], end):g} s"
        rows.append((caller_of(trace, receive), begun, ended, _what_became(end)))
    twice = len(receives) > len(sent)
    reason = _reason(visibility_timeout, work, heartbeat=heartbeat, twice=twice)
    conclusion = f"{counted(len(sent), 'order')} sent, {counted(len(receives), 'cake')} baked. {reason}"
    return Findings(conclusion, ("who", "received at", "finished at", "the delete"), tuple(rows))


def _delete_after(trace: Hops, receive: Hop) -> Hop | None:
    """The delete that the same cook made of what it had received."""
    who = caller_of(trace, receive)
    deletes = (hop for hop in hops_of(trace[receive.number :], "delete") if hop.message == receive.message)
    return next((hop for hop in deletes if caller_of(trace, hop) == who), None)


def _what_became(delete: Hop | None) -> str:
    if delete is None:
        return ""
    return "left the message: it was received again" if delete.facts.get("kept") else "deleted the message"


def _reason(visibility_timeout: int, work: int, *, heartbeat: bool, twice: bool) -> str:
    hidden = f"A received message is hidden for {visibility_timeout:,} s, and the work takes {work:,} s"
    if twice:
        return (
            f"{hidden}, so it came back while a cook was at work on it. A delete with an old receipt handle "
            "succeeds, and may leave the message; here it always does."
        )
    if heartbeat:
        return "The cook asked for more time while at work, so the order stayed hidden."
    if visibility_timeout <= work:
        return f"{hidden}: it came back, but nobody else was there to take it."
    return f"{hidden}, so it was deleted in time."


SCENARIO = Scenario(
    name="visibility-timeout",
    title="A visibility timeout that is too short",
    question="How often is an order worked on, when the work takes longer than the visibility timeout?",
    watch="Watch when the order becomes visible again, and who takes it then.",
    settings=(
        Number(
            "visibility_timeout",
            "visibility timeout",
            limit_of("sqs.visibility-timeout.default"),
            minimum=0,
            maximum=limit_of("sqs.visibility-timeout.maximum"),
            unit="s",
            source=source_of("sqs.visibility-timeout.maximum"),
        ),
        Number("work", "work for one order", 40, minimum=1, maximum=3600, unit="s"),
        Number("cooks", "consumers", 2, minimum=1, maximum=5, unit="cooks"),
        Switch("heartbeat", "ask for more time while at work", default=False),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE,),
    limit=24 * HOUR,
)
