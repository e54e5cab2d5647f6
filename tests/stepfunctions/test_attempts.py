"""Retry and Catch: which errors they take, how long a pause is, and what an attempt leaves behind."""

from __future__ import annotations

import json

import pytest
from machine_room import MachineRoom

DONE = {"Type": "Succeed"}


def broken(error, **more):
    """A Parallel state whose branch fails with this error."""
    stop = {"Type": "Fail", "Error": error, "Cause": "it is"}
    branch = {"StartAt": "Stop", "States": {"Stop": stop}}
    return {"Type": "Parallel", "Branches": [branch], "Next": "Done", **more}


def catch(*names):
    return [{"ErrorEquals": list(names), "Next": "Done"}]


@pytest.mark.parametrize(
    ("error", "names", "caught"),
    [
        ("Mine", ["Mine"], True),
        ("Mine", ["Other"], False),
        ("Mine", ["States.ALL"], True),
        ("Mine", ["States.TaskFailed"], True),
        ("States.Timeout", ["States.TaskFailed"], False),
        ("States.Timeout", ["States.ALL"], True),
        ("States.DataLimitExceeded", ["States.ALL"], False),
        ("States.DataLimitExceeded", ["States.DataLimitExceeded"], True),
        ("States.Runtime", ["States.ALL"], False),
        ("States.Runtime", ["States.Runtime"], False),
    ],
)
def test_a_catcher_takes_the_errors_that_it_names(room, error, names, caught):
    shown = room.run({"Try": broken(error, Catch=catch(*names)), "Done": DONE})
    assert (shown["status"] == "SUCCEEDED") is caught
    assert caught or shown["error"] == error


@pytest.mark.parametrize(("more", "error"), [(0, None), (1, "States.DataLimitExceeded")])
@pytest.mark.parametrize("kind", ["function", "call", "activity"])
def test_a_task_is_called_with_256_kib_at_most(room, kind, more, error):
    def grind(event, context):
        return "ground"

    resources = {
        "function": room.lab.function("grind", grind),
        "call": "arn:aws:states:::lambda:invoke",
        "activity": room.machines.create_activity(name="grind")["activityArn"],
    }
    around = len('{"FunctionName":"grind","Payload":""}' if kind == "call" else '""')
    text = f"{{% $pad('', {262_144 - around + more}) %}}"
    state = {
        "Type": "Task",
        "Resource": resources[kind],
        "QueryLanguage": "JSONata",
        "Arguments": {"FunctionName": "grind", "Payload": text} if kind == "call" else text,
        "Output": "done",
        "End": True,
    }
    execution = room.start(room.make({"Try": state}))
    room.lab.advance(10)
    assert room.describe(execution).get("error") == error
    scheduled = [event["type"] for event in room.events(execution) if event["type"].endswith("Scheduled")]
    assert len(scheduled) == 1 - more


def test_a_result_of_more_than_256_kib_is_no_error_for_all(room):
    large = {"Type": "Pass", "Output": "{% $pad('', 300000) %}", "End": True, "QueryLanguage": "JSONata"}
    state = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Large", "States": {"Large": large}}],
        "Catch": catch("States.ALL"),
        "Next": "Done",
    }
    shown = room.run({"Try": state, "Done": DONE})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.DataLimitExceeded")
    assert shown["cause"] == (
        "The state/task 'Large' returned a result with a size exceeding the maximum number of bytes "
        "service limit."
    )


@pytest.mark.parametrize(
    ("retry", "seconds"),
    [
        ({}, 1 + 2 + 4),
        ({"IntervalSeconds": 0, "MaxAttempts": 3}, 0),
        ({"IntervalSeconds": 10, "BackoffRate": 3, "MaxAttempts": 3}, 10 + 30 + 90),
        ({"IntervalSeconds": 10, "BackoffRate": 3, "MaxAttempts": 3, "MaxDelaySeconds": 20}, 10 + 20 + 20),
        ({"MaxAttempts": 0}, 0),
    ],
)
def test_pauses_grow_by_the_back_off_rate_up_to_the_largest_delay(room, retry, seconds):
    state = broken("Mine", Retry=[{"ErrorEquals": ["Mine"], **retry}])
    shown = room.run({"Try": state, "Done": DONE})
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == seconds


def test_full_jitter_draws_each_pause_from_the_labs_seed():
    retry = [{"ErrorEquals": ["Mine"], "IntervalSeconds": 100, "JitterStrategy": "FULL", "MaxAttempts": 2}]
    taken = []
    for seed in (1, 1, 2):
        room = MachineRoom(seed=seed)
        with room.lab:
            shown = room.run({"Try": broken("Mine", Retry=retry), "Done": DONE})
            taken.append((shown["stopDate"] - shown["startDate"]).total_seconds())
    assert taken[0] == taken[1] != taken[2]
    assert 0 < taken[0] < 100 + 200


def test_each_retrier_counts_its_own_attempts(room):
    retry = [{"ErrorEquals": ["Mine"], "MaxAttempts": 1, "IntervalSeconds": 5}]
    retry += [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 100}]
    shown = room.run({"Try": broken("Mine", Retry=retry), "Done": DONE})
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == 5


def test_a_result_path_that_cannot_be_made_is_an_error_of_its_own(room):
    branch = {"StartAt": "Go", "States": {"Go": {"Type": "Pass", "End": True}}}
    state = {"Type": "Parallel", "Branches": [branch], "ResultPath": "$.text.inner", "Next": "Done"}
    given = {"text": "no object"}
    shown = room.run({"Try": state, "Done": DONE}, given, name="bare")
    assert (shown["status"], shown["error"]) == ("FAILED", "States.ResultPathMatchFailure")
    state["Catch"] = [
        {"ErrorEquals": ["States.ResultPathMatchFailure"], "ResultPath": "$.error", "Next": "Done"}
    ]
    shown = room.run({"Try": state, "Done": DONE}, given, name="caught")
    assert json.loads(shown["output"])["error"]["Error"] == "States.ResultPathMatchFailure"


def test_the_history_tells_nothing_of_a_task_after_its_time_limit(room):
    def slow(_event, _context):
        import time  # noqa: PLC0415 - a function of a learner's brings its own

        time.sleep(60)

    room.lab.function("slow", slow, Timeout=100)
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "slow"},
        "TimeoutSeconds": 5,
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Wait"}],
        "Next": "Wait",
    }
    wait = {"Type": "Wait", "Seconds": 600, "End": True}
    execution = room.start(room.make({"Call": call, "Wait": wait}))
    room.lab.run_until_idle()
    types = [event["type"] for event in room.history(execution)]
    assert types[-5:] == [
        "TaskTimedOut",
        "TaskStateExited",
        "WaitStateEntered",
        "WaitStateExited",
        "ExecutionSucceeded",
    ]
