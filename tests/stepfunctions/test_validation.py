"""ValidateStateMachineDefinition, and that its answers and those of CreateStateMachine agree."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

PASS = {"Type": "Pass", "End": True}
WAITS = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/work", "MessageBody": "x"},
    "End": True,
}


def validate(room, definition, **options):
    text = definition if isinstance(definition, str) else json.dumps(definition)
    answer = room.machines.validate_state_machine_definition(definition=text, **options)
    del answer["ResponseMetadata"]
    return answer


def machine(*states):
    named = {f"S{number}": state for number, state in enumerate(states)}
    return {"StartAt": "S0", "States": named}


def test_a_valid_definition_is_ok(room):
    assert validate(room, machine(PASS)) == {"result": "OK", "diagnostics": [], "truncated": False}
    assert validate(room, machine(WAITS))["result"] == "OK"


def test_a_diagnostic_has_a_severity_a_code_a_message_and_a_place(room):
    assert validate(room, machine(WAITS), type="EXPRESS") == {
        "result": "FAIL",
        "diagnostics": [
            {
                "severity": "ERROR",
                "code": "SCHEMA_VALIDATION_FAILED",
                "message": "Express state machine does not support '.waitForTaskToken' service integration ",
                "location": "/States/S0/Resource",
            }
        ],
        "truncated": False,
    }


def test_where_the_whole_is_meant_there_is_no_place(room):
    loop = {"Type": "Pass", "Next": "S0"}
    [diagnostic] = validate(room, machine(loop))["diagnostics"]
    assert diagnostic == {
        "severity": "ERROR",
        "code": "MISSING_END_STATE",
        "message": "Workflow has no terminal state",
    }


SLIPS = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Pass", "Parameters": {"id": "$.id", "at": "States.UUID()"}, "Next": "B"},
        "B": {"Type": "Pass", "Result": {"id.$": "$.id"}, "Next": "C"},
        "C": {"Type": "Fail", "Cause": "$.reason"},
    },
}


def test_warnings_come_where_they_are_asked_for_and_are_no_failure(room):
    assert validate(room, SLIPS) == {"result": "OK", "diagnostics": [], "truncated": False}
    answer = validate(room, SLIPS, severity="WARNING")
    assert answer["result"] == "OK"
    assert [(found["severity"], found["code"], found["location"]) for found in answer["diagnostics"]] == [
        ("WARNING", "NO_DOLLAR", "/States/A/Parameters/id"),
        ("WARNING", "NO_DOLLAR", "/States/A/Parameters/at"),
        ("WARNING", "PASS_RESULT_IS_STATIC", "/States/B/Result"),
        ("WARNING", "NO_PATH", "/States/C/Cause"),
    ]
    room.machines.create_state_machine(name="slips", definition=json.dumps(SLIPS), roleArn=room.role)


@pytest.mark.parametrize(("most", "shown"), [(1, 1), (3, 3), (0, 100), (None, 100)])
def test_so_many_diagnostics_and_no_more(room, most, shown):
    definition = machine(PASS, *[PASS] * 120)
    options = {} if most is None else {"maxResults": most}
    answer = validate(room, definition, **options)
    assert (answer["result"], len(answer["diagnostics"]), answer["truncated"]) == ("FAIL", shown, True)


def test_all_of_them_are_not_truncated(room):
    answer = validate(room, machine(PASS, PASS, PASS), maxResults=2)
    assert (len(answer["diagnostics"]), answer["truncated"]) == (2, False)


def test_a_wrong_request_is_an_error(room):
    with pytest.raises(ClientError) as caught:
        validate(room, machine(PASS), maxResults=101)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_nothing_is_made_and_nothing_happens(room):
    before = len(list(room.lab.trace))
    validate(room, machine(PASS))
    assert room.machines.list_state_machines()["stateMachines"] == []
    assert [hop for hop in list(room.lab.trace)[before:] if hop.kind == "create"] == []


def test_create_says_the_same_in_one_text(room):
    definition = machine({**PASS, "TimeoutSeconds": 5, "Parameters": {"x.$": "x"}}, PASS)
    told = validate(room, definition)["diagnostics"]
    with pytest.raises(ClientError) as caught:
        room.machines.create_state_machine(name="m", definition=json.dumps(definition), roleArn=room.role)
    lines = [f"{found['code']}: {found['message']} at {found['location']}" for found in told]
    assert caught.value.response["Error"] == {
        "Code": "InvalidDefinition",
        "Message": f"Invalid State Machine Definition: '{', '.join(lines)}'",
    }
