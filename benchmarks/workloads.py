"""What is measured. Each workload runs in a fresh process and prints its figures as JSON.

Workloads of plain moto and of the lab make the same boto3 calls.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import psutil
from moto import mock_aws

from benchmarks.measuring import Measurement, best_of
from benchmarks.state_machines import lab_state_machines

BACKLOG = 10_000


@contextmanager
def plain_moto() -> Iterator[None]:
    """The process as moto alone would have it."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def filled_with_moto(client: Any, messages: int) -> str:
    """A queue of plain moto with `messages` in it, put there directly: by API it would take minutes."""
    from moto.sqs.models import Message, sqs_backends

    url: str = client.create_queue(QueueName="orders")["QueueUrl"]
    queue = sqs_backends["123456789012"]["us-east-1"].get_queue("orders")
    for number in range(messages):
        message = Message(str(number), "a cake")
        message.mark_sent()
        queue._messages.append(message)  # noqa: SLF001 - by API it would take minutes
    return url


def filled(client: Any, messages: int, name: str = "orders") -> str:
    """A queue with `messages` in it, sent in batches of ten."""
    url: str = client.create_queue(QueueName=name)["QueueUrl"]
    for start in range(0, messages, 10):
        entries = [
            {"Id": str(n), "MessageBody": f"cake {n}"} for n in range(start, min(start + 10, messages))
        ]
        client.send_message_batch(QueueUrl=url, Entries=entries)
    return url


def empty(client: Any, url: str) -> None:
    """Receive and delete what is there."""
    for message in client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def send_time(client: Any, url: str, *, keep_empty: bool) -> float:
    """Seconds of one send_message."""
    prepare = (lambda: empty(client, url)) if keep_empty else None
    return best_of(200, lambda: client.send_message(QueueUrl=url, MessageBody="a cake"), prepare)


def moto_send() -> Measurement:
    """Plain moto: one send, on an empty queue and with 2,000 messages queued."""
    with plain_moto():
        client = boto3.client("sqs")
        url = client.create_queue(QueueName="empty")["QueueUrl"]
        nothing = send_time(client, url, keep_empty=True)
        url = filled_with_moto(client, 2_000)
        queued = best_of(10, lambda: client.send_message(QueueUrl=url, MessageBody="a cake"))
        return {"empty": nothing, "queued_2000": queued}


def lab_send() -> Measurement:
    """The lab: one send, on an empty queue and with 10,000 messages queued."""
    from workbook import Lab

    with Lab():
        client = boto3.client("sqs")
        url = client.create_queue(QueueName="empty")["QueueUrl"]
        nothing = send_time(client, url, keep_empty=True)
        url = filled(client, BACKLOG)
        return {"empty": nothing, "queued_10000": send_time(client, url, keep_empty=False)}


SUBSCRIBERS = 5


