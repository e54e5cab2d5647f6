"""Parallel and Map states: what runs side by side, what their histories show, and what a failure stops."""

from __future__ import annotations

import json

import pytest


def pass_through(**more):
    return {"StartAt": "Go", "States": {"Go": {"Type": "Pass", "End": True, **more}}}


def waits(seconds, **more):
    return {
        "StartAt": f"Sleep {seconds}",
        "States": {f"Sleep {seconds}": {"Type": "Wait", "Seconds": seconds, "End": True, **more}},
    }


def fails(error="Broken", cause="it is"):
    return {"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": error, "Cause": cause}}}


def run(room, state, value=None, **more):
    execution = room.start(room.make({"All": {**state, "End": True}, **more}), value)
    room.lab.run_until_idle()
    return room.describe(execution), room.history(execution)


def chain(events):
    return [(event["id"], event["previousEventId"], event["type"]) for event in events]


def test_branches_run_at_the_same_time_and_their_outputs_are_a_list(room):
    state = {"Type": "Parallel", "Branches": [waits(20), waits(10), pass_through(Result="now")]}
    shown, _ = run(room, state, {"a": 1})
    assert json.loads(shown["output"]) == [{"a": 1}, {"a": 1}, "now"]
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == 20


def test_each_branch_has_a_chain_of_events_of_its_own(room):
    _, events = run(room, {"Type": "Parallel", "Branches": [waits(5), pass_through()]})
    assert chain(events) == [
        (1, 0, "ExecutionStarted"),
        (2, 0, "ParallelStateEntered"),
        (3, 2, "ParallelStateStarted"),
        (4, 3, "WaitStateEntered"),
        (5, 3, "PassStateEntered"),
        (6, 5, "PassStateExited"),
        (7, 4, "WaitStateExited"),
        (8, 7, "ParallelStateSucceeded"),
        (9, 7, "ParallelStateExited"),
        (10, 9, "ExecutionSucceeded"),
    ]


def test_the_first_branch_that_fails_fails_all_and_stops_the_others(room):
    shown, events = run(room, {"Type": "Parallel", "Branches": [waits(3600), fails()]})
    assert (shown["status"], shown["error"], shown["cause"]) == ("FAILED", "Broken", "it is")
    assert shown["stopDate"] == shown["startDate"]
    assert [event["type"] for event in events[-3:]] == [
        "WaitStateAborted",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]
    room.lab.advance(hours=2)
    assert len(room.events(shown["executionArn"])) == len(events)


def test_a_failed_parallel_state_is_tried_again_and_then_caught(room):
    state = {
        "Type": "Parallel",
        "Branches": [fails()],
        "Retry": [{"ErrorEquals": ["Broken"], "MaxAttempts": 2, "IntervalSeconds": 5, "BackoffRate": 2}],
        "Catch": [{"ErrorEquals": ["Broken"], "ResultPath": "$.error", "Next": "Done"}],
    }
    shown, events = run(room, state, {"a": 1}, Done={"Type": "Succeed"})
    assert json.loads(shown["output"]) == {"a": 1, "error": {"Error": "Broken", "Cause": "it is"}}
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == 15
    types = [event["type"] for event in events]
    assert (types.count("ParallelStateStarted"), types.count("ParallelStateFailed")) == (3, 1)


def test_what_is_wrong_with_the_machine_ends_the_execution_and_nothing_catches_it(room):
    broken = pass_through(Parameters={"m.$": "$.nope"})
    state = {
        "Type": "Parallel",
        "Branches": [broken],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
    }
    shown, events = run(room, state, {"x": "a"}, Done={"Type": "Succeed"})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    assert shown["cause"] == (
        "An error occurred while executing the state 'Go' (entered at the event id #4). "
        "The JSONPath '$.nope' specified for the field 'm.$' could not be found in the input '{\"x\":\"a\"}'"
    )
    assert [event["type"] for event in events[2:]] == [
        "ParallelStateStarted",
        "PassStateEntered",
        "ExecutionFailed",
    ]


def test_a_map_runs_one_iteration_for_each_item_in_the_order_of_the_items(room):
    state = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemSelector": {"at.$": "$$.Map.Item.Index", "of.$": "$.order", "item.$": "$$.Map.Item.Value"},
        "ItemProcessor": pass_through(),
    }
    shown, _ = run(room, state, {"order": 7, "items": ["a", "b"]})
    assert json.loads(shown["output"]) == [
        {"at": 0, "of": 7, "item": "a"},
        {"at": 1, "of": 7, "item": "b"},
    ]


