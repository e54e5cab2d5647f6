"""RedriveExecution: what goes on, what is kept, and what cannot be redriven."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from machine_room import PREFIX


def refused(call, **parameters):
    """(code, message) of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def redrive(room, execution, **options):
    return room.machines.redrive_execution(executionArn=execution, **options)["redriveDate"]


def send(queue, body="$.body", **more):
    parameters = {"QueueUrl": queue, "MessageBody.$": body}
    resource = "arn:aws:states:::sqs:sendMessage"
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "ResultPath": None, **more}


@pytest.fixture
def broken(room):
    """A room whose function `charge` fails until `room.mended` is set, by a queue that exists."""

    def charge(event, context):
        import boto3  # noqa: PLC0415 - a function brings its own imports

        boto3.client("sqs").get_queue_url(QueueName="bank")
        return {"charged": event}

    room.charge = room.lab.function("charge", charge)
    room.mend = lambda: room.queue("bank")
    return room


def charge(room, **more):
    return {"Type": "Task", "Resource": room.charge, **more}


def test_it_goes_on_in_the_state_that_failed_and_keeps_what_was_done(broken):
    work = broken.queue()
    states = {"Pack": send(work, "$.order", Next="Charge"), "Charge": charge(broken, End=True)}
    machine = broken.make(states)
    execution = broken.start(machine, {"order": "o-1"}, name="first")
    broken.lab.run_until_idle()
    failed = broken.describe(execution)
    assert (failed["status"], failed["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    before = broken.events(execution)
    broken.mend()
    date = redrive(broken, execution)
    running = broken.describe(execution)
    assert (running["status"], running["redriveCount"], running["redriveDate"]) == ("RUNNING", 1, date)
    assert not {"stopDate", "error", "cause"} & set(running)
    broken.lab.run_until_idle()
    shown = broken.describe(execution)
    assert (shown["status"], json.loads(shown["output"])) == ("SUCCEEDED", {"charged": {"order": "o-1"}})
    assert shown["startDate"] == failed["startDate"]
    assert broken.bodies(work) == ["o-1"]
    events = broken.events(execution)
    assert events[: len(before)] == before
    after = events[len(before) :]
    assert [event["type"] for event in after] == [
        "ExecutionRedriven",
        "LambdaFunctionScheduled",
        "LambdaFunctionStarted",
        "LambdaFunctionSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    assert after[0]["executionRedrivenEventDetails"] == {"redriveCount": 1}
    [hop] = broken.hops("redrive-execution")
    assert (hop.message, hop.outcome, hop.facts["transitions"]) == (execution, "ok", 1)


def test_retries_begin_anew(broken):
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    execution = broken.run({"Charge": charge(broken, Retry=retry, End=True)})["executionArn"]
    assert len(broken.hops("invoke")) == 3
    redrive(broken, execution)
    broken.lab.run_until_idle()
    assert len(broken.hops("invoke")) == 6
    assert broken.describe(execution)["redriveCount"] == 1


def test_an_execution_can_be_redriven_again_and_again(broken):
    execution = broken.run({"Charge": charge(broken, End=True)})["executionArn"]
    for count in (1, 2, 3):
        redrive(broken, execution)
        broken.lab.run_until_idle()
        assert broken.describe(execution)["redriveCount"] == count
    broken.mend()
    redrive(broken, execution)
    broken.lab.run_until_idle()
    assert broken.describe(execution)["status"] == "SUCCEEDED"


def test_only_branches_that_did_not_end_run_again(broken):
    done = broken.queue("done")
    fan = {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "A", "States": {"A": send(done, "$.order", End=True)}},
            {
                "StartAt": "B",
                "States": {
                    "B": {"Type": "Wait", "Seconds": 5, "Next": "C"},
                    "C": charge(broken, End=True),
                },
            },
            {"StartAt": "D", "States": {"D": {"Type": "Wait", "Seconds": 60, "End": True}}},
        ],
        "Next": "After",
    }
    machine = broken.make({"Fan": fan, "After": {"Type": "Succeed"}})
    execution = broken.start(machine, {"order": "o-1"})
    broken.lab.run_until_idle()
    assert broken.describe(execution)["status"] == "FAILED"
    broken.mend()
    redrive(broken, execution)
    broken.lab.run_until_idle()
    shown = broken.describe(execution)
    order = {"order": "o-1"}
    assert (shown["status"], json.loads(shown["output"])) == ("SUCCEEDED", [order, {"charged": order}, order])
    assert broken.bodies(done) == ["o-1"]
    entered = [
        event["stateEnteredEventDetails"]["name"]
        for event in broken.events(execution)
        if event["type"].endswith("StateEntered")
    ]
    assert sorted(entered) == ["A", "After", "B", "C", "D", "Fan"]
    assert (shown["stopDate"] - shown["redriveDate"]).total_seconds() >= 60


def test_only_iterations_that_did_not_end_run_again(broken):
    done = broken.queue("done")
    check = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.bad", "BooleanEquals": True, "Next": "Charge"}],
        "Default": "Send",
    }
    processor = {
        "StartAt": "Check",
        "States": {
            "Check": check,
            "Charge": charge(broken, End=True),
            "Send": send(done, "$.name", End=True),
        },
    }
    each = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrency": 1,
        "ItemProcessor": processor,
        "End": True,
    }
    items = [{"name": name, "bad": name == "b"} for name in "abc"]
    execution = broken.run({"Each": each}, {"items": items})["executionArn"]
    assert broken.describe(execution)["status"] == "FAILED"
    broken.mend()
    redrive(broken, execution)
    broken.lab.run_until_idle()
    shown = broken.describe(execution)
    assert json.loads(shown["output"]) == [items[0], {"charged": items[1]}, items[2]]
    assert sorted(broken.bodies(done)) == ["a", "c"]


