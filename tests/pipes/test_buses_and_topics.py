"""Pipes to event buses and topics: the envelope that a bus gets, and what a topic gets."""

from __future__ import annotations

import json

import pytest
from access import let_send

BUS = "arn:aws:events:us-east-1:123456789012:event-bus/default"


@pytest.fixture
def received(system, lab):
    """The events that a rule on the default bus sends to a queue."""
    events, queue = lab.client("events"), system.queue("seen")
    rule = events.put_rule(Name="all", EventPattern=json.dumps({"account": ["123456789012"]}))["RuleArn"]
    let_send(system.sqs, system.urls["seen"], queue, "events.amazonaws.com", rule)
    events.put_targets(Rule="all", Targets=[{"Id": "seen", "Arn": queue}])
    return lambda: [json.loads(body) for body in system.bodies("seen")]


def test_a_bus_gets_the_pipe_as_source_and_the_kind_of_the_source_as_detail_type(system, received):
    system.pipe(system.queue("in"), BUS, TargetParameters={"InputTemplate": '{"order": <$.body.id>}'})
    system.send("in", {"id": 7})
    system.settle()
    [event] = received()
    assert (event["source"], event["detail-type"]) == ("Pipe orders", "Event from aws:sqs")
    assert event["detail"] == {"order": 7}


def test_source_and_detail_type_may_be_paths_into_the_event(system, received):
    parameters = {
        "Source": "$.body.shop",
        "DetailType": "order",
        "Resources": ["$.body.item"],
        "Time": "$.body.at",
    }
    system.pipe(system.queue("in"), BUS, TargetParameters={"EventBridgeEventBusParameters": parameters})
    order = {"shop": "oslo", "item": "arn:aws:s3:::items", "at": "2026-01-04T08:00:00Z"}
    system.send("in", order)
    system.settle()
    [event] = received()
    assert (event["source"], event["detail-type"]) == ("oslo", "order")
    assert event["resources"] == ["arn:aws:s3:::items"]
    assert event["time"] == "2026-01-04T08:00:00Z"
    assert json.loads(event["detail"]["body"]) == order


def test_a_bus_takes_no_text_so_the_message_comes_back(system, received):
    system.pipe(system.queue("in"), BUS, TargetParameters={"InputTemplate": "<$.body>"})
    system.send("in", "plain")
    system.settle()
    assert received() == []
    assert system.bodies("in") == ["plain"]
    assert system.hop("deliver").outcome == "REJECTED"


def test_a_topic_gets_each_record_as_a_message(system, lab):
    topic = lab.client("sns").create_topic(Name="news")["TopicArn"]
    system.pipe(system.queue("in"), topic, TargetParameters={"InputTemplate": "<$.body.text>"})
    system.send("in", {"text": "hello"}, {"text": "world"})
    system.settle()
    published = [hop.facts["body"] for hop in lab.trace if hop.kind == "publish"]
    assert published == ['"hello"', '"world"']
