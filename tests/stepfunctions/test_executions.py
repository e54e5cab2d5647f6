"""Executions: what states do, how long they take, and how they end."""

from __future__ import annotations

import datetime
import itertools
import json
import sys

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inbox import open_queue
from machine_room import PREFIX, MachineRoom

from workbook.aws.stepfunctions import history

DONE = {"Type": "Succeed"}


def task(service, **parameters):
    return {"Type": "Task", "Resource": f"arn:aws:states:::{service}", "Parameters": parameters, "End": True}


def seconds(shown):
    return (shown["stopDate"] - shown["startDate"]).total_seconds()


def test_an_execution_can_be_asked_for_until_90_days_after_its_end(room):
    machine = room.make({"Sleep": {"Type": "Wait", "Seconds": 864_000, "End": True}})
    execution = room.start(machine, name="one")
    room.lab.advance(days=10)
    room.lab.advance(days=89)
    assert room.describe(execution)["status"] == "SUCCEEDED"
    assert len(room.machines.list_executions(stateMachineArn=machine)["executions"]) == 1
    room.lab.advance(days=2)
    assert room.machines.list_executions(stateMachineArn=machine)["executions"] == []
    for ask in (room.machines.describe_execution, room.machines.get_execution_history):
        with pytest.raises(ClientError) as refused:
            ask(executionArn=execution)
        assert refused.value.response["Error"]["Code"] == "ExecutionDoesNotExist"


def test_a_wait_state_takes_its_time_and_nothing_else_does(room):
    states = {
        "Begin": {"Type": "Pass", "Result": {"day": 1}, "ResultPath": "$.plan", "Next": "Sleep"},
        "Sleep": {"Type": "Wait", "Seconds": 86_400, "Next": "End"},
        "End": DONE,
    }
    shown = room.run(states, {"order": 7})
    assert shown["status"] == "SUCCEEDED"
    assert seconds(shown) == 86_400
    assert json.loads(shown["output"]) == {"order": 7, "plan": {"day": 1}}


def test_a_wait_state_waits_until_a_timestamp_of_its_input(room):
    shown = room.run(
        {"Sleep": {"Type": "Wait", "TimestampPath": "$.due", "End": True}}, {"due": "2026-01-05T12:00:00Z"}
    )
    assert shown["stopDate"] == datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)


def test_describe_execution_shows_what_aws_shows(room):
    machine = room.make({"Sleep": {"Type": "Wait", "Seconds": 60, "End": True}})
    execution = room.start(machine, {"a": 1}, name="first")
    running = room.describe(execution)
    assert running == {
        "executionArn": f"{PREFIX}:execution:order:first",
        "stateMachineArn": machine,
        "name": "first",
        "status": "RUNNING",
        "startDate": running["startDate"],
        "input": '{"a": 1}',
        "inputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is RUNNING and cannot be redriven",
    }
    room.lab.advance(60)
    ended = room.describe(execution)
    assert ended["status"] == "SUCCEEDED"
    assert (ended["output"], ended["outputDetails"]) == ('{"a":1}', {"included": True})
    assert ended["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"


def test_a_choice_goes_by_its_rules_in_order_and_else_by_default(room):
    states = {
        "Look": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Large"},
                {"And": [{"Variable": "$.total", "NumericGreaterThan": 10}], "Next": "Middle"},
            ],
            "Default": "Small",
        },
        **{name: {"Type": "Pass", "Result": name, "End": True} for name in ("Large", "Middle", "Small")},
    }
    machine = room.make(states)
    executions = [room.start(machine, {"total": total}) for total in (500, 50, 5)]
    room.lab.run_until_idle()
    assert [json.loads(room.describe(one)["output"]) for one in executions] == ["Large", "Middle", "Small"]


