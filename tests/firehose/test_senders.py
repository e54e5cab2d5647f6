"""Topics, rules, schedules and pipes put records into a delivery stream, and from there into the bucket."""

from __future__ import annotations

import json

import pytest
from inbox import open_queue

from workbook.aws.delivery import Failure, Parcel, Sender, Undelivered, attempt

RULE = "arn:aws:events:us-east-1:123456789012:rule/all"
ARN = "arn:aws:firehose:us-east-1:123456789012:deliverystream/clicks"


def sender_role(hose, service, action="firehose:PutRecord", resource=ARN):
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arn = hose.make_role("sender", trust)
    hose.allow(action, resource, role="sender")
    return arn


def test_a_delivery_needs_a_role_its_permission_and_a_stream_that_is_active(lab, hose):
    def failure(role):
        sender = Sender("events.amazonaws.com", RULE, "123456789012", "us-east-1", role)
        with pytest.raises(Undelivered) as caught, lab.world.kernel:
            attempt(lab.world, sender, ARN, Parcel("x"))
        return caught.value.failure

    role = sender_role(hose, "events.amazonaws.com", action="firehose:ListDeliveryStreams")
    assert failure(None) is Failure.NO_ROLE
    assert failure(role) is Failure.NO_PERMISSION
    hose.allow("firehose:PutRecord", ARN, role="sender")
    assert failure(role) is Failure.NO_RESOURCE
    hose.create()
    sender = Sender("events.amazonaws.com", RULE, "123456789012", "us-east-1", role)
    with lab.world.kernel:
        answer = attempt(lab.world, sender, ARN, Parcel("x"))
    assert answer == {"RecordId": hose.hops("put-record")[0].message, "Encrypted": False}


def test_a_record_that_is_too_large_is_not_tried_again(lab, hose):
    hose.create()
    sender = Sender(
        "events.amazonaws.com", RULE, "123456789012", "us-east-1", sender_role(hose, "events.amazonaws.com")
    )
    with pytest.raises(Undelivered) as caught, lab.world.kernel:
        attempt(lab.world, sender, ARN, Parcel("x" * 1_024_001))
    assert caught.value.failure is Failure.REJECTED


@pytest.fixture
def topic(lab, hose):
    hose.create(BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 60})
    return lab.client("sns").create_topic(Name="news")["TopicArn"]


def subscribe(lab, topic, role, **attributes):
    answer = lab.client("sns").subscribe(
        TopicArn=topic,
        Protocol="firehose",
        Endpoint=ARN,
        Attributes={"SubscriptionRoleArn": role, **attributes},
        ReturnSubscriptionArn=True,
    )
    return answer["SubscriptionArn"]


def test_a_topic_s_messages_lie_in_the_bucket_one_in_a_line(lab, hose, topic):
    subscribe(lab, topic, sender_role(hose, "sns.amazonaws.com"))
    sns = lab.client("sns")
    published = [sns.publish(TopicArn=topic, Message=text)["MessageId"] for text in ("hello", "world")]
    lab.run_until_idle()
    [text] = hose.texts()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["Message"] for line in lines] == ["hello", "world"]
    assert [line["MessageId"] for line in lines] == published
    assert all("Signature" not in line for line in lines)


def test_raw_messages_have_nothing_between_them(lab, hose, topic):
    subscribe(lab, topic, sender_role(hose, "sns.amazonaws.com"), RawMessageDelivery="true")
    for text in ("hello", "world"):
        lab.client("sns").publish(TopicArn=topic, Message=text)
    lab.run_until_idle()
    assert hose.texts() == ["helloworld"]


def test_the_whole_way_from_topic_to_object_is_in_the_trace(lab, hose, topic):
    subscribe(lab, topic, sender_role(hose, "sns.amazonaws.com"))
    message = lab.client("sns").publish(TopicArn=topic, Message="hello")["MessageId"]
    lab.run_until_idle()
    kinds = [hop.kind for hop in lab.trace.of(message)]
    assert kinds == ["api-call", "publish", "deliver", "put-record", "flush", "put-object"]
    [deliver], [record] = hose.hops("deliver"), hose.hops("put-record")
    assert (deliver.resource, deliver.outcome) == (ARN, "ok")
    assert record.causes == (deliver.number,)


