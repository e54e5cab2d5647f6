"""A topic with a queue behind it, and an alarm that is set by hand."""

from __future__ import annotations

import pytest
from inbox import open_queue, received


class Inbox:
    """A queue that a topic, or EventBridge, sends to; each body is read once."""

    def __init__(self, lab, name):
        self.lab, self.sqs = lab, lab.client("sqs")
        self.url, self.arn = open_queue(self.sqs, name, ["sns.amazonaws.com", "events.amazonaws.com"])

    def bodies(self):
        """What has arrived since the last look."""
        return received(self.sqs, self.url)


@pytest.fixture
def cloudwatch(lab):
    return lab.client("cloudwatch")


@pytest.fixture
def topic(lab):
    return lab.client("sns").create_topic(Name="ops")["TopicArn"]


@pytest.fixture
def inbox(lab, topic):
    inbox = Inbox(lab, "ops-inbox")
    lab.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox.arn)
    return inbox


@pytest.fixture
def make_inbox(lab):
    return lambda name: Inbox(lab, name)


@pytest.fixture
def put(cloudwatch):
    """Put a metric alarm, by default one that no data ever reach."""

    def put_alarm(name, *actions, **options):
        parameters = {
            "Namespace": "Bakery",
            "MetricName": "Load",
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 50.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "ignore",
            "AlarmActions": list(actions),
            **options,
        }
        cloudwatch.put_metric_alarm(
            AlarmName=name, **{key: value for key, value in parameters.items() if value is not None}
        )

    return put_alarm


@pytest.fixture
def set_state(lab, cloudwatch):
    def set_alarm_state(name, value, reason="a fire drill"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=value, StateReason=reason)
        lab.advance(1)

    return set_alarm_state
