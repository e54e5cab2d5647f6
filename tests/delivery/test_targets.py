"""Targets that take what other services deliver: log groups, streams, and stand-ins for what runs a job."""

from __future__ import annotations

import json

import pytest
from access import document, lets, make_role
from botocore.exceptions import ClientError

from workbook import Lab
from workbook.aws.delivery import Delivery, Failure, Parcel, Sender, deliver

RULE = "arn:aws:events:us-east-1:123456789012:rule/orders"
GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/orders"
STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"
EVENT = {"id": "e-1", "time": "2026-01-05T08:59:00Z", "source": "shop", "detail": {"customer": "anna"}}


@pytest.fixture
def lab():
    with Lab(seed=1) as lab:
        yield lab


def sender(role_arn=None, service="events.amazonaws.com"):
    return Sender(service, RULE, "123456789012", "us-east-1", role_arn)


def send(lab, target, text=None, *, role=None, service="events.amazonaws.com", **options):
    ends = []
    parcel = Parcel(json.dumps(EVENT) if text is None else text, options=options)
    delivery = Delivery(sender(role, service), target, parcel, "e-1", on_end=ends.append)
    deliver(lab.world, [delivery])
    lab.run_until_idle()
    return ends[0]


def role(lab, *actions, service="events.amazonaws.com", name="courier"):
    return make_role(lab, name, service, *actions)


# ---- log groups


def log_group(lab, *, policy=True, resource="arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/*:*"):
    logs = lab.client("logs")
    logs.create_log_group(logGroupName="/aws/events/orders")
    if policy:
        services = ["events.amazonaws.com", "delivery.logs.amazonaws.com"]
        statement = lets(services, ["logs:CreateLogStream", "logs:PutLogEvents"], resource)
        logs.put_resource_policy(policyName="events", policyDocument=document(statement))
    return logs


def events_in(logs):
    return logs.filter_log_events(logGroupName="/aws/events/orders")["events"]


def test_a_log_group_takes_an_event_of_a_rule_with_the_event_s_own_time(lab):
    logs = log_group(lab)
    assert send(lab, GROUP).delivered
    assert send(lab, f"{GROUP}:*").delivered
    first = events_in(logs)[0]
    assert json.loads(first["message"]) == EVENT
    assert first["timestamp"] == 1767603540000
    assert [hop.kind for hop in lab.trace].count("put-log-event") == 2


def test_a_rule_s_events_share_a_log_stream(lab):
    logs = log_group(lab)
    send(lab, GROUP)
    send(lab, GROUP)
    assert len(logs.describe_log_streams(logGroupName="/aws/events/orders")["logStreams"]) == 1


def test_a_rule_may_shape_timestamp_and_message(lab):
    logs = log_group(lab)
    send(lab, GROUP, json.dumps({"timestamp": 1767603000000, "message": "an order"}))
    event = events_in(logs)[0]
    assert (event["timestamp"], event["message"]) == (1767603000000, "an order")