def test_a_subscription_without_permission_is_not_delivered_and_its_queue_keeps_the_message(lab, hose, topic):
    sqs = lab.client("sqs")
    url, dead = open_queue(sqs, "dead", "sns.amazonaws.com")
    role = sender_role(hose, "sns.amazonaws.com", action="firehose:DescribeDeliveryStream")
    subscribe(lab, topic, role, RedrivePolicy=json.dumps({"deadLetterTargetArn": dead}))
    lab.client("sns").publish(TopicArn=topic, Message="hello")
    lab.run_until_idle()
    [deliver] = hose.hops("deliver")
    assert deliver.outcome == "NO_PERMISSION"
    assert "is not authorized to perform: firehose:PutRecord" in deliver.facts["reason"]
    assert len(sqs.receive_message(QueueUrl=url)["Messages"]) == 1
    assert hose.keys() == []


def test_a_stream_that_is_gone_is_not_tried_again(lab, hose, topic):
    subscribe(lab, topic, sender_role(hose, "sns.amazonaws.com"))
    hose.firehose.delete_delivery_stream(DeliveryStreamName="clicks")
    lab.client("sns").publish(TopicArn=topic, Message="hello")
    lab.run_until_idle()
    [deliver] = hose.hops("deliver")
    assert deliver.outcome == "NO_RESOURCE"
    assert deliver.facts["reason"] == "Firehose clicks under account 123456789012 not found."


def test_a_throttled_stream_is_tried_again(lab, hose, topic):
    subscribe(lab, topic, sender_role(hose, "sns.amazonaws.com"))
    hose.put_batch(*["x" * 1_000_000] * 4)
    hose.put_batch("x" * 1_000_000, "x" * 242_000)
    lab.client("sns").publish(TopicArn=topic, Message="y" * 2_000)
    lab.run_until_idle()
    outcomes = [hop.outcome for hop in hose.hops("deliver")]
    assert (outcomes[0], outcomes[-1]) == ("THROTTLED", "ok")


def test_an_event_of_a_rule_lies_in_the_object_without_a_delimiter(lab, hose):
    hose.create()
    events = lab.client("events")
    events.put_rule(Name="all", EventPattern='{"source": ["shop"]}')
    target = {"Id": "hose", "Arn": ARN, "InputPath": "$.detail"}
    role = sender_role(hose, "events.amazonaws.com")
    events.put_targets(Rule="all", Targets=[{**target, "RoleArn": role}])
    for number in (1, 2):
        entry = {"Source": "shop", "DetailType": "order", "Detail": json.dumps({"id": number})}
        events.put_events(Entries=[entry])
    lab.run_until_idle()
    assert hose.texts() == ['{"id":1}{"id":2}']


def test_a_schedule_puts_its_input(lab, hose):
    hose.create()
    role = sender_role(hose, "scheduler.amazonaws.com")
    lab.client("scheduler").create_schedule(
        Name="once",
        ScheduleExpression="at(2026-01-05T09:30:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": ARN, "RoleArn": role, "Input": "tick\n"},
    )
    lab.advance(hours=1)
    assert hose.texts() == ["tick\n"]


def test_a_pipe_puts_what_its_template_makes(lab, hose):
    hose.create()
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="in")["QueueUrl"]
    source = "arn:aws:sqs:us-east-1:123456789012:in"
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "pipes.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = hose.make_role("pipe", trust)
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "firehose:PutRecordBatch"]
    hose.allow(actions, "*", role="pipe")
    lab.client("pipes").create_pipe(
        Name="orders",
        RoleArn=role,
        Source=source,
        Target=ARN,
        TargetParameters={"InputTemplate": "<$.body>"},
    )
    lab.advance(minutes=1)
    sqs.send_message(QueueUrl=url, MessageBody='{"id":1}')
    lab.advance(minutes=10)
    assert hose.texts() == ['{"id":1}']


def test_a_universal_target_calls_put_record(lab, hose):
    hose.create()
    role = sender_role(hose, "scheduler.amazonaws.com", resource="*")
    lab.client("scheduler").create_schedule(
        Name="once",
        ScheduleExpression="at(2026-01-05T09:30:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:firehose:putRecord",
            "RoleArn": role,
            "Input": json.dumps({"DeliveryStreamName": "clicks", "Record": {"Data": "hello"}}),
        },
    )
    lab.advance(hours=1)
    assert hose.texts() == ["hello"]
