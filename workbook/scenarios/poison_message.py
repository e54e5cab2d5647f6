"""One message that no consumer can handle, with and without a dead-letter queue.

A Lambda function inspects parcels and fails at one of them. Without a dead-letter queue that parcel comes
back at the end of each visibility timeout until its retention ends. With one it is moved there by the receive
that follows the last one allowed.
"""

from __future__ import annotations

import json

import boto3

from workbook import Lab
from workbook.scenarios.framework.account import Findings, times
from workbook.scenarios.framework.reading import Hops, lives, whereabouts
from workbook.scenarios.framework.scenario import HOUR, Scenario
from workbook.scenarios.framework.settings import Number, Switch, limit_of, source_of

QUEUE = "parcels"
DEAD_LETTERS = "parcels-dead-letters"
FUNCTION_TIMEOUT = 10


def build(lab: Lab, visibility_timeout: int, dead_letter_queue: bool, max_receives: int) -> str:
    """Create the queue, the dead-letter queue and the function that inspects parcels."""
    sqs = boto3.client("sqs")
    attributes = {"VisibilityTimeout": str(visibility_timeout)}
    if dead_letter_queue:
        target = queue_arn(sqs.create_queue(QueueName=DEAD_LETTERS)["QueueUrl"])
        policy = {"deadLetterTargetArn": target, "maxReceiveCount": max_receives}
        attributes["RedrivePolicy"] = json.dumps(policy)
    parcels = sqs.create_queue(QueueName=QUEUE, Attributes=attributes)["QueueUrl"]
    lab.function("inspect-parcels", inspect_parcels, Timeout=FUNCTION_TIMEOUT)
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=queue_arn(parcels), FunctionName="inspect-parcels", BatchSize=1
    )
    lab.run_until_idle()  # until the mapping is enabled
    return parcels


def queue_arn(url: str) -> str:
    """The ARN of the queue with this URL."""
    answer = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return answer["Attributes"]["QueueArn"]


def inspect_parcels(event: dict[str, list[dict[str, str]]], context: object) -> None:
    """Let every parcel pass that does not tick."""
    for record in event["Records"]:
        if "ticks" in record["body"]:
            raise ValueError("what is in " + record["body"] + "?")


def trigger(lab: Lab, parcels: str, good_parcels: int) -> None:
    """Send good parcels, and among them one that ticks."""
    sqs = boto3.client("sqs")
    bodies = [f"parcel {number}" for number in range(1, good_parcels + 1)]
    bodies.insert(good_parcels // 2, "a parcel that ticks")
    for body in bodies:
        sqs.send_message(QueueUrl=parcels, MessageBody=body)


def measure(trace: Hops, visibility_timeout: int) -> Findings:
    """For each parcel how often it was received, and where it is in the end."""
    rows = []
    conclusions = []
    for life in lives(trace).values():
        body, receives = str(life[0].facts["body"]), sum(hop.kind == "receive" for hop in life)
        end = whereabouts(life)
        rows.append((body, receives, end))
        if "ticks" in body:
            again = _comes_back(visibility_timeout) if end == f"in {QUEUE}" else f"Now it is {end}."
            conclusions.append(f"The parcel that ticks was received {times(receives)}. {again}")
    return Findings(" ".join(conclusions), ("parcel", "receives", "in the end"), tuple(rows))


def _comes_back(visibility_timeout: int) -> str:
    days = limit_of("sqs.retention.default") // (24 * HOUR)
    return (
        f"It comes back {visibility_timeout:,} s after each receive, until its {days} days of retention end."
    )


def limit(visibility_timeout: int, dead_letter_queue: bool, max_receives: int) -> int:
    """Seconds until the last receive of the parcel; where there is none, half an hour or ten receives."""
    if dead_letter_queue:
        return min(max(HOUR, visibility_timeout * (max_receives + 1)), 5 * 24 * HOUR)
    return min(max(HOUR // 2, visibility_timeout * 10), 5 * 24 * HOUR)


SCENARIO = Scenario(
    name="poison-message",
    title="A poison message",
    question="What becomes of a message that no consumer can handle?",
    watch="Watch how often the parcel that ticks is received, and where it is in the end.",
    settings=(
        Switch("dead_letter_queue", "dead-letter queue", default=True),
        Number(
            "max_receives",
            "maxReceiveCount",
            3,
            minimum=1,
            maximum=limit_of("sqs.redrive.max-receive-count"),
            unit="receives",
            source=source_of("sqs.redrive.max-receive-count"),
        ),
        Number(
            "visibility_timeout",
            "visibility timeout",
            60,
            minimum=FUNCTION_TIMEOUT,
            maximum=limit_of("sqs.visibility-timeout.maximum"),
            unit="s",
            source=f"at least the function's timeout of {FUNCTION_TIMEOUT} s, or Lambda refuses the mapping; "
            + source_of("sqs.visibility-timeout.maximum"),
        ),
        Number("good_parcels", "good parcels", 5, minimum=0, maximum=100, unit="parcels"),
    ),
    build=build,
    trigger=trigger,
    measure=measure,
    queues=(QUEUE, DEAD_LETTERS),
    limit=limit,
    differs="the pollers come 20 ms after a message was sent or has come back; AWS gives no figure.",
)
