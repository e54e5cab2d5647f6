"""The bill of topics, buses and schedules: chunks of 64 KB, and deliveries that are not free."""

import json

import pytest

from workbook import Lab


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


def units(lab):
    return {(row.service, row.what, row.unit): row.units for row in lab.cost().rows}


def test_each_64_kb_that_are_published_are_a_request(lab):
    sns = lab.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.publish(TopicArn=topic, Message="x")
    sns.publish(TopicArn=topic, Message="x" * (64 * 1024 + 1))
    assert units(lab)["SNS", "Publish", "requests"] == 3


def test_each_64_kb_of_an_event_are_an_event_and_an_entry_is_one_at_least(lab):
    def entry(size):
        return {"Source": "shop", "DetailType": "order", "Detail": json.dumps({"x": "x" * size})}

    lab.client("events").put_events(Entries=[entry(1), entry(1), entry(70 * 1024)])
    assert units(lab)["EventBridge", "PutEvents", "events"] == 4


def test_a_call_that_was_never_sent_costs_nothing(lab):
    with pytest.raises(Exception, match="Parameter validation failed"):
        lab.client("sns").publish()
    assert lab.cost().rows == ()


def test_deliveries_to_queues_are_free(lab):
    sns, sqs = lab.client("sns"), lab.client("sqs")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sqs.create_queue(QueueName="orders")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:orders")
    lab.run_until_idle()
    sns.publish(TopicArn=topic, Message="x")
    lab.run_until_idle()
    assert {what for service, what, unit in units(lab) if service == "SNS"} == {
        "CreateTopic",
        "Publish",
        "Subscribe",
    }
