"""TestState: one state by itself, with what each of its fields made of the data."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:charge"
INVOKE = "arn:aws:states:::lambda:invoke"
HELLO = {"Value": "HelloWorld"}
NESTED = {
    "initialData": {"fieldFromInput": "value from input", "otherField": "other"},
    "unrelatedData": {"someOtherField": 1234},
}


def ask(room, definition, value=None, **options):
    answer = room.machines.test_state(
        definition=json.dumps(definition), input=json.dumps({} if value is None else value), **options
    )
    del answer["ResponseMetadata"]
    return read(answer)


def read(value):
    """The answer with what is JSON in it read."""
    if isinstance(value, dict):
        return {key: one if key in {"cause", "error"} else read(one) for key, one in value.items()}
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def refusal(room, definition, value=None, **options):
    with pytest.raises(ClientError) as refused:
        ask(room, definition, value, **options)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("wrong", [{"Choices": 5}, {"Catch": 3}, {"Branches": 1}, {"Branches": {"a": 1}}])
def test_a_field_of_the_wrong_type_is_an_invalid_definition(room, wrong):
    state = {"Type": "Choice", **wrong}
    assert refusal(room, state)[0] == "InvalidDefinition"
    whole = {"StartAt": "A", "States": {"A": state}}
    assert refusal(room, whole, stateName="A")[0] == "InvalidDefinition"


# ---- as AWS's recorded answers have it

IO_PASS = {
    "Type": "Pass",
    "InputPath": "$.initialData",
    "Parameters": {"staticValue": "some value", "inputValue.$": "$.fieldFromInput"},
    "ResultPath": "$.modifiedData",
    "End": True,
}
MODIFIED = {"staticValue": "some value", "inputValue": "value from input"}


def test_info_says_the_output_the_status_and_the_next_state(room):
    assert ask(room, {"Type": "Pass", "Next": "There"}, HELLO) == {
        "output": HELLO,
        "status": "SUCCEEDED",
        "nextState": "There",
    }


@pytest.mark.parametrize("level", ["DEBUG", "TRACE"])
def test_debug_says_what_each_field_made_of_the_data(room, level):
    assert ask(room, IO_PASS, NESTED, inspectionLevel=level) == {
        "inspectionData": {
            "input": NESTED,
            "afterInputPath": NESTED["initialData"],
            "afterParameters": MODIFIED,
            "afterResultSelector": MODIFIED,
            "afterResultPath": {**NESTED, "modifiedData": MODIFIED},
        },
        "output": {**NESTED, "modifiedData": MODIFIED},
        "status": "SUCCEEDED",
    }


def test_a_result_hides_input_path_and_parameters(room):
    state = {"Type": "Pass", "Result": {"resultKey": "result value"}, "End": True}
    assert ask(room, state, HELLO, inspectionLevel="DEBUG")["inspectionData"] == {
        "input": HELLO,
        "result": {"resultKey": "result value"},
        "afterResultSelector": {"resultKey": "result value"},
        "afterResultPath": {"resultKey": "result value"},
    }


def test_a_fail_state_fails(room):
    state = {"Type": "Fail", "Error": "SomeFailure", "Cause": "It is so."}
    assert ask(room, state, HELLO, inspectionLevel="DEBUG") == {
        "cause": "It is so.",
        "error": "SomeFailure",
        "inspectionData": {"input": HELLO, "afterInputPath": HELLO},
        "status": "FAILED",
    }


def test_a_choice_says_where_it_leads(room):
    state = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.value", "NumericEquals": 22, "Next": "ValueInTwenties"}],
        "Default": "Other",
    }
    value = {"type": "Private", "value": 22}
    assert ask(room, state, value, inspectionLevel="DEBUG") == {
        "inspectionData": {"input": value, "afterInputPath": value},
        "nextState": "ValueInTwenties",
        "output": value,
        "status": "SUCCEEDED",
    }


def test_a_jsonata_task_shows_its_arguments_and_its_result(room):
    state = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": INVOKE,
        "Arguments": {"FunctionName": "charge", "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "Next": "Then",
    }
    mock = {"result": json.dumps({"Payload": {"approval": True}})}
    assert ask(room, state, {"cost": 10}, mock=mock, inspectionLevel="DEBUG") == {
        "inspectionData": {
            "input": {"cost": 10},
            "afterArguments": {"FunctionName": "charge", "Payload": {"cost": 10}},
            "result": {"Payload": {"approval": True}},
        },
        "nextState": "Then",
        "output": {"approval": True},
        "status": "SUCCEEDED",
    }


CATCHES = {
    "Type": "Task",
    "Resource": INVOKE,
    "Parameters": {"FunctionName": "foo", "Payload": "bar"},
    "Retry": [
        {"ErrorEquals": ["Never"]},
        {"ErrorEquals": ["Throttled"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 3},
    ],
    "Catch": [
        {"ErrorEquals": ["Mocked"], "Next": "Handle"},
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "HandleAll"},
    ],
    "End": True,
}


def test_a_caught_error_says_which_catcher_took_it(room):
    mock = {"errorOutput": {"error": "Other", "cause": "The cause."}}
    assert ask(room, CATCHES, HELLO, mock=mock, inspectionLevel="DEBUG") == {
        "cause": "The cause.",
        "error": "Other",
        "inspectionData": {
            "input": HELLO,
            "afterInputPath": HELLO,
            "afterParameters": {"FunctionName": "foo", "Payload": "bar"},
            "errorDetails": {"catchIndex": 1},
        },
        "nextState": "HandleAll",
        "output": {**HELLO, "error": {"Error": "Other", "Cause": "The cause."}},
        "status": "CAUGHT_ERROR",
    }


@pytest.mark.parametrize(("retries", "pause"), [(0, 2), (1, 4), (2, 8)])
def test_a_retrier_that_would_try_again_says_when(room, retries, pause):
    mock = {"errorOutput": {"error": "Throttled", "cause": "Too fast."}}
    options = {"mock": mock, "stateConfiguration": {"retrierRetryCount": retries}}
    answer = ask(room, CATCHES, HELLO, inspectionLevel="DEBUG", **options)
    assert (answer["status"], answer["error"], answer["cause"]) == ("RETRIABLE", "Throttled", "Too fast.")
    assert answer["inspectionData"]["errorDetails"] == {"retryIndex": 1, "retryBackoffIntervalSeconds": pause}


def test_a_retrier_that_is_used_up_leaves_the_error_to_the_catchers(room):
    mock = {"errorOutput": {"error": "Throttled"}}
    answer = ask(room, CATCHES, HELLO, mock=mock, stateConfiguration={"retrierRetryCount": 3})
    assert (answer["status"], answer["nextState"]) == ("CAUGHT_ERROR", "HandleAll")


def test_a_retrier_that_is_used_up_is_named_where_nothing_catches_the_error(room):
    mock = {"errorOutput": {"error": "Throttled"}}
    state = {name: value for name, value in CATCHES.items() if name != "Catch"}
    options = {"mock": mock, "stateConfiguration": {"retrierRetryCount": 3}}
    answer = ask(room, state, HELLO, inspectionLevel="DEBUG", **options)
    assert (answer["status"], answer["error"]) == ("FAILED", "Throttled")
    assert answer["inspectionData"]["errorDetails"] == {"retryIndex": 1}


VALUES = {"Values": ["first", "second", "third"]}
EXCEEDED = {
    "cause": "The specified tolerated failure threshold was exceeded",
    "error": "States.ExceedToleratedFailureThreshold",
}
DISTRIBUTED = {
    "Type": "Map",
    "QueryLanguage": "JSONata",
    "Items": "{% $states.input.Values %}",
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Work",
        "States": {"Work": {"Type": "Pass", "End": True}},
    },
    "End": True,
}
DONE = {"result": "[0, 0, 1]"}


def failed(count):
    return {"mock": DONE, "stateConfiguration": {"mapIterationFailureCount": count}}


def test_a_map_that_tolerates_one_failed_item_fails_of_two(room):
    state = {**DISTRIBUTED, "ToleratedFailureCount": 1}
    assert ask(room, state, VALUES, **failed(1)) == {"output": [0, 0, 1], "status": "SUCCEEDED"}
    assert ask(room, state, VALUES, inspectionLevel="DEBUG", **failed(2)) == {
        **EXCEEDED,
        "inspectionData": {"input": VALUES, "maxConcurrency": 0, "toleratedFailureCount": 1},
        "status": "FAILED",
    }


def test_a_tolerated_percentage_is_one_of_the_items(room):
    state = {**DISTRIBUTED, "ToleratedFailurePercentage": 50}
    assert ask(room, state, VALUES, **failed(1))["status"] == "SUCCEEDED"
    assert ask(room, state, VALUES, **failed(2)) == {**EXCEEDED, "status": "FAILED"}


def test_too_many_failed_items_are_tried_again_and_caught_as_any_error(room):
    handler = {"ErrorEquals": ["States.ExceedToleratedFailureThreshold"]}
    state = {**DISTRIBUTED, "ToleratedFailureCount": 1, "Catch": [{**handler, "Next": "Handle"}]}
    answer = ask(room, state, VALUES, inspectionLevel="DEBUG", **failed(2))
    assert (answer["status"], answer["nextState"]) == ("CAUGHT_ERROR", "Handle")
    assert answer["inspectionData"]["errorDetails"] == {"catchIndex": 0}
    answer = ask(room, {**state, "Retry": [handler]}, VALUES, inspectionLevel="DEBUG", **failed(2))
    assert answer["status"] == "RETRIABLE"
    details = {"retryIndex": 0, "retryBackoffIntervalSeconds": 1}
    assert answer["inspectionData"]["errorDetails"] == details


def test_a_map_that_says_nothing_of_failures_passes_a_test_with_some(room):
    """Recorded by LocalStack in 2025; an execution of it would fail."""
    assert ask(room, DISTRIBUTED, VALUES, **failed(2))["status"] == "SUCCEEDED"


@pytest.mark.parametrize("count", [0, 2])
def test_a_mocked_error_is_the_error_however_many_items_failed(room, count):
    state = {**DISTRIBUTED, "ToleratedFailureCount": 1}
    configuration = {"mapIterationFailureCount": count, "errorCausedByState": "Work"}
    mock = {"errorOutput": {"error": "Mocked", "cause": "It is so."}}
    answer = ask(room, state, VALUES, mock=mock, stateConfiguration=configuration)
    assert answer == {"cause": "It is so.", "error": "Mocked", "status": "FAILED"}


def test_no_more_items_fail_than_there_are(room):
    code, message = refusal(room, DISTRIBUTED, value=VALUES, **failed(4))
    assert code == "ValidationException"
    assert "4" in message
    assert "3 items" in message


READING = {
    **{name: value for name, value in DISTRIBUTED.items() if name != "Items"},
    "MaxConcurrency": 1,
    "ItemReader": {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Arguments": {"Bucket": "{% $states.input.Bucket %}", "Key": "{% $states.input.Key %}"},
    },
}


def test_what_an_item_reader_read_can_be_given(room):
    where = {"Bucket": "b", "Key": "k"}
    configuration = {"mapItemReaderData": "[1, 2, 3]"}
    options = {"mock": {"result": "[1, 4, 9]"}, "stateConfiguration": configuration}
    assert ask(room, READING, where, inspectionLevel="TRACE", **options) == {
        "inspectionData": {"input": where, "maxConcurrency": 1},
        "output": [1, 4, 9],
        "status": "SUCCEEDED",
    }
    configuration["mapIterationFailureCount"] = 2
    assert ask(room, {**READING, "ToleratedFailureCount": 1}, where, **options)["status"] == "FAILED"


@pytest.mark.parametrize(
    ("reader_config", "data", "items"),
    [
        ({"InputType": "JSON"}, "[1, 2]", [1, 2]),
        ({"InputType": "JSON", "ItemsPointer": "/page/rows"}, '{"page": {"rows": [1, 2]}}', [1, 2]),
        ({"InputType": "JSON", "MaxItems": 1}, "[1, 2]", [1]),
        ({"InputType": "JSON"}, '{"a": 1}', [1]),
        ({"InputType": "JSONL"}, '{"n": 1}\n{"n": 2}\n', [{"n": 1}, {"n": 2}]),
        ({"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}, "n,m\n1,2\n", [{"n": "1", "m": "2"}]),
        (
            {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["n"], "CSVDelimiter": "PIPE"},
            "1|2\n",
            [{"n": "1"}],
        ),
    ],
)
@pytest.mark.parametrize("language", ["JSONPath", "JSONata"])
def test_a_document_is_read_as_an_item_reader_reads_it(room, language, reader_config, data, items):
    where = {"Bucket": "orders", "Key": "today"}
    payload = "Arguments" if language == "JSONata" else "Parameters"
    reader = {"Resource": READING["ItemReader"]["Resource"], "ReaderConfig": reader_config, payload: where}
    picks = {"value": "{% $states.context.Map.Item.Value %}", "from": "{% $states.context.Map.Item.Source %}"}
    if language == "JSONPath":
        picks = {"value.$": "$$.Map.Item.Value", "from.$": "$$.Map.Item.Source"}
    state = {**READING, "QueryLanguage": language, "ItemReader": reader, "ItemSelector": picks}
    options = {"mock": {"result": "[]"}, "stateConfiguration": {"mapItemReaderData": data}}
    told = ask(room, state, inspectionLevel="DEBUG", **options)["inspectionData"]
    source = {"from": "S3://orders/today"}
    assert [one | source for one in told["afterItemSelector"]] == told["afterItemSelector"]
    assert [read(one["value"]) for one in told["afterItemSelector"]] == [read(item) for item in items]
    is_pointed = "ItemsPointer" in reader_config and language == "JSONPath"
    assert told.get("afterItemsPointer") == (items if is_pointed else None)


def test_a_document_that_is_none_fails_the_state(room):
    options = {"mock": {"result": "[]"}, "stateConfiguration": {"mapItemReaderData": "{"}}
    answer = ask(room, READING, {"Bucket": "b", "Key": "k"}, **options)
    assert (answer["status"], answer["error"]) == ("FAILED", "States.ItemReaderFailed")


def test_without_such_data_the_items_are_in_the_input(room):
    """AWS's guide: the data is given in the input, as if it had been read."""
    reader = {
        "Resource": READING["ItemReader"]["Resource"],
        "Parameters": {"Bucket": "orders", "Key": "orders.json"},
    }
    kept = {name: value for name, value in READING.items() if name not in {"QueryLanguage", "ItemReader"}}
    state = {**kept, "ItemReader": reader, "ItemsPath": "$.orders", "ToleratedFailureCount": 5}
    mock = {"result": "[1, 2]"}
    answer = ask(room, state, {"orders": [7, 8]}, inspectionLevel="DEBUG", mock=mock)
    assert answer["inspectionData"]["afterItemsPath"] == [7, 8]
    code, message = refusal(room, state, {"orders": 7}, mock=mock)
    assert code == "NotSimulatedByWorkbook"
    assert "$.orders" in message


