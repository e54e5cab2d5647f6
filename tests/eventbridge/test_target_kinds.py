"""A rule reaches every kind of target that the workbook delivers to, by policy or by role."""

import json

import pytest
from access import document
from events_learner import ACCOUNT, open_queue, put, role, rule
from inbox import received
from learner import hops

TASK = f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/bake:1"
KEY = {"KinesisParameters": {"PartitionKeyPath": "$.detail.customer"}}


def handler(event, context):
    print(event["detail"])  # noqa: T201 - a log line


def allow_events(action, resource):
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": action,
            "Resource": resource,
        }
    )


def outcomes(lab):
    return [hop.outcome for hop in hops(lab, "deliver")]


def test_a_topic_takes_events_by_its_policy(lab, events, sqs):
    sns = lab.client("sns")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    watched = rule(events, topic)
    put(events)
    lab.run_until_idle()
    assert outcomes(lab) == ["NO_PERMISSION"]
    policy = allow_events("sns:Publish", topic)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    identifier = put(events, {"n": 1})
    lab.run_until_idle()
    assert outcomes(lab)[1] == "ok"
    (published,) = hops(lab, "publish")
    assert json.loads(published.facts["body"])["id"] == identifier
    assert lab.trace[published.causes[0] - 1].facts["rule"] == watched


def test_a_function_is_invoked_asynchronously_by_its_policy(lab, events):
    lab.function("bake", handler)
    arn = lab.client("lambda").get_function(FunctionName="bake")["Configuration"]["FunctionArn"]
    watched = rule(events, arn)
    put(events)
    lab.run_until_idle()
    assert outcomes(lab) == ["NO_PERMISSION"]
    lab.client("lambda").add_permission(
        FunctionName="bake",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=watched,
    )
    put(events)
    lab.run_until_idle()
    assert outcomes(lab) == ["NO_PERMISSION", "ok"]
    assert len(hops(lab, "invoke")) == 1


def test_a_stream_takes_events_by_a_role_and_a_partition_key_of_the_event(lab, events):
    kinesis = lab.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    lab.advance(minutes=1)
    arn = kinesis.describe_stream_summary(StreamName="clicks")["StreamDescriptionSummary"]["StreamARN"]
    allowed = role(lab, actions=["kinesis:PutRecord"])
    rule(events, {"Arn": arn, "RoleArn": allowed, **KEY}, {"Arn": arn, "RoleArn": allowed})
    identifier = put(events, {"customer": "anna"})
    lab.run_until_idle()
    assert outcomes(lab) == ["ok", "ok"]
    shard = kinesis.list_shards(StreamName="clicks")["Shards"][0]["ShardId"]
    iterator = kinesis.get_shard_iterator(
        StreamName="clicks", ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = kinesis.get_records(ShardIterator=iterator)["Records"]
    assert [record["PartitionKey"] for record in records] == ["anna", identifier]
    assert json.loads(records[0]["Data"])["id"] == identifier


def test_a_log_group_keeps_events_by_a_resource_policy(lab, events):
    logs = lab.client("logs")
    logs.create_log_group(logGroupName="/aws/events/all")
    rule(events, f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/all")
    put(events)
    lab.run_until_idle()
    assert outcomes(lab) == ["NO_PERMISSION"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/*:*",
    }
    logs.put_resource_policy(policyName="events", policyDocument=document(statement))
    identifier = put(events)
    lab.run_until_idle()
    assert outcomes(lab)[1] == "ok"
    (line,) = logs.filter_log_events(logGroupName="/aws/events/all")["events"]
    assert json.loads(line["message"])["id"] == identifier


@pytest.mark.parametrize(
    ("arn", "parameters", "action", "text"),
    [
        (
            f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/bakery",
            {
                "EcsParameters": {
                    "TaskDefinitionArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/bake:1"
                }
            },
            "ecs:RunTask",
            "",
        ),
        (
            f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/nightly",
            {"BatchParameters": {"JobDefinition": "bake", "JobName": "bake"}},
            "batch:SubmitJob",
            "the event",
        ),
    ],
)
def test_what_would_run_something_is_recorded_as_started(lab, events, arn, parameters, action, text):
    rule(events, {"Arn": arn, "RoleArn": role(lab, actions=[action, "iam:PassRole"]), **parameters})
    put(events)
    lab.run_until_idle()
    assert outcomes(lab) == ["ok"]
    (delivered,) = hops(lab, "deliver")
    assert (delivered.size == 0) is (text == "")


def test_an_event_may_come_to_many_kinds_at_once(lab, events, sqs):
    url, arn = open_queue(sqs)
    other_url, other = open_queue(sqs, "other")
    gone = f"arn:aws:sns:us-east-1:{ACCOUNT}:gone"
    rule(events, arn, gone, other)
    put(events, {"n": 1})
    lab.run_until_idle()
    assert [len(received(sqs, one)) for one in (url, other_url)] == [1, 1]
    assert sorted(outcomes(lab)) == ["NO_RESOURCE", "ok", "ok"]
