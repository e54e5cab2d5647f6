"""Texts of a definition mean what their JSON means, whether it is written with escapes or without."""

from __future__ import annotations

import json

import pytest

DONE = {"Type": "Pass", "Result": "done", "End": True}
JSONATA = {"QueryLanguage": "JSONata"}
NAME = 'Pr\u00fcf "a" \\ \n'


def output(room, states, value=None):
    shown = room.run(states, value)
    assert shown["status"] == "SUCCEEDED", shown
    return json.loads(shown["output"])


def test_names_of_states(room):
    states = {
        NAME: {"Type": "Pass", "Next": "W\u00e4hlen"},
        "W\u00e4hlen": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": NAME}],
            "Default": "\u00dc",
        },
        "\u00dc": DONE,
    }
    assert output(room, states) == "done"
    (execution,) = room.machines.list_executions(
        stateMachineArn=room.machines.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    )["executions"]
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in room.history(execution["executionArn"])
        if "stateEnteredEventDetails" in event
    ]
    assert entered == [NAME, "W\u00e4hlen", "\u00dc"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"Parameters": {"\u00e9.$": "$.a", 'k"': 'v"'}}, {"\u00e9": 1, 'k"': 'v"'}),
        ({"Result": 1, "ResultPath": "$['\u00e9']['a b'].where"}, {"a": 1, "\u00e9": {"a b": {"where": 1}}}),
        ({"Output": {"\u00e9": "\u00fc\n"}, **JSONATA}, {"\u00e9": "\u00fc\n"}),
        ({"Output": "{% '\u00fc\"' %}", **JSONATA}, '\u00fc"'),
    ],
)
def test_names_and_texts_of_fields(room, state, expected):
    assert output(room, {"S": {"Type": "Pass", "End": True, **state}}, {"a": 1}) == expected


def test_values_of_variables(room):
    assign = {"Type": "Pass", "Assign": {"x": '\u00fc"'}, "Next": "Give"}
    give = {"Type": "Pass", "Parameters": {"it.$": "$x"}, "OutputPath": "$.it", "End": True}
    assert output(room, {"Keep": assign, "Give": give}) == '\u00fc"'


def test_names_of_errors(room):
    error = '\u00dcbel "1"'
    failing = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": error}}}
    catch = [{"ErrorEquals": [error], "Next": "Done"}]
    assert output(
        room, {"S": {"Type": "Parallel", "Branches": [failing], "Catch": catch, "End": True}, "Done": DONE}
    )
