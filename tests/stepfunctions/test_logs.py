"""What executions write to CloudWatch Logs, and what is asked before they may."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

GROUP = "/aws/vendedlogs/states/order"
SAY = {"Say": {"Type": "Pass", "Result": "hello", "End": True}}
FAIL = {"No": {"Type": "Fail", "Error": "SomeFailure", "Cause": "so it is"}}


def refused(call, **parameters):
    """(code, message) of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def logs(room):
    client = room.lab.client("logs")
    client.create_log_group(logGroupName=GROUP)
    room.iam.put_role_policy(
        RoleName="machine",
        PolicyName="logs",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}],
            }
        ),
    )
    return client


def configuration(level="ALL", group=GROUP, **options):
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    return {"level": level, "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}], **options}


def lines(logs):
    found = logs.filter_log_events(logGroupName=GROUP)["events"]
    return [json.loads(event["message"]) for event in found]


def test_an_express_execution_is_known_by_its_log_only(room, logs):
    machine = room.make(SAY, type="EXPRESS", loggingConfiguration=configuration(includeExecutionData=True))
    execution = room.start(machine, {"n": 1})
    room.lab.run_until_idle()
    started, entered, left, ended = lines(logs)
    assert started == {
        "id": "1",
        "type": "ExecutionStarted",
        "details": {"input": '{"n": 1}', "inputDetails": {"truncated": False}, "roleArn": room.role},
        "previous_event_id": "0",
        "event_timestamp": started["event_timestamp"],
        "execution_arn": execution,
        "redrive_count": "0",
    }
    assert (entered["type"], entered["details"]["name"]) == ("PassStateEntered", "Say")
    assert (left["type"], left["details"]["output"]) == ("PassStateExited", '"hello"')
    assert (ended["type"], ended["details"]["output"]) == ("ExecutionSucceeded", '"hello"')
    assert [line["previous_event_id"] for line in (entered, left, ended)] == ["0", "2", "3"]


def test_data_are_left_out_unless_they_are_asked_for_and_errors_are_not(room, logs):
    room.run(FAIL, {"secret": 1}, loggingConfiguration=configuration())
    assert [line["details"] for line in lines(logs)] == [
        {"roleArn": room.role},
        {"name": "No"},
        {"error": "SomeFailure", "cause": "so it is"},
    ]


@pytest.mark.parametrize(
    ("level", "types"),
    [
        ("ALL", ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]),
        ("ERROR", ["FailStateEntered", "ExecutionFailed"]),
        ("FATAL", ["ExecutionFailed"]),
        ("OFF", []),
    ],
)
def test_a_level_lets_through_what_is_bad_enough(room, logs, level, types):
    room.run(FAIL, loggingConfiguration=configuration(level))
    assert [line["type"] for line in lines(logs)] == types


def test_an_aborted_execution_is_fatal_and_a_well_ended_one_is_not(room, logs):
    wait = {"Sleep": {"Type": "Wait", "Seconds": 60, "End": True}}
    machine = room.make(wait, loggingConfiguration=configuration("FATAL"))
    room.start(machine)
    room.machines.stop_execution(executionArn=room.start(machine))
    room.lab.run_until_idle()
    assert [line["type"] for line in lines(logs)] == ["ExecutionAborted"]


def test_the_log_is_in_the_trace_and_caused_by_the_execution(room, logs):
    room.run(SAY, loggingConfiguration=configuration())
    [start], [entered] = room.hops("start-execution"), room.hops("enter-state")
    written = room.hops("put-log-event")
    assert [hop.causes for hop in written] == [
        (start.number,),
        (entered.number,),
        (entered.number,),
        (start.number,),
    ]
    assert {hop.facts["stream"][:13] for hop in written} == {"states/order/"}


def test_a_deleted_log_group_loses_lines_and_stops_nobody(room, logs):
    machine = room.make(SAY, loggingConfiguration=configuration())
    logs.delete_log_group(logGroupName=GROUP)
    execution = room.start(machine)
    room.lab.run_until_idle()
    assert room.describe(execution)["status"] == "SUCCEEDED"
    assert room.hops("put-log-event") == []


def test_a_new_level_is_for_what_starts_from_then_on(room, logs):
    machine = room.make(SAY, loggingConfiguration=configuration("OFF"))
    room.machines.update_state_machine(stateMachineArn=machine, loggingConfiguration=configuration("ALL"))
    shown = room.machines.describe_state_machine(stateMachineArn=machine)["loggingConfiguration"]
    assert shown == {**configuration("ALL"), "includeExecutionData": False}
    room.start(machine)
    room.lab.run_until_idle()
    assert len(lines(logs)) == 4


ONE = (
    "InvalidLoggingConfiguration",
    "Invalid Logging Configuration: Must specify exactly one Log Destination.",
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"level": "ALL"}, ONE),
        ({"level": "ALL", "destinations": []}, ONE),
        ({"level": "ALL", "destinations": [{}]}, ONE),
        ({"level": "OFF", "destinations": configuration()["destinations"] * 2}, ONE),
        (
            configuration(group="nobody"),
            (
                "InvalidLoggingConfiguration",
                "Invalid Logging Configuration: Log Destination not found.",
            ),
        ),
    ],
)
def test_a_configuration_that_aws_does_not_accept(room, logs, given, expected):
    assert refused(room.make, states=SAY, loggingConfiguration=given) == expected
    assert room.machines.list_state_machines()["stateMachines"] == []


def test_the_role_must_be_allowed_to_deliver_logs(room, logs):
    room.iam.delete_role_policy(RoleName="machine", PolicyName="logs")
    assert refused(room.make, states=SAY, loggingConfiguration=configuration()) == (
        "AccessDeniedException",
        "The state machine IAM Role is not authorized to access the Log Destination",
    )
