"""What AWS takes as a definition, as docs/fidelity.md says it; one test for each row."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from machine_room import MachineRoom

PASS = {"Type": "Pass", "End": True}


@pytest.fixture
def room():
    room = MachineRoom()
    with room.lab:
        yield room


def diagnostics(room, states, **more):
    definition = json.dumps({"StartAt": next(iter(states)), "States": states, **more})
    answer = room.machines.validate_state_machine_definition(definition=definition)
    return [(found["code"], found.get("location")) for found in answer["diagnostics"]]


def test_sfn_30_a_definition_can_be_validated_without_making_anything(room):
    wrong = json.dumps({"StartAt": "A", "States": {"A": {**PASS, "TimeoutSeconds": 5}}})
    answer = room.machines.validate_state_machine_definition(definition=wrong)
    said = {
        "severity": "ERROR",
        "code": "SCHEMA_VALIDATION_FAILED",
        "message": "Field 'TimeoutSeconds' is not supported",
        "location": "/States/A",
    }
    assert (answer["result"], answer["diagnostics"], answer["truncated"]) == ("FAIL", [said], False)
    assert room.machines.list_state_machines()["stateMachines"] == []
    with pytest.raises(ClientError) as caught:
        room.machines.create_state_machine(name="m", definition=wrong, roleArn=room.role)
    text = "SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at /States/A"
    assert caught.value.response["Error"]["Message"] == f"Invalid State Machine Definition: '{text}'"
    slip = json.dumps({"StartAt": "A", "States": {"A": {**PASS, "Result": {"id.$": "$.id"}}}})
    warned = room.machines.validate_state_machine_definition(definition=slip, severity="WARNING")
    assert (warned["result"], warned["diagnostics"][0]["code"]) == ("OK", "PASS_RESULT_IS_STATIC")


def test_sfn_31_a_state_in_a_part_has_the_query_language_of_the_whole(room):
    inner = {"StartAt": "I", "States": {"I": {**PASS, "Output": 1}}}
    each = {"Type": "Map", "ItemProcessor": inner, "End": True}
    assert diagnostics(room, {"A": each}, QueryLanguage="JSONata") == []
    assert diagnostics(room, {"A": {**each, "QueryLanguage": "JSONata"}}) == [
        ("SCHEMA_VALIDATION_FAILED", "/States/A/ItemProcessor/States/I")
    ]
    back = {**PASS, "QueryLanguage": "JSONPath"}
    assert diagnostics(room, {"A": back}, QueryLanguage="JSONata") == [
        ("SCHEMA_VALIDATION_FAILED", "/States/A")
    ]


def test_sfn_32_an_expression_without_a_context_is_not_taken(room):
    def queried(expression):
        return diagnostics(room, {"A": {**PASS, "Output": f"{{% {expression} %}}"}}, QueryLanguage="JSONata")

    assert queried("order.total") == [("UNSUPPORTED_JSONATA_EXPRESSION", "/States/A/Output")]
    assert queried("$states.input.[1") == [("INVALID_JSONATA_EXPRESSION", "/States/A/Output")]
    assert queried("$states.input.order.total") == []


def test_sfn_33_no_transition_leaves_a_branch(room):
    branch = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "Done"}}}
    states = {"P": {"Type": "Parallel", "Branches": [branch], "Next": "Done"}, "Done": {"Type": "Succeed"}}
    assert diagnostics(room, states) == [("MISSING_TRANSITION_TARGET", "/States/P/Branches[0]/States/I/Next")]
    branch["States"] = {"I": {"Type": "Pass", "Next": "P"}, "P": {"Type": "Succeed"}}
    assert diagnostics(room, states) == [("DUPLICATE_STATE_NAME", "/States/P/Branches[0]/States/P")]


@pytest.mark.parametrize(
    ("resource", "refused"),
    [
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "'.waitForTaskToken' service integration"),
        ("arn:aws:states:::states:startExecution.sync:2", "'.sync' service integration"),
        ("arn:aws:states:us-east-1:123456789012:activity:stamp", "Activity ARN"),
    ],
)
def test_sfn_85_an_express_workflow_takes_no_task_that_waits(room, resource, refused):
    parameters = {"sqs": {"QueueUrl": "q", "MessageBody": "m"}, "states": {"StateMachineArn": "arn:aws:m"}}
    task = {"Type": "Task", "Resource": resource, "Parameters": parameters.get(resource.split(":")[5], {})}
    states = {"Wait": {**task, "End": True}}
    with pytest.raises(ClientError, match=f"Express state machine does not support {refused}"):
        room.make(states, type="EXPRESS")
    machine = json.dumps({"StartAt": "Wait", "States": states})
    assert room.machines.validate_state_machine_definition(definition=machine)["result"] == "OK"