def test_variables_are_what_they_were(broken):
    states = {
        "Set": {"Type": "Pass", "Assign": {"who": "Ada"}, "Next": "Charge"},
        "Charge": charge(broken, ResultPath=None, Next="Say"),
        "Say": {"Type": "Pass", "Parameters": {"by.$": "$who"}, "End": True},
    }
    execution = broken.run(states)["executionArn"]
    broken.mend()
    redrive(broken, execution)
    broken.lab.run_until_idle()
    assert json.loads(broken.describe(execution)["output"]) == {"by": "Ada"}


def test_the_definition_is_the_one_that_it_started_with(broken):
    machine = broken.make({"Charge": charge(broken, End=True)})
    execution = broken.start(machine)
    broken.lab.run_until_idle()
    definition = json.dumps({"StartAt": "X", "States": {"X": {"Type": "Succeed"}}})
    broken.machines.update_state_machine(stateMachineArn=machine, definition=definition)
    broken.mend()
    redrive(broken, execution)
    broken.lab.run_until_idle()
    assert json.loads(broken.describe(execution)["output"]) == {"charged": {}}


def test_a_stopped_execution_goes_on_in_the_state_that_was_stopped(room):
    states = {"Sleep": {"Type": "Wait", "Seconds": 60, "End": True}}
    execution = room.start(room.make(states))
    room.lab.advance(10)
    room.machines.stop_execution(executionArn=execution)
    redrive(room, execution)
    room.lab.run_until_idle()
    shown = room.describe(execution)
    assert shown["status"] == "SUCCEEDED"
    kinds = [event["type"] for event in room.events(execution)]
    assert kinds == [
        "ExecutionStarted",
        "WaitStateEntered",
        "ExecutionAborted",
        "ExecutionRedriven",
        "WaitStateExited",
        "ExecutionSucceeded",
    ]


def test_an_execution_that_was_timed_out_has_its_time_again(room):
    states = {"Sleep": {"Type": "Wait", "TimestampPath": "$.due", "End": True}}
    execution = room.start(room.make(states, TimeoutSeconds=60), {"due": "2026-01-05T09:01:30Z"})
    room.lab.run_until_idle()
    assert room.describe(execution)["status"] == "TIMED_OUT"
    redrive(room, execution)
    room.lab.run_until_idle()
    assert room.describe(execution)["status"] == "SUCCEEDED"


