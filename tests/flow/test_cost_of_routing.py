"""The bill of topics, buses and schedules: chunks of 64 KB, and deliveries that are not free."""

import json

import pytest

from workbook import Lab
from workbook.engine.hop import Hop
from workbook.flow.cost_of_routing import routing_rows


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


def test_a_pipe_counts_batches_after_its_filter_in_chunks_of_64_kb():
    pipe = "arn:aws:pipes:us-east-1:123456789012:pipe/orders"
    sizes = [100, 64 * 1024, 64 * 1024 + 1]
    hops = [
        Hop(number, 0, "batch", pipe, None, (), "ok", size, {}) for number, size in enumerate(sizes, start=1)
    ]
    assert [(row.what, row.calls, row.units) for row in routing_rows(hops)] == [("orders", 3, 4)]


def test_deliveries_to_servers_and_mailboxes_are_counted(lab):
    sns = lab.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")
    lab.run_until_idle()
    lab.http(lab.mailbox.of("ann@example.com")[-1].link)
    sns.publish(TopicArn=topic, Message="x")
    lab.run_until_idle()
    assert units(lab)["SNS", "news", "emails"] == len(lab.mailbox.of("ann@example.com"))
