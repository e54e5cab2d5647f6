"""States in the trace: what each was given, what became of it, what failed."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machine_room import MachineRoom

CHARGE = "arn:aws:lambda:us-east-1:123456789012:function:charge"


def declined(event, context):
    raise ValueError("declined")


def slow(event, context):
    import time  # noqa: PLC0415 - a function brings its own imports

    time.sleep(2.5)


def states_of(room, execution=None):
    """The hops of states, by the state's name; of all executions or one."""
    found = [hop for hop in room.hops("enter-state") if execution in {None, hop.message}]
    return {hop.facts["state"]: hop for hop in found}


def saga(**task):
    return {
        "Charge": {"Type": "Task", "Resource": CHARGE, "Next": "Ship", **task},
        "Ship": {"Type": "Succeed"},
        "Refund": {"Type": "Pass", "End": True},
    }


def test_a_state_is_one_hop_with_its_input_and_output(room):
    shown = room.run({"Add": {"Type": "Pass", "Result": 1, "ResultPath": "$.n", "End": True}}, {"m": 2})
    (hop,) = room.hops("enter-state")
    start = room.hops("start-execution")[0]
    assert hop.causes == (start.number,)
    assert (hop.resource, hop.message, hop.outcome) == (
        shown["stateMachineArn"],
        shown["executionArn"],
        "ok",
    )
    assert (hop.facts["state"], hop.facts["type"]) == ("Add", "Pass")
    assert (hop.facts["body"], hop.facts["output"]) == ('{"m":2}', '{"m":2,"n":1}')
    assert hop.size == len('{"m":2}')
    assert "next" not in hop.facts


