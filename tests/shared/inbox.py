"""Queues at the end of a delivery: opened for whoever sends, and emptied by the test."""

from __future__ import annotations

import json

from access import let_send


def open_queue(sqs, name, principal=None, source=None, **attributes):
    """A queue, which a service may send to (in the name of `source`) if one is given; its URL and ARN."""
    if name.endswith(".fifo"):
        attributes = {"FifoQueue": "true", **attributes}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    if principal is not None:
        let_send(sqs, url, arn, principal, source)
    return url, arn


def messages(sqs, url):
    """All messages that can be received, in order, with all their attributes; they are deleted."""
    found = []
    while True:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        if not answer.get("Messages"):
            return found
        for message in answer["Messages"]:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += answer["Messages"]


def bodies(sqs, url):
    """What came to a queue, as texts."""
    return [message["Body"] for message in messages(sqs, url)]


def received(sqs, url):
    """What came to a queue, as JSON."""
    return [json.loads(body) for body in bodies(sqs, url)]
