"""Odd definitions and odd data: each is refused or fails its execution, in words of Step Functions.

None of them ends a notebook cell with an error of Python, and none of Python's words stand in a cause.
"""

from __future__ import annotations

import json
import re

import pytest
from botocore.exceptions import ClientError

PASS = {"Type": "Pass", "End": True}
RUNTIME, QUERY = "States.Runtime", "States.QueryEvaluationError"
MATCH, LIMIT = "States.ResultPathMatchFailure", "States.DataLimitExceeded"
INVALID, NOT_HERE = "InvalidDefinition", "NotSimulatedByWorkbook"
OURS = re.compile(
    r"<class|object has no|not iterable|NoneType|index out of|line 1:|not supported between|Traceback|moto"
)
READER = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"}}
NO_QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/none"


def passes(**fields):
    return {"S": {**PASS, **fields}}


def calls(text):
    return passes(Parameters={"x.$": text})


def expression(text, field="Output"):
    return passes(QueryLanguage="JSONata", **{field: text})


def task(resource, parameters, **fields):
    resource = f"arn:aws:states:::{resource}"
    return {"S": {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **fields}}


def maps(mode="INLINE", **fields):
    config = {"Mode": mode, **({"ExecutionType": "STANDARD"} if mode == "DISTRIBUTED" else {})}
    processor = {"ProcessorConfig": config, "StartAt": "I", "States": {"I": PASS}}
    return {"S": {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}}


def wait(**fields):
    return {"S": {"Type": "Wait", "End": True, **fields}}


