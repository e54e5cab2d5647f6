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
        send(sqs, url, *(f"job {number}" for number in range(18)))
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
        says="18 jobs of 20 seconds came at once, for a database that bears two connections.",
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


def visibility_timeouts_for_a_minute_of_work(lab: Lab) -> Shown:
    """Three jobs of 50 seconds, one place to run; then a job that fails. How often is each received?"""
    functions, sqs = lab.client("lambda"), lab.client("sqs")

    def work(event: dict[str, list[dict[str, str]]], context: object) -> None:
        import time

        time.sleep(50)
        if event["Records"][0]["body"] == "fail":
            raise RuntimeError("no")

    def play(visibility: str) -> tuple[int, bool]:
        """Receives of the three jobs, and whether the one that fails is tried again within ten minutes."""
        lab.reset()
        lab.function("work", work, Timeout=60)
        functions.put_function_concurrency(FunctionName="work", ReservedConcurrentExecutions=1)
        url = make_queues(sqs, receives=5, VisibilityTimeout=visibility)
        connect(lab, functions, BatchSize=1)
        send(sqs, url, "job 1", "job 2", "job 3")
        lab.advance(minutes=5)
        receives = sum(hop.kind == "receive" for hop in lab.trace)
        failing = sqs.send_message(QueueUrl=url, MessageBody="fail")
        lab.advance(minutes=10)
        return receives, sum(hop.kind == "receive" for hop in lab.trace.of(failing)) > 1

    found = {"a": play("360"), "b": play("60"), "d": play("43200")}
    refusal = code_of_error(play, visibility="30")
    return Shown(
        answer={"c": not refusal} | {way: outcome == (3, True) for way, outcome in found.items()},
        says="Three jobs came at once, of which two were throttled at first; later one came that fails.",
        each={"c": f"the mapping is refused: {refusal}"}
        | {
            way: f"3 jobs took {receives} receives; within ten minutes the one that failed was "
            f"{'' if again else 'not '}tried again"
            for way, (receives, again) in found.items()
        },
    )


def answers_about_a_batch_of_five(lab: Lab) -> Shown:
    """The function gives each of the answers. How many of five messages show themselves again?"""
    functions, sqs = lab.client("lambda"), lab.client("sqs")

    def come_again(answer: str) -> int:
        lab.reset()
        third = "    third = event['Records'][2]['messageId']\n"
        lab.function("work", f"def handler(event, context):\n{third}    return {answer}\n")
        url = make_queues(sqs, receives=5, VisibilityTimeout="60")
        connect(lab, functions, FunctionResponseTypes=["ReportBatchItemFailures"])
        send(sqs, url, *"12345")
        lab.advance(seconds=70)
        receives = Counter(hop.message for hop in lab.trace if hop.kind == "receive")
        return sum(count > 1 for count in receives.values())

    found = {
        "a": come_again('{"batchItemFailures": [{"itemIdentifier": ""}]}'),
        "b": come_again('{"batchItemFailures": [{"messageId": third}]}'),
        "c": come_again('{"batchItemFailures": []}'),
        "d": come_again("None"),
        "e": come_again('{"batchItemFailures": [{"itemIdentifier": third}]}'),
    }
    return Shown(
        answer={way: again == 5 for way, again in found.items()},
        says="Each time a batch of five was answered, and a minute later the visibility timeout had ended.",
        each={way: f"{again} of 5 messages came again" for way, again in found.items()},
    )


def six_groups_at_work(lab: Lab) -> Shown:
    """Eighteen jobs of six groups, and a mapping that may have ten invocations at a time."""
    functions, sqs = lab.client("lambda"), lab.client("sqs")

    def work(event: object, context: object) -> None:
        import time

        time.sleep(10)

    lab.function("work", work, Timeout=15)
    attributes = {"FifoQueue": "true", "ContentBasedDeduplication": "true", "VisibilityTimeout": "90"}
    url = sqs.create_queue(QueueName="jobs.fifo", Attributes=attributes)["QueueUrl"]
    connect(lab, functions, queue="jobs.fifo", BatchSize=1, ScalingConfig={"MaximumConcurrency": 10})
    for number in range(18):
        group = f"press-{number % 6}"
        sqs.send_message(QueueUrl=url, MessageBody=f"job {number}", MessageGroupId=group)
    lab.run_until_idle()
    return Shown(
        answer=at_once(lab),
        says=f"There were {invocations(lab)} invocations, and at most {at_once(lab)} at the same time.",
    )


