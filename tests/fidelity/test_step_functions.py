"""Step Functions as docs/fidelity.md says it is; one test for each row."""

from __future__ import annotations

import itertools
import json

import pytest
from botocore.exceptions import ClientError
from inbox import open_queue
from machine_room import MachineRoom


@pytest.fixture
def room():
    room = MachineRoom()
    with room.lab:
        yield room


def code_of(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


WAIT = {"Sleep": {"Type": "Wait", "Seconds": 3600, "End": True}}


def test_sfn_01_a_name_and_an_input_start_one_standard_execution(room):
    machine = room.make(WAIT)
    first = room.start(machine, {"n": 1}, name="once")
    assert room.start(machine, {"n": 1}, name="once") == first
    assert code_of(room.start, machine=machine, value={"n": 2}, name="once") == "ExecutionAlreadyExists"
    room.lab.run_until_idle()
    assert code_of(room.start, machine=machine, value={"n": 1}, name="once") == "ExecutionAlreadyExists"
    room.lab.advance(days=90)
    room.start(machine, {"n": 1}, name="once")
    assert len(room.hops("start-execution")) == 2


def test_sfn_03_a_retrier_waits_1_2_and_4_seconds_and_then_the_catcher_takes_over(room):
    def fail(event, context):
        raise RuntimeError("no")

    call = {
        "Type": "Task",
        "Resource": room.lab.function("fail", fail),
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Catch": [{"ErrorEquals": ["RuntimeError"], "Next": "Sorry"}],
        "End": True,
    }
    shown = room.run({"Call": call, "Sorry": {"Type": "Succeed"}})
    assert json.loads(shown["output"])["Error"] == "RuntimeError"
    runs = room.hops("invoke")
    pauses = [
        round((after.time - before.facts["ended_at"]) / 1e6) for before, after in itertools.pairwise(runs)
    ]
    assert pauses == [1, 2, 4]


def test_sfn_10_the_role_decides_what_a_state_may_call(room):
    queue = room.queue()
    parameters = {"QueueUrl": queue, "MessageBody": "x"}
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": parameters,
        "End": True,
    }
    assert room.run({"Send": send}, name="may")["status"] == "SUCCEEDED"
    weak = room.new_role("weak", "states.amazonaws.com", "sqs:ReceiveMessage")
    shown = room.run({"Send": send}, name="may-not", roleArn=weak)
    assert shown["status"] == "FAILED"
    assert "because no identity-based policy allows the sqs:SendMessage action" in shown["cause"]
    stranger = room.new_role("stranger", "lambda.amazonaws.com")
    assert code_of(room.make, states={"Send": send}, name="no", roleArn=stranger) == "AccessDeniedException"
    assert len(room.bodies(queue)) == 1


def test_sfn_11_a_definition_that_leads_nowhere_is_not_taken(room):
    states = {"pass1": {"Type": "Pass", "Next": "pass3"}, "pass2": {"Type": "Pass", "End": True}}
    with pytest.raises(ClientError) as caught:
        room.make(states)
    assert caught.value.response["Error"] == {
        "Code": "InvalidDefinition",
        "Message": (
            "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at "
            '/States/pass1/Next, MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at '
            "/States/pass2'"
        ),
    }


def test_sfn_12_stop_execution_ends_the_execution_and_not_what_it_called(room):
    def slow(event, context):
        import time  # noqa: PLC0415 - a function brings its own imports

        time.sleep(50)

    call = {"Type": "Task", "Resource": room.lab.function("slow", slow, Timeout=60), "End": True}
    execution = room.start(room.make({"Call": call}))
    room.lab.advance(10)
    room.machines.stop_execution(executionArn=execution)
    assert room.describe(execution)["status"] == "ABORTED"
    room.lab.run_until_idle()
    [run] = room.hops("invoke")
    assert run.outcome == "ok"
    assert run.facts["ended_at"] - run.time >= 50_000_000
    assert room.events(execution)[-1]["type"] == "ExecutionAborted"


def test_sfn_13_a_rule_starts_executions_and_their_failure_is_no_failed_delivery(room):
    machine = room.make({"No": {"Type": "Fail", "Error": "E"}})
    events = room.lab.client("events")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    role = room.new_role("rule", "events.amazonaws.com", "states:StartExecution")
    events.put_targets(Rule="orders", Targets=[{"Id": "m", "Arn": machine, "RoleArn": role}])
    for number in range(2):
        events.put_events(
            Entries=[{"Source": "shop", "DetailType": "order", "Detail": json.dumps({"n": number})}]
        )
    room.lab.run_until_idle()
    executions = room.machines.list_executions(stateMachineArn=machine)["executions"]
    assert [one["status"] for one in executions] == ["FAILED", "FAILED"]
    tries = [hop for hop in room.hops("deliver") if hop.resource == machine]
    assert [hop.outcome for hop in tries] == ["ok", "ok"]


def test_sfn_14_the_default_bus_hears_of_each_status_of_an_execution(room):
    queue, arn = open_queue(room.sqs, "work", "events.amazonaws.com")
    events = room.lab.client("events")
    pattern = {"source": ["aws.states"], "detail-type": ["Step Functions Execution Status Change"]}
    events.put_rule(Name="states", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="states", Targets=[{"Id": "q", "Arn": arn}])
    room.start(room.make(WAIT), {"n": 1})
    room.lab.run_until_idle()
    details = [json.loads(body)["detail"] for body in room.bodies(queue)]
    told = {detail["status"]: (detail["stopDate"], detail["output"]) for detail in details}
    assert told["RUNNING"] == (None, None)
    assert told["SUCCEEDED"][1] == '{"n":1}'
    assert set(told) == {"RUNNING", "SUCCEEDED"}
