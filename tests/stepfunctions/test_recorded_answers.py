"""Answers that AWS was recorded to give (localstack's tests, 2023 to 2025), to the letter."""

from __future__ import annotations

import json

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from machine_room import ACCOUNT

from workbook.aws.stepfunctions.service_errors import function_error

DONE = {"Done": {"Type": "Succeed"}}


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Message"]


def task(resource, **parameters):
    return {
        "Do": {
            "Type": "Task",
            "Resource": f"arn:aws:states:::{resource}",
            "Parameters": parameters,
            "End": True,
        }
    }


def metadata(room, resource, name="order", **parameters):
    shown = room.run(task(resource, **parameters), name=name)
    return json.loads(shown["output"])["SdkHttpMetadata"]


VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not some json", f"Unrecognized token 'not': was expecting {VALUES}"),
        (
            "{'not': 'json'}",
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
        ),
        ("", "Invalid execution input."),
    ],
)
def test_an_input_that_is_no_json(room, text, said):
    message = f"Invalid State Machine Execution Input: '{said}'"
    assert refused(room.machines.start_execution, stateMachineArn=room.make(DONE), input=text) == message


def test_nan_is_no_json(room):
    with pytest.raises(ClientError, match="Invalid State Machine Execution Input"):
        room.machines.start_execution(stateMachineArn=room.make(DONE), input="NaN")


def test_a_definition_without_states_lacks_nothing_else(room):
    text = json.dumps({"Comment": "BASE_INVALID_DER", "StartAt": "State_1"})
    message = refused(room.machines.create_state_machine, name="m", definition=text, roleArn=room.role)
    assert message == (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: "
        "[States] at /'"
    )


def test_an_express_workflow_that_would_wait_for_another(room):
    states = task("states:startExecution.sync", StateMachineArn=room.make(DONE))
    definition = json.dumps({"StartAt": "Do", "States": states})
    message = refused(
        room.machines.create_state_machine, name="m", definition=definition, roleArn=room.role, type="EXPRESS"
    )
    assert message == (
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Express state machine does not "
        "support '.sync' service integration at /States/Do/Resource'"
    )


def test_a_status_that_there_is_not(room):
    message = refused(
        room.machines.list_executions, stateMachineArn=room.make(DONE), statusFilter="succeeded"
    )
    assert message == (
        "1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy "
        "constraint: Member must satisfy enum value set: "
        "[SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]"
    )


@pytest.fixture
def unchecked(room):
    """A client that sends what boto3 would not, as other SDKs do."""
    return room.lab.client("stepfunctions", config=Config(parameter_validation=False))


@pytest.mark.parametrize(
    ("request_of", "said"),
    [
        (
            {"input": '"' + "é" * 131_072 + '"'},
            (
                "Value at 'input' failed to satisfy constraint: Member must have size less than or equal to "
                "262144 bytes in UTF-8 encoding"
            ),
        ),
        (
            {"name": "a" * 81},
            (
                f"Value '{'a' * 81}' at 'name' failed to satisfy constraint: Member must have length less "
                "than or equal to 80"
            ),
        ),
        (
            {"stateMachineArn": None},
            "Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null",
        ),
    ],
)
def test_what_the_model_does_not_allow_of_a_start(room, unchecked, request_of, said):
    given = {"stateMachineArn": room.make(DONE), **request_of}
    given = {name: value for name, value in given.items() if value is not None}
    assert refused(unchecked.start_execution, **given) == f"1 validation error detected: {said}"


def test_an_input_of_just_as_many_bytes_is_taken(room):
    text = '"' + "é" * 131_071 + '"'
    assert room.machines.start_execution(stateMachineArn=room.make(DONE), input=text)["executionArn"]


def test_a_machine_that_is_missing_comes_before_a_name_and_an_input_that_are_wrong(room):
    missing = room.make(DONE).replace("order", "missing")
    message = refused(room.machines.start_execution, stateMachineArn=missing, name="a b", input="{")
    assert message == f"State Machine Does Not Exist: '{missing}'"