def topic_with_queues(subscribers: int) -> tuple[Any, str]:
    """A topic to which queues are subscribed that let it in: the client, and the topic's ARN."""
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic: str = sns.create_topic(Name="orders")["TopicArn"]
    for number in range(subscribers):
        url = sqs.create_queue(QueueName=f"queue-{number}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return sns, topic


def moto_publish() -> Measurement:
    """Plain moto: one publish to 5 queues, which get it within the call."""
    with plain_moto():
        sns, topic = topic_with_queues(SUBSCRIBERS)
        return {"seconds": best_of(50, lambda: sns.publish(TopicArn=topic, Message="a cake"))}


def lab_publish() -> Measurement:
    """The lab: the same, deliveries included; at the beginning, and after 2,000 messages."""
    from workbook import Lab

    with Lab() as lab:
        sns, topic = topic_with_queues(SUBSCRIBERS)
        seconds = best_of(200, lambda: sns.publish(TopicArn=topic, Message="a cake"))
        for _ in range(1_800):
            sns.publish(TopicArn=topic, Message="a cake")
        later = best_of(200, lambda: sns.publish(TopicArn=topic, Message="a cake"))
        arrived = sum(hop.kind == "send" for hop in lab.trace)
        assert arrived == SUBSCRIBERS * 2_200, f"{arrived} messages arrived"
        return {"seconds": seconds, "later": later}


def lab_fan_out(subscribers: int) -> Measurement:
    """The lab: one publish to many queues, until all have it."""
    from workbook import Lab

    with Lab() as lab:
        sns, topic = topic_with_queues(subscribers)
        before = sum(hop.kind == "send" for hop in lab.trace)
        start = time.perf_counter()
        sns.publish(TopicArn=topic, Message="a cake")
        lab.run_until_idle()
        seconds = time.perf_counter() - start
        arrived = sum(hop.kind == "send" for hop in lab.trace) - before
        assert arrived == subscribers, f"{arrived} of {subscribers} queues have it"
        return {"seconds": seconds}


def moto_receive() -> Measurement:
    """Plain moto: receive ten of 10,000."""
    with plain_moto():
        client = boto3.client("sqs")
        url = filled_with_moto(client, BACKLOG)
        return {"seconds": best_of(5, lambda: client.receive_message(QueueUrl=url, MaxNumberOfMessages=10))}


def lab_receive() -> Measurement:
    """The lab: receive ten of 10,000."""
    from workbook import Lab

    with Lab():
        client = boto3.client("sqs")
        url = filled(client, BACKLOG)
        return {"seconds": best_of(100, lambda: client.receive_message(QueueUrl=url, MaxNumberOfMessages=10))}


HANDLER = "def handler(event, context):\n    return len(event['Records'])\n"


def lab_drain(messages: int) -> Measurement:
    """The lab: messages from SQS through a function in batches of ten, from first send to last delete."""
    from workbook import Lab

    with Lab() as lab:
        client = boto3.client("sqs")
        url = client.create_queue(QueueName="orders")["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        lab.function("worker", HANDLER)
        boto3.client("lambda").create_event_source_mapping(
            EventSourceArn=arn, FunctionName="worker", BatchSize=10
        )
        memory_before = psutil.Process().memory_info().rss
        start = time.perf_counter()
        filled(client, messages)
        lab.run_until_idle()
        seconds = time.perf_counter() - start
        deleted = sum(hop.kind == "delete" for hop in lab.trace)
        assert deleted == messages, f"{deleted} of {messages} messages were deleted"
        memory = (psutil.Process().memory_info().rss - memory_before) / 2**20
        return {"seconds": seconds, "memory": memory, "microseconds_a_message": seconds / messages * 1e6}


def lab_idle_day() -> Measurement:
    """The lab: 24 hours of virtual time with a poller on an empty queue."""
    from workbook import Lab

    with Lab() as lab:
        client = boto3.client("sqs")
        url = client.create_queue(QueueName="orders")["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        lab.function("worker", HANDLER)
        boto3.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName="worker")
        lab.advance(60)
        return {"seconds": best_of(3, lambda: lab.advance(hours=24))}


TRUST = {"Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole"}
SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


def lab_schedule_day() -> Measurement:
    """The lab: 24 hours of virtual time with a schedule that sends a message each minute."""
    from workbook import Lab

    with Lab() as lab:
        iam, sqs = boto3.client("iam"), boto3.client("sqs")
        trust, send = (json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (TRUST, SEND))
        role = iam.create_role(RoleName="schedules", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName="schedules", PolicyName="send", PolicyDocument=send)
        url = sqs.create_queue(QueueName="orders")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        boto3.client("scheduler").create_schedule(
            Name="minute",
            ScheduleExpression="rate(1 minute)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn, "RoleArn": role, "Input": "tick"},
        )
        lab.advance(60)
        return {"seconds": best_of(3, lambda: lab.advance(hours=24))}


def lab_start() -> Measurement:
    """The lab: CPU seconds of `Lab()` and the first call, after `import boto3, moto`."""
    start = time.process_time()
    from workbook import Lab

    with Lab():
        boto3.client("sqs").list_queues()
        return {"seconds": time.process_time() - start}


def hop() -> Measurement:
    """The trace: one hop."""
    from workbook.engine.world import World

    trace = World.create().trace

    def record_thousand() -> None:
        for number in range(1000):
            trace.record(
                "send", "arn:aws:sqs:us-east-1:123456789012:orders", message=str(number), size=9, group="a"
            )

    return {"seconds": best_of(50, record_thousand) / 1000}


def lab_growth(messages: int) -> Measurement:
    """The lab: seconds a message, to send it and to receive and delete it, with a backlog of `messages`."""
    from workbook import Lab

    with Lab():
        client = boto3.client("sqs")
        start = time.perf_counter()
        url = filled(client, messages)
        sent = time.perf_counter()
        while batch := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(batch)]
            client.delete_message_batch(QueueUrl=url, Entries=entries)
        done = time.perf_counter()
        return {"send": (sent - start) / messages, "consume": (done - sent) / messages}


def picture() -> Measurement:
    """A picture of 38 nodes and 10,000 hops, in all forms that a notebook keeps."""
    from workbook.engine.world import World
    from workbook.flow.flow import flow_of

    world = World.create()
    trace = world.trace
    queues = [f"arn:aws:sqs:us-east-1:123456789012:queue-{number}" for number in range(20)]
    for queue in queues:
        trace.record("create", queue, settings={})
    number = 0
    while len(trace) < 10_000:
        queue, message = queues[number % 20], str(number)
        call = trace.record("api-call", "sqs:SendMessage", on=queue, by=f"producer {number % 20 % 9}")
        sent = trace.record("send", queue, message=message, causes=(call,), body="x" * 40)
        call = trace.record("api-call", "sqs:ReceiveMessage", on=queue, by=f"consumer {number % 20 % 9}")
        trace.record("receive", queue, message=message, causes=(call, sent), receive_count=1)
        trace.record("delete", queue, message=message)
        number += 1
    return {"seconds": best_of(5, lambda: flow_of(trace, world.clock.now).bundle())}


def patterns() -> Measurement:
    """Seconds for one match of an event of EventBridge, a match of attributes, and a verdict explained."""
    from workbook.aws.patterns import EventPattern, FilterPolicy

    event = {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "Order placed",
        "source": "shop.orders",
        "account": "123456789012",
        "time": "2026-11-27T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": {"state": "paid", "amount": 150, "items": [{"sku": "tea"}, {"sku": "cup"}]},
    }
    simple = EventPattern({"source": ["shop.orders"], "detail-type": ["Order placed"]})
    deep = EventPattern({"detail": {"amount": [{"numeric": [">", 100]}], "items": {"sku": ["cup"]}}})
    policy = FilterPolicy('{"store": ["oslo"]}')
    attributes = {"store": {"DataType": "String", "StringValue": "oslo"}}

    def thousand(match: Callable[[], bool]) -> float:
        def run() -> None:
            for _ in range(1_000):
                match()

        return best_of(50, run) / 1_000

    return {
        "simple": thousand(lambda: simple.matches(event)),
        "deep": thousand(lambda: deep.matches(event)),
        "policy": thousand(lambda: policy.matches(attributes, "")),
    }


def _fan_out(sqs: Any, events: Any) -> None:
    """A rule with five queues, each with a policy that lets EventBridge in (plain moto asks for none)."""
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    targets = []
    for number in range(5):
        arn = f"arn:aws:sqs:us-east-1:123456789012:queue-{number}"
        policy = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": arn}]}
        sqs.create_queue(QueueName=f"queue-{number}", Attributes={"Policy": json.dumps(policy)})
        targets.append({"Id": str(number), "Arn": arn})
    events.put_rule(
        Name="orders", EventPattern='{"source": ["shop"], "detail": {"amount": [{"exists": true}]}}'
    )
    events.put_targets(Rule="orders", Targets=targets)


def _put_events_time(events: Any, repeats: int) -> float:
    """Seconds of one put_events of ten events, each for five queues."""
    entries = [
        {"Source": "shop", "DetailType": "Order Placed", "Detail": json.dumps({"amount": number})}
        for number in range(10)
    ]
    return best_of(repeats, lambda: events.put_events(Entries=entries))


def moto_events() -> Measurement:
    """Plain moto: ten events to five queues."""
    with plain_moto():
        sqs, events = boto3.client("sqs"), boto3.client("events")
        _fan_out(sqs, events)
        return {"seconds": _put_events_time(events, 5)}


def lab_events() -> Measurement:
    """The lab: ten events to five queues, at first and after 10,000 events more."""
    from workbook import Lab

    with Lab() as lab:
        sqs, events = lab.client("sqs"), lab.client("events")
        _fan_out(sqs, events)
        first = _put_events_time(events, 100)
        for _ in range(1_000):
            _put_events_time(events, 1)
        return {"seconds": first, "later": _put_events_time(events, 100)}


def lab_scheduled_day() -> Measurement:
    """24 hours of a rule that fires every minute, with a queue as target."""
    from workbook import Lab

    with Lab() as lab:
        sqs, events = lab.client("sqs"), lab.client("events")
        _fan_out(sqs, events)
        events.put_rule(Name="minutes", ScheduleExpression="rate(1 minute)")
        arn = "arn:aws:sqs:us-east-1:123456789012:queue-0"
        events.put_targets(Rule="minutes", Targets=[{"Id": "1", "Arn": arn}])
        start = time.process_time()
        lab.advance(hours=24)
        return {"seconds": time.process_time() - start}


WORKLOADS: dict[str, Callable[[], Measurement]] = {
    "moto send": moto_send,
    "lab send": lab_send,
    "moto receive": moto_receive,
    "lab receive": lab_receive,
    "moto publish": moto_publish,
    "lab publish": lab_publish,
    "lab fan-out 1000": lambda: lab_fan_out(1_000),
    "lab drain 10000": lambda: lab_drain(10_000),
    "lab idle day": lab_idle_day,
    "lab schedule day": lab_schedule_day,
    "lab start": lab_start,
    "hop": hop,
    "picture": picture,
    "patterns": patterns,
    **{f"lab growth {n}": (lambda n=n: lab_growth(n)) for n in (1_000, 10_000, 100_000)},
    "moto events": moto_events,
    "lab events": lab_events,
    "lab scheduled day": lab_scheduled_day,
    "lab state machines": lab_state_machines,
}

if __name__ == "__main__":
    print(json.dumps(WORKLOADS[sys.argv[1]]()))
