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
        says="Six prices of one share were sent in each way, and three programs read for some minutes.",
        each={
            way: f"one program saw {', '.join(price[-1] for price in found[0])}" if found else "refused"
            for way, found in ways.items()
        },
    )
