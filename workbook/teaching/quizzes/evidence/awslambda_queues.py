"""What proves the keys of the questions in questions/awslambda_queues.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import accumulate
from typing import Any

from botocore.exceptions import ClientError

from workbook import Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def redrive_policy(receives: int) -> str:
    """After so many receives to the queue `dead`."""
    return json.dumps({"deadLetterTargetArn": QUEUE + "dead", "maxReceiveCount": receives})


def make_queues(sqs: Any, receives: int, **attributes: str) -> str:
    """The queue `jobs` with a dead-letter queue `dead`; the URL of the first."""
    sqs.create_queue(QueueName="dead")
    attributes = {"RedrivePolicy": redrive_policy(receives), **attributes}
    url: str = sqs.create_queue(QueueName="jobs", Attributes=attributes)["QueueUrl"]
    return url


def connect(
    lab: Lab, functions: Any, queue: str = "jobs", function: str = "work", **settings: object
) -> None:
    """Let Lambda read a queue for a function, and wait until it does."""
    functions.create_event_source_mapping(EventSourceArn=QUEUE + queue, FunctionName=function, **settings)
    lab.advance(seconds=10)


def send(sqs: Any, url: str, *bodies: str) -> None:
    """Send messages, ten a call."""
    for first in range(0, len(bodies), 10):
        ten = bodies[first : first + 10]
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(ten)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries)


def invocations(lab: Lab) -> int:
    """How often functions were run."""
    return sum(hop.kind == "invoke" for hop in lab.trace)


def at_once(lab: Lab) -> int:
    """How many runs there were at the same time, at most."""
    begun = [(hop.time, 1) for hop in lab.trace if hop.kind == "invoke"]
    ended = [(int(str(hop.facts["ended_at"])), -1) for hop in lab.trace if hop.kind == "invoke"]
    return max(accumulate(step for _, step in sorted(begun + ended)))


def code_of_error(call: Any, **parameters: object) -> str:
    """Make a call; the code of its error, or nothing."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def the_way_of_a_message(lab: Lab) -> Shown:
    """One message, and a function that takes three seconds for it. What does the trace have, and when?"""
    functions, sqs = lab.client("lambda"), lab.client("sqs")

    def work(event: object, context: object) -> None:
        import time

        time.sleep(3)

    lab.function("work", work, Timeout=5)
    url = make_queues(sqs, receives=5)
    connect(lab, functions)
    sqs.send_message(QueueUrl=url, MessageBody="a job")
    lab.advance(seconds=10)
    hops = {hop.kind: hop for hop in lab.trace if hop.kind in {"receive", "invoke", "delete"}}
    times = {kind: hop.time for kind, hop in hops.items()}
    times["answer"] = int(str(hops["invoke"].facts["ended_at"]))
    order = sorted(times, key=lambda step: (times[step], step == "delete"))
    requests = [str(hop.facts["operation"]) for hop in lab.trace if hop.kind == "poller-request"]
    return Shown(
        answer=order,
        says=f"Lambda's pollers made the requests {' and '.join(requests)}.",
        each={
            step: f"{(time - times['receive']) / 1_000_000:.1f} s after the receive"
            for step, time in times.items()
        },
        picture=lab.sequence(),
    )


def one_broken_message_of_four(lab: Lab) -> Shown:
    """Four messages, one of them broken. What becomes of them, and how often is the function run?"""
    functions, sqs = lab.client("lambda"), lab.client("sqs")

    def names(event: dict[str, list[dict[str, str]]], context: object) -> object:
        broken = [record["messageId"] for record in event["Records"] if record["body"] == "broken"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in broken]}

    def raises(event: dict[str, list[dict[str, str]]], context: object) -> None:
        for record in event["Records"]:
            if record["body"] == "broken":
                raise ValueError(record["body"])

    def play(handler: Any, **settings: Any) -> dict[str, int]:
        lab.reset()
        lab.function("work", handler, Timeout=10)
        url = make_queues(sqs, receives=3, VisibilityTimeout="60")
        connect(lab, functions, **settings)
        send(sqs, url, "good 1", "good 2", "broken", "good 3")
        lab.advance(minutes=10)
        receives = Counter(hop.message for hop in lab.trace if hop.kind == "receive")
        again = sum(count > 1 for count in receives.values())
        return {"runs": invocations(lab), "again": again, "dead": len(lab.queue("dead"))}

    told = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
    found = {"a": play(names, **told), "b": play(names), "c": play(raises, BatchSize=1)}
    meet = {way: one["runs"] for way, one in found.items() if (one["again"], one["dead"]) == (1, 1)}
    now = play(raises)
    return Shown(
        answer={way: meet.get(way) == min(meet.values()) for way in found},
        says=f"As it is, {now['again']} of 4 messages come again, and {now['dead']} become dead letters.",
        each={
            way: f"messages that came again: {one['again']}; dead letters: {one['dead']}; runs: {one['runs']}"
            for way, one in found.items()
        },
    )