@pytest.mark.parametrize("mode", ["INLINE", "DISTRIBUTED"])
def test_item_selector_is_evaluated_for_each_item(room, mode):
    config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
    state = {
        "Type": "Map",
        "ItemsPath": "$.Values",
        "ItemSelector": {"value.$": "$$.Map.Item.Value", "index.$": "$$.Map.Item.Index", "shop.$": "$.Shop"},
        "ItemProcessor": {"ProcessorConfig": config, **BRANCH},
        "End": True,
    }
    value = {"Values": ["a", "b"], "Shop": 7}
    told = ask(room, state, value, inspectionLevel="DEBUG", mock={"result": "[1, 2]"})["inspectionData"]
    assert told["afterItemsPath"] == ["a", "b"]
    assert told["afterItemSelector"] == [
        {"value": "a", "index": 0, "shop": 7},
        {"value": "b", "index": 1, "shop": 7},
    ]
    wrong = {**state, "ItemSelector": {"shop.$": "$.Nobody"}}
    answer = ask(room, wrong, value, mock={"result": "[1, 2]"})
    assert (answer["status"], answer["error"]) == ("FAILED", "States.Runtime")


def test_item_batcher_shows_how_items_are_grouped(room):
    batcher = {"MaxItemsPerBatch": 2, "BatchInput": {"day": "{% $states.input.Day %}"}}
    state = {**DISTRIBUTED, "ItemBatcher": batcher}
    value = {**VALUES, "Day": "Monday"}
    told = ask(room, state, value, inspectionLevel="DEBUG", mock=DONE)["inspectionData"]
    assert told["afterItemBatcher"] == [
        {"BatchInput": {"day": "Monday"}, "Items": ["first", "second"]},
        {"BatchInput": {"day": "Monday"}, "Items": ["third"]},
    ]
    assert "afterItemSelector" not in told