def test_what_is_sensitive_is_not_shown(room, unchecked):
    message = refused(unchecked.send_task_failure, taskToken="t", error="e" * 257)
    assert message == (
        "1 validation error detected: Value at 'error' failed to satisfy constraint: "
        "Member must have length less than or equal to 256"
    )
    assert refused(unchecked.send_task_success, taskToken="t") == (
        "1 validation error detected: Value null at 'output' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_an_alias_of_three_versions(room):
    machine = room.make(DONE)
    routes = [
        {"stateMachineVersionArn": f"{machine}:{n}", "weight": w} for n, w in ((1, 50), (2, 30), (3, 20))
    ]
    shown = ", ".join(
        f"RoutingConfigurationListItem(stateMachineVersionArn={machine}:{n}, weight={w})"
        for n, w in ((1, 50), (2, 30), (3, 20))
    )
    assert refused(room.machines.create_state_machine_alias, name="a", routingConfiguration=routes) == (
        f"1 validation error detected: Value '[{shown}]' at 'routingConfiguration' failed to satisfy "
        "constraint: Member must have length less than or equal to 2"
    )


def test_a_queue_at_a_host_that_there_is_not(room):
    shown = room.run(task("sqs:sendMessage", QueueUrl="https://no-such-queue-73e08fde", MessageBody="x"))
    assert (shown["error"], shown["cause"]) == (
        "SQS.SdkClientException",
        "Unable to execute HTTP request: no-such-queue-73e08fde: Name or service not known",
    )


def test_the_answer_of_put_events_has_no_metadata(room):
    entry = {"Source": "some.source", "DetailType": "some.type", "Detail": {"Message": "HelloWorld"}}
    shown = room.run(task("events:putEvents", Entries=[entry]))
    assert set(json.loads(shown["output"])) == {"Entries", "FailedEntryCount"}


def test_the_headers_of_a_queue_and_of_another_state_machine(room):
    other = room.make(DONE, name="other")
    names = ["x-amzn-RequestId", "connection", "Content-Length", "Date", "Content-Type"]
    for name, resource, parameters in (
        ("queue", "sqs:sendMessage", {"QueueUrl": room.queue(), "MessageBody": "x"}),
        ("machine", "states:startExecution", {"StateMachineArn": other}),
    ):
        room.iam.put_role_policy(
            RoleName="machine",
            PolicyName="more",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "states:*", "Resource": "*"}],
                }
            ),
        )
        said = metadata(room, resource, name=name, **parameters)
        assert list(said["AllHttpHeaders"]) == names
        assert list(said["HttpHeaders"]) == sorted(names, key=str.lower)
        assert int(said["HttpHeaders"]["Content-Length"]) > 0


def test_the_headers_of_a_function(room):
    def echo(event, context):
        return event

    room.lab.function("echo", echo)
    said = metadata(room, "lambda:invoke", FunctionName="echo", Payload={})
    assert list(said["AllHttpHeaders"]) == [
        "X-Amz-Executed-Version",
        "x-amzn-Remapped-Content-Length",
        "Connection",
        "x-amzn-RequestId",
        "Content-Length",
        "Date",
        "Content-Type",
    ]
    assert said["HttpHeaders"]["Content-Length"] == "2"
    assert said["HttpHeaders"]["x-amzn-Remapped-Content-Length"] == "0"


def test_a_function_that_says_no_type_of_error(room):
    answer = '{"errorMessage":"Task timed out"}'
    error, cause = function_error(answer, None)  # no function of this lab answers so
    assert error == "Lambda.Unknown"
    assert cause == (
        "The cause could not be determined because Lambda did not return an error type. Returned payload: "
        + answer
    )


@pytest.mark.parametrize("value", [5, None, "2023-12-11T22:05:59", "2023-12-11T22:05:59.000"])
def test_a_timestamp_that_is_none(room, value):
    shown = room.run({"State_1": {"Type": "Wait", "TimestampPath": "$.at", "End": True}}, {"at": value})
    text = value if isinstance(value, str) else json.dumps(value)
    assert shown["cause"] == (
        "An error occurred while executing the state 'State_1' (entered at the event id #2). The "
        "TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format "
        f"string: $.at == {text}"
    )


def test_a_queue_of_this_lab_has_a_host(room):
    url = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/nobody"
    shown = room.run(task("sqs:sendMessage", QueueUrl=url, MessageBody="x"))
    assert shown["error"] == "SQS.QueueDoesNotExistException"
