"""Subscription filters of CloudWatch Logs. One test for each row of the ledger."""

from __future__ import annotations

import gzip
import json

import pytest
from botocore.exceptions import ClientError

from workbook.aws.logs.filter_patterns import parse_filter_pattern

WATCH = """
import base64
import gzip


def handler(event, context):
    print("GOT " + gzip.decompress(base64.b64decode(event["awslogs"]["data"])).decode())
"""


@pytest.fixture
def logs(lab):
    client = lab.client("logs")
    client.create_log_group(logGroupName="/app")
    client.create_log_stream(logGroupName="/app", logStreamName="one")
    return client


def watch(lab, *, permit=True):
    """Deploy a function that logs what it gets; its ARN."""
    arn = lab.function("watch", WATCH)
    if permit:
        lab.client("lambda").add_permission(
            FunctionName="watch",
            StatementId="logs",
            Action="lambda:InvokeFunction",
            Principal="logs.amazonaws.com",
            SourceArn="arn:aws:logs:us-east-1:123456789012:log-group:/app:*",
        )
    return arn


def subscribe(logs, arn, pattern="", name="errors", **options):
    logs.put_subscription_filter(
        logGroupName="/app", filterName=name, filterPattern=pattern, destinationArn=arn, **options
    )


def write(lab, logs, *messages):
    now = lab.world.clock.milliseconds
    events = [{"timestamp": now, "message": message} for message in messages]
    logs.put_log_events(logGroupName="/app", logStreamName="one", logEvents=events)


def seen(lab):
    """What the function got, as the messages in each delivery."""
    events = lab.client("logs").filter_log_events(logGroupName="/aws/lambda/watch")["events"]
    got = [json.loads(event["message"][4:]) for event in events if event["message"].startswith("GOT ")]
    return [[event["message"] for event in one["logEvents"]] for one in got]


def test_cwl_01_a_function_gets_the_events_that_match_compressed(lab, logs):
    subscribe(logs, watch(lab), "ERROR")
    write(lab, logs, "ERROR one", "INFO two", "ERROR three")
    lab.advance(5)
    assert seen(lab) == [["ERROR one", "ERROR three"]]
    kinds = [hop.kind for hop in lab.trace if hop.kind in {"deliver", "enqueue", "invoke"}]
    assert kinds == ["deliver", "enqueue", "invoke"]


def test_cwl_02_a_filter_needs_the_permission_of_the_function(lab, logs):
    with pytest.raises(ClientError) as error:
        subscribe(logs, watch(lab, permit=False))
    assert error.value.response["Error"] == {
        "Code": "InvalidParameterException",
        "Message": (
            "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to "
            "execute your function."
        ),
    }


def test_cwl_03_a_log_group_has_two_filters_at_most(lab, logs):
    arn = watch(lab)
    for name in ("one", "two", "one"):
        subscribe(logs, arn, name=name)
    with pytest.raises(ClientError) as error:
        subscribe(logs, arn, name="three")
    assert error.value.response["Error"]["Code"] == "LimitExceededException"


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", "anything", True),
        ("ERROR timeout", "timeout: ERROR", True),
        ("ERROR timeout", "ERROR", False),
        ("error", "ERROR", False),
        ("ERROR -timeout", "ERROR timeout", False),
        ("?ERROR ?WARN", "WARN: low", True),
        ("?ERROR ?WARN", "INFO", False),
        ('"not found"', "was not found", True),
        ('{ $.level = "ERROR" }', '{"level": "ERROR"}', True),
        ('{ $.level = "ERROR" }', "level ERROR", False),
        ("{ $.code = 5* }", '{"code": 503}', True),
        ("{ $.ms > 100 && $.user.name != ann }", '{"ms": 101, "user": {"name": "bob"}}', True),
        ("{ $.ms > 100 || $.user IS NULL }", '{"ms": 1, "user": null}', True),
        ("{ $.user NOT EXISTS }", '{"user": null}', False),
        ("{ $.items[1] = b }", '{"items": ["a", "b"]}', True),
        ("{ ($.a = 1 || $.b = 1) && $.c IS TRUE }", '{"b": 1, "c": true}', True),
    ],
)
def test_cwl_04_patterns_are_terms_or_conditions_on_fields(pattern, message, matches):
    assert parse_filter_pattern(pattern)(message) is matches


def stream_for_logs(lab):
    """A stream, and a role by which CloudWatch Logs may write to it; the stream's ARN and the role's."""
    lab.client("kinesis").create_stream(StreamName="logs", ShardCount=1)
    trust = {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam = lab.client("iam")
    role = iam.create_role(
        RoleName="logs",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    allow = {"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="logs", PolicyName="write", PolicyDocument=document)
    lab.advance(60)
    return "arn:aws:kinesis:us-east-1:123456789012:stream/logs", role


def test_cwl_05_a_stream_gets_a_control_message_first(lab, logs):
    arn, role = stream_for_logs(lab)
    subscribe(logs, arn, roleArn=role)
    write(lab, logs, "ERROR one")
    lab.advance(5)
    kinesis = lab.client("kinesis")
    iterator = kinesis.get_shard_iterator(
        StreamName="logs", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=iterator)["Records"]
    got = [json.loads(gzip.decompress(record["Data"])) for record in records]
    assert [one["messageType"] for one in got] == ["CONTROL_MESSAGE", "DATA_MESSAGE"]
    assert got[0]["logEvents"][0]["message"].startswith("CWL CONTROL MESSAGE: Checking health of destination")
    assert (got[1]["owner"], got[1]["logGroup"], got[1]["logStream"]) == ("123456789012", "/app", "one")
    assert got[1]["subscriptionFilters"] == ["errors"]
    assert records[1]["PartitionKey"] == "one"


def test_cwl_06_a_filter_whose_destination_is_gone_is_disabled_for_10_minutes(lab, logs):
    subscribe(logs, watch(lab))
    lab.client("lambda").delete_function(FunctionName="watch")
    write(lab, logs, "lost at once")
    lab.advance(1)
    watch(lab)
    write(lab, logs, "lost meanwhile")
    lab.advance(minutes=10)
    write(lab, logs, "arrives")
    lab.advance(5)
    assert seen(lab) == [["arrives"]]
    assert len([hop for hop in lab.trace if hop.kind == "drop"]) == 2


@pytest.mark.parametrize("qualifier", ["", ":$LATEST", ":live"])
def test_cwl_07_a_function_cannot_be_subscribed_to_its_own_log_group(lab, logs, qualifier):
    arn = watch(lab)
    logs.create_log_group(logGroupName="/aws/lambda/watch")
    with pytest.raises(ClientError) as error:
        logs.put_subscription_filter(
            logGroupName="/aws/lambda/watch",
            filterName="loop",
            filterPattern="",
            destinationArn=f"{arn}{qualifier}",
        )
    assert error.value.response["Error"] == {
        "Code": "InvalidParameterException",
        "Message": "The log group provided is reserved for the function logs of the destination function.",
    }
    assert not logs.describe_subscription_filters(logGroupName="/aws/lambda/watch")["subscriptionFilters"]
