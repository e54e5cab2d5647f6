"""The functions of JSONPath states: what each gives, and what it cannot be asked."""

from __future__ import annotations

import json

import pytest
from machine_room import MachineRoom

GIVEN = {"name": "Ann", "list": [1, 2, 2, 3, {"a": 1}, {"a": 1}], "first": {"a": 1, "b": {"x": 1}}}
GIVEN |= {"second": {"b": 2}, "text": '{"k": [1, null]}', "long": "x" * 10_001}


def computed(room, call, name="compute"):
    state = {"Type": "Pass", "Parameters": {"it.$": call}, "End": True}
    return room.run({"Compute": state}, GIVEN, name=name)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("States.Format('Hello, {}', $.name)", "Hello, Ann"),
        (r"States.Format('it\'s \{{}\} and \\', $.name)", r"it's {Ann} and \ ".strip()),
        ("States.Format('{} {}', $.first, $.second.b)", "{a=1, b={x=1}} 2"),
        ("States.Array(1, 'a', $.name)", [1, "a", "Ann"]),
        ("States.ArrayPartition($.list, 4)", [[1, 2, 2, 3], [{"a": 1}, {"a": 1}]]),
        ("States.ArrayContains($.list, 3)", True),
        ("States.ArrayContains($.list, '3')", False),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(5, 1, -2)", [5, 3, 1]),
        ("States.ArrayGetItem($.list, 3)", 3),
        ("States.ArrayLength($.list)", 6),
        ("States.ArrayUnique($.list)", [1, 2, 3, {"a": 1}]),
        ("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="),
        ("States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "Data to encode"),
        ("States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("States.JsonMerge($.first, $.second, false)", {"a": 1, "b": 2}),
        ("States.StringToJson($.text)", {"k": [1, None]}),
        ("States.JsonToString($.first)", '{"a":1,"b":{"x":1}}'),
        ("States.MathAdd(111, -1)", 110),
        ("States.StringSplit('This.is+a,test=string', '.+,=')", ["This", "is", "a", "test", "string"]),
        ("States.ArrayGetItem(States.StringSplit($.name, 'n'), 0)", "A"),
    ],
)
def test_a_function_gives_what_its_documentation_says(room, call, expected):
    shown = computed(room, call)
    assert shown["status"] == "SUCCEEDED", shown
    assert json.loads(shown["output"])["it"] == expected


@pytest.mark.parametrize(
    "call",
    [
        "States.Format('{} {}', $.name)",
        "States.Format('{}', $.name, $.name)",
        "States.ArrayPartition($.list, 0)",
        "States.ArrayRange(1, 5000, 1)",
        "States.ArrayRange(1, 9, 0)",
        "States.ArrayGetItem($.list, 6)",
        "States.ArrayGetItem($.list, -1)",
        "States.ArrayLength($.name)",
        "States.Base64Encode($.long)",
        "States.Base64Decode('?')",
        "States.Hash($.long, 'MD5')",
        "States.Hash($.name, 'sha-1')",
        "States.JsonMerge($.first, $.second, true)",
        "States.JsonMerge($.first, $.list, false)",
        "States.StringToJson($.name)",
        "States.MathAdd($.name, 1)",
        "States.MathRandom(5, 5)",
    ],
)
def test_what_a_function_cannot_compute_ends_the_execution(room, call):
    shown = computed(room, call)
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    assert f"{call}. Invalid arguments in {call.partition('(')[0]}" in shown["cause"]


def test_what_a_function_cannot_compute_is_not_caught(room):
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": room.queue(), "MessageBody.$": "States.ArrayGetItem($.list, 9)"},
        "Catch": [
            {"ErrorEquals": ["States.IntrinsicFailure"], "Next": "Caught"},
            {"ErrorEquals": ["States.ALL"], "Next": "Caught"},
        ],
        "End": True,
    }
    assert room.run({"Send": task, "Caught": {"Type": "Succeed"}}, GIVEN)["error"] == "States.Runtime"


