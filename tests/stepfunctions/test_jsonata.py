"""JSONata in state machines: expressions, their values and failures, and AWS's own functions."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from machine_room import MachineRoom

JSONATA = {"QueryLanguage": "JSONata"}


def place(field, expression, what):
    """The cause of a failed expression in the state Look, which is the first."""
    return (
        "An error occurred while executing the state 'Look' (entered at the event id #2). "
        f"The JSONata expression '{expression}' specified for the field '{field}' {what}"
    )


def output_of(room, expression, value=None, name="look"):
    """What an expression gives as the output of a state."""
    shown = room.run(
        {"Look": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True, **JSONATA}},
        value,
        name=name,
    )
    assert shown["status"] == "SUCCEEDED", shown
    return json.loads(shown["output"])


def failure_of(room, state, value=None, name="look"):
    end = {"End": {"Type": "Succeed"}} if '"End"' in json.dumps(state).replace('"End": true', "") else {}
    shown = room.run({"Look": {**state, **JSONATA}, **end}, value, name=name)
    assert (shown["status"], shown["error"]) == ("FAILED", "States.QueryEvaluationError")
    return shown["cause"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$states.input.order.id", 7),
        ("$states.input.items[price > 2].name", "pear"),
        ("$sum($states.input.items.price)", 5),
        ("$states.input.nothing", None),
        ("[$states.input.items.name]", ["fig", "pear"]),
        ('{"quoted": "say \\"yes\\""}', {"quoted": 'say "yes"'}),
        ("10 / 4", 2.5),
        ("10 / 5", 2),
        ("1 / 0", "Infinity"),
        ("$partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]),
        ("$range(0, 6, 2)", [0, 2, 4, 6]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ('$hash("input", "SHA-1")', "140f86aae51ab9e1cda9b4254fe98a74eb54c1a1"),
        ("$random(42)", 0.7275636800328681),
        ('$parse("{\\"a\\": [1, null]}").a', [1, None]),
        ('$exists($parse("null"))', True),
        ("$now()", "2026-01-05T09:00:00.003Z"),
        ("$millis()", 1_767_603_600_003),
        ("$states.context.State.Name", "Look"),
    ],
)
def test_an_expression_gives_a_value_of_json(room, expression, expected):
    items = [{"name": "fig", "price": 2}, {"name": "pear", "price": 3}]
    assert output_of(room, expression, {"order": {"id": 7}, "items": items, "nothing": None}) == expected


THREW = "threw an error during evaluation"
TOO_LARGE = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
TOO_DEEP = (
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"
)


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        ("$states.input.missing", "returned nothing (undefined)."),
        ("function($x) {$x}", "returned an unsupported result type."),
        ('$eval("1+1")', f"{THREW}. T1006: Attempted to invoke a non-function"),
        ('$sum("a")', f'{THREW}. T0412: Argument 1 of function "sum" must be an array of "numbers"'),
        ('$abs("x")', f'{THREW}. T0410: Argument 1 of function "abs" does not match function signature'),
        ("$uuid(1)", f'{THREW}. T0410: Argument 1 of function "uuid" does not match function signature'),
        ('$number("x")', f'{THREW}. D3030: Unable to cast value to a number: "x"'),
        ('$parse("{")', f"{THREW}. D3137: Invalid JSON"),
        ('$parse("{}{}")', f"{THREW}. D3137: Invalid JSON"),
        (
            '$hash("a", "x")',
            f"{THREW}. D3137: Hash algorithm 'x' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5",
        ),
        ("$count([1..900000])", f"{THREW}: {TOO_LARGE}"),
        ("+".join(["1"] * 120), f"{THREW}: {TOO_DEEP}"),
    ],
)
def test_an_expression_that_fails_says_where_it_stands_and_why(room, expression, what):
    state = {"Type": "Pass", "Output": {"total": f"{{% {expression} %}}"}, "End": True}
    assert failure_of(room, state) == place("Output/total", expression, what)


@pytest.mark.parametrize(
    ("field", "state"),
    [
        ("Output/a/b[0][1]", {"Type": "Pass", "Output": {"a": {"b": [[1, "{% $x %}"]]}}, "End": True}),
        ("Assign/x", {"Type": "Pass", "Assign": {"x": "{% $x %}"}, "End": True}),
        ("Seconds", {"Type": "Wait", "Seconds": "{% $x %}", "End": True}),
        ("Timestamp", {"Type": "Wait", "Timestamp": "{% $x %}", "End": True}),
        ("Error", {"Type": "Fail", "Error": "{% $x %}"}),
        ("Items", {"Type": "Map", "Items": "{% $x %}", "End": True}),
        ("MaxConcurrency", {"Type": "Map", "Items": [1], "MaxConcurrency": "{% $x %}", "End": True}),
        (
            "Choices[1]/Condition",
            {
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% false %}", "Next": "End"},
                    {"Condition": "{% $x %}", "Next": "End"},
                ],
            },
        ),
        (
            "Choices[0]/Output/v",
            {
                "Type": "Choice",
                "Choices": [{"Condition": "{% true %}", "Output": {"v": "{% $x %}"}, "Next": "End"}],
            },
        ),
    ],
)
def test_the_place_of_an_expression_is_the_path_of_its_field(room, field, state):
    processor = {"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "End": True}}}
    if state["Type"] == "Map":
        state = {**state, "ItemProcessor": processor}
    assert failure_of(room, state) == place(field, "$x", "returned nothing (undefined).")


def test_a_field_of_one_type_takes_no_other(room):
    state = {"Type": "Wait", "Seconds": "{% 'soon' %}", "Next": "End"}
    what = "returned an unexpected result type. Expected 'number', but was 'string' for value: \"soon\""
    assert failure_of(room, state) == place("Seconds", "'soon'", what)


def test_the_history_has_the_failed_evaluation(room):
    state = {"Type": "Pass", "Output": "{% $x %}", "End": True, **JSONATA}
    execution = room.start(room.make({"Look": state}))
    room.lab.run_until_idle()
    failed = room.events(execution)[2]
    assert failed["type"] == "EvaluationFailed"
    assert failed["evaluationFailedEventDetails"] == {
        "error": "States.QueryEvaluationError",
        "cause": place("Output", "$x", "returned nothing (undefined)."),
        "location": "Output",
        "state": "Look",
    }


def test_a_failed_output_of_a_task_is_caught_and_the_catcher_sees_the_error(room):
    look = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": room.queue(), "MessageBody": "hello"},
        "Output": "{% $states.result.nothing %}",
        "Catch": [
            {
                "ErrorEquals": ["States.QueryEvaluationError"],
                "Output": {"why": "{% $states.errorOutput.Error %}", "was": "{% $states.input.id %}"},
                "Next": "End",
            }
        ],
        "Next": "End",
        **JSONATA,
    }
    shown = room.run({"Look": look, "End": {"Type": "Succeed"}}, {"id": 5})
    assert json.loads(shown["output"]) == {"why": "States.QueryEvaluationError", "was": 5}


def test_arguments_make_the_call_and_the_result_makes_the_output(room):
    queue = room.queue()
    states = {
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Arguments": {"QueueUrl": queue, "MessageBody": "{% 'order ' & $states.input.id %}"},
            "Output": {"sent": "{% $exists($states.result.MessageId) %}", "id": "{% $states.input.id %}"},
            "End": True,
            **JSONATA,
        }
    }
    shown = room.run(states, {"id": "7"})
    assert json.loads(shown["output"]) == {"sent": True, "id": "7"}
    assert room.bodies(queue) == ["order 7"]


def test_ids_and_chance_are_the_labs():
    drawn = []
    for _ in range(2):
        room = MachineRoom(seed=5)
        with room.lab:
            drawn.append(output_of(room, "[$uuid(), $random(), $shuffle([1..9])]"))
    assert drawn[0] == drawn[1]


def test_jsonata_is_loaded_by_the_first_expression_only():
    code = "import sys, workbook.aws.stepfunctions.language.expressions; assert 'jsonata' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