def test_bounds_are_evaluated(room):
    processor = DISTRIBUTED["ItemProcessor"]
    of_paths = {
        "Type": "Map",
        "ItemsPath": "$.Values",
        "MaxConcurrencyPath": "$.Most",
        "ToleratedFailureCountPath": "$.Count",
        "ToleratedFailurePercentagePath": "$.Percent",
        "ItemProcessor": processor,
        "End": True,
    }
    of_expressions = {
        **DISTRIBUTED,
        "MaxConcurrency": "{% $states.input.Most %}",
        "ToleratedFailureCount": "{% $states.input.Count %}",
        "ToleratedFailurePercentage": "{% $states.input.Percent %}",
    }
    value = {**VALUES, "Most": 2, "Count": 1, "Percent": 50}
    for state, error in ((of_paths, "States.Runtime"), (of_expressions, "States.QueryEvaluationError")):
        told = ask(room, state, value, inspectionLevel="DEBUG", mock=DONE)["inspectionData"]
        assert {name: told[name] for name in ("maxConcurrency", "toleratedFailureCount")} == {
            "maxConcurrency": 2,
            "toleratedFailureCount": 1,
        }
        assert told["toleratedFailurePercentage"] == 50
        assert ask(room, state, value, **failed(2)) == {**EXCEEDED, "status": "FAILED"}
        wrong = ask(room, state, {**value, "Count": "few"}, mock=DONE)
        assert (wrong["status"], wrong["error"]) == ("FAILED", error)