@pytest.mark.parametrize(
    ("call", "field"),
    [
        ("States.Format('{}', $.nope)", "$.nope"),
        ("States.Format('{}',$.name.first.x)", "$.name.first.x"),
        ("States.Format('{}', States.Format('{}', $.nope))", "$.nope"),
        ("States.Format('{}', $.list[9])", "$.list[9]"),
        ("States.Format('{}', $$.Nope.Deep)", "$.Nope.Deep"),
    ],
)
def test_an_argument_that_leads_nowhere_is_named_with_the_whole_call(room, call, field):
    state = {"Type": "Pass", "Parameters": {"it.$": call}, "End": True}
    shown = room.run({"Pick": state}, {"list": [1]})
    assert shown["error"] == "States.Runtime"
    assert shown["cause"] == (
        "An error occurred while executing the state 'Pick' (entered at the event id #2). "
        f"The function '{call}' had the following error: The JsonPath argument for the field '{field}' "
        """could not be found in the input '{"list":[1]}'"""
    )


def test_an_index_of_what_is_no_array_fails_with_the_words_of_the_library(room):
    state = {"Type": "Pass", "Parameters": {"it.$": "States.Array($.other[0])"}, "End": True}
    shown = room.run({"Pick": state}, {"other": 1})
    assert shown["cause"].endswith("Filter: [0] can only be applied to arrays. Current context is: 1")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("States.Array(1, null, $.name, 'null', 2.5, true)", [1, None, "Ann", "null", 2.5, True]),
        ("States.Format('{} {}', null, 1.5e2)", "null 150.0"),
        ("States.ArrayPartition($.list, 4.9)", [[1, 2, 2, 3], [{"a": 1}, {"a": 1}]]),
        ("States.ArrayRange(1.4, 5.6, 2.2)", [1, 3, 5]),
        ("States.ArrayRange(5.4, -0.6, -2.4)", [5, 3, 1]),
        ("States.ArrayRange(3, 3, -1)", [3]),
        ("States.ArrayRange(5, 1, 1)", []),
        ("States.MathAdd(1.6, 2.7)", 5),
        ("States.MathAdd(0.1, 0.2)", 0),
        ("States.MathAdd(2147483646, 1)", 2147483647),
        ("States.MathRandom(1.6, 2.1, 4)", 1),
        ("States.StringSplit(',a,,b,', ',')", ["a", "b"]),
        ("States.StringSplit('', ',')", []),
        ("States.ArrayLength($.list[*].nope)", 0),
        ("States.ArrayLength($.list[?(@.a==1)])", 2),
    ],
)
def test_a_function_takes_literals_and_numbers_as_aws_does(room, call, expected):
    shown = computed(room, call)
    assert shown["status"] == "SUCCEEDED", shown
    assert json.loads(shown["output"])["it"] == expected


@pytest.mark.parametrize(
    "call",
    [
        "States.MathAdd(2147483647, 1)",
        "States.MathAdd(3000000000, -3000000000)",
        "States.MathAdd(null, 1)",
        "States.MathAdd(true, 1)",
        "States.MathRandom(1.4, 1.6)",
        "States.MathRandom(1, 10, null)",
        "States.ArrayPartition($.list, 0.6)",
        "States.ArrayPartition($.list, null)",
        "States.ArrayRange(1, 10, 0.49)",
    ],
)
def test_numbers_that_a_function_does_not_take(room, call):
    assert computed(room, call)["error"] == "States.Runtime"


def test_random_numbers_are_below_the_last_and_the_same_for_the_same_seed(room):
    call = "States.Array(States.MathRandom(1, 3), States.MathRandom(1, 999, 7), States.MathRandom(1, 999, 7))"
    drawn = json.loads(computed(room, call)["output"])["it"]
    assert drawn[0] in {1, 2}
    assert drawn[1] == drawn[2]


def test_chance_and_ids_come_from_the_labs_seed():
    drawn = []
    for _ in range(2):
        room = MachineRoom(seed=3)
        with room.lab:
            drawn.append(
                computed(room, "States.Array(States.UUID(), States.MathRandom(1, 1000000))")["output"]
            )
    assert drawn[0] == drawn[1]