def two_kinds_of_reports_for_two_functions(lab: Lab) -> Shown:
    """Two reports of each kind. Which reach the function that is meant, and does any come again?"""
    functions, sqs, sns = lab.client("lambda"), lab.client("sqs"), lab.client("sns")
    reports = ["fault", "usage", "fault", "usage"]

    def take_own(event: dict[str, list[dict[str, str]]], context: object) -> object:
        import os

        own = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        foreign = [record["messageId"] for record in event["Records"] if own not in record["body"]]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in foreign]}

    def topic_and_two_queues() -> list[Any]:
        topic = sns.create_topic(Name="reports")["TopicArn"]
        for kind in ("fault", "usage"):
            may = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": QUEUE + kind}
            policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
            sqs.create_queue(QueueName=kind, Attributes={"Policy": policy})
            wanted = {"FilterPolicy": json.dumps({"kind": [kind]}), "FilterPolicyScope": "MessageBody"}
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + kind, Attributes=wanted)
            connect(lab, functions, queue=kind, function=kind)
        return [sns.publish(TopicArn=topic, Message=json.dumps({"kind": kind})) for kind in reports]

    def one_queue(*, filters: bool = False, **settings: Any) -> list[Any]:
        url = sqs.create_queue(QueueName="reports")["QueueUrl"]
        for kind in ("fault", "usage"):
            pattern = json.dumps({"body": {"kind": [kind]}})
            criteria = {"FilterCriteria": {"Filters": [{"Pattern": pattern}]}} if filters else {}
            connect(lab, functions, queue="reports", function=kind, **criteria, **settings)
        return [sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"kind": kind})) for kind in reports]

    def reached(build: Any, **how: Any) -> tuple[int, int]:
        lab.reset()
        for kind in ("fault", "usage"):
            lab.function(kind, take_own)
        sent = build(**how)
        lab.advance(minutes=2)
        lives = [lab.trace.of(one) for one in sent]
        arrived = sum(
            any(hop.kind == "invoke" and kind in hop.resource for hop in life)
            for kind, life in zip(reports, lives, strict=True)
        )
        return arrived, sum(sum(hop.kind == "receive" for hop in life) > 1 for life in lives)

    found = {
        "a": reached(topic_and_two_queues),
        "b": reached(one_queue, filters=True),
        "c": reached(one_queue),
        "d": reached(one_queue, FunctionResponseTypes=["ReportBatchItemFailures"]),
    }
    return Shown(
        answer={way: outcome == (4, 0) for way, outcome in found.items()},
        says="Two faults and two usages were reported, and two minutes passed.",
        each={
            way: f"{arrived} of 4 reports reached their function; {again} were received again"
            for way, (arrived, again) in found.items()
        },
    )


def batches_of_a_new_mapping(lab: Lab) -> Shown:
    """Forty messages wait when the mapping is made. How many invocations begin in the first moment?"""
    functions, sqs = lab.client("lambda"), lab.client("sqs")

    def work(event: object, context: object) -> None:
        import time

        time.sleep(60)

    lab.function("work", work, Timeout=90)
    url = make_queues(sqs, receives=5, VisibilityTimeout="540")
    send(sqs, url, *(f"job {number}" for number in range(40)))
    connect(lab, functions, BatchSize=1)
    times = [hop.time for hop in lab.trace if hop.kind == "invoke"]
    first = sum(time - times[0] < 100_000 for time in times)
    return Shown(
        answer=first,
        says=f"{first} invocations began at once, and there were {len(times)} a few seconds later.",
    )


def readings_of_a_river(lab: Lab) -> Shown:
    """A reading a second, thirty in all. How often is the function run, and how old do readings get?"""
    functions, sqs = lab.client("lambda"), lab.client("sqs")

    def work(event: object, context: object) -> None:
        pass

    def play(wait: str = "0", **settings: Any) -> tuple[int, int]:
        lab.reset()
        lab.function("work", work)
        url = make_queues(sqs, receives=5, ReceiveMessageWaitTimeSeconds=wait)
        connect(lab, functions, **settings)
        for number in range(30):
            sqs.send_message(QueueUrl=url, MessageBody=f"{number} cm")
            lab.advance(seconds=1)
        lab.advance(minutes=1)
        sent = {hop.message: hop.time for hop in lab.trace if hop.kind == "send"}
        done = {hop.message: hop.time for hop in lab.trace if hop.kind == "delete"}
        oldest = max(done[message] - sent[message] for message in sent)
        return invocations(lab), round(oldest / 1_000_000)

    found = {
        "a": play(BatchSize=100, MaximumBatchingWindowInSeconds=20),
        "c": play(MaximumBatchingWindowInSeconds=20),
        "d": play(wait="20"),
    }
    refusal = code_of_error(play, BatchSize=100)
    fewest = min(count for count, oldest in found.values() if oldest <= 60)
    return Shown(
        answer={"b": not refusal} | {way: count == fewest for way, (count, _) in found.items()},
        says="A reading came each second, thirty in all.",
        each={"b": f"refused: {refusal}"}
        | {
            way: f"{count} invocations; the oldest waited {oldest} s"
            for way, (count, oldest) in found.items()
        },
    )