def test_a_fail_state_is_entered_again_and_fails_again(room):
    execution = room.run({"No": {"Type": "Fail", "Error": "OutOfStock"}})["executionArn"]
    redrive(room, execution)
    room.lab.run_until_idle()
    kinds = [event["type"] for event in room.events(execution)]
    again = ["FailStateEntered", "ExecutionFailed"]
    assert kinds == ["ExecutionStarted", *again, "ExecutionRedriven", *again]


def test_what_cannot_be_redriven(room):
    machine = room.make({"Sleep": {"Type": "Wait", "Seconds": 60, "End": True}})
    execution = room.start(machine)
    assert refused(redrive, room=room, execution=execution) == (
        "ExecutionNotRedrivable",
        "Execution is RUNNING and cannot be redriven",
    )
    room.lab.run_until_idle()
    assert refused(redrive, room=room, execution=execution) == (
        "ExecutionNotRedrivable",
        "Execution is SUCCEEDED and cannot be redriven",
    )
    assert (
        refused(redrive, room=room, execution=f"{PREFIX}:execution:order:nobody")[0]
        == "ExecutionDoesNotExist"
    )
    express = f"{PREFIX}:express:order:first:1"
    assert refused(redrive, room=room, execution=express)[0] == "InvalidArn"


def test_after_14_days_it_is_too_late(room):
    execution = room.run({"No": {"Type": "Fail"}})["executionArn"]
    room.lab.advance(days=15)
    assert refused(redrive, room=room, execution=execution)[1] == "Execution redrivable period exceeded"


def test_a_client_token_makes_it_idempotent(room):
    execution = room.run({"No": {"Type": "Fail"}})["executionArn"]
    first = redrive(room, execution, clientToken="once")
    room.lab.advance(60)
    assert redrive(room, execution, clientToken="once") == first
    assert room.describe(execution)["redriveCount"] == 1
    redrive(room, execution, clientToken="twice")
    room.lab.run_until_idle()
    assert room.describe(execution)["redriveCount"] == 2


def test_a_client_token_is_good_for_15_minutes(room):
    execution = room.run({"No": {"Type": "Fail"}})["executionArn"]
    for seconds, redrives in ((0, 1), (890, 1), (20, 2)):
        room.lab.advance(seconds)
        redrive(room, execution, clientToken="once")
        assert room.describe(execution)["redriveCount"] == redrives


def test_a_client_token_is_one_of_its_execution_and_not_of_the_next_of_this_name(room):
    for _ in range(2):
        machine = room.make({"No": {"Type": "Fail"}})
        execution = room.start(machine, name="one")
        room.lab.advance(1)
        redrive(room, execution, clientToken="once")
        assert room.describe(execution)["redriveCount"] == 1
        room.lab.advance(1)
        room.machines.delete_state_machine(stateMachineArn=machine)


def test_redriven_executions_are_listed_apart(room):
    machine = room.make({"No": {"Type": "Fail"}})
    first, second = room.start(machine, name="a"), room.start(machine, name="b")
    room.lab.run_until_idle()
    redrive(room, first)
    room.lab.run_until_idle()

    def listed(which):
        found = room.machines.list_executions(stateMachineArn=machine, redriveFilter=which)["executions"]
        return [(one["executionArn"], one["redriveCount"]) for one in found]

    assert listed("REDRIVEN") == [(first, 1)]
    assert listed("NOT_REDRIVEN") == [(second, 0)]


def test_each_redrive_is_in_the_log_with_its_count(room):
    logs = room.lab.client("logs")
    logs.create_log_group(logGroupName="order")
    role = room.new_role("logged", "states.amazonaws.com", "logs:*")
    group = {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:order:*"}
    configuration = {"level": "FATAL", "destinations": [{"cloudWatchLogsLogGroup": group}]}
    states = {"No": {"Type": "Fail"}}
    execution = room.run(states, roleArn=role, loggingConfiguration=configuration)["executionArn"]
    redrive(room, execution)
    room.lab.run_until_idle()
    lines = [json.loads(event["message"]) for event in logs.filter_log_events(logGroupName="order")["events"]]
    assert [(line["type"], line["redrive_count"]) for line in lines] == [
        ("ExecutionFailed", "0"),
        ("ExecutionFailed", "1"),
    ]
