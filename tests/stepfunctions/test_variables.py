"""Variables: when they are set, who sees them, and how large they may be."""

from __future__ import annotations

import json

import pytest

JSONATA = {"QueryLanguage": "JSONata"}


def result(shown):
    assert shown["status"] == "SUCCEEDED", shown
    return json.loads(shown["output"])


def test_a_state_sees_its_variables_as_they_were_when_it_was_entered(room):
    states = {
        "First": {"Type": "Pass", "Assign": {"count": 1}, "Next": "Second"},
        "Second": {
            "Type": "Pass",
            "Assign": {"count": "{% $count + 1 %}", "before": "{% $count %}"},
            "Output": {"seen": "{% $count %}"},
            "Next": "Third",
        },
        "Third": {"Type": "Pass", "Output": "{% [$states.input.seen, $count, $before] %}", "End": True},
    }
    states = {name: {**state, **JSONATA} for name, state in states.items()}
    assert result(room.run(states)) == [1, 2, 1]


def test_the_history_shows_what_was_assigned_as_json_in_its_order(room):
    assign = {"zoo": "text", "ant": {"a": [1, None]}, "mid.$": "$.n"}
    execution = room.start(room.make({"Set": {"Type": "Pass", "Assign": assign, "End": True}}), {"n": 2})
    room.lab.run_until_idle()
    details = room.events(execution)[2]["stateExitedEventDetails"]
    shown = {"zoo": '"text"', "ant": '{"a":[1,null]}', "mid": "2"}
    assert details["assignedVariables"] == shown
    assert list(details["assignedVariables"]) == list(shown)
    assert details["assignedVariablesDetails"] == {"truncated": False}


def test_a_jsonpath_state_follows_a_path_into_a_variable(room):
    states = {
        "Set": {"Type": "Pass", "Assign": {"order.$": "$"}, "Next": "Use"},
        "Use": {
            "Type": "Pass",
            "Parameters": {
                "first.$": "$order.items[0]",
                "all.$": "$order.items[*].id",
                "text.$": "States.Format('order {}', $order.id)",
            },
            "End": True,
        },
    }
    given = {"id": 7, "items": [{"id": 1}, {"id": 2}]}
    assert result(room.run(states, given)) == {"first": {"id": 1}, "all": [1, 2], "text": "order 7"}


def test_branches_see_the_variables_around_them_and_keep_their_own(room):
    inner = {
        "Set": {"Type": "Pass", "Assign": {"own": "{% $outer + 1 %}"}, "Next": "Use"},
        "Use": {"Type": "Pass", "Output": "{% $own %}", "End": True},
    }
    branch = {"StartAt": "Set", "States": {name: {**state, **JSONATA} for name, state in inner.items()}}
    states = {
        "First": {"Type": "Pass", "Assign": {"outer": 1}, "Next": "Both", **JSONATA},
        "Both": {"Type": "Parallel", "Branches": [branch], "Next": "Last", **JSONATA},
        "Last": {
            "Type": "Pass",
            "Output": "{% {'in': $states.input, 'own': $exists($own)} %}",
            "End": True,
            **JSONATA,
        },
    }
    assert result(room.run(states)) == {"in": [2], "own": False}


def test_a_failed_attempt_assigns_nothing_and_a_catcher_assigns_its_own(room):
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Arguments": {"QueueUrl": room.queue(), "MessageBody": "hello"},
        "Assign": {"sent": True},
        "Output": "{% $states.result.nothing %}",
        "Catch": [
            {
                "ErrorEquals": ["States.ALL"],
                "Assign": {"why": "{% $states.errorOutput.Error %}"},
                "Next": "Look",
            }
        ],
        "Next": "Look",
        **JSONATA,
    }
    look = {"Type": "Pass", "Output": "{% [$exists($sent), $why] %}", "End": True, **JSONATA}
    assert result(room.run({"Send": task, "Look": look})) == [False, "States.QueryEvaluationError"]


def test_one_assign_holds_256_kib(room):
    state = {
        "Type": "Pass",
        "Assign": {"large": "{% $pad('', 300000) %}"},
        "Output": 1,
        "End": True,
        **JSONATA,
    }
    shown = room.run({"Set": state})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.DataLimitExceeded")


@pytest.mark.parametrize(
    ("assign", "give", "said"),
    [
        ({"x.$": "$.nope"}, {}, "The JSONPath '$.nope' specified for the field 'x.$' could not be found"),
        (
            {"x": [1]},
            {"it.$": "$x.nope"},
            "The JSONPath '$x.nope' specified for the field 'it.$' could not be found",
        ),
        (
            {"x": [1]},
            {"it.$": "States.Format('{}', $x.nope)"},
            "The JsonPath argument for the field '$x.nope' could not be found in the input",
        ),
    ],
)
def test_a_path_that_leads_nowhere_is_named_as_it_stands_there(room, assign, give, said):
    keep = {"Type": "Pass", "Assign": assign, "Next": "Give"}
    shown = room.run({"Keep": keep, "Give": {"Type": "Pass", "Parameters": give, "End": True}}, {})
    assert shown["error"] == "States.Runtime"
    assert said in shown["cause"]


def test_a_variable_s_path_gives_lists_and_nulls_as_that_of_the_input_does(room):
    keep = {"Type": "Pass", "Assign": {"x": [{"a": {"b": 1}}], "past.$": "$.l[9]"}, "Next": "Give"}
    give = {
        "all.$": "$x[*].a.b",
        "one.$": "$x[0].a",
        "some.$": "$x[?(@.a.b > 1)]",
        "past.$": "$past",
        "end.$": "$x[3]",
    }
    shown = room.run({"Keep": keep, "Give": {"Type": "Pass", "Parameters": give, "End": True}}, {"l": [1]})
    assert json.loads(shown["output"]) == {"all": [1], "one": {"b": 1}, "some": [], "past": None, "end": None}