def test_a_state_that_goes_on_is_seen_to_wait(room):
    room.start(
        room.make({"Wait": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Succeed"}})
    )
    room.lab.advance(30)
    assert states_of(room)["Wait"].outcome == "waits"
    assert "ended_at" not in states_of(room)["Wait"].facts
    room.lab.advance(60)
    wait = states_of(room)["Wait"]
    assert (wait.outcome, wait.facts["next"]) == ("ok", "Done")
    assert wait.facts["ended_at"] - wait.time == 60_000_000


def test_what_a_task_calls_is_caused_by_its_state(room):
    queue = room.queue()
    task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True}
    room.run({"Tell": {**task, "Parameters": {"QueueUrl": queue, "MessageBody": "x"}}})
    trace = room.lab.trace
    (sent,) = room.hops("send")
    call = trace[sent.causes[-1] - 1]
    assert call.resource == "sqs:SendMessage"
    assert trace[call.causes[-1] - 1] == states_of(room)["Tell"]


def test_each_attempt_that_fails_is_a_hop_that_says_what_comes_next(room):
    room.lab.function("charge", declined)
    retry = [
        {"ErrorEquals": ["States.Timeout"]},
        {"ErrorEquals": ["ValueError"], "IntervalSeconds": 2, "MaxAttempts": 1},
    ]
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refund"}]
    room.run(saga(Retry=retry, Catch=catch), {"order": 7})
    first, second = room.hops("fail-state")
    charge = states_of(room)["Charge"]
    assert first.causes == second.causes == (charge.number,)
    assert (first.outcome, first.facts["attempt"], first.facts["retrier"]) == ("ValueError", 1, 1)
    assert first.facts["retry_at"] - first.time == 2_000_000
    assert (second.facts["attempt"], second.facts["caught"], second.facts["catcher"]) == (2, "Refund", 0)
    assert "retry_at" not in second.facts
    assert json.loads(first.facts["cause"])["errorType"] == "ValueError"
    assert (charge.outcome, charge.facts["next"]) == ("ok", "Refund")
    assert json.loads(charge.facts["output"])["error"]["Error"] == "ValueError"


def test_an_error_that_nothing_catches_is_the_outcome_of_state_and_execution(room):
    room.lab.function("charge", declined)
    states = saga()
    del states["Refund"]
    room.run(states)
    assert states_of(room)["Charge"].outcome == "ValueError"
    assert room.hops("start-execution")[0].outcome == "ValueError"
    assert "Ship" not in states_of(room)


def test_a_fail_state_says_its_error_and_its_cause(room):
    room.run({"Stop": {"Type": "Fail", "Error": "NoStock", "Cause": "sold out"}})
    stop = states_of(room)["Stop"]
    assert (stop.outcome, stop.facts["cause"]) == ("NoStock", "sold out")


def test_a_fail_state_without_an_error_has_failed(room):
    room.run({"Stop": {"Type": "Fail"}})
    assert states_of(room)["Stop"].outcome == "failed"


def test_a_task_that_takes_too_long_has_timed_out(room):
    room.lab.function("charge", slow, Timeout=10)
    states = saga(TimeoutSeconds=1)
    del states["Refund"]
    room.run(states)
    assert states_of(room)["Charge"].outcome == "States.Timeout"
    assert room.hops("fail-state")[0].outcome == "States.Timeout"


def test_states_end_with_the_execution_that_is_stopped(room):
    execution = room.start(room.make({"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}))
    room.lab.advance(5)
    room.machines.stop_execution(executionArn=execution)
    wait = states_of(room)["Wait"]
    assert wait.outcome == "ABORTED"
    assert wait.facts["ended_at"] == room.hops("start-execution")[0].facts["ended_at"]


def test_states_end_with_the_execution_whose_time_is_over(room):
    room.run({"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}, TimeoutSeconds=60)
    assert states_of(room)["Wait"].outcome == "TIMED_OUT"


# ---- the way of the data


def data_of(room, state, value):
    room.run({"Look": {**state, "End": True}}, value)
    return {name: json.loads(text) for name, text in states_of(room)["Look"].facts["data"].items()}


NESTED = {"first": {"a": 1}, "second": {"b": 2}}


def test_the_fields_of_a_pass_state_one_after_the_other(room):
    state = {"Type": "Pass", "InputPath": "$.first", "Parameters": {"seen.$": "$.a"}, "ResultPath": "$.third"}
    assert data_of(room, {**state, "OutputPath": "$.third"}, NESTED) == {
        "afterInputPath": {"a": 1},
        "afterParameters": {"seen": 1},
        "afterResultSelector": {"seen": 1},
        "afterResultPath": {**NESTED, "third": {"seen": 1}},
    }
    assert states_of(room)["Look"].facts["output"] == '{"seen":1}'


def test_a_result_takes_the_place_of_what_input_path_and_parameters_make(room):
    state = {"Type": "Pass", "Result": {"key": "value"}, "ResultPath": "$.third"}
    assert data_of(room, state, NESTED) == {
        "result": {"key": "value"},
        "afterResultSelector": {"key": "value"},
        "afterResultPath": {**NESTED, "third": {"key": "value"}},
    }


def test_the_fields_of_a_task_one_after_the_other(room):
    def paid(event, context):
        return {"paid": event["seen"], "noise": True}

    room.lab.function("charge", paid)
    state = {
        "Type": "Task",
        "Resource": CHARGE,
        "InputPath": "$.first",
        "Parameters": {"seen.$": "$.a"},
        "ResultSelector": {"amount.$": "$.paid"},
        "ResultPath": "$.charge",
    }
    assert data_of(room, state, NESTED) == {
        "afterInputPath": {"a": 1},
        "afterParameters": {"seen": 1},
        "result": {"paid": 1, "noise": True},
        "afterResultSelector": {"amount": 1},
        "afterResultPath": {**NESTED, "charge": {"amount": 1}},
    }


def test_a_caught_error_has_no_result_and_a_later_attempt_starts_anew(room):
    room.lab.function("charge", declined)
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Refund"}]
    room.run(saga(Catch=catch), {"order": 7})
    assert states_of(room)["Charge"].facts["data"] == {
        "afterInputPath": '{"order":7}',
        "afterParameters": '{"order":7}',
    }


def test_a_choice_shows_what_it_looked_at(room):
    states = {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Yes"}],
            "Default": "No",
        },
        "Yes": {"Type": "Succeed"},
        "No": {"Type": "Succeed"},
    }
    room.run(states, {"a": 1})
    look = states_of(room)["Look"]
    assert (look.facts["next"], look.facts["data"]) == ("Yes", {"afterInputPath": '{"a":1}'})


def test_the_trace_keeps_the_beginning_of_what_is_long(room):
    long = "x" * 10_000
    room.run({"Look": {"Type": "Pass", "End": True}}, {"long": long})
    look = states_of(room)["Look"]
    texts = [look.facts["body"], look.facts["output"], *look.facts["data"].values()]
    assert {len(text) for text in texts} == {4096}
    assert look.size == len(json.dumps({"long": long}, separators=(",", ":")))


# ---- what always holds

KINDS = st.sampled_from(["Pass", "Wait", "Result"])


@pytest.mark.parametrize("seed", [1, 2])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kinds=st.lists(KINDS, min_size=1, max_size=6), value=st.dictionaries(st.text(max_size=3), st.integers())
)
def test_the_hops_of_states_are_the_history_of_the_execution(seed, kinds, value):
    made = {
        "Pass": {"Type": "Pass"},
        "Wait": {"Type": "Wait", "Seconds": 3},
        "Result": {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.more"},
    }
    last = len(kinds) - 1
    states = {
        f"S{place}": {**made[kind], **({"End": True} if place == last else {"Next": f"S{place + 1}"})}
        for place, kind in enumerate(kinds)
    }
    room = MachineRoom(seed=seed)
    with room.lab:
        shown = room.run(states, value)
        events = [event for event in room.events(shown["executionArn"]) if "StateE" in event["type"]]
        told = []
        for hop in room.hops("enter-state"):
            told.append((hop.time, hop.facts["state"], hop.facts["body"]))
            told.append((hop.facts["ended_at"], hop.facts["state"], hop.facts["output"]))
    assert told == [
        (
            round(event["timestamp"].timestamp() * 1e6),
            details["name"],
            details.get("input") or details["output"],
        )
        for event in events
        for details in [event.get("stateEnteredEventDetails") or event["stateExitedEventDetails"]]
    ]
