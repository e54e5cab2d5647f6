"""What simple states do, and what becomes of data on its way: docs/fidelity.md, SFN-70 and following."""

from __future__ import annotations

import json

import pytest
from machine_room import MachineRoom

JSONATA = {"QueryLanguage": "JSONata"}


@pytest.fixture
def room():
    room = MachineRoom()
    with room.lab:
        yield room


def price(event, context):
    return {"price": 4, "given": event}


def output_of(room, states, value, name):
    shown = room.run(states, value, name=name)
    assert shown["status"] == "SUCCEEDED", shown
    return json.loads(shown["output"])


def test_sfn_70_in_jsonpath_the_result_takes_the_place_of_the_input_unless_a_field_says_otherwise(room):
    order = {"order": {"dish": "soup"}, "table": 7}
    task = {"Type": "Task", "Resource": room.lab.function("price", price), "End": True}

    def handed_on(name, **fields):
        return output_of(room, {"Look": {**task, **fields}}, order, name)

    parameters = {"dish.$": "$.order.dish", "text": "$.order.dish"}
    assert handed_on("plain") == {"price": 4, "given": order}
    assert handed_on("input", InputPath="$.order")["given"] == {"dish": "soup"}
    assert handed_on("given", Parameters=parameters)["given"] == {"dish": "soup", "text": "$.order.dish"}
    selected = {"ResultSelector": {"cost.$": "$.price"}}
    assert handed_on("selected", **selected) == {"cost": 4}
    assert handed_on("beside", **selected, ResultPath="$.menu") == {**order, "menu": {"cost": 4}}
    assert handed_on("last", **selected, ResultPath="$.menu", OutputPath="$.menu.cost") == 4
    assert handed_on("dropped", ResultPath=None) == order


def test_sfn_71_in_jsonata_arguments_are_what_a_task_is_given_and_output_what_it_hands_on(room):
    task = {"Type": "Task", "Resource": room.lab.function("price", price), "End": True, **JSONATA}
    order = {"dish": "soup", "days": 3}

    def handed_on(name, **fields):
        return output_of(room, {"Look": {**task, **fields}}, order, name)

    assert handed_on("plain") == {"price": 4, "given": order}
    assert handed_on("given", Arguments={"dish": "{% $states.input.dish %}"})["given"] == {"dish": "soup"}
    total = "{% $states.input.days * $states.result.price %}"
    assert handed_on("total", Output={"total": total}) == {"total": 12}


def test_sfn_72_one_value_is_no_list_and_none_is_nothing(room):
    def dangers(name, expression, allergies):
        state = {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True, **JSONATA}
        given = {"contains": ["wheat", "nuts"], "allergies": allergies}
        shown = room.run({"Look": state}, given, name=name)
        return shown.get("error") or json.loads(shown["output"])

    both = "$states.input.contains[$ in $states.input.allergies]"
    assert dangers("one", both, ["nuts"]) == "nuts"
    assert dangers("two", both, ["nuts", "wheat"]) == ["wheat", "nuts"]
    assert dangers("none", both, ["milk"]) == "States.QueryEvaluationError"
    assert dangers("one-in-brackets", f"[{both}]", ["nuts"]) == ["nuts"]
    assert dangers("none-in-brackets", f"[{both}]", ["milk"]) == []


@pytest.mark.parametrize(
    "condition",
    ["'nuts' in $states.input.alergies", "$states.input.alergies = 1", "$count($states.input.alergies) > 0"],
)
def test_sfn_73_a_name_that_is_not_there_makes_a_condition_false_and_a_path_fails(room, condition):
    def choose(rule, **language):
        choice = {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No", **language}
        definition = json.dumps(choice)
        return room.machines.test_state(definition=definition, input='{"allergies": ["nuts"]}')

    assert choose({"Condition": f"{{% {condition} %}}"}, **JSONATA)["nextState"] == "No"
    strict = choose({"Variable": "$.alergies[0]", "StringEquals": "nuts"})
    assert strict["error"] == "States.Runtime"


def test_sfn_74_succeed_ends_with_its_input_and_fail_with_its_error_and_cause(room):
    rule = {"Variable": "$.ok", "BooleanEquals": True, "Next": "Good"}
    states = {
        "Sketch": {"Type": "Pass", "Next": "Look"},
        "Look": {"Type": "Choice", "Choices": [rule], "Default": "Bad"},
        "Good": {"Type": "Succeed"},
        "Bad": {"Type": "Fail", "Error": "NotOk", "Cause": "It was said."},
    }
    machine = room.make(states)
    good, bad = room.start(machine, {"ok": True}), room.start(machine, {"ok": False})
    room.lab.run_until_idle()
    assert (room.describe(good)["status"], room.describe(good)["output"]) == ("SUCCEEDED", '{"ok":true}')
    shown = room.describe(bad)
    assert (shown["status"], shown["error"], shown["cause"]) == ("FAILED", "NotOk", "It was said.")
    assert "output" not in shown


@pytest.mark.parametrize(
    ("wait", "hours"),
    [({"Seconds": "{% $states.input.hours * 3600 %}"}, 48), ({"Timestamp": "2026-01-05T12:00:00Z"}, 3)],
)
def test_sfn_75_a_wait_takes_its_time_from_the_definition_or_the_data(room, wait, hours):
    shown = room.run({"Sleep": {"Type": "Wait", "End": True, **wait, **JSONATA}}, {"hours": 48})
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == pytest.approx(hours * 3600, abs=1)


def test_sfn_76_a_state_is_two_events_and_a_call_of_a_function_three_more(room):
    call = {"Type": "Task", "Resource": room.lab.function("price", price), "Next": "Sleep"}
    states = {"Call": call, "Sleep": {"Type": "Wait", "Seconds": 86_400, "Next": "Done"}}
    execution = room.start(room.make({**states, "Done": {"Type": "Succeed"}}))
    room.lab.run_until_idle()
    assert [event["type"] for event in room.history(execution)] == [
        "ExecutionStarted",
        *("TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"),
        "TaskStateExited",
        *("WaitStateEntered", "WaitStateExited"),
        *("SucceedStateEntered", "SucceedStateExited"),
        "ExecutionSucceeded",
    ]
