"""TestState and what it shows: docs/fidelity.md, SFN-60 and following."""

from __future__ import annotations

import json

import pytest
from access import make_role
from machine_room import MachineRoom


@pytest.fixture
def room():
    room = MachineRoom()
    with room.lab:
        yield room


def tried(room, state, **options):
    return room.machines.test_state(definition=json.dumps(state), input='{"n": 1}', **options)


def test_sfn_60_a_state_can_be_tested_alone_with_each_step_of_its_data(room):
    state = {"Type": "Pass", "Parameters": {"m.$": "$.n"}, "ResultPath": "$.p", "Next": "There"}
    told = tried(room, state, inspectionLevel="DEBUG")
    assert (told["status"], told["nextState"], told["output"]) == (
        "SUCCEEDED",
        "There",
        '{"n":1,"p":{"m":1}}',
    )
    data = told["inspectionData"]
    assert (data["afterParameters"], data["afterResultPath"]) == ('{"m":1}', '{"n":1,"p":{"m":1}}')
    assert "inspectionData" not in tried(room, state)
    assert room.machines.list_state_machines()["stateMachines"] == []


def test_sfn_61_a_tested_state_is_not_tried_again_but_says_that_it_would_be(room):
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f"},
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3, "MaxAttempts": 1}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
        "End": True,
    }
    mock = {"errorOutput": {"error": "Busy", "cause": "full"}}
    told = tried(room, state, mock=mock, inspectionLevel="DEBUG")
    assert (told["status"], told["error"]) == ("RETRIABLE", "Busy")
    assert told["inspectionData"]["errorDetails"] == {"retryIndex": 0, "retryBackoffIntervalSeconds": 3}
    told = tried(room, state, mock=mock, stateConfiguration={"retrierRetryCount": 1})
    assert (told["status"], told["nextState"]) == ("CAUGHT_ERROR", "Sorry")


def test_sfn_62_a_mocked_result_has_to_fit_the_api_that_would_be_called(room):
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": []},
        "End": True,
    }
    with pytest.raises(
        room.machines.exceptions.ValidationException, match="Field 'Entries' must be an array"
    ):
        tried(room, state, mock={"result": '{"Entries": 1}'})
    assert tried(room, state, mock={"result": "1", "fieldValidationMode": "NONE"})["output"] == "1"


def test_sfn_87_a_mocked_map_fails_of_more_failed_items_than_it_tolerates(room):
    state = {
        "Type": "Map",
        "QueryLanguage": "JSONata",
        "Items": [1, 2, 3],
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Work",
            "States": {"Work": {"Type": "Pass", "End": True}},
        },
        "ToleratedFailureCount": 1,
        "End": True,
    }
    mock = {"result": "[1, 1, 1]"}
    for failed, status in ((1, "SUCCEEDED"), (2, "FAILED")):
        told = tried(room, state, mock=mock, stateConfiguration={"mapIterationFailureCount": failed})
        assert told["status"] == status
    assert told["error"] == "States.ExceedToleratedFailureThreshold"


def test_sfn_88_a_tested_map_shows_what_its_iterations_would_be_given(room):
    work = {"Work": {"Type": "Pass", "End": True}}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        "Parameters": {"Bucket": "orders", "Key": "today.csv"},
    }
    state = {
        "Type": "Map",
        "ItemReader": reader,
        "ItemSelector": {"order.$": "$$.Map.Item.Value.id", "day.$": "$.n"},
        "ItemBatcher": {"MaxItemsPerBatch": 2},
        "ToleratedFailureCountPath": "$.n",
        "ItemProcessor": {"ProcessorConfig": config, "StartAt": "Work", "States": work},
        "End": True,
    }
    configuration = {"mapItemReaderData": "id\na\nb\nc\n", "mapIterationFailureCount": 2}
    told = tried(
        room, state, mock={"result": "[]"}, stateConfiguration=configuration, inspectionLevel="DEBUG"
    )
    data = told["inspectionData"]
    items = [{"order": name, "day": 1} for name in "abc"]
    assert json.loads(data["afterItemSelector"]) == items
    assert json.loads(data["afterItemBatcher"]) == [{"Items": items[:2]}, {"Items": items[2:]}]
    assert (data["maxConcurrency"], data["toleratedFailureCount"]) == (0, 1)
    assert told["error"] == "States.ExceedToleratedFailureThreshold"


def test_sfn_89_a_trace_shows_an_http_request_without_its_secrets(room):
    role = make_role(room.lab, "caller", "states.amazonaws.com", "*")
    room.lab.endpoint("https://shop.example.com", lambda request: {"taken": True})
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "key", "ApiKeyValue": "hush"}}
    made = room.lab.client("events").create_connection(
        Name="shop", AuthorizationType="API_KEY", AuthParameters=key
    )
    parameters = {
        "ApiEndpoint": "https://shop.example.com/orders",
        "Method": "POST",
        "Authentication": {"ConnectionArn": made["ConnectionArn"]},
        "RequestBody": {"order": 7},
    }
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::http:invoke",
        "Parameters": parameters,
        "End": True,
    }
    for secrets in (False, True):
        told = tried(room, state, roleArn=role, inspectionLevel="TRACE", revealSecrets=secrets)
        data = told["inspectionData"]
        assert ("key: hush" in data["request"]["headers"]) is secrets
        assert data["request"]["body"] == '{"order":7}'
        assert (data["response"]["statusCode"], data["response"]["body"]) == ("200", '{"taken": true}')