def test_a_choice_without_a_default_where_no_rule_holds(room):
    rule = {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Large"}
    shown = room.run({"Look": {"Type": "Choice", "Choices": [rule]}, "Large": DONE}, {"total": 5})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    assert shown["cause"] == (
        "An error occurred while executing the state 'Look' (entered at the event id #2). "
        "Failed to transition out of the state. The state does not point to a next state."
    )


def test_a_rule_about_what_is_not_there_fails_the_state_unless_it_asks_whether_it_is(room):
    rule = {"Variable": "$.total", "NumericGreaterThan": 100}
    present = {"Variable": "$.total", "IsPresent": True}
    bare = {"Type": "Choice", "Choices": [{**rule, "Next": "End"}], "Default": "End"}
    shown = room.run({"Look": bare, "End": DONE}, {}, name="bare")
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Runtime")
    assert "Invalid path '$.total': The choice state's condition path" in shown["cause"]
    guarded = {"Type": "Choice", "Choices": [{"And": [present, rule], "Next": "End"}], "Default": "End"}
    assert room.run({"Look": guarded, "End": DONE}, {}, name="guarded")["status"] == "SUCCEEDED"


def test_an_entry_that_eventbridge_does_not_take_fails_the_state(room):
    shown = room.run({"Put": task("events:putEvents", Entries=[{"Source": "shop", "Detail": {}}])})
    assert (shown["status"], shown["error"]) == ("FAILED", "EventBridge.FailedEntry")
    assert json.loads(shown["cause"])["FailedEntryCount"] == 1


def test_a_fail_state_ends_with_its_error_and_cause(room):
    shown = room.run({"No": {"Type": "Fail", "Error": "OutOfStock", "Cause": "none left"}})
    assert (shown["status"], shown["error"], shown["cause"]) == ("FAILED", "OutOfStock", "none left")
    assert "output" not in shown
    assert shown["redriveStatus"] == "REDRIVABLE"


def test_what_has_failed_could_be_redriven_for_14_days(room):
    execution = room.run({"No": {"Type": "Fail", "Error": "OutOfStock"}})["executionArn"]
    room.lab.advance(days=13, hours=23)
    assert room.describe(execution)["redriveStatus"] == "REDRIVABLE"
    room.lab.advance(hours=1)
    shown = room.describe(execution)
    assert (shown["redriveStatus"], shown["redriveStatusReason"]) == (
        "NOT_REDRIVABLE",
        "Execution redrivable period exceeded",
    )


def test_a_task_sends_to_a_queue_what_its_parameters_say(room):
    queue = room.queue()
    body = {"order.$": "$.order", "by.$": "$$.Execution.Name", "state.$": "$$.State.EnteredTime"}
    machine = room.make({"Send": task("sqs:sendMessage", QueueUrl=queue, MessageBody=body)})
    execution = room.start(machine, {"order": "größer"}, name="first")
    room.lab.run_until_idle()
    assert room.bodies(queue) == ['{"order":"größer","by":"first","state":"2026-01-05T09:00:00.004Z"}']
    answer = json.loads(room.describe(execution)["output"])
    assert list(answer) == ["MD5OfMessageBody", "MessageId", "SdkHttpMetadata", "SdkResponseMetadata"]
    assert answer["SdkHttpMetadata"]["HttpStatusCode"] == 200


def test_a_task_calls_a_function_and_goes_on_with_its_answer(room):
    def double(event, context):
        return {"twice": event["n"] * 2}

    function = room.lab.function("double", double)
    states = {
        "Plain": {"Type": "Task", "Resource": function, "ResultPath": "$.plain", "Next": "Optimised"},
        "Optimised": {
            **task("lambda:invoke", FunctionName="double", **{"Payload.$": "$"}),
            "ResultSelector": {"twice.$": "$.Payload.twice", "status.$": "$.StatusCode"},
        },
    }
    shown = room.run(states, {"n": 4})
    assert json.loads(shown["output"]) == {"twice": 8, "status": 200}


def test_a_task_publishes_and_puts_events(room):
    queue, arn = open_queue(room.sqs, "work", "events.amazonaws.com")
    topic = room.lab.client("sns").create_topic(Name="news")["TopicArn"]
    events = room.lab.client("events")
    events.put_rule(Name="orders", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule="orders", Targets=[{"Id": "q", "Arn": arn}])
    entry = {"Source": "shop", "DetailType": "order", "Detail": {"n.$": "$.n"}}
    states = {
        "Tell": {**task("sns:publish", TopicArn=topic, Message={"n.$": "$.n"}), "ResultPath": None},
        "Put": task("events:putEvents", Entries=[entry]),
    }
    del states["Tell"]["End"]
    states["Tell"]["Next"] = "Put"
    machine = room.make(states)
    room.start(machine, {"n": 1}, name="first")
    room.lab.run_until_idle()
    [event] = [json.loads(body) for body in room.bodies(queue)]
    assert event["detail"] == {"n": 1}
    assert event["resources"] == [machine, f"{PREFIX}:execution:order:first"]
    assert [hop.facts["body"] for hop in room.hops("publish")] == ['{"n":1}']


def test_retries_come_after_1_2_and_4_seconds_and_then_the_catcher(room):
    def fail(event, context):
        raise ValueError("always")

    function = room.lab.function("fail", fail)
    states = {
        "Try": {
            "Type": "Task",
            "Resource": function,
            "Retry": [{"ErrorEquals": ["ValueError"]}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": "Sorry"}],
            "End": True,
        },
        "Sorry": {"Type": "Pass", "End": True},
    }
    shown = room.run(states, {"n": 1})
    assert json.loads(shown["output"])["why"]["Error"] == "ValueError"
    runs = room.hops("invoke")
    pauses = [(after.time - before.facts["ended_at"]) / 1e6 for before, after in itertools.pairwise(runs)]
    assert [round(pause) for pause in pauses] == [1, 2, 4]


def test_what_the_role_does_not_allow_fails_the_state(room):
    queue = room.queue()
    room.iam.delete_role_policy(RoleName="machine", PolicyName="does")
    shown = room.run({"Send": task("sqs:sendMessage", QueueUrl=queue, MessageBody="x")})
    assert shown["status"] == "FAILED"
    assert "is not authorized to perform: sqs:SendMessage" in shown["cause"]
    assert room.hops("send") == []


def test_a_function_that_does_not_exist_has_lambda_s_error(room):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
    shown = room.run({"Call": {"Type": "Task", "Resource": arn, "End": True}})
    assert shown["error"] == "Lambda.ResourceNotFoundException"
    assert shown["cause"].startswith(f"Function not found: {arn}")
    assert "Error Code: ResourceNotFoundException" in shown["cause"]


def test_a_task_that_takes_too_long_times_out_and_can_be_caught(room):
    def slow(event, context):
        import time  # noqa: PLC0415 - a function brings its own imports

        time.sleep(60)

    function = room.lab.function("slow", slow, Timeout=100)
    states = {
        "Call": {
            "Type": "Task",
            "Resource": function,
            "TimeoutSeconds": 5,
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}],
            "End": True,
        },
        "Late": {"Type": "Pass", "End": True},
    }
    shown = room.run(states)
    assert shown["status"] == "SUCCEEDED"
    assert round(seconds(shown)) == 5