def test_parameters_of_a_map_are_evaluated_and_not_shown(room):
    state = {**A_MAP, "ItemsPath": "$.Values", "Parameters": {"it.$": "$$.Map.Item.Value"}}
    mock = {"result": "[1]"}
    assert ask(room, state, VALUES, mock=mock)["status"] == "SUCCEEDED"
    code, message = refusal(room, state, VALUES, mock=mock, inspectionLevel="DEBUG")
    assert code == "NotSimulatedByWorkbook"
    assert "Parameters" in message


def test_a_state_within_a_map_is_tested_as_in_the_first_iteration(room):
    inner = {"Type": "Pass", "Parameters": {"all.$": "$$.Map.Item"}, "End": True}
    outer = {
        "Type": "Map",
        "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": inner}},
        "End": True,
    }
    whole = {"StartAt": "Outer", "States": {"Outer": outer}}
    answer = ask(room, whole, HELLO, stateName="Inner")
    assert answer["output"] == {"all": {"Index": 0, "Value": HELLO, "Source": "STATE_DATA"}}


@pytest.mark.parametrize("field", ["Key", "Source"])
def test_which_object_an_item_of_a_test_is_from_is_not_known(room, field):
    inner = {"Type": "Pass", "Parameters": {"it.$": f"$$.Map.Item.{field}"}, "End": True}
    reader = {
        "Resource": READING["ItemReader"]["Resource"],
        "Parameters": {"Bucket": "orders", "Key": "orders.json"},
    }
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "Inner", "States": {"Inner": inner}}
    outer = {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "End": True}
    whole = {"StartAt": "Outer", "States": {"Outer": outer}}
    code, message = refusal(room, whole, HELLO, stateName="Inner")
    assert code == "NotSimulatedByWorkbook"
    assert f"Map.Item.{field}" in message


