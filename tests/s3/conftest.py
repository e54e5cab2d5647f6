"""A bucket, and a queue that lets it in."""

from __future__ import annotations

import pytest
from access import close, let_send
from inbox import open_queue, received


class Drop:
    """A queue to which a bucket may send."""

    def __init__(self, lab, name="events", *, lets_in=True):
        self.lab, self.sqs = lab, lab.client("sqs")
        self.url, self.arn = open_queue(self.sqs, name, "s3.amazonaws.com" if lets_in else None)

    def let_in(self, service):
        let_send(self.sqs, self.url, self.arn, service)

    def close(self):
        """Nobody may send any more."""
        close(self.sqs, self.url)

    def bodies(self):
        """What has arrived, as JSON, each once; waits until all deliveries are made."""
        self.lab.run_until_idle()
        return received(self.sqs, self.url)

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