def test_a_state_machine_has_a_time_limit_too(room):
    execution = room.start(
        room.make({"Sleep": {"Type": "Wait", "Seconds": 600, "End": True}}, TimeoutSeconds=10)
    )
    room.lab.run_until_idle()
    shown = room.describe(execution)
    assert (shown["status"], seconds(shown)) == ("TIMED_OUT", 10)
    assert room.events(execution)[-1]["type"] == "ExecutionTimedOut"
    assert room.lab.now == shown["stopDate"] + datetime.timedelta(milliseconds=2)  # nothing waited on


def test_a_time_limit_that_is_kept_leaves_no_trace(room):
    shown = room.run({"Sleep": {"Type": "Wait", "Seconds": 5, "End": True}}, TimeoutSeconds=10)
    assert (shown["status"], seconds(shown)) == ("SUCCEEDED", 5)


def test_stop_execution_ends_at_once_with_error_and_cause(room):
    execution = room.start(room.make({"Sleep": {"Type": "Wait", "Seconds": 600, "End": True}}))
    room.lab.advance(60)
    stopped = room.machines.stop_execution(executionArn=execution, error="Changed", cause="my mind")
    shown = room.describe(execution)
    assert (shown["status"], shown["error"], shown["cause"]) == ("ABORTED", "Changed", "my mind")
    assert shown["stopDate"] == stopped["stopDate"]
    last = room.events(execution)[-1]
    assert last["executionAbortedEventDetails"] == {"error": "Changed", "cause": "my mind"}
    assert room.lab.world.kernel.waiting() == []
    again = room.machines.stop_execution(executionArn=execution, error="Other")
    assert again["stopDate"] == stopped["stopDate"]
    assert room.describe(execution)["error"] == "Changed"


def test_a_function_goes_on_after_its_execution_was_stopped(room):
    queue = room.queue()

    def slow(event, context):
        import time  # noqa: PLC0415 - a function brings its own imports

        import boto3  # noqa: PLC0415 - as above

        time.sleep(60)
        boto3.client("sqs").send_message(QueueUrl=event["queue"], MessageBody="done")

    function = room.lab.function("slow", slow, Timeout=100)
    execution = room.start(
        room.make(
            {
                "Call": {"Type": "Task", "Resource": function, "Next": "More"},
                "More": {"Type": "Pass", "End": True},
            }
        ),
        {"queue": queue},
    )
    room.lab.advance(10)
    room.machines.stop_execution(executionArn=execution)
    before = room.events(execution)
    room.lab.run_until_idle()
    assert room.bodies(queue) == ["done"]
    assert room.events(execution) == before
    assert before[-1]["type"] == "ExecutionAborted"