def test_the_state_that_caused_an_error_stands_within_the_tested_one(room):
    mock = {"errorOutput": {"error": "Mocked"}}
    code, message = refusal(room, A_PARALLEL, mock=mock, stateConfiguration={"errorCausedByState": "There"})
    assert code == "ValidationException"
    assert "'There'" in message


def test_a_mocked_map_shows_its_items_and_bounds_and_no_result(room):
    state = {
        "Type": "Map",
        "ItemsPath": "$.Values",
        "MaxConcurrency": 1,
        "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}},
        "End": True,
    }
    mock = {"result": "[1, 1]"}
    assert ask(room, state, {"Values": [1, 2]}, mock=mock, inspectionLevel="DEBUG") == {
        "inspectionData": {
            "input": {"Values": [1, 2]},
            "afterInputPath": {"Values": [1, 2]},
            "afterItemsPath": [1, 2],
            "afterResultSelector": [1, 1],
            "afterResultPath": [1, 1],
            "maxConcurrency": 1,
        },
        "output": [1, 1],
        "status": "SUCCEEDED",
    }
    assert ask(room, {**state, "ItemsPath": "$.Values[0]"}, {"Values": [1]}, mock=mock) == {
        "cause": 'Reference path "$.Values[0]" must point to array.',
        "error": "States.Runtime",
        "status": "FAILED",
    }


