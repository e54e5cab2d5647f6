"""Short against long polling: two consumers, two queues, the same messages, and every request counted."""

from __future__ import annotations

import time
from typing import NamedTuple

import boto3

from workbook import Chaos, Lab
from workbook.engine.clock import SECOND
from workbook.engine.story import short_name
from workbook.scenarios.framework.account import Findings, counted
from workbook.scenarios.framework.reading import Hops, call_of, hops_of
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, limit_of, source_of

SHORT = "asked-by-short-polls"
LONG = "asked-by-long-polls"


def build(lab: Lab, missed_polls: int) -> dict[str, str]:
    """Create two equal queues, and let short polls miss messages as often as is wanted."""
    lab.chaos = Chaos(missed_polls=missed_polls / 100)
    sqs = boto3.client("sqs")
    return {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in (SHORT, LONG)}


def trigger(
    lab: Lab, queues: dict[str, str], minutes: int, messages: int, pause: int, wait_time: int
) -> None:
    """Let one consumer at each queue ask for messages, while a producer sends to both."""
    lab.program("short poller", poll, queues[SHORT], 0, pause)
    lab.program("long poller", poll, queues[LONG], wait_time, 0)
    lab.program("producer", produce, list(queues.values()), messages, 60 * minutes)


def produce(queues: list[str], messages: int, seconds: int) -> None:
    """Send messages to each queue, spread evenly over so many seconds."""
    sqs = boto3.client("sqs")
    for number in range(1, messages + 1):
        time.sleep(seconds / (messages + 1))
        for queue in queues:
            sqs.send_message(QueueUrl=queue, MessageBody=f"message {number}")
    time.sleep(seconds / (messages + 1))


def poll(queue: str, wait_time: int, pause: int) -> None:
    """Ask for messages, again and again, with a pause after each answer that brought none."""
    sqs = boto3.client("sqs")
    while True:
        answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=wait_time)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        if not answer.get("Messages"):
            time.sleep(pause)


def measure(trace: Hops, minutes: int, wait_time: int, pause: int) -> Findings:
    """For each queue: the requests, those in vain, and how long messages waited for their receive."""
    short, long = _Counts.of(trace, SHORT), _Counts.of(trace, LONG)
    rows = ((f"short polls, {pause} s apart", *short), (f"long polls of {wait_time} s", *long))
    conclusion = (
        f"In {counted(minutes, 'minute')} the short poller made {counted(short.requests, 'request')}, "
        f"{short.empty:,} of them in vain, and the long poller {long.requests:,}, {long.empty:,} in vain."
    )
    return Findings(conclusion, ("how", "receive requests", "in vain", "messages", "mean wait (s)"), rows)


class _Counts(NamedTuple):
    requests: int
    empty: int
    messages: int
    mean_wait: float

    @classmethod
    def of(cls, trace: Hops, queue: str) -> _Counts:
        """Count the receives at one queue. What a request costs does not depend on what it brings."""
        calls = hops_of(trace, "api-call", at="sqs:ReceiveMessage")
        requests = sum(short_name(str(hop.facts.get("on"))) == queue for hop in calls)
        receives = list(hops_of(trace, "receive", at=queue))
        useful = {call.number for call in (call_of(trace, hop) for hop in receives) if call is not None}
        sent = {hop.message: hop.time for hop in hops_of(trace, "send", at=queue)}
        waits = [hop.time - sent[hop.message] for hop in receives]
        mean = round(sum(waits) / len(waits) / SECOND, 2) if waits else 0.0
        return cls(requests, requests - len(useful), len(receives), mean)


SCENARIO = Scenario(
    name="polling",
    title="Short and long polling",
    question="How many requests does it take to wait for a few messages, and how long do these wait?",
    watch="Watch the count of requests that bring nothing.",
    settings=(
        Number("minutes", "how long both wait", 10, minimum=1, maximum=60, unit="min"),
        Number("messages", "messages in that time", 5, minimum=0, maximum=100, unit="messages"),
        Number("pause", "pause between short polls", 1, minimum=1, maximum=60, unit="s"),
        Number(
            "wait_time",
            "WaitTimeSeconds of a long poll",
            limit_of("sqs.wait-time"),
            minimum=1,
            maximum=limit_of("sqs.wait-time"),
            unit="s",
            source=source_of("sqs.wait-time"),
        ),
        Number(
            "missed_polls",
            "short polls that miss a message",
            0,
            minimum=0,
            maximum=90,
            unit="%",
            source="the lab's; AWS says that it happens, and gives no rate",
        ),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(SHORT, LONG),
    limit=2 * HOUR,
    differs="each request takes a millisecond. How often a short poll misses a message is the control's; AWS "
    "says that it happens, and gives no rate.",
)
