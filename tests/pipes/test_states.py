"""CreatePipe, its states over virtual time, and what AWS says where it cannot work."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def ends(system):
    return {"Source": system.queue("in"), "Target": system.queue("out")}


def create(system, ends, **options):
    role = options.pop("RoleArn", None) or system.role()
    return system.pipes.create_pipe(**{"Name": "orders", "RoleArn": role, **ends, **options})


def state(system, name="orders"):
    shown = system.pipes.describe_pipe(Name=name)
    return shown["CurrentState"], shown["StateReason"]


def test_a_new_pipe_is_creating_and_then_runs(system, ends):
    created = create(system, ends)
    assert created["Arn"] == "arn:aws:pipes:us-east-1:123456789012:pipe/orders"
    assert (created["DesiredState"], created["CurrentState"]) == ("RUNNING", "CREATING")
    system.settle(30)
    assert state(system) == ("RUNNING", "User initiated")


def test_a_pipe_shows_the_defaults_of_its_source(system, ends):
    create(system, ends)
    shown = system.pipes.describe_pipe(Name="orders")
    assert shown["SourceParameters"] == {
        "SqsQueueParameters": {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 0}
    }
    assert (shown["TargetParameters"], shown["EnrichmentParameters"], shown["Tags"]) == ({}, {}, {})


def test_a_pipe_can_be_made_stopped_started_and_stopped(system, ends):
    create(system, ends, DesiredState="STOPPED")
    system.settle(30)
    assert state(system)[0] == "STOPPED"
    system.send("in", "hello")
    system.settle()
    assert system.bodies("in") == ["hello"]
    assert system.pipes.start_pipe(Name="orders")["CurrentState"] == "STARTING"
    system.settle(30)
    assert state(system)[0] == "RUNNING"
    assert system.bodies("in") == []
    assert system.pipes.stop_pipe(Name="orders")["CurrentState"] == "STOPPING"
    system.send("in", "later")
    system.settle(30)
    assert state(system)[0] == "STOPPED"
    assert system.bodies("in") == ["later"]


def test_a_pipe_between_two_states_cannot_be_changed(system, ends):
    create(system, ends)
    for call in (system.pipes.start_pipe, system.pipes.stop_pipe, system.pipes.delete_pipe):
        assert code_of(call, Name="orders")[0] == "ConflictException"
    role = "arn:aws:iam::123456789012:role/courier"
    assert code_of(system.pipes.update_pipe, Name="orders", RoleArn=role)[0] == "ConflictException"


def test_a_deleted_pipe_is_gone_and_leaves_its_source_alone(system, ends):
    create(system, ends, DesiredState="STOPPED")
    system.settle(30)
    system.send("in", "hello")
    deleted = system.pipes.delete_pipe(Name="orders")
    assert (deleted["DesiredState"], deleted["CurrentState"]) == ("DELETED", "DELETING")
    system.settle(30)
    assert code_of(system.pipes.describe_pipe, Name="orders")[0] == "NotFoundException"
    assert system.bodies("in") == ["hello"]


def test_an_update_changes_what_it_names_and_keeps_the_rest(system, ends):
    create(system, ends, Description="first", TargetParameters={"InputTemplate": "<$.body.id>"})
    system.settle(30)
    other = system.queue("other")
    role = "arn:aws:iam::123456789012:role/courier"
    updated = system.pipes.update_pipe(
        Name="orders", RoleArn=role, Target=other, SourceParameters={"SqsQueueParameters": {"BatchSize": 1}}
    )
    assert updated["CurrentState"] == "UPDATING"
    system.settle(30)
    shown = system.pipes.describe_pipe(Name="orders")
    assert (shown["Description"], shown["Target"], shown["CurrentState"]) == ("first", other, "RUNNING")
    assert shown["SourceParameters"]["SqsQueueParameters"]["BatchSize"] == 1
    system.send("in", {"id": 7})
    system.settle()
    assert system.bodies("other") == ["7"]


# ---- what AWS finds out while it makes a pipe


@pytest.mark.parametrize("missing", ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"])
def test_without_permission_to_read_the_source_creation_fails(system, ends, missing):
    actions = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"} - {f"sqs:{missing}"}
    create(system, ends, RoleArn=system.role(*sorted(actions)))
    system.settle(30)
    current, reason = state(system)
    assert current == "CREATE_FAILED"
    assert reason.startswith("Input parameter is invalid from the request due to : ")
    assert reason.endswith(f"The provided customer role does not have permissions to call {missing} on SQS")
    system.allow("*")
    system.pipes.start_pipe(Name="orders")
    system.settle(30)
    assert state(system)[0] == "RUNNING"


def test_a_role_that_trusts_another_service_makes_creation_fail(system, ends):
    create(system, ends, RoleArn=system.role(service="lambda.amazonaws.com"))
    system.settle(30)
    assert state(system)[0] == "CREATE_FAILED"
    assert "cannot be assumed" in state(system)[1]


def test_a_source_that_does_not_exist_makes_creation_fail(system, ends):
    create(system, {**ends, "Source": "arn:aws:sqs:us-east-1:123456789012:nowhere"})
    system.settle(30)
    assert state(system)[0] == "CREATE_FAILED"
    assert "The specified queue does not exist." in state(system)[1]


def test_a_pipe_that_loses_its_permission_stops_and_says_why(system, ends):
    create(system, ends)
    system.settle(30)
    system.allow("sqs:SendMessage")
    system.send("in", "hello")
    system.settle()
    current, reason = state(system)
    assert current == "STOPPED"
    assert reason.startswith("Pipes does not have required permissions to perform Queue operations")
    assert system.bodies("in") == ["hello"]


def test_a_pipe_whose_source_is_deleted_stops(system, ends):
    create(system, ends)
    system.settle(30)
    system.sqs.delete_queue(QueueUrl=system.urls["in"])
    system.settle()
    assert state(system)[0] == "STOPPED"


# ---- what AWS refuses at once


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            {"Name": "no spaces"},
            "at 'name' failed to satisfy constraint: Member must satisfy regular expression",
        ),
        ({"DesiredState": "PAUSED"}, "Member must satisfy enum value set: [RUNNING, STOPPED]"),
        ({"Source": "arn:aws:s3:us-east-1:123456789012:bucket"}, "is not supported"),
        ({"Target": "arn:aws:rds:us-east-1:123456789012:db:x"}, "is not supported"),
        (
            {"Target": "arn:aws:sns:us-east-1:123456789012:topic.fifo"},
            '"Target","Message":"SNS FIFO topics are not supported as a pipe target."',
        ),
        (
            {"Target": "arn:aws:sqs:eu-west-1:123456789012:out"},
            '"Target","Message":"Creating cross-region pipe is not permitted."',
        ),
        (
            {"Source": "arn:aws:sqs:eu-west-1:123456789012:in"},
            '"Source","Message":"Creating cross-region pipe is not permitted."',
        ),
        ({"Enrichment": "arn:aws:sns:us-east-1:123456789012:topic"}, '"Message":"Invalid pipe enrichment."'),
        (
            {"Target": "arn:aws:kinesis:us-east-1:123456789012:stream/s"},
            '"TargetParameters.KinesisStreamParameters","Message":"Missing required parameter."}]}',
        ),
        ({"Target": "arn:aws:sqs:us-east-1:123456789012:out.fifo"}, "SqsQueueParameters.MessageGroupId"),
        (
            {"TargetParameters": {"LambdaFunctionParameters": {}}},
            'LambdaFunctionParameters","Message":"Invalid target parameter provided for target."',
        ),
        (
            {"SourceParameters": {"KinesisStreamParameters": {"StartingPosition": "LATEST"}}},
            'KinesisStreamParameters","Message":"Invalid source parameter provided for source."',
        ),
        (
            {"TargetParameters": {"InputTemplate": "<aws.pipes.nonsense>"}},
            '"Message":"Invalid json path reference or predefined variable for placeholder',
        ),
        (
            {"SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": '{"body": {"i": 1}}'}]}}},
            r"Invalid Event Pattern. Reason: \"i\" must be an object or an array",
        ),
        ({"SourceParameters": {"SqsQueueParameters": {"BatchSize": 11}}}, "Maximum batch window"),
        (
            {
                "SourceParameters": {
                    "SqsQueueParameters": {"BatchSize": 11, "MaximumBatchingWindowInSeconds": 1}
                }
            },
            "The configured batch size 11 is greater than the max supported",
        ),
        (
            {"SourceParameters": {"SqsQueueParameters": {"MaximumBatchingWindowInSeconds": 301}}},
            "Member must have value less than or equal to 300",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_when_the_pipe_is_made(system, ends, options, reason):
    with pytest.raises(ClientError) as caught:
        create(system, ends, **options)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert reason in error["Message"]
    assert system.pipes.list_pipes()["Pipes"] == []


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"Source": "arn:aws:kafka:us-east-1:123456789012:cluster/c/1"}, "a pipe from an Amazon MSK cluster"),
        ({"Source": "smk://broker.example:9092"}, "a pipe from a self-managed Kafka cluster"),
        (
            {"Enrichment": "arn:aws:execute-api:us-east-1:123456789012:a/b/GET/c"},
            "as enrichment of a pipe",
        ),
        ({"KmsKeyIdentifier": "alias/mine"}, "KmsKeyIdentifier of a pipe"),
        ({"LogConfiguration": {"Level": "INFO"}}, "LogConfiguration of a pipe"),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(system, ends, options, what):
    code, message = code_of(lambda **given: create(system, ends, **given), **options)
    assert code == "NotSimulatedByWorkbook"
    assert what in message


def test_a_name_is_taken_once(system, ends):
    create(system, ends)
    code, _ = code_of(system.pipes.create_pipe, Name="orders", RoleArn=system.role(name="other"), **ends)
    assert code == "ConflictException"


def test_pipes_are_listed_by_name_state_and_ends(system, ends):
    role = system.role()
    for name in ("orders", "refunds", "returns"):
        system.pipes.create_pipe(Name=name, RoleArn=role, DesiredState="STOPPED", **ends)
    listed = [one["Name"] for one in system.pipes.list_pipes(NamePrefix="re")["Pipes"]]
    assert listed == ["refunds", "returns"]
    assert len(system.pipes.list_pipes(CurrentState="CREATING")["Pipes"]) == 3
    assert system.pipes.list_pipes(TargetPrefix="arn:aws:sns")["Pipes"] == []
    first = system.pipes.list_pipes(Limit=2)
    second = system.pipes.list_pipes(Limit=2, NextToken=first["NextToken"])
    assert [one["Name"] for one in first["Pipes"] + second["Pipes"]] == ["orders", "refunds", "returns"]
    assert "NextToken" not in second


def test_tags_come_and_go(system, ends):
    arn = create(system, ends, Tags={"team": "web"})["Arn"]
    system.pipes.tag_resource(resourceArn=arn, tags={"cost": "7"})
    system.pipes.untag_resource(resourceArn=arn, tagKeys=["team", "absent"])
    assert system.pipes.list_tags_for_resource(resourceArn=arn)["tags"] == {"cost": "7"}


def test_every_change_is_in_the_trace_with_its_settings(system, ends):
    arn = create(system, ends)["Arn"]
    system.settle(30)
    system.pipes.stop_pipe(Name="orders")
    system.settle(30)
    system.pipes.delete_pipe(Name="orders")
    hops = [hop for hop in system.lab.trace if hop.resource == arn]
    assert [hop.kind for hop in hops] == ["create", "configure", "remove"]
    assert hops[1].facts["settings"]["DesiredState"] == "STOPPED"
    assert json.dumps(hops[0].facts["settings"])
