"""Waiting for a task token: who has it answers the task, once; and what happens when nobody does."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SECOND = 1_000_000


def waiting(queue, **more):
    body = {"order.$": "$.order", "token.$": "$$.Task.Token"}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": body},
        "End": True,
        **more,
    }


def started(room, **more):
    """An execution that waits for its token, and the token."""
    queue = room.queue()
    execution = room.start(room.make({"Ask": waiting(queue, **more)}), {"order": 7})
    room.lab.advance(seconds=1)
    [body] = room.bodies(queue)
    return execution, json.loads(body)["token"]


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


GONE = ("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")


def test_a_state_waits_until_somebody_answers_with_its_token(room):
    execution, token = started(room)
    room.lab.advance(days=30)
    assert room.describe(execution)["status"] == "RUNNING"
    room.machines.send_task_success(taskToken=token, output='{"approved": true}')
    room.lab.run_until_idle()
    shown = room.describe(execution)
    assert (shown["status"], shown["output"]) == ("SUCCEEDED", '{"approved":true}')


def test_the_history_of_a_wait(room):
    execution, token = started(room, TimeoutSeconds=600, HeartbeatSeconds=60)
    room.machines.send_task_success(taskToken=token, output='"yes"')
    room.lab.run_until_idle()
    events = room.events(execution)
    kinds = ["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted"]
    assert [event["type"] for event in events] == [
        *kinds,
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]
    which = {"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken"}
    scheduled = events[2]["taskScheduledEventDetails"]
    assert json.loads(scheduled.pop("parameters"))["MessageBody"] == {"order": 7, "token": token}
    assert scheduled == {**which, "region": "us-east-1", "timeoutInSeconds": 600, "heartbeatInSeconds": 60}
    assert events[3]["taskStartedEventDetails"] == which
    submitted = events[4]["taskSubmittedEventDetails"]
    answer = json.loads(submitted.pop("output"))
    assert list(answer) == ["MD5OfMessageBody", "MessageId", "SdkHttpMetadata", "SdkResponseMetadata"]
    assert submitted == {**which, "outputDetails": {"truncated": False}}
    succeeded = {**which, "output": '"yes"', "outputDetails": {"truncated": False}}
    assert events[5]["taskSucceededEventDetails"] == succeeded


def test_who_has_the_token_can_say_that_the_task_has_failed(room):
    execution, token = started(room)
    room.machines.send_task_failure(taskToken=token, error="Refused", cause="too dear")
    room.lab.run_until_idle()
    shown = room.describe(execution)
    assert (shown["status"], shown["error"], shown["cause"]) == ("FAILED", "Refused", "too dear")
    failed = room.events(execution)[5]
    assert failed["type"] == "TaskFailed"
    assert failed["taskFailedEventDetails"] == {
        "resourceType": "sqs",
        "resource": "sendMessage.waitForTaskToken",
        "error": "Refused",
        "cause": "too dear",
    }


@pytest.mark.parametrize("caught", ["Refused", "States.TaskFailed", "States.ALL"])
def test_a_failure_by_token_can_be_caught(room, caught):
    catch = [{"ErrorEquals": [caught], "Next": "Sorry"}]
    queue = room.queue()
    states = {"Ask": waiting(queue, Catch=catch), "Sorry": {"Type": "Pass", "End": True}}
    execution = room.start(room.make(states, start="Ask"), {"order": 7})
    room.lab.advance(seconds=1)
    token = json.loads(room.bodies(queue)[0])["token"]
    room.machines.send_task_failure(taskToken=token, error="Refused", cause="too dear")
    room.lab.run_until_idle()
    assert json.loads(room.describe(execution)["output"]) == {"Error": "Refused", "Cause": "too dear"}


def test_a_token_is_good_for_one_answer(room):
    _, token = started(room)
    room.machines.send_task_success(taskToken=token, output="{}")
    assert refused(room.machines.send_task_success, taskToken=token, output="{}") == GONE
    assert refused(room.machines.send_task_failure, taskToken=token) == GONE
    assert refused(room.machines.send_task_heartbeat, taskToken=token) == GONE


def test_a_token_is_gone_with_its_execution(room):
    execution, token = started(room)
    room.machines.stop_execution(executionArn=execution)
    room.lab.run_until_idle()
    assert refused(room.machines.send_task_success, taskToken=token, output="{}") == GONE


def test_a_token_that_was_never_issued(room):
    _, token = started(room)
    other = ("B" if token[20] == "A" else "A").join([token[:20], token[21:]])
    for none in ("nonsense", other, "AAAA"):
        code, message = refused(room.machines.send_task_success, taskToken=none, output="{}")
        assert (code, message) == ("InvalidToken", "Invalid Token: 'Invalid token'")


def test_an_output_is_json(room):
    execution, token = started(room)
    code, _ = refused(room.machines.send_task_success, taskToken=token, output="yes")
    assert code == "InvalidOutput"
    assert room.describe(execution)["status"] == "RUNNING"


def test_a_heartbeat_that_does_not_come_ends_the_task(room):
    execution, token = started(room, HeartbeatSeconds=60)
    for _ in range(5):
        room.lab.advance(seconds=50)
        room.machines.send_task_heartbeat(taskToken=token)
    assert room.describe(execution)["status"] == "RUNNING"
    room.lab.advance(seconds=61)
    shown = room.describe(execution)
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Timeout")
    assert "cause" not in shown
    last = room.hops("answer-token")[-1]
    assert shown["stopDate"].timestamp() == last.time / SECOND + 60
    timed_out = room.events(execution)[5]
    assert timed_out["type"] == "TaskTimedOut"
    assert timed_out["taskTimedOutEventDetails"]["error"] == "States.Timeout"


@pytest.mark.parametrize("caught", ["States.HeartbeatTimeout", "States.Timeout"])
def test_a_missed_heartbeat_can_be_caught_by_its_own_name(room, caught):
    states = {
        "Ask": waiting(room.queue(), HeartbeatSeconds=60, Catch=[{"ErrorEquals": [caught], "Next": "Late"}]),
        "Late": {"Type": "Pass", "End": True},
    }
    shown = room.run(states, {"order": 7})
    assert shown["status"] == "SUCCEEDED"


def test_a_time_limit_is_no_missed_heartbeat(room):
    states = {
        "Ask": waiting(
            room.queue(),
            TimeoutSeconds=60,
            Catch=[{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Late"}],
        ),
        "Late": {"Type": "Pass", "End": True},
    }
    shown = room.run(states, {"order": 7})
    assert (shown["status"], shown["error"]) == ("FAILED", "States.Timeout")


def test_heartbeats_without_a_time_limit_go_on_for_as_long_as_they_come(room):
    execution, token = started(room, HeartbeatSeconds=600)
    for _ in range(20):
        room.lab.advance(seconds=500)
        room.machines.send_task_heartbeat(taskToken=token)
    assert room.describe(execution)["status"] == "RUNNING"


def test_a_wait_without_end_does_not_keep_the_lab_busy(room):
    execution, _ = started(room)
    before = room.lab.now
    room.lab.run_until_idle()
    assert (room.lab.now - before).total_seconds() < 1
    assert room.describe(execution)["status"] == "RUNNING"


def test_each_try_has_a_token_of_its_own(room):
    queue = room.queue()
    retry = [{"ErrorEquals": ["Again"], "IntervalSeconds": 10, "MaxAttempts": 1}]
    execution = room.start(room.make({"Ask": waiting(queue, Retry=retry)}), {"order": 7})
    room.lab.advance(seconds=1)
    first = json.loads(room.bodies(queue)[0])["token"]
    room.machines.send_task_failure(taskToken=first, error="Again")
    room.lab.advance(seconds=11)
    second = json.loads(room.bodies(queue)[0])["token"]
    assert first != second
    assert refused(room.machines.send_task_success, taskToken=first, output="{}") == GONE
    room.machines.send_task_success(taskToken=second, output="{}")
    room.lab.run_until_idle()
    assert room.describe(execution)["status"] == "SUCCEEDED"


def test_a_function_answers_while_it_is_still_running(room):
    def approve(event, context):
        import boto3  # noqa: PLC0415 - a function brings its own imports

        boto3.client("stepfunctions").send_task_success(taskToken=event["token"], output='{"by": "function"}')
        return {"nobody": "sees this"}

    room.lab.function("approve", approve)
    payload = {"token.$": "$$.Task.Token"}
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "approve", "Payload": payload},
        "End": True,
    }
    assert json.loads(room.run({"Ask": state})["output"]) == {"by": "function"}


def test_a_function_is_invoked_asynchronously_with_a_token(room):
    def approve(event, context):
        import boto3  # noqa: PLC0415 - a function brings its own imports

        boto3.client("stepfunctions").send_task_success(taskToken=event["token"], output='"later"')

    room.lab.function("approve", approve)
    parameters = {
        "FunctionName": "approve",
        "InvocationType": "Event",
        "Payload": {"token.$": "$$.Task.Token"},
    }
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": parameters,
        "End": True,
    }
    execution = room.start(room.make({"Ask": state}))
    room.lab.run_until_idle()
    assert room.describe(execution)["output"] == '"later"'
    assert [hop.kind for hop in room.lab.trace if hop.kind in {"enqueue", "invoke"}] == ["enqueue", "invoke"]


def test_tokens_go_out_by_topics_and_buses(room):
    topic = room.lab.client("sns").create_topic(Name="approvals")["TopicArn"]
    publish = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish.waitForTaskToken",
        "Parameters": {"TopicArn": topic, "Message": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    entry = {"Source": "shop", "DetailType": "ask", "Detail": {"token.$": "$$.Task.Token"}}
    put = {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents.waitForTaskToken",
        "Parameters": {"Entries": [entry]},
        "End": True,
    }
    for name, state, kind in (("topic", publish, "publish"), ("bus", put, "put-event")):
        execution = room.start(room.make({"Ask": state}, name=name))
        room.lab.advance(seconds=1)
        body = json.loads(next(hop for hop in room.hops(kind) if "token" in hop.facts["body"]).facts["body"])
        token = body["token"] if kind == "publish" else body["detail"]["token"]
        room.machines.send_task_success(taskToken=token, output="{}")
        room.lab.run_until_idle()
        assert room.describe(execution)["status"] == "SUCCEEDED"


def test_the_trace_tells_who_was_given_a_token_and_who_answered(room):
    execution, token = started(room)
    [issued] = room.hops("issue-token")
    assert (issued.message, issued.outcome) == (token, "waits")
    assert issued.facts["execution"] == execution
    assert (issued.facts["state"], issued.facts["to"]) == ("Ask", "sqs:sendMessage")
    room.machines.send_task_success(taskToken=token, output='{"a": 1}')
    room.lab.run_until_idle()
    [issued], [answered] = room.hops("issue-token"), room.hops("answer-token")
    assert issued.outcome == "ok"
    assert issued.facts["ended_at"] == answered.time
    assert (answered.message, answered.facts["operation"]) == (token, "SendTaskSuccess")
    assert answered.facts["body"] == '{"a": 1}'
    assert issued.number in answered.causes


def test_the_same_seed_has_the_same_tokens():
    from machine_room import MachineRoom  # noqa: PLC0415 - two rooms, one after the other

    tokens = []
    for seed in (3, 3, 4):
        room = MachineRoom(seed)
        with room.lab:
            tokens.append(started(room)[1])
    assert tokens[0] == tokens[1] != tokens[2]


def test_a_token_in_jsonata(room):
    queue = room.queue()
    state = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"},
        "Output": "{% $states.result.approved %}",
        "End": True,
    }
    execution = room.start(room.make({"Ask": state}))
    room.lab.advance(seconds=1)
    room.machines.send_task_success(taskToken=room.bodies(queue)[0], output='{"approved": true}')
    room.lab.run_until_idle()
    assert room.describe(execution)["output"] == "true"


def test_branches_wait_for_tokens_of_their_own(room):
    queue = room.queue()
    branches = [{"StartAt": name, "States": {name: waiting(queue)}} for name in ("Ann", "Bob")]
    state = {"Type": "Parallel", "Branches": branches, "End": True}
    execution = room.start(room.make({"Both": state}), {"order": 7})
    room.lab.advance(seconds=1)
    tokens = [json.loads(body)["token"] for body in room.bodies(queue)]
    assert len(set(tokens)) == 2
    room.machines.send_task_failure(taskToken=tokens[0], error="Refused")
    room.lab.run_until_idle()
    assert room.describe(execution)["error"] == "Refused"
    assert refused(room.machines.send_task_success, taskToken=tokens[1], output="1") == GONE
    assert sorted(hop.outcome for hop in room.hops("issue-token")) == ["ABORTED", "Refused"]


ANSWERS = st.lists(st.sampled_from(["success", "failure", "heartbeat", "stop"]), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=ANSWERS)
def test_whatever_is_answered_the_first_answer_counts_and_later_ones_are_refused(room, answers):
    """A task is answered at most once, and its execution ends as the first that ends it has said."""
    name = f"m{len(room.hops('create'))}"
    queue = room.queue(name)
    execution = room.start(room.make({"Ask": waiting(queue)}, name=name), {"order": 7})
    room.lab.advance(seconds=1)
    token = json.loads(room.bodies(queue)[0])["token"]
    calls = {
        "success": (room.machines.send_task_success, {"taskToken": token, "output": "1"}),
        "failure": (room.machines.send_task_failure, {"taskToken": token, "error": "No"}),
        "heartbeat": (room.machines.send_task_heartbeat, {"taskToken": token}),
        "stop": (room.machines.stop_execution, {"executionArn": execution}),
    }
    ends = {"success": "SUCCEEDED", "failure": "FAILED", "stop": "ABORTED"}
    status = "RUNNING"
    for answer in answers:
        call, parameters = calls[answer]
        if answer != "stop" and status != "RUNNING":
            assert refused(call, **parameters) == GONE
        else:
            call(**parameters)
            room.lab.run_until_idle()
            status = ends.get(answer, status) if status == "RUNNING" else status
        assert room.describe(execution)["status"] == status


@given(text=st.text(min_size=1, max_size=60))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_a_token_but_those_that_were_issued(room, text):
    assert refused(room.machines.send_task_heartbeat, taskToken=text)[0] == "InvalidToken"
