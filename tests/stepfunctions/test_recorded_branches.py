"""Histories of Parallel and Map states whose branches fail, as AWS wrote them.

The shapes were read off Step Functions in us-east-1 by others, in 2026: floci-io/floci#2868 and its tests of
branches, and its tests of branches that are cut.
"""

from __future__ import annotations

import json

import pytest

PASS = {"Type": "Pass", "End": True}
BOOM = {"StartAt": "Boom", "States": {"Boom": {"Type": "Fail", "Error": "MyError", "Cause": "my cause"}}}
NO_QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/missing"
UNDEFINED = {"Type": "Pass", "Output": {"v": "{% $states.input.missing %}"}, "End": True}
ALL = ["States.ALL"]


def send(**more):
    parameters = {"QueueUrl": NO_QUEUE, "MessageBody": "hi"}
    resource = "arn:aws:states:::sqs:sendMessage"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True, **more}


def parallel(*branches, **more):
    return {"Type": "Parallel", "Branches": list(branches), "End": True, **more}


def alone(name, state):
    return {"StartAt": name, "States": {name: state}}


def over(state, **more):
    return {"Type": "Map", "ItemProcessor": alone("I", state), "End": True, **more}


def history(room, states, value, **top):
    definition = json.dumps({"StartAt": next(iter(states)), "States": states, **top})
    made = room.machines.create_state_machine(name="m", definition=definition, roleArn=room.role)
    execution = room.start(made["stateMachineArn"], value)
    room.lab.run_until_idle()
    return room.history(execution)


