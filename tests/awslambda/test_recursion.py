"""A function that its own output invokes is stopped by Lambda in the 17th round."""

from __future__ import annotations

import json

import pytest

AGAIN = """
import boto3
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl="{url}", MessageBody="again")
"""
COUNTDOWN = """
import boto3, json
client = boto3.client("lambda")
def handler(event, context):
    if event["n"] == 0:
        return 0
    answer = client.invoke(FunctionName=event["next"], Payload=json.dumps({**event, "n": event["n"] - 1}))
    return 1 + json.loads(answer["Payload"].read())
"""


def hops(lab, kind):
    return [hop for hop in lab.trace if hop.kind == kind]


def connect(lab, aws_lambda, sqs, url, name):
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws_lambda.create_event_source_mapping(EventSourceArn=arn, FunctionName=name)
    lab.advance(5)
    return arn


@pytest.fixture
def loop(lab, aws_lambda, sqs, deploy):
    """A queue whose function sends to it, and its dead-letter queue."""
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    url = sqs.create_queue(QueueName="loop", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    deploy("f", AGAIN.format(url=url))
    connect(lab, aws_lambda, sqs, url, "f")
    return url


def test_a_function_that_sends_to_its_own_queue_is_stopped_after_16_rounds(lab, sqs, loop):
    sqs.send_message(QueueUrl=loop, MessageBody="go")
    lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 16
    assert {hop.outcome for hop in hops(lab, "stop")} == {"RecursiveInvocationException"}


def test_the_message_of_the_17th_round_is_received_until_it_is_a_dead_letter(lab, sqs, loop):
    sqs.send_message(QueueUrl=loop, MessageBody="go")
    lab.run_until_idle()
    assert len(hops(lab, "stop")) == 3
    assert len(lab.queue("loop")) == 0
    assert list(lab.queue("dead").frame()["body"]) == ["again"]


def test_each_message_from_outside_begins_a_chain_of_its_own(lab, sqs, loop):
    for _ in range(2):
        sqs.send_message(QueueUrl=loop, MessageBody="go")
        lab.run_until_idle()
    assert len(hops(lab, "invoke")) == 32


def test_delivering_a_message_again_is_not_another_round(lab, aws_lambda, sqs, deploy):
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    deploy("f", "def handler(event, context):\n    raise ValueError")
    connect(lab, aws_lambda, sqs, url, "f")
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    lab.advance(30 * 40)
    assert len(hops(lab, "invoke")) == 40
    assert hops(lab, "stop") == []


def test_a_function_that_invokes_itself_is_stopped_in_the_17th_round(lab, deploy, invoke):
    deploy("f", COUNTDOWN, Timeout=60)
    assert invoke("f", {"next": "f", "n": 15}).value == 15
    assert hops(lab, "stop") == []
    assert invoke("f", {"next": "f", "n": 16}).error == "Unhandled"
    assert [hop.outcome for hop in hops(lab, "stop")] == ["RecursiveInvocationException"]
    assert "RecursiveInvocationException" in {hop.outcome for hop in hops(lab, "invoke")}


def test_the_rounds_of_each_function_count_for_themselves(lab, deploy, invoke):
    deploy("f", COUNTDOWN.replace('event["next"]', '"g"'), Timeout=60)
    deploy("g", COUNTDOWN.replace('event["next"]', '"f"'), Timeout=60)
    assert invoke("f", {"n": 31}).value == 31
    assert invoke("f", {"n": 32}).error == "Unhandled"
    assert len(hops(lab, "stop")) == 1
