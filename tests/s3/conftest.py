"""A bucket, and a queue that lets it in."""

from __future__ import annotations

import json

import pytest


class Drop:
    """A queue to which a bucket may send."""

    def __init__(self, lab, name="events", *, lets_in=True):
        self.lab, self.sqs = lab, lab.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        if lets_in:
            self.let_in("s3.amazonaws.com")

    def let_in(self, service):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": self.arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})

    def close(self):
        """Nobody may send any more."""
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": ""})

    def bodies(self):
        """What has arrived, as JSON, each once; waits until all deliveries are made."""
        self.lab.run_until_idle()
        bodies = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    def records(self):
        """The records that have arrived, without test events."""
        return [record for body in self.bodies() for record in body.get("Records", [])]


@pytest.fixture
def s3(lab):
    client = lab.client("s3")
    client.create_bucket(Bucket="photos")
    return client


@pytest.fixture
def drop(lab):
    return Drop(lab)


@pytest.fixture
def make_drop(lab):
    return lambda name, **options: Drop(lab, name, **options)


@pytest.fixture
def notify(s3):
    def put(*configurations, skip=False, **more):
        s3.put_bucket_notification_configuration(
            Bucket="photos",
            NotificationConfiguration={"QueueConfigurations": list(configurations), **more},
            SkipDestinationValidation=skip,
        )

    return put


@pytest.fixture
def to():
    def configuration(arn, *events, prefix=None, suffix=None, **more):
        rules = [
            {"Name": name, "Value": value}
            for name, value in (("prefix", prefix), ("suffix", suffix))
            if value is not None
        ]
        chosen = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
        return {"QueueArn": arn, "Events": list(events) or ["s3:ObjectCreated:*"], **chosen, **more}

    return configuration
