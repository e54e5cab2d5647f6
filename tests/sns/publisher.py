"""What a learner types again and again with topics, as functions: all of it is plain boto3."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

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
    if name.endswith(".fifo"):
        attributes["FifoQueue"] = "true"
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    if source is not None:
        let_in(sqs, url, arn, source)
    return url, arn


def let_in(sqs, url, arn, source):
    """Let a topic send to a queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


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


def received(sqs, url):
    """All messages that can be received, in order; they are deleted."""
    messages = []
    while True:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        if not answer.get("Messages"):
            return messages
        for message in answer["Messages"]:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        messages += answer["Messages"]


def bodies(sqs, url):
    """The bodies of all messages that can be received."""
    return [message["Body"] for message in received(sqs, url)]


def texts(sqs, url):
    """The messages in the JSON documents that can be received."""
    return [json.loads(body)["Message"] for body in bodies(sqs, url)]


def refused(code, text=None):
    """Expect AWS's error with this code, and with this text in it."""
    return _Refused(code, text)


class _Refused:
    def __init__(self, code, text):
        self._code, self._text = code, text
        self._raises = pytest.raises(ClientError)

    def __enter__(self):
        self._found = self._raises.__enter__()
        return self._found

    def __exit__(self, *error):
        done = self._raises.__exit__(*error)
        answer = self._found.value.response["Error"]
        assert answer["Code"] == self._code
        if self._text is not None:
            assert answer["Message"] == self._text
        return done


def hops(lab, kind, **wanted):
    """The hops of a kind, whose facts or fields are these."""
    found = [hop for hop in lab.trace if hop.kind == kind]
    return [hop for hop in found if all(_of(hop, name) == value for name, value in wanted.items())]


def _of(hop, name):
    return getattr(hop, name) if hasattr(hop, name) else hop.facts.get(name)