@pytest.mark.parametrize(("limit", "items", "seconds"), [(0, 80, 10), (5, 20, 20), (1, 3, 15), (100, 41, 10)])
def test_max_concurrency_says_how_many_iterations_run_at_once_up_to_40(room, limit, items, seconds):
    state = {"Type": "Map", "MaxConcurrency": limit, "ItemProcessor": waits(5)}
    shown, _ = run(room, state, list(range(items)))
    assert (shown["stopDate"] - shown["startDate"]).total_seconds() == seconds


def test_iterations_one_after_another_follow_each_other_in_the_history(room):
    _, events = run(room, {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": pass_through()}, [1, 2])
    assert chain(events)[2:] == [
        (3, 2, "MapStateStarted"),
        (4, 3, "MapIterationStarted"),
        (5, 4, "PassStateEntered"),
        (6, 5, "PassStateExited"),
        (7, 6, "MapIterationSucceeded"),
        (8, 6, "MapIterationStarted"),
        (9, 8, "PassStateEntered"),
        (10, 9, "PassStateExited"),
        (11, 10, "MapIterationSucceeded"),
        (12, 11, "MapStateSucceeded"),
        (13, 11, "MapStateExited"),
        (14, 13, "ExecutionSucceeded"),
    ]


def test_an_iteration_that_fails_fails_the_map(room):
    processor = {
        "StartAt": "Look",
        "States": {
            "Look": {
                "Type": "Choice",
                "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "Stop"}],
                "Default": "Sleep",
            },
            "Sleep": {"Type": "Wait", "Seconds": 60, "End": True},
            "Stop": {"Type": "Fail", "Error": "Two"},
        },
    }
    shown, events = run(room, {"Type": "Map", "ItemProcessor": processor}, [1, 2, 3])
    assert (shown["status"], shown["error"]) == ("FAILED", "Two")
    assert "MapIterationFailed" in [event["type"] for event in events]
    assert [event["type"] for event in events[-6:]] == [
        "WaitStateAborted",
        "MapIterationAborted",
        "WaitStateAborted",
        "MapIterationAborted",
        "MapStateFailed",
        "ExecutionFailed",
    ]


def test_after_an_iteration_has_failed_all_follows_the_event_that_it_failed_of(room):
    processor = {"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "Two"}}}
    retry = [{"ErrorEquals": ["Two"], "MaxAttempts": 1}]
    _, events = run(room, {"Type": "Map", "ItemProcessor": processor, "Retry": retry}, [1])
    assert chain(events)[2:] == [
        (3, 2, "MapStateStarted"),
        (4, 3, "MapIterationStarted"),
        (5, 4, "FailStateEntered"),
        (6, 5, "MapIterationFailed"),
        (7, 5, "MapStateStarted"),
        (8, 7, "MapIterationStarted"),
        (9, 8, "FailStateEntered"),
        (10, 9, "MapIterationFailed"),
        (11, 9, "MapStateFailed"),
        (12, 11, "ExecutionFailed"),
    ]


def test_a_map_over_nothing_gives_an_empty_list(room):
    shown, _ = run(room, {"Type": "Map", "ItemProcessor": pass_through()}, [])
    assert (shown["status"], shown["output"]) == ("SUCCEEDED", "[]")


def test_stopping_an_execution_stops_its_branches(room):
    state = {"Type": "Parallel", "Branches": [waits(3600), waits(7200)], "End": True}
    execution = room.start(room.make({"All": state}))
    room.lab.advance(10)
    room.machines.stop_execution(executionArn=execution)
    stopped = room.describe(execution)["stopDate"]
    room.lab.run_until_idle()
    assert room.events(execution)[-1]["type"] == "ExecutionAborted"
    assert (room.lab.now - stopped).total_seconds() < 1  # nothing of it was left to wait for


def test_a_thousand_items_in_an_inline_map(room):
    shown, events = run(room, {"Type": "Map", "ItemProcessor": pass_through()}, list(range(1000)))
    assert json.loads(shown["output"]) == list(range(1000))
    assert len(events) == 3 + 4 * 1000 + 3