@pytest.mark.parametrize(
    "options",
    [
        {"policy": False},
        {"resource": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/other/*:*"},
    ],
    ids=["no policy", "another group"],
)
def test_without_a_resource_policy_no_event_of_a_rule_arrives(lab, options):
    logs = log_group(lab, **options)
    end = send(lab, GROUP)
    assert end.error.failure is Failure.NO_PERMISSION
    assert "logs:CreateLogStream" in end.error.message
    assert events_in(logs) == []


def test_a_pipe_needs_its_role_and_may_name_the_stream(lab):
    logs = log_group(lab, policy=False)
    arn = role(lab, "logs:CreateLogStream", "logs:PutLogEvents", service="pipes.amazonaws.com")
    pipe = {"role": arn, "service": "pipes.amazonaws.com"}
    assert send(lab, GROUP, "hello", **pipe, LogStreamName="mine", Timestamp="1767603000000").delivered
    event = events_in(logs)[0]
    assert (event["logStreamName"], event["timestamp"], event["message"]) == ("mine", 1767603000000, "hello")


def test_a_log_group_that_is_gone_is_not_tried_again(lab):
    end = send(lab, GROUP)
    assert (end.error.failure, end.error.message) == (
        Failure.NO_RESOURCE,
        "The specified log group does not exist.",
    )


def test_an_event_of_last_month_is_not_taken(lab):
    log_group(lab)
    end = send(lab, GROUP, json.dumps({"timestamp": 1, "message": "ancient"}))
    assert end.error.failure is Failure.REJECTED


@pytest.mark.parametrize("document", ["{}", "nonsense", json.dumps({"Statement": [{"Effect": "Allow"}]})])
def test_what_is_no_policy_is_not_kept(lab, document):
    logs = lab.client("logs")
    with pytest.raises(ClientError, match="InvalidParameterException"):
        logs.put_resource_policy(policyName="events", policyDocument=document)
    assert logs.describe_resource_policies()["resourcePolicies"] == []


def test_a_policy_of_one_group_is_refused_by_name(lab):
    with pytest.raises(ClientError, match="resourceArn of a resource policy is not simulated"):
        lab.client("logs").put_resource_policy(policyDocument="{}", resourceArn=GROUP)


# ---- data streams


def records(lab):
    kinesis = lab.client("kinesis")
    place = kinesis.get_shard_iterator(
        StreamName="orders", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
    )
    return kinesis.get_records(ShardIterator=place["ShardIterator"])["Records"]


def make_stream(lab):
    lab.client("kinesis").create_stream(StreamName="orders", ShardCount=1)
    lab.advance(seconds=30)


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({}, "e-1"),
        ({"KinesisParameters": {"PartitionKeyPath": "$.detail.customer"}}, "anna"),
        ({"KinesisParameters": {"PartitionKey": "fixed"}}, "fixed"),
        ({"PartitionKey": "resolved"}, "resolved"),
    ],
    ids=["the event's id", "a path", "Scheduler's", "a pipe's"],
)
def test_a_stream_takes_an_event_under_its_partition_key(lab, options, key):
    make_stream(lab)
    assert send(lab, STREAM, role=role(lab, "kinesis:PutRecord"), **options).delivered
    record = records(lab)[0]
    assert record["PartitionKey"] == key
    assert json.loads(record["Data"]) == EVENT


def test_a_stream_asks_the_role(lab):
    make_stream(lab)
    assert send(lab, STREAM).error.failure is Failure.NO_ROLE
    assert send(lab, STREAM, role=role(lab, "kinesis:GetRecords")).error.failure is Failure.NO_PERMISSION
    assert records(lab) == []


def test_a_stream_that_is_not_there_is_no_reason_to_try_again(lab):
    end = send(lab, STREAM, role=role(lab, "kinesis:PutRecord"))
    assert end.error.failure is Failure.NO_RESOURCE


def test_a_throttled_shard_may_be_tried_again(lab):
    make_stream(lab)
    lab.advance(seconds=1 - lab.now.microsecond / 1e6)
    arn = role(lab, "kinesis:PutRecord")
    assert send(lab, STREAM, "x" * 700_000, role=arn).delivered
    end = send(lab, STREAM, "x" * 700_000, role=arn)
    assert end.error.failure is Failure.THROTTLED


# ---- stand-ins

TASK = {"TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/report:1"}
CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/reports"


def test_a_task_is_recorded_as_started_with_its_input(lab):
    end = send(lab, CLUSTER, role=role(lab, "ecs:RunTask"), EcsParameters=TASK)
    assert end.delivered
    hop = next(hop for hop in lab.trace if hop.kind == "start-task")
    assert hop.resource == CLUSTER
    assert hop.facts["action"] == "ecs:RunTask"
    assert json.loads(hop.facts["body"]) == EVENT
    assert hop.facts["settings"] == TASK


@pytest.mark.parametrize(
    ("target", "action", "options"),
    [
        ("arn:aws:batch:us-east-1:123456789012:job-queue/q", "batch:SubmitJob", {"BatchParameters": TASK}),
        ("arn:aws:glue:us-east-1:123456789012:workflow/w", "glue:notifyEvent", {}),
        ("arn:aws:codebuild:us-east-1:123456789012:project/p", "codebuild:StartBuild", {}),
        ("arn:aws:codepipeline:us-east-1:123456789012:p", "codepipeline:StartPipelineExecution", {}),
        ("arn:aws:ssm:us-east-1:123456789012:automation-definition/a", "ssm:StartAutomationExecution", {}),
        ("arn:aws:ssm:us-east-1:123456789012:document/d", "ssm:SendCommand", {}),
    ],
)
def test_each_stand_in_asks_for_its_own_action(lab, target, action, options):
    arn = role(lab, action)
    assert send(lab, target, role=arn, **options).delivered
    lab.client("iam").delete_role_policy(RoleName="courier", PolicyName="does")
    end = send(lab, target, role=arn, **options)
    assert end.error.failure is Failure.NO_PERMISSION
    assert action in end.error.message


def test_a_task_without_a_role_or_without_its_parameters_is_not_started(lab):
    assert send(lab, CLUSTER, EcsParameters=TASK).error.failure is Failure.NO_ROLE
    assert send(lab, CLUSTER, role=role(lab, "ecs:RunTask")).error.failure is Failure.REJECTED
    assert "start-task" not in [hop.kind for hop in lab.trace]


# ---- state machines


def machine(lab, states):
    arn = role(lab, "sqs:SendMessage", service="states.amazonaws.com", name="machine")
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    made = lab.client("stepfunctions").create_state_machine(name="order", definition=definition, roleArn=arn)
    return made["stateMachineArn"]


def test_a_state_machine_starts_an_execution_with_what_is_delivered(lab):
    arn = machine(lab, {"End": {"Type": "Succeed"}})
    end = send(lab, arn, role=role(lab, "states:StartExecution"))
    assert end.error is None
    [execution] = lab.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"]
    assert execution["status"] == "SUCCEEDED"
    [started] = [hop for hop in lab.trace if hop.kind == "start-execution"]
    assert started.message == execution["executionArn"]
    assert json.loads(started.facts["body"]) == EVENT
    assert [lab.trace[cause - 1].kind for cause in started.causes] == ["deliver"]


def test_an_execution_that_fails_is_no_failed_delivery(lab):
    arn = machine(lab, {"No": {"Type": "Fail", "Error": "E"}})
    assert send(lab, arn, role=role(lab, "states:StartExecution")).error is None
    [execution] = lab.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"]
    assert execution["status"] == "FAILED"


def test_what_is_no_json_starts_no_execution(lab):
    arn = machine(lab, {"End": {"Type": "Succeed"}})
    end = send(lab, arn, "plain words", role=role(lab, "states:StartExecution"))
    assert end.error.failure is Failure.REJECTED
    assert end.error.message.startswith("Invalid State Machine Execution Input: '")


# ---- what is not there


@pytest.mark.parametrize(
    ("target", "action", "reason"),
    [
        (
            "arn:aws:states:us-east-1:123456789012:stateMachine:order",
            "states:StartExecution",
            "State Machine Does Not Exist: 'arn:aws:states:us-east-1:123456789012:stateMachine:order'",
        ),
    ],
)
def test_a_delivery_to_what_cannot_be_made_fails_as_to_what_does_not_exist(lab, target, action, reason):
    assert send(lab, target).error.failure is Failure.NO_ROLE
    arn = role(lab, "sqs:SendMessage")
    assert send(lab, target, role=arn).error.failure is Failure.NO_PERMISSION
    lab.client("iam").delete_role_policy(RoleName="courier", PolicyName="does")
    lab.client("iam").delete_role(RoleName="courier")
    end = send(lab, target, role=role(lab, action))
    assert (end.error.failure, end.error.message) == (Failure.NO_RESOURCE, reason)
