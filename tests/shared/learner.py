"""What a learner types again and again, as functions: all of it is plain boto3."""

from __future__ import annotations

import datetime
import json
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "999999999999"
DAY = 86_400
"""Seconds."""


def queue(sqs, name="orders", **attributes):
    """Create a queue; its URL."""
    given = {key: value if isinstance(value, str) else str(value) for key, value in attributes.items()}
    return sqs.create_queue(QueueName=name, Attributes=given)["QueueUrl"]


def fifo(sqs, name="orders.fifo", **attributes):
    """Create a FIFO queue; its URL."""
    return queue(sqs, name, FifoQueue="true", **attributes)


def arn_of(sqs, url):
    """The ARN of a queue."""
    return attribute(sqs, url, "QueueArn")


def attribute(sqs, url, name):
    """One attribute of a queue; None where GetQueueAttributes does not show it."""
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return answer.get("Attributes", {}).get(name)


def counts(sqs, url):
    """Visible, in flight and delayed, as GetQueueAttributes counts them."""
    shown = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return tuple(int(shown[f"ApproximateNumberOfMessages{which}"]) for which in ("", "NotVisible", "Delayed"))


def set_attributes(sqs, url, **attributes):
    """SetQueueAttributes."""
    sqs.set_queue_attributes(QueueUrl=url, Attributes={key: str(value) for key, value in attributes.items()})


def send(sqs, url, *texts, **parameters):
    """Send one message a text; their ids."""
    return [sqs.send_message(QueueUrl=url, MessageBody=text, **parameters)["MessageId"] for text in texts]


def send_many(sqs, url, texts, **parameters):
    """Send in batches of ten."""
    texts = list(texts)
    for start in range(0, len(texts), 10):
        entries = [
            {"Id": str(number), "MessageBody": text, **parameters}
            for number, text in enumerate(texts[start : start + 10])
        ]
        assert "Failed" not in sqs.send_message_batch(QueueUrl=url, Entries=entries)


def post(sqs, url, group, *texts):
    """Send to a message group of a FIFO queue, with the text as deduplication id; the answers."""
    return [
        sqs.send_message(QueueUrl=url, MessageBody=text, MessageGroupId=group, MessageDeduplicationId=text)
        for text in texts
    ]


def receive(sqs, url, maximum=10, **parameters):
    """One ReceiveMessage, with all system attributes; the messages."""
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=maximum, MessageSystemAttributeNames=["All"], **parameters
    )
    return answer.get("Messages", [])


def bodies(messages):
    """What the messages say."""
    return [message["Body"] for message in messages]


def receive_count(message):
    """ApproximateReceiveCount."""
    return int(message["Attributes"]["ApproximateReceiveCount"])


def delete(sqs, url, *messages):
    """Delete each message with the handle it came with."""
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def change_visibility(sqs, url, message, seconds):
    """ChangeMessageVisibility."""
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
    )


def redrive(sqs, source, dead, after):
    """Give `source` the dead-letter queue `dead`."""
    policy = {"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": after}
    set_attributes(sqs, source, RedrivePolicy=json.dumps(policy))


def at(lab, start, seconds):
    """Let time pass until exactly `seconds` after `start`: the next call happens at that instant."""
    lab.advance((start + datetime.timedelta(seconds=seconds) - lab.now).total_seconds())


def next_second(lab):
    """Let time pass until the next full second."""
    lab.advance(1 - lab.now.microsecond / 1e6)


def drain(sqs, url):
    """Receive and delete all that is visible; the bodies."""
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def hops(lab, kind, **wanted):
    """What the trace holds of one kind, where fields or facts are as wanted."""
    found = [hop for hop in lab.trace if hop.kind == kind]
    return [hop for hop in found if all(_of(hop, name) == value for name, value in wanted.items())]


def _of(hop, name):
    return getattr(hop, name) if hasattr(hop, name) else hop.facts.get(name)


def contents(lab, url):
    """The bodies of everything in a queue, visible or not."""
    return list(lab.queue(url.rsplit("/", 1)[-1]).frame()["body"])


@contextmanager
def refused(code, text=None):
    """The block must end in this error: the code that boto3 shows and, if given, a part of AWS's text."""
    with pytest.raises(ClientError) as caught:
        yield caught
    error = caught.value.response["Error"]
    assert error["Code"] == code
    if text is not None:
        assert text in error["Message"]
