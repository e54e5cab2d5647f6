"""What a learner types again and again with topics, as functions: all of it is plain boto3."""

from __future__ import annotations

from contextlib import contextmanager

import inbox
import learner
from access import let_send

SNS = "sns.amazonaws.com"
ACCOUNT = "123456789012"
OTHER_ACCOUNT = "999999999999"


def topic(sns, name="orders", **attributes):
    """Create a topic; its ARN."""
    return sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]


def fifo_topic(sns, name="orders.fifo", **attributes):
    """Create a FIFO topic; its ARN."""
    return topic(sns, name, FifoTopic="true", **attributes)


def queue(sqs, name, source=None, **attributes):
    """Create a queue that takes what the topic `source` delivers; its URL and ARN."""
    return inbox.open_queue(sqs, name, None if source is None else SNS, source, **attributes)


def let_in(sqs, url, arn, source):
    """Let a topic send to a queue."""
    let_send(sqs, url, arn, SNS, source)


def subscribed(sns, sqs, topic_arn, name="warehouse", queue_attributes=None, **attributes):
    """A queue that is subscribed to a topic: its URL, and the subscription's ARN."""
    url, arn = queue(sqs, name, topic_arn, **(queue_attributes or {}))
    return url, subscribe(sns, topic_arn, arn, **attributes)


def subscribe(sns, topic_arn, endpoint, protocol="sqs", **attributes):
    """Subscribe an endpoint; the subscription's ARN."""
    answer = sns.subscribe(
        TopicArn=topic_arn,
        Protocol=protocol,
        Endpoint=endpoint,
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )
    return answer["SubscriptionArn"]


def texts(sqs, url):
    """The messages in the JSON documents that can be received."""
    return [document["Message"] for document in inbox.received(sqs, url)]


@contextmanager
def refused(code, text=None):
    """The block must end in this error: the code that boto3 shows and, if given, AWS's whole text."""
    with learner.refused(code) as caught:
        yield caught
    if text is not None:
        assert caught.value.response["Error"]["Message"] == text