def test_variables_are_given_and_shown_with_those_that_are_assigned(room):
    state = {
        "Type": "Pass",
        "QueryLanguage": "JSONata",
        "Assign": {"total": "{% $price * 2 %}"},
        "Output": "{% $price %}",
        "End": True,
    }
    answer = ask(room, state, HELLO, variables='{"price": 4}', inspectionLevel="DEBUG")
    assert answer["output"] == 4
    assert answer["inspectionData"] == {"input": HELLO, "variables": {"price": 4, "total": 8}}


def test_the_context_object_is_that_of_an_express_execution(room):
    state = {"Type": "Pass", "Parameters": {"c.$": "$$"}, "End": True}
    context = ask(room, state, HELLO, roleArn=room.role)["output"]["c"]
    name = context["Execution"]["Name"]
    assert context["Execution"]["Id"].endswith(f":express:{name}:{name}")
    assert context["Execution"]["Input"] == HELLO
    assert context["StateMachine"]["Name"] == name
    assert context["State"]["Name"] == "StateName"


def test_the_context_object_can_be_given_with_a_mock(room):
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "https://sqs/1/q", "MessageBody": {"TaskToken.$": "$$.Task.Token"}},
        "ResultPath": "$.SQS",
        "Next": "THEN",
    }
    answer = ask(
        room,
        state,
        mock={"result": '{"a": 1}'},
        context='{"Task": {"Token": "abcd123"}}',
        inspectionLevel="DEBUG",
    )
    assert answer["inspectionData"]["afterParameters"]["MessageBody"] == {"TaskToken": "abcd123"}
    assert (answer["output"], answer["nextState"]) == ({"SQS": {"a": 1}}, "THEN")


@pytest.mark.parametrize("context", [{}, {"Execution": {}, "State": {}, "StateMachine": {}}])
def test_a_context_object_that_is_given_is_the_whole_of_it(room, context):
    state = {**TASK, "ResultSelector": {"c.$": "$$"}}
    assert ask(room, state, mock=MOCK, context=json.dumps(context))["output"] == {"c": context}