def test_a_loop_ends_with_the_last_event_that_a_history_may_have(room, monkeypatch):
    largest = {"stepfunctions.history": 50}
    monkeypatch.setattr(history, "limit", lambda name: largest[name])
    states = {
        "Tick": {"Type": "Wait", "Seconds": 1, "Next": "Again"},
        "Again": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.stop", "BooleanEquals": True, "Next": "End"}],
            "Default": "Tick",
        },
        "End": DONE,
    }
    execution = room.start(room.make(states), {"stop": False})
    room.lab.run_until_idle()
    shown = room.describe(execution)
    assert shown["status"] == "FAILED"
    [last] = room.events(execution, reverseOrder=True, maxResults=1)
    assert (last["id"], last["type"]) == (50, "ExecutionFailed")


def test_history_has_aws_s_events_in_order(room):
    execution = room.start(
        room.make({"Sleep": {"Type": "Wait", "Seconds": 9, "Next": "End"}, "End": DONE}), {"a": 1}
    )
    room.lab.run_until_idle()
    events = room.events(execution)
    assert [(event["id"], event["previousEventId"], event["type"]) for event in events] == [
        (1, 0, "ExecutionStarted"),
        (2, 0, "WaitStateEntered"),
        (3, 2, "WaitStateExited"),
        (4, 3, "SucceedStateEntered"),
        (5, 4, "SucceedStateExited"),
        (6, 5, "ExecutionSucceeded"),
    ]
    assert events[0]["executionStartedEventDetails"] == {
        "input": '{"a": 1}',
        "inputDetails": {"truncated": False},
        "roleArn": room.role,
    }
    assert (events[2]["timestamp"] - events[1]["timestamp"]).total_seconds() == 9


def test_history_comes_in_pages(room):
    execution = room.start(room.make({"Sleep": {"Type": "Wait", "Seconds": 9, "End": True}}))
    room.lab.run_until_idle()
    first = room.machines.get_execution_history(executionArn=execution, maxResults=3)
    rest = room.machines.get_execution_history(executionArn=execution, nextToken=first["nextToken"])
    assert [event["id"] for event in first["events"] + rest["events"]] == [1, 2, 3, 4]
    assert "nextToken" not in rest


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_has_the_same_history(seed):
    def run():
        room = MachineRoom(seed)
        with room.lab:
            queue = room.queue()
            room.run({"Send": task("sqs:sendMessage", QueueUrl=queue, MessageBody={"id.$": "States.UUID()"})})
            return room.lab.trace.text()

    assert run() == run()


_names = st.sampled_from([f"S{number}" for number in range(8)])


@st.composite
def workflows(draw):
    """Chains of states that end; every state is reached."""
    size = draw(st.integers(1, 6))
    kinds = draw(st.lists(st.sampled_from(["Pass", "Wait", "Choice"]), min_size=size, max_size=size))
    states = {}
    for number, kind in enumerate(kinds):
        following = f"S{number + 1}"
        if kind == "Pass":
            states[f"S{number}"] = {
                "Type": "Pass",
                "Result": number,
                "ResultPath": f"$.s{number}",
                "Next": following,
            }
        elif kind == "Wait":
            states[f"S{number}"] = {
                "Type": "Wait",
                "Seconds": draw(st.integers(0, 10_000)),
                "Next": following,
            }
        else:
            rule = {"Variable": "$.x", "NumericGreaterThan": draw(st.integers(0, 10)), "Next": f"S{size}"}
            states[f"S{number}"] = {"Type": "Choice", "Choices": [rule], "Default": following}
    states[f"S{size}"] = draw(st.sampled_from([DONE, {"Type": "Fail", "Error": "E"}]))
    return states


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=workflows(), value=st.integers(0, 10))
def test_every_workflow_ends_and_its_history_goes_forward(room, states, value):
    name = f"w{len(room.lab.trace)}"
    execution = room.start(room.make(states, name=name), {"x": value})
    room.lab.run_until_idle()
    shown, events = room.describe(execution), room.events(execution)
    assert shown["status"] == ("FAILED" if list(states.values())[-1]["Type"] == "Fail" else "SUCCEEDED")
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["previousEventId"] < event["id"] for event in events)
    moments = [event["timestamp"] for event in events]
    assert moments == sorted(moments)
    assert (moments[0], moments[-1]) == (shown["startDate"], shown["stopDate"])


def test_a_lab_that_is_reset_or_closed_forgets_what_runs(room):
    room.start(room.make({"Sleep": {"Type": "Wait", "Seconds": 600, "End": True}}))
    room.lab.advance(1)
    room.lab.reset()
    assert room.lab.world.kernel.waiting() == []
    assert room.machines.list_state_machines()["stateMachines"] == []
    room.lab.close()
    again = MachineRoom()
    with again.lab:
        assert again.run({"End": DONE})["status"] == "SUCCEEDED"
        interpreter = sys.modules["moto.stepfunctions.parser.asl.component.state.exec.execute_state"]
        assert list(interpreter.TMP_THREADS) == []