INVOKE = "lambda:invoke", {"FunctionName": "none"}
REFUSED = {
    "a path with two dots too many": (passes(InputPath="$..["), INVALID),
    "a path without a dollar": (passes(InputPath="a.b"), INVALID),
    "a function with too few arguments": (calls("States.MathAdd(1)"), INVALID),
    "a function with too many arguments": (calls("States.UUID(1)"), INVALID),
    "a function that is not there": (calls("States.Nope(1)"), INVALID),
    "a function that is not closed": (calls("States.Format('a"), INVALID),
    "calls that are too deep": (calls("States.Array(" * 12 + "1" + ")" * 12), INVALID),
    "an object as Items": (maps(QueryLanguage="JSONata", Items={"a": 1}), NOT_HERE),
    "batches of an inline Map": (maps(ItemBatcher={"MaxItemsPerBatch": 2}), NOT_HERE),
    "a reader of an inline Map": (maps(ItemReader=READER), NOT_HERE),
    "a negative concurrency": (maps(MaxConcurrency=-1), INVALID),
    "a heartbeat that is too slow": (task(*INVOKE, TimeoutSeconds=5, HeartbeatSeconds=10), INVALID),
    "no states": ({}, INVALID),
    "no branches": ({"S": {"Type": "Parallel", "Branches": [], "End": True}}, INVALID),
    "a long name": ({"S" * 81: PASS}, INVALID),
    "a variable called states": (passes(Assign={"states": 1}), INVALID),
    "a variable that begins with a digit": (passes(Assign={"1a": 1}), INVALID),
    "a back-off below one": (
        task(*INVOKE, Retry=[{"ErrorEquals": ["States.ALL"], "BackoffRate": 0.5}]),
        INVALID,
    ),
}
FAILING = {
    "an index that is out": (passes(InputPath="$.a[5]"), {"a": [1]}, RUNTIME),
    "an OutputPath to nowhere": (passes(OutputPath="$.zz"), {}, RUNTIME),
    "a ResultPath below a number": (passes(Result=1, ResultPath="$.a.b"), {"a": 1}, MATCH),
    "a sum of texts": (calls("States.MathAdd('a', 2)"), {}, RUNTIME),
    "chunks of nothing": (calls("States.ArrayPartition($.a, 0)"), {"a": [1]}, RUNTIME),
    "an item that is out": (calls("States.ArrayGetItem($.a, 9)"), {"a": [1]}, RUNTIME),
    "a range without a step": (calls("States.ArrayRange(1, 9, 0)"), {}, RUNTIME),
    "a range that is too long": (calls("States.ArrayRange(1, 5000, 1)"), {}, RUNTIME),
    "a placeholder too many": (calls("States.Format('{} {}', 1)"), {}, RUNTIME),
    "a text that is no JSON": (calls("States.StringToJson('{a')"), {}, RUNTIME),
    "a text that is no Base64": (calls("States.Base64Decode('$$$')"), {}, RUNTIME),
    "an unknown hash": (calls("States.Hash('a', 'MD99')"), {}, RUNTIME),
    "a variable that was not set": (calls("$nope"), {}, RUNTIME),
    "a context that is not there": (calls("$$.Nope.X"), {}, RUNTIME),
    "a sum of a number and a text": (expression("{% 1 + 'a' %}"), {}, QUERY),
    "a JSONata function that is not there": (expression("{% $nope() %}"), {}, QUERY),
    "a JSONata function without arguments": (expression("{% $substring() %}"), {}, QUERY),
    "a function as a value": (expression("{% function($x){$x} %}"), {}, QUERY),
    "an endless expression": (expression("{% ($f := function($n){$f($n+1)}; $f(0)) %}"), {}, QUERY),
    "an error of its own": (expression("{% $error('no') %}"), {}, QUERY),
    "a sequence that is too long": (expression("{% $count([1..100000000]) %}"), {}, QUERY),
    "a number that is none": (expression("{% $number('x') %}"), {}, QUERY),
    "a large result": (passes(Result="x" * 300_000), {}, LIMIT),
    "a number as a queue": (task("sqs:sendMessage", {"QueueUrl": 5, "MessageBody": "m"}), {}, RUNTIME),
    "an object for an inline Map": (maps(ItemsPath="$.a"), {"a": {"k": 1}}, RUNTIME),
    "a number for a Map": (maps(QueryLanguage="JSONata", Items="{% 5 %}"), {}, QUERY),
    "an object for a Map without Items": (maps(QueryLanguage="JSONata"), {"a": 1}, QUERY),
    "a number for a distributed Map without Items": (maps("DISTRIBUTED", QueryLanguage="JSONata"), 7, QUERY),
    "a text as a concurrency": (
        maps(MaxConcurrencyPath="$.m", ItemsPath="$.a"),
        {"m": "x", "a": [1]},
        RUNTIME,
    ),
    "a bucket that is not there": (maps("DISTRIBUTED", ItemReader=READER), {}, "States.ItemReaderFailed"),
    "a wait below nothing": (wait(SecondsPath="$.s"), {"s": -5}, RUNTIME),
    "a wait of a text": (wait(SecondsPath="$.s"), {"s": "x"}, RUNTIME),
    "a wait until no time": (wait(TimestampPath="$.s"), {"s": "yesterday"}, RUNTIME),
    "a JSONata wait of a text": (wait(QueryLanguage="JSONata", Seconds="{% 'x' %}"), {}, QUERY),
    "an error that is not there": ({"S": {"Type": "Fail", "ErrorPath": "$.e"}}, {}, RUNTIME),
    "an error that is a number": ({"S": {"Type": "Fail", "ErrorPath": "$.e"}}, {"e": 5}, RUNTIME),
    "a cause that is a number": ({"S": {"Type": "Fail", "CausePath": "$.e"}}, {"e": 5}, RUNTIME),
    "a time limit that is a text": (task(*INVOKE, TimeoutSecondsPath="$.t"), {"t": "x"}, RUNTIME),
    "a heartbeat that is a text": (
        task("sqs:sendMessage.waitForTaskToken", {"QueueUrl": NO_QUEUE, "MessageBody": "m"})
        | {
            "S": {
                **task("sqs:sendMessage.waitForTaskToken", {"QueueUrl": NO_QUEUE, "MessageBody": "m"})["S"],
                "HeartbeatSecondsPath": "$.t",
            }
        },
        {"t": "x"},
        RUNTIME,
    ),
    "a role that is none": (task(*INVOKE, Credentials={"RoleArn": "nope"}), {}, RUNTIME),
    "a function that is gone": (task(*INVOKE), {}, "Lambda.ResourceNotFoundException"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_a_name(room, case):
    states, code = REFUSED[case]
    definition = json.dumps({"StartAt": next(iter(states), "S"), "States": states})
    with pytest.raises(ClientError) as refused:
        room.machines.create_state_machine(name="m", definition=definition, roleArn=room.role)
    error = refused.value.response["Error"]
    assert error["Code"] == code
    assert not OURS.search(error["Message"])


@pytest.mark.parametrize("case", FAILING)
def test_it_fails_the_execution(room, case):
    states, value, error = FAILING[case]
    room.role = room.new_role("all", "states.amazonaws.com", "*")
    execution = room.start(room.make(states), value)
    room.lab.run_until_idle()
    shown = room.describe(execution)
    assert (shown["status"], shown["error"]) == ("FAILED", error)
    assert shown.get("cause")
    assert not OURS.search(shown["cause"])
    history = room.history(execution)
    assert [event["id"] for event in history] == list(range(1, len(history) + 1))


DELETED = {
    "its queue": ("sqs:sendMessage", "SQS.QueueDoesNotExistException"),
    "its function": ("lambda:invoke", "Lambda.ResourceNotFoundException"),
    "its topic": ("sns:publish", "SNS.NotFoundException"),
}


@pytest.mark.parametrize("what", DELETED)
def test_what_is_deleted_meanwhile_fails_the_execution_and_its_redrives(room, what):
    called, error = DELETED[what]
    room.lab.function("stamp", "def handler(event, context):\n    return 1\n")
    queue = room.queue()
    topic = room.lab.client("sns").create_topic(Name="news")["TopicArn"]
    parameters = {
        "sqs:sendMessage": {"QueueUrl": queue, "MessageBody": "m"},
        "lambda:invoke": {"FunctionName": "stamp"},
        "sns:publish": {"TopicArn": topic, "Message": "m"},
    }[called]
    call = {**task(called, parameters)["S"]}
    machine = room.make({"Wait": {"Type": "Wait", "Seconds": 10, "Next": "Call"}, "Call": call})
    execution = room.start(machine)
    room.lab.advance(5)
    room.sqs.delete_queue(QueueUrl=queue)
    room.lab.client("lambda").delete_function(FunctionName="stamp")
    room.lab.client("sns").delete_topic(TopicArn=topic)
    room.lab.run_until_idle()
    assert room.describe(execution)["error"] == error
    for _ in range(2):
        room.machines.redrive_execution(executionArn=execution)
        room.lab.run_until_idle()
    shown = room.describe(execution)
    assert (shown["status"], shown["error"], shown["redriveCount"]) == ("FAILED", error, 2)
    history = room.history(execution)
    assert all(event["previousEventId"] < event["id"] for event in history)