def test_a_state_of_a_state_machine_is_found_wherever_it_stands(room):
    inner = {"StartAt": "In", "States": {"In": {"Type": "Pass", "Next": "Out"}, "Out": {"Type": "Succeed"}}}
    machine = {
        "StartAt": "Both",
        "States": {"Both": {"Type": "Parallel", "Branches": [inner], "End": True}},
    }
    assert ask(room, machine, HELLO, stateName="In")["nextState"] == "Out"
    assert refusal(room, machine, stateName="There") == (
        "ValidationException",
        "State not found in definition",
    )


# ---- it does what it says


def paid(event, context):
    return {"paid": event["amount"]}


def test_without_a_mock_the_task_is_done_in_the_name_of_the_role(room):
    room.lab.function("charge", paid)
    state = {"Type": "Task", "Resource": FUNCTION, "ResultPath": "$.charge", "Next": "Ship"}
    answer = ask(room, state, {"amount": 7}, roleArn=room.role)
    assert answer == {
        "output": {"amount": 7, "charge": {"paid": 7}},
        "status": "SUCCEEDED",
        "nextState": "Ship",
    }
    assert len(room.hops("invoke")) == 1


def test_it_makes_no_execution_and_no_hop_of_a_state(room):
    ask(room, {"Type": "Pass", "End": True}, HELLO)
    kinds = {hop.kind for hop in room.lab.trace}
    assert not kinds & {"start-execution", "enter-state", "fail-state"}
    assert room.machines.list_state_machines()["stateMachines"] == []


def test_it_fails_after_five_minutes(room):
    before = room.lab.now
    assert ask(room, {"Type": "Wait", "Seconds": 1000, "End": True}) == {
        "error": "States.Timeout",
        "status": "FAILED",
    }
    assert 300 <= (room.lab.now - before).total_seconds() < 301


def test_what_the_role_may_not_do_fails_the_state(room):
    room.lab.function("charge", paid)
    role = room.new_role("idle", "states.amazonaws.com")
    answer = ask(room, {"Type": "Task", "Resource": FUNCTION, "End": True}, {"amount": 1}, roleArn=role)
    assert answer["status"] == "FAILED"
    assert "is not authorized to perform: lambda:InvokeFunction" in answer["cause"]


# ---- what AWS refuses

TASK = {"Type": "Task", "Resource": INVOKE, "Parameters": {"FunctionName": "f"}, "End": True}
A_MAP = {
    "Type": "Map",
    "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}},
    "End": True,
}
BRANCH = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
A_PARALLEL = {"Type": "Parallel", "Branches": [BRANCH], "End": True}
MOCK = {"result": "{}"}
NO_FRAMES = (
    "TestState API does not support Map or Parallel states. Supported state types include: "
    "[Task, Wait, Pass, Succeed, Fail, Choice]"
)
NO_TOKEN = (
    "Invalid Context object provided: Context object contains 'Task' when state is not a Task state with a "
    "'.sync' or '.waitForTaskToken' service integration pattern"
)


