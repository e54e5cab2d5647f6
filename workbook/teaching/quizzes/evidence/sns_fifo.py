"""What proves the keys of the questions in questions/sns_fifo.toml.

Each function is read by itself, beside its question; what several of them use stands at the top.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from workbook import Chaos, Lab
from workbook.teaching.quizzes.shown import Shown

QUEUE = "arn:aws:sqs:us-east-1:123456789012:"


def open_queue(sqs: Any, name: str) -> str:
    """A queue whose policy lets SNS send to it, FIFO if its name says so; its URL."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE + name,
    }
    attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    if name.endswith(".fifo"):
        attributes["FifoQueue"] = "true"
    url: str = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def create_topic(sns: Any, name: str, **attributes: str) -> str:
    """A topic, FIFO if its name says so; its ARN."""
    if name.endswith(".fifo"):
        attributes["FifoTopic"] = "true"
    arn: str = sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]
    return arn


def subscribe(sns: Any, topic: str, queue: str, **attributes: str) -> None:
    """Subscribe a queue by its name, with raw delivery."""
    attributes = {"RawMessageDelivery": "true", **attributes}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE + queue, Attributes=attributes)


def read(lab: Lab, sqs: Any, url: str) -> list[str]:
    """What comes out of a queue within three minutes; each message is deleted as soon as it is received."""
    bodies = []
    for _ in range(6):
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            bodies.append(message["Body"])
        lab.advance(seconds=30)
    return bodies


def prices_for_three_programs(lab: Lab) -> Shown:
    """Six prices of one share. What standard queues rarely do is made likely: disorder and duplicates."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    programs = ["board", "orders", "archive"]
    prices = [f"price-{number}" for number in range(1, 7)]

    def publish(topic: str) -> None:
        for price in prices:
            ids = {"MessageGroupId": "ACME", "MessageDeduplicationId": price}
            sns.publish(TopicArn=topic, Message=price, **ids)
        lab.advance(seconds=1)

    def seen(topic_name: str, ending: str) -> list[list[str]]:
        lab.reset()
        lab.chaos = Chaos(duplicates=0.5, reordering=0.5)
        topic = create_topic(sns, topic_name)
        urls = [open_queue(sqs, program + ending) for program in programs]
        for program in programs:
            try:
                subscribe(sns, topic, program + ending)
            except ClientError:
                return []
        publish(topic)
        return [read(lab, sqs, url) for url in urls]

    def seen_in_one_queue() -> list[list[str]]:
        lab.reset()
        url = open_queue(sqs, "prices.fifo")
        for price in prices:
            ids = {"MessageGroupId": "ACME", "MessageDeduplicationId": price}
            sqs.send_message(QueueUrl=url, MessageBody=price, **ids)
        found: list[list[str]] = [[] for _ in programs]
        for turn in range(12):
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                found[turn % 3].append(message["Body"])
        return found

    ways = {
        "a": seen("prices.fifo", ".fifo"),
        "b": seen("prices", ".fifo"),
        "c": seen("prices.fifo", ""),
        "d": seen_in_one_queue(),
    }
    return Shown(
        answer={way: found == [prices] * 3 for way, found in ways.items()},
        says=(
            "Six prices of one share were sent in each way, and three programs read for some minutes. "
            "Disorder and duplicates, which are rare in standard queues, were made likely."
        ),
        each={
            way: f"one program saw {', '.join(price[-1] for price in found[0])}" if found else "refused"
            for way, found in ways.items()
        },
    )


def endpoints_that_may_subscribe(lab: Lab) -> Shown:
    """Ask the topic to take each of the five."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    topic = create_topic(sns, "orders.fifo")
    for name in ("orders.fifo", "orders"):
        open_queue(sqs, name)
    arn = lab.function("invoice", "def handler(event, context):\n    return None\n")
    endpoints = {
        "a": ("sqs", QUEUE + "orders.fifo"),
        "b": ("sqs", QUEUE + "orders"),
        "c": ("lambda", arn),
        "d": ("email", "office@example.com"),
        "e": ("https", "https://orders.example.com"),
    }

    def refusal(protocol: str, endpoint: str) -> str:
        try:
            sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
        except ClientError as error:
            return str(error.response["Error"]["Message"])
        return ""

    found = {option: refusal(*endpoint) for option, endpoint in endpoints.items()}
    return Shown(
        answer={option: not text for option, text in found.items()},
        says="Subscribe was called with each of the five endpoints.",
        each={option: text or "subscribed" for option, text in found.items()},
    )


def four_attempts_to_publish(lab: Lab) -> Shown:
    """Publish four times with one deduplication id, and look into the queue."""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    topic = create_topic(sns, "tickets.fifo", ContentBasedDeduplication="true")
    url = open_queue(sqs, "tickets.fifo")
    subscribe(sns, topic, "tickets.fifo")
    began = lab.now
    for attempt, minute in enumerate([0, 2, 10, 12], start=1):
        lab.advance(seconds=minute * 60 - (lab.now - began).total_seconds())
        ids = {"MessageGroupId": "row-7", "MessageDeduplicationId": "ticket-4711"}
        sns.publish(TopicArn=topic, Message=f"ticket 4711, attempt {attempt}", **ids)
    bodies = read(lab, sqs, url)
    return Shown(
        answer=len(bodies),
        says=f"All four calls succeeded. In the queue were: {'; '.join(bodies)}.",
        picture=lab.sequence(),
    )


def payments_for_a_late_system(lab: Lab) -> Shown:
    """Four payments before the fraud system comes, one after it. Which does its queue get in each way?"""
    sns, sqs = lab.client("sns"), lab.client("sqs")
    keep = json.dumps({"MessageRetentionPeriod": "60"})

    def received(archive: str, retention: str = "345600", move: str = "") -> list[str]:
        lab.reset()
        attributes = {"ArchivePolicy": keep} if archive == "early" else {}
        topic = create_topic(sns, "payments.fifo", ContentBasedDeduplication="true", **attributes)
        open_queue(sqs, "booking.fifo")
        subscribe(sns, topic, "booking.fifo")
        first = f"{lab.now:%Y-%m-%dT%H:%M:%S}.000Z"
        for number in range(1, 5):
            sns.publish(TopicArn=topic, Message=f"payment {number}", MessageGroupId="account-1")
            lab.advance(days=1)
        url = open_queue(sqs, "fraud.fifo")
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": retention})
        replay = {"ReplayPolicy": json.dumps({"PointType": "Timestamp", "StartingPoint": first})}
        try:
            if archive == "late":
                sns.set_topic_attributes(TopicArn=topic, AttributeName="ArchivePolicy", AttributeValue=keep)
            subscribe(sns, topic, "fraud.fifo", **(replay if archive else {}))
            if move:
                sqs.start_message_move_task(SourceArn=QUEUE + move, DestinationArn=QUEUE + "fraud.fifo")
        except ClientError as error:
            return [error.response["Error"]["Message"]]
        lab.advance(minutes=1)
        sns.publish(TopicArn=topic, Message="payment 5", MessageGroupId="account-1")
        lab.advance(seconds=1)
        return read(lab, sqs, url)

    ways = {
        "a": received("early"),
        "b": received("late"),
        "c": received("", retention="1209600"),
        "d": received("", move="booking.fifo"),
    }
    everything = [f"payment {number}" for number in range(1, 6)]
    return Shown(
        answer={way: bodies == everything for way, bodies in ways.items()},
        says="Payments 1 to 4 were published before the new queue was subscribed, and payment 5 afterwards.",
        each={way: ", ".join(bodies) for way, bodies in ways.items()},
    )
