"""The API around executions: what may be made, what is refused, and AWS's words for what is wrong."""

from __future__ import annotations

import datetime
import json

import pytest
from botocore.exceptions import ClientError
from inbox import open_queue
from machine_room import ACCOUNT, PREFIX

from workbook.flow.resources import label_of, node_of

DONE = {"End": {"Type": "Succeed"}}
PASS = {"Type": "Pass", "End": True}
MACHINE = f"{PREFIX}:stateMachine:order"


def refused(call, **parameters):
    """(code, message) of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_describe_state_machine_shows_what_was_made(room):
    arn = room.make(DONE, tags=[{"key": "team", "value": "shop"}])
    assert arn == MACHINE
    shown = room.machines.describe_state_machine(stateMachineArn=arn)
    del shown["ResponseMetadata"]
    assert shown == {
        "stateMachineArn": arn,
        "name": "order",
        "status": "ACTIVE",
        "definition": json.dumps({"StartAt": "End", "States": DONE}),
        "roleArn": room.role,
        "type": "STANDARD",
        "creationDate": shown["creationDate"],
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }
    [made] = [hop for hop in room.hops("create") if hop.resource == arn]
    assert made.facts["settings"]["definition"] == shown["definition"]


def test_the_same_state_machine_can_be_made_twice_and_another_cannot(room):
    assert room.make(DONE) == room.make(DONE)
    assert len([hop for hop in room.hops("create") if hop.resource == MACHINE]) == 1
    code, message = refused(room.make, states={"Other": PASS})
    assert (code, message) == ("StateMachineAlreadyExists", f"State Machine Already Exists: '{MACHINE}'")


def test_a_role_must_let_step_functions_assume_it(room):
    role = room.new_role("other", "lambda.amazonaws.com")
    code, message = refused(room.make, states=DONE, roleArn=role)
    assert code == "AccessDeniedException"
    assert message.startswith("Neither the global service principal states.amazonaws.com")


def test_state_machines_are_listed_in_pages_and_deleted(room):
    arns = [room.make(DONE, name=name) for name in ("a", "b", "c")]
    first = room.machines.list_state_machines(maxResults=2)
    rest = room.machines.list_state_machines(nextToken=first["nextToken"])
    listed = first["stateMachines"] + rest["stateMachines"]
    assert [machine["stateMachineArn"] for machine in listed] == arns
    room.machines.delete_state_machine(stateMachineArn=arns[0])
    room.machines.delete_state_machine(stateMachineArn=arns[0])
    code, message = refused(room.machines.describe_state_machine, stateMachineArn=arns[0])
    assert (code, message) == ("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arns[0]}'")
    assert [hop.resource for hop in room.hops("remove")] == [arns[0]]


def test_tags_are_set_shown_and_removed(room):
    arn = room.make(DONE, tags=[{"key": "team", "value": "shop"}])
    room.machines.tag_resource(resourceArn=arn, tags=[{"key": "stage", "value": "test"}])
    room.machines.untag_resource(resourceArn=arn, tagKeys=["team", "nobody"])
    assert room.machines.list_tags_for_resource(resourceArn=arn)["tags"] == [
        {"key": "stage", "value": "test"}
    ]
    many = [{"key": str(number), "value": ""} for number in range(50)]
    assert refused(room.machines.tag_resource, resourceArn=arn, tags=many)[0] == "TooManyTags"
    assert refused(room.machines.list_tags_for_resource, resourceArn=f"{arn}x")[0] == "ResourceNotFound"


# ---- StartExecution


def test_a_name_makes_a_start_idempotent_while_it_runs(room):
    arn = room.make({"Sleep": {"Type": "Wait", "Seconds": 60, "End": True}})
    execution = room.start(arn, {"a": 1}, name="first")
    assert room.start(arn, {"a": 1}, name="first") == execution
    assert len(room.hops("start-execution")) == 1
    taken = ("ExecutionAlreadyExists", f"Execution Already Exists: '{execution}'")
    assert refused(room.start, machine=arn, value={"a": 2}, name="first") == taken
    room.lab.run_until_idle()
    assert refused(room.start, machine=arn, value={"a": 1}, name="first") == taken


def test_a_name_is_free_again_after_90_days(room):
    arn = room.make(DONE)
    room.start(arn, name="first")
    room.lab.advance(days=89)
    assert refused(room.start, machine=arn, name="first")[0] == "ExecutionAlreadyExists"
    room.lab.advance(days=1)
    room.start(arn, name="first")
    assert len(room.hops("start-execution")) == 2


def test_starts_without_a_name_are_all_different(room):
    arn = room.make(DONE)
    assert len({room.start(arn) for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("parameters", "code", "message"),
    [
        ({"input": "{"}, "InvalidExecutionInput", "Invalid State Machine Execution Input: '"),
        ({"name": "no blanks"}, "InvalidName", "Invalid Name: 'no blanks'"),
        ({"name": "x" * 81}, "ValidationException", "1 validation error detected: Value"),
        ({"stateMachineArn": f"{MACHINE}s"}, "StateMachineDoesNotExist", "State Machine Does Not Exist: '"),
        ({"stateMachineArn": "order"}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: order'"),
        (
            {"stateMachineArn": f"{PREFIX}:execution:order:first"},
            "InvalidArn",
            "Invalid Arn: 'Resource type not valid in this context: execution'",
        ),
        ({"input": json.dumps("x" * 262_144)}, "ValidationException", "1 validation error detected: Value"),
    ],
)
def test_a_start_that_aws_does_not_accept(room, parameters, code, message):
    given = {"stateMachineArn": room.make(DONE), **parameters}
    found = refused(room.machines.start_execution, **given)
    assert found[0] == code
    assert found[1].startswith(message)
    assert room.hops("start-execution") == []


def test_executions_are_listed_the_latest_first(room):
    arn = room.make({"Sleep": {"Type": "Wait", "SecondsPath": "$.s", "End": True}})
    for name, wait in (("long", 500), ("short", 5), ("middle", 50)):
        room.start(arn, {"s": wait}, name=name)
    room.lab.advance(100)
    names = [one["name"] for one in room.machines.list_executions(stateMachineArn=arn)["executions"]]
    assert names == ["middle", "short", "long"]
    running = room.machines.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]
    assert [one["name"] for one in running] == ["long"]
    assert "stopDate" not in running[0]


def test_an_execution_that_does_not_exist(room):
    room.make(DONE)
    arn = f"{PREFIX}:execution:order:nobody"
    for call in (room.machines.describe_execution, room.machines.stop_execution):
        assert refused(call, executionArn=arn) == (
            "ExecutionDoesNotExist",
            f"Execution Does Not Exist: '{arn}'",
        )


# ---- definitions


@pytest.mark.parametrize(
    ("states", "diagnostics"),
    [
        (
            {"pass1": {"Type": "Pass", "Next": "pass3"}, "pass2": {"Type": "Pass", "End": True}},
            (
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, "
                'MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2'
            ),
        ),
        (
            {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}},
            "MISSING_END_STATE: Workflow has no terminal state at null",
        ),
        (
            {"A": {"Type": "Pass", "Next": "NOPE"}},
            (
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next, "
                "MISSING_END_STATE: Workflow has no terminal state at null"
            ),
        ),
        (
            {"A": {**PASS, "TimeoutSeconds": 5}},
            "SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at /States/A",
        ),
        (
            {"A": {**PASS, "Catch": []}},
            "SCHEMA_VALIDATION_FAILED: Field 'Catch' is not supported at /States/A",
        ),
    ],
)
def test_what_is_wrong_with_a_definition_is_said_in_aws_s_words(room, states, diagnostics):
    code, message = refused(room.make, states=states)
    assert (code, message) == ("InvalidDefinition", f"Invalid State Machine Definition: '{diagnostics}'")
    assert room.machines.list_state_machines()["stateMachines"] == []


@pytest.mark.parametrize(
    "definition",
    [
        "{",
        "[]",
        "{}",
        '{"StartAt": "A"}',
        '{"StartAt": "A", "States": {}}',
        '{"StartAt": "A", "States": {"A": 1}}',
    ]
    + [
        json.dumps({"StartAt": "A", "States": {"A": state}})
        for state in ({}, {"Type": "Nap"}, {"Type": "Pass"}, {"Type": "Wait", "End": True})
    ]
    + [
        json.dumps({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": "soon", "End": True}}}),
        json.dumps({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "mail", "End": True}}}),
        json.dumps({"StartAt": "A", "States": {"A": {"Type": "Task", "End": True}}}),
        json.dumps({"StartAt": "A", "States": {"A": PASS}, "Colour": "red"}),
    ],
)
def test_what_is_no_workflow_is_not_made(room, definition):
    make = room.machines.create_state_machine
    code, message = refused(make, name="order", definition=definition, roleArn=room.role)
    assert code == "InvalidDefinition"
    assert message.startswith("Invalid State Machine Definition: '")
    assert room.machines.list_state_machines()["stateMachines"] == []


QUEUE_TASK = {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "MessageBody": "x"}


def a_task(resource, **fields):
    return {"A": {"Type": "Task", "Resource": resource, "End": True, **fields}}


@pytest.mark.parametrize(
    ("states", "options", "what"),
    [
        (a_task("arn:aws:states:::bedrock:invokeModel"), {}, "bedrock:invokeModel"),
        (a_task("arn:aws:states:::aws-sdk:s3:listBucketMetricsConfigurations"), {}, "aws-sdk:s3"),
        (DONE, {"tracingConfiguration": {"enabled": True}}, "tracingConfiguration"),
        (
            DONE,
            {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"}},
            "encryptionConfiguration CUSTOMER_MANAGED_KMS_KEY",
        ),
    ],
)
def test_what_is_not_simulated_is_refused_by_name(room, states, options, what):
    code, message = refused(room.make, states=states, **options)
    assert code == "NotSimulatedByWorkbook"
    assert what in message


def test_a_field_that_an_integration_does_not_know(room):
    states = a_task("arn:aws:states:::sqs:sendMessage", Parameters={**QUEUE_TASK, "Colour": "red"})
    code, message = refused(room.make, states=states)
    assert code == "InvalidDefinition"
    assert 'The field "Colour" is not supported by Step Functions at /States/A/Parameters' in message


def test_defaults_that_are_said_are_no_reason_to_refuse(room):
    room.make(
        DONE,
        type="STANDARD",
        publish=False,
        loggingConfiguration={"level": "OFF", "includeExecutionData": False},
        tracingConfiguration={"enabled": False},
    )


def test_what_runs_of_a_deleted_state_machine_is_aborted_at_its_next_transition(room):
    arn = room.make({"Sleep": {"Type": "Wait", "Seconds": 60, "Next": "End"}, **DONE})
    execution = room.start(arn)
    room.machines.delete_state_machine(stateMachineArn=arn)
    assert room.machines.describe_state_machine(stateMachineArn=arn)["status"] == "DELETING"
    assert refused(room.start, machine=arn)[0] == "StateMachineDeleting"
    assert refused(room.make, states=DONE)[0] == "StateMachineDeleting"
    room.lab.advance(59)
    assert room.describe(execution)["status"] == "RUNNING"
    room.lab.run_until_idle()
    [hop] = room.hops("start-execution")
    assert (hop.outcome, hop.facts["status"]) == ("ABORTED", "ABORTED")
    assert refused(room.machines.describe_state_machine, stateMachineArn=arn)[0] == "StateMachineDoesNotExist"
    assert [hop.resource for hop in room.hops("remove")] == [arn]


def test_a_deleted_state_machine_can_be_made_again(room):
    room.machines.delete_state_machine(stateMachineArn=room.make(DONE))
    assert room.run({"Other": PASS})["status"] == "SUCCEEDED"


def test_a_start_is_refused_where_as_many_run_as_may_run(room, monkeypatch):
    from workbook.aws.stepfunctions import starting  # noqa: PLC0415 - next to what it is changed for

    monkeypatch.setattr(starting, "limit", lambda name: 2)
    arn = room.make({"Sleep": {"Type": "Wait", "Seconds": 60, "End": True}})
    room.start(arn)
    room.start(arn)
    assert refused(room.start, machine=arn)[0] == "ExecutionLimitExceeded"
    room.lab.run_until_idle()
    room.start(arn)


# ---- senders


def test_a_rule_tries_again_where_as_many_executions_run_as_may_run(room, monkeypatch):
    from workbook.aws.stepfunctions import starting  # noqa: PLC0415 - next to what it is changed for

    monkeypatch.setattr(starting, "limit", lambda name: 1)
    arn = room.make({"Sleep": {"Type": "Wait", "Seconds": 60, "End": True}})
    room.start(arn)
    events = room.lab.client("events")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    role = room.new_role("rule", "events.amazonaws.com", "states:StartExecution")
    events.put_targets(Rule="orders", Targets=[{"Id": "m", "Arn": arn, "RoleArn": role}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    room.lab.advance(minutes=30)
    tries = [hop.outcome for hop in room.hops("deliver") if hop.resource == arn]
    assert tries[0] == "THROTTLED"
    assert tries[-1] == "ok"
    assert len(room.hops("start-execution")) == 2


def test_rules_schedules_and_pipes_start_executions(room):
    arn = room.make(DONE)
    events, scheduler = room.lab.client("events"), room.lab.client("scheduler")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    role = room.new_role("rule", "events.amazonaws.com", "states:StartExecution")
    events.put_targets(
        Rule="orders", Targets=[{"Id": "m", "Arn": arn, "RoleArn": role, "InputPath": "$.detail"}]
    )
    events.put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": '{"n": 1}'}])
    role = room.new_role("schedule", "scheduler.amazonaws.com", "states:StartExecution")
    scheduler.create_schedule(
        Name="once",
        ScheduleExpression="at(2026-01-05T10:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": arn, "RoleArn": role, "Input": '{"n": 2}'},
    )
    queue = room.queue()
    role = room.new_role("pipe", "pipes.amazonaws.com", "states:StartExecution", "sqs:*")
    room.lab.client("pipes").create_pipe(
        Name="orders",
        Source=f"arn:aws:sqs:us-east-1:{ACCOUNT}:work",
        Target=arn,
        RoleArn=role,
        TargetParameters={
            "InputTemplate": '{"n": <$.body>}',
            "StepFunctionStateMachineParameters": {"InvocationType": "FIRE_AND_FORGET"},
        },
    )
    room.lab.advance(minutes=5)
    room.sqs.send_message(QueueUrl=queue, MessageBody="3")
    room.lab.advance(hours=2)
    started = [json.loads(hop.facts["body"]) for hop in room.hops("start-execution")]
    assert started == [{"n": 1}, [{"n": 3}], {"n": 2}]


def test_eventbridge_hears_of_each_status(room):
    queue, arn = open_queue(room.sqs, "work", "events.amazonaws.com")
    events = room.lab.client("events")
    events.put_rule(Name="states", EventPattern=json.dumps({"source": ["aws.states"]}))
    events.put_targets(Rule="states", Targets=[{"Id": "q", "Arn": arn}])
    execution = room.start(room.make({"No": {"Type": "Fail", "Error": "E"}}), {"n": 1})
    room.lab.run_until_idle()
    bodies = [json.loads(body) for body in room.bodies(queue)]
    told = [body for body in bodies if body["detail-type"] == "Step Functions Execution Status Change"]
    assert sorted(event["detail"]["status"] for event in told) == ["FAILED", "RUNNING"]
    assert all(event["resources"] == [execution] for event in told)
    started = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC).timestamp() * 1000
    assert all(event["detail"]["startDate"] - started < 1000 for event in told)


def test_a_picture_draws_calls_of_states_from_the_state_machine(room):
    queue = room.queue()
    shown = room.run(
        a_task("arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": queue, "MessageBody": "x"})
    )
    scene = room.lab.flow().scene
    assert node_of(shown["executionArn"]) == MACHINE
    told = [(label_of(move.source), label_of(move.target), move.text) for move in scene.moves]
    assert ("you", "order", "you started an execution of order") in told
    assert ("order", "order", "execution 1 of order ended: SUCCEEDED") in told
    assert ("order", "work") in [(source, target) for source, target, _ in told]