@pytest.mark.parametrize(
    ("definition", "options", "code", "message"),
    [
        (TASK, {}, "ValidationException", "RoleArn must be specified when testing a Task state"),
        (
            {"Type": "Pass", "End": True},
            {"mock": MOCK},
            "ValidationException",
            "State type 'Pass' is not supported when a mock is specified",
        ),
        (
            A_MAP,
            {},
            "InvalidDefinition",
            NO_FRAMES,
        ),
        (
            TASK,
            {"mock": {"result": "{}", "errorOutput": {"error": "E"}}},
            "ValidationException",
            "A test mock should have only one of the following fields: [result, errorOutput].",
        ),
        (
            TASK,
            {"mock": MOCK, "revealSecrets": True},
            "ValidationException",
            "TestState does not support RevealSecrets when a mock is specified.",
        ),
        (A_MAP, {"mock": MOCK}, "ValidationException", "Mocked result must be an array."),
        (A_PARALLEL, {"mock": MOCK}, "ValidationException", "Mocked result must be an array."),
        (
            A_PARALLEL,
            {"mock": {"result": "[1, 2]"}},
            "ValidationException",
            "Mocked result must contain the same number of items as number of Parallel branches.",
        ),
        (
            TASK,
            {"mock": MOCK, "context": '{"Execution": {"Id": 1}}'},
            "ValidationException",
            "Invalid Context object provided: Execution.Id must be a string",
        ),
        (
            TASK,
            {"mock": MOCK, "context": '{"Map": {}}'},
            "ValidationException",
            "Invalid Context object provided: 'Map' field is not supported when mocking a Context object",
        ),
        (
            TASK,
            {"mock": MOCK, "context": '{"Execution": {"pokemon": 1}}'},
            "ValidationException",
            "Invalid Context object provided: Field 'pokemon' is not allowed",
        ),
        (
            TASK,
            {"mock": MOCK, "context": '{"Task": {"Token": "t"}}'},
            "ValidationException",
            NO_TOKEN,
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(room, definition, options, code, message):
    assert refusal(room, definition, **options) == (code, message)


@pytest.mark.parametrize(
    ("state", "mock", "configuration"),
    [
        (A_MAP, {"result": "[]"}, {"mapIterationFailureCount": 1}),
        (A_PARALLEL, {"result": "[1]"}, {"errorCausedByState": "B"}),
        (DISTRIBUTED, {"result": "[]"}, {"mapItemReaderData": "[]"}),
        (
            {**READING, "ItemReader": {**READING["ItemReader"], "ReaderConfig": {"InputType": "MANIFEST"}}},
            {"result": "[]"},
            {"mapItemReaderData": "{}"},
        ),
    ],
)
def test_what_aws_makes_of_other_configurations_is_not_known(room, state, mock, configuration):
    code, message = refusal(room, state, mock=mock, stateConfiguration=configuration)
    assert code == "NotSimulatedByWorkbook"
    assert next(iter(configuration)) in message


def test_whether_task_failed_takes_the_error_of_another_state_is_not_known(room):
    state = {**A_PARALLEL, "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Handle"}]}
    mock = {"errorOutput": {"error": "Mocked"}}
    code, message = refusal(room, state, mock=mock, stateConfiguration={"errorCausedByState": "B"})
    assert code == "NotSimulatedByWorkbook"
    assert "States.TaskFailed" in message


@pytest.mark.parametrize(
    ("resource", "result", "problem"),
    [
        ("events:putEvents", {"Entries": {}}, "Field 'Entries' must be an array"),
        ("events:putEvents", {"Entries": [{"EventId": 1}]}, "Field 'EventId' must be a string"),
        ("lambda:invoke", {"StatusCode": "200"}, "Field 'StatusCode' must be a number"),
        (
            "aws-sdk:lambda:getFunction",
            {"Configuration": {"MemorySize": 1}},
            "Field 'MemorySize' is less than the minimum value",
        ),
    ],
)
def test_a_mocked_result_has_to_fit_the_api_unless_that_is_not_asked_for(room, resource, result, problem):
    parameters = {
        "events:putEvents": {"Entries": []},
        "lambda:invoke": {"FunctionName": "f"},
        "aws-sdk:lambda:getFunction": {"FunctionName": "f"},
    }[resource]
    state = {**TASK, "Resource": f"arn:aws:states:::{resource}", "Parameters": parameters}
    mock = {"result": json.dumps(result)}
    text = f"Mock result schema validation error: {problem}"
    assert refusal(room, state, mock=mock) == ("ValidationException", text)
    assert ask(room, state, mock={**mock, "fieldValidationMode": "NONE"})["output"] == result


def test_strict_wants_required_fields_and_present_does_not(room):
    state = {
        **TASK,
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"},
    }
    text = "Mock result schema validation error: Required field 'ExecutionArn' is missing"
    assert refusal(room, state, mock=MOCK) == ("ValidationException", text)
    assert ask(room, state, mock={**MOCK, "fieldValidationMode": "PRESENT"})["output"] == {}