def jobs_for_a_small_database(lab: Lab) -> Shown:
    """Many jobs at once, and a database that bears two connections. How many runs at once, how many dead?"""
    functions, sqs = lab.client("lambda"), lab.client("sqs")

    def work(event: object, context: object) -> None:
        import time

        time.sleep(20)

    def play(reserved: int = 0, delay: str = "0", **settings: Any) -> tuple[int, int]:
        lab.reset()
        lab.function("work", work, Timeout=30)
        url = make_queues(sqs, receives=1, VisibilityTimeout="180", DelaySeconds=delay)
        connect(lab, functions, BatchSize=1, **settings)
        if reserved:
            functions.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=reserved)
        send(sqs, url, *(f"job {number}" for number in range(24)))
        lab.run_until_idle()
        return at_once(lab), len(lab.queue("dead"))

    found = {
        "a": play(ScalingConfig={"MaximumConcurrency": 2}),
        "b": play(reserved=2),
        "c": play(),
        "d": play(delay="60"),
    }
    return Shown(
        answer={way: connections <= 2 and not dead for way, (connections, dead) in found.items()},
        says="24 jobs of 20 seconds came at once, for a database that bears two connections.",
        each={
            way: f"{connections} connections at once; {dead} jobs in the dead-letter queue"
            for way, (connections, dead) in found.items()
        },
    )


def where_failed_messages_are_kept(lab: Lab) -> Shown:
    """A message that fails always, and each of the settings. Is it kept in the queue `dead`?"""
    functions, sqs, iam = lab.client("lambda"), lab.client("sqs"), lab.client("iam")
    dead = {"Destination": QUEUE + "dead"}

    def fail(event: object, context: object) -> None:
        raise RuntimeError("no")

    def kept(way: str) -> int | str:
        lab.reset()
        lab.function("work", fail)
        let_role_send(functions, iam)
        sqs.create_queue(QueueName="dead")
        attributes = {"RedrivePolicy": redrive_policy(5)} if way == "a" else {}
        url = sqs.create_queue(QueueName="jobs", Attributes=attributes)["QueueUrl"]
        if way == "b":
            letters = {"TargetArn": QUEUE + "dead"}
            functions.update_function_configuration(FunctionName="work", DeadLetterConfig=letters)
        if way == "c":
            functions.put_function_event_invoke_config(
                FunctionName="work", DestinationConfig={"OnFailure": dead}
            )
        settings = {"DestinationConfig": {"OnFailure": dead}} if way == "d" else {}
        refusal = code_of_error(connect, lab=lab, functions=functions, **settings)
        send(sqs, url, "a job")
        lab.advance(minutes=10)
        return refusal or len(lab.queue("dead"))

    found = {way: kept(way) for way in "abcd"}
    return Shown(
        answer={way: outcome == 1 for way, outcome in found.items()},
        says="One message was sent, and the function failed each time; after ten minutes `dead` was counted.",
        each={
            way: f"refused: {outcome}" if isinstance(outcome, str) else f"messages in dead: {outcome}"
            for way, outcome in found.items()
        },
    )


def let_role_send(functions: Any, iam: Any) -> None:
    """Let the execution role of the function send to queues."""
    role = functions.get_function_configuration(FunctionName="work")["Role"].split("/")[-1]
    may = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName=role, PolicyName="sends", PolicyDocument=policy)