CAUGHT = {"Catch": [{"ErrorEquals": ALL, "Next": "Handled"}]}
ONE_RETRY = {"Retry": [{"ErrorEquals": ALL, "MaxAttempts": 1, "IntervalSeconds": 1}]}
CASES = {
    "a path that leads nowhere": (
        {"P": parallel(alone("Fast", {**PASS, "Parameters": {"m.$": "$.nope"}}))},
        {},
        ["ParallelStateEntered", "ParallelStateStarted", "PassStateEntered", "ExecutionFailed"],
        [0, 2, 3, 4],
    ),
    "a Fail state": (
        {"P": parallel(BOOM)},
        {},
        [
            *("ParallelStateEntered", "ParallelStateStarted", "FailStateEntered"),
            *("ParallelStateFailed", "ExecutionFailed"),
        ],
        [0, 2, 3, 4, 5],
    ),
    "an expression that finds nothing, caught": (
        {"P": parallel(alone("Undef", UNDEFINED), **CAUGHT), "Handled": PASS},
        {"QueryLanguage": "JSONata"},
        [
            *("ParallelStateEntered", "ParallelStateStarted", "PassStateEntered", "EvaluationFailed"),
            *("ParallelStateFailed", "ParallelStateExited", "PassStateEntered", "PassStateExited"),
            "ExecutionSucceeded",
        ],
        [0, 2, 3, 4, 5, 6, 7, 8, 9],
    ),
    "tried again": (
        {"P": parallel(BOOM, **ONE_RETRY)},
        {},
        [
            *("ParallelStateEntered", "ParallelStateStarted", "FailStateEntered", "ParallelStateStarted"),
            *("FailStateEntered", "ParallelStateFailed", "ExecutionFailed"),
        ],
        [0, 2, 3, 4, 5, 6, 7],
    ),
    "the Parallel itself": (
        {"P": parallel(alone("Ok", PASS), ResultSelector={"m.$": "$.nope"})},
        {},
        [
            *("ParallelStateEntered", "ParallelStateStarted", "PassStateEntered", "PassStateExited"),
            *("ParallelStateSucceeded", "ExecutionFailed"),
        ],
        [0, 2, 3, 4, 5, 6],
    ),
    "a task, caught": (
        {"P": parallel(alone("Send", send()), **CAUGHT), "Handled": PASS},
        {},
        [
            *("ParallelStateEntered", "ParallelStateStarted", "TaskStateEntered", "TaskScheduled"),
            *("TaskStarted", "TaskFailed", "TaskStateAborted", "ParallelStateFailed"),
            *("ParallelStateExited", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"),
        ],
        [0, 2, 3, 4, 5, 6, 7, 7, 9, 10, 11, 12],
    ),
    "a task's parameters": (
        {"P": parallel(alone("Send", {**send(), "Parameters": {"QueueUrl.$": "$.no", "MessageBody": "m"}}))},
        {},
        ["ParallelStateEntered", "ParallelStateStarted", "TaskStateEntered", "ExecutionFailed"],
        [0, 2, 3, 4],
    ),
    "a Map over nothing": (
        {"M": over(PASS, ItemsPath="$.none")},
        {},
        ["MapStateEntered", "MapStateStarted", "MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"],
        [0, 2, 3, 3, 5],
    ),
    "an iteration's expression": (
        {"M": over(UNDEFINED, Items="{% $states.input.items %}", MaxConcurrency=1)},
        {"QueryLanguage": "JSONata"},
        [
            *("MapStateEntered", "MapStateStarted", "MapIterationStarted", "PassStateEntered"),
            *("EvaluationFailed", "MapIterationFailed", "MapStateFailed", "ExecutionFailed"),
        ],
        [0, 2, 3, 4, 5, 6, 6, 8],
    ),
    "an iteration's path": (
        {"M": over({**PASS, "Parameters": {"m.$": "$.nope"}}, ItemsPath="$.items", MaxConcurrency=1)},
        {},
        ["MapStateEntered", "MapStateStarted", "MapIterationStarted", "PassStateEntered", "ExecutionFailed"],
        [0, 2, 3, 4, 5],
    ),
    "an expression of a task that is tried again": (
        {
            "Send": {
                **{name: part for name, part in send(**ONE_RETRY).items() if name != "Parameters"},
                "Arguments": {"QueueUrl": NO_QUEUE, "MessageBody": "{% $states.input.missing %}"},
            }
        },
        {"QueryLanguage": "JSONata"},
        ["TaskStateEntered", "EvaluationFailed", "EvaluationFailed", "ExecutionFailed"],
        [0, 2, 3, 4],
    ),
    "the items of a Map": (
        {"Fan": over(PASS, Items="{% $states.input.missing %}")},
        {"QueryLanguage": "JSONata"},
        ["MapStateEntered", "EvaluationFailed", "MapStateFailed", "ExecutionFailed"],
        [0, 2, 3, 4],
    ),
    "a catcher's expression": (
        {
            "P": parallel(
                BOOM,
                Catch=[
                    {"ErrorEquals": ["Other"], "Next": "Done"},
                    {"ErrorEquals": ALL, "Output": {"v": "{% $states.input.missing %}"}, "Next": "Done"},
                ],
            ),
            "Done": PASS,
        },
        {"QueryLanguage": "JSONata"},
        [
            *("ParallelStateEntered", "ParallelStateStarted", "FailStateEntered", "ParallelStateFailed"),
            *("EvaluationFailed", "ParallelStateFailed", "ExecutionFailed"),
        ],
        [0, 2, 3, 4, 4, 6, 7],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_fails_in_a_branch_leaves_these_events(room, case):
    states, top, types, previous = CASES[case]
    events = history(room, states, {"x": "a", "items": [1, 2], "none": []}, **top)
    assert [event["type"] for event in events] == ["ExecutionStarted", *types]
    assert [event["previousEventId"] for event in events] == [0, *previous]


def test_the_place_of_a_catchers_expression(room):
    states, top, _, _ = CASES["a catcher's expression"]
    events = history(room, states, {"x": "a"}, **top)
    failed = next(event for event in events if event["type"] == "EvaluationFailed")
    assert failed["evaluationFailedEventDetails"] == {
        "error": "States.QueryEvaluationError",
        "cause": "An error occurred while executing the state 'P' (entered at the event id #2). "
        "The JSONata expression '$states.input.missing' specified for the field 'Catch[1]/Output/v' "
        "returned nothing (undefined).",
        "location": "Catch[1]/Output/v",
        "state": "P",
    }


def wait(seconds):
    return alone(f"Wait{seconds}", {"Type": "Wait", "Seconds": seconds, "End": True})


def failing_later():
    states = {"Pause": {"Type": "Wait", "Seconds": 1, "Next": "Boom"}, **BOOM["States"]}
    return {"StartAt": "Pause", "States": states}


def child(room):
    definition = json.dumps(wait(600))
    made = room.machines.create_state_machine(name="child", definition=definition, roleArn=room.role)
    return made["stateMachineArn"]


def nested(arn, name):
    resource = "arn:aws:states:::states:startExecution.sync:2"
    state = {"Type": "Task", "Resource": resource, "Parameters": {"StateMachineArn": arn}, "End": True}
    return alone(name, state)


@pytest.fixture
def starter(room):
    room.role = room.new_role("starter", "states.amazonaws.com", "*")
    return room


def test_a_branch_that_is_cut_stops_its_child_and_is_noted_before_the_parallel_fails(starter):
    arn = child(starter)
    events = history(
        starter, {"P": parallel(failing_later(), nested(arn, "A"), nested(arn, "B"), wait(20))}, {}
    )
    types = [event["type"] for event in events]
    failure = types.index("FailStateEntered") + 1
    aborted = [event for event in events if event["type"].endswith("StateAborted")]
    assert sorted(event["type"] for event in aborted) == [
        *("TaskStateAborted", "TaskStateAborted", "WaitStateAborted")
    ]
    assert {event["previousEventId"] for event in aborted} == {failure}
    assert events[types.index("ParallelStateFailed")]["previousEventId"] == failure
    assert max(event["id"] for event in aborted) == types.index("ParallelStateFailed")
    listed = starter.machines.list_executions(stateMachineArn=arn)["executions"]
    for one in listed:
        told = starter.describe(one["executionArn"])
        parent = starter.machines.list_executions(stateMachineArn=arn.replace("child", "m"))["executions"][0]
        assert told["status"] == "ABORTED"
        assert told["cause"] == (
            f"The Task state in AWS Step Functions execution [{parent['executionArn']}] which was managing "
            "this resource was aborted"
        )
    assert len(listed) == 2


def test_a_branch_that_is_through_is_not_noted_as_aborted(room):
    events = history(room, {"P": parallel(failing_later(), alone("Done", PASS))}, {})
    assert not [event for event in events if event["type"].endswith("Aborted")]


def test_a_time_limit_of_the_whole_stops_the_child_and_notes_no_state(starter):
    arn = child(starter)
    events = history(starter, {"P": parallel(nested(arn, "A"))}, {}, TimeoutSeconds=1)
    assert events[-1]["type"] == "ExecutionTimedOut"
    assert not [event for event in events if event["type"].endswith("StateAborted")]
    [listed] = starter.machines.list_executions(stateMachineArn=arn)["executions"]
    assert listed["status"] == "ABORTED"
