"""Express workflows: how they differ from standard ones, in what they keep, cost and promise."""

from __future__ import annotations

import datetime
import json

import pytest
from botocore.exceptions import ClientError
from machine_room import PREFIX, MachineRoom

from workbook import Chaos, Lab

DONE = {"End": {"Type": "Succeed"}}
SLEEP = {"Sleep": {"Type": "Wait", "SecondsPath": "$.s", "End": True}}
NO = {"No": {"Type": "Fail", "Error": "SomeFailure", "Cause": "so it is"}}


def refused(call, **parameters):
    """(code, message) of the error that a call ends with."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def express(room, states, **options):
    return room.make(states, type="EXPRESS", **options)


def synchronously(room, machine, value=None, **options):
    text = json.dumps({} if value is None else value)
    answer = room.machines.start_sync_execution(stateMachineArn=machine, input=text, **options)
    del answer["ResponseMetadata"]
    return answer


def test_a_synchronous_execution_answers_with_its_output_and_what_is_billed(room):
    machine = express(room, SLEEP)
    answer = synchronously(room, machine, {"s": 2}, name="first")
    assert answer == {
        "executionArn": answer["executionArn"],
        "stateMachineArn": machine,
        "name": "first",
        "startDate": answer["startDate"],
        "stopDate": answer["startDate"] + datetime.timedelta(seconds=2),
        "status": "SUCCEEDED",
        "input": '{"s": 2}',
        "inputDetails": {"included": True},
        "output": '{"s":2}',
        "outputDetails": {"included": True},
        "billingDetails": {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 2000},
    }
    assert answer["executionArn"].startswith(f"{PREFIX}:express:order:first:")
    [hop] = room.hops("start-execution")
    assert hop.message == answer["executionArn"]
    assert hop.facts["synchronous"]


def test_a_synchronous_execution_that_fails_is_no_error_of_the_call(room):
    answer = synchronously(room, express(room, NO))
    assert (answer["status"], answer["error"], answer["cause"]) == ("FAILED", "SomeFailure", "so it is")
    assert "output" not in answer
    assert answer["outputDetails"] == {"included": True}
    assert answer["billingDetails"]["billedDurationInMilliseconds"] == 100


def test_only_metadata_are_shown_where_only_they_were_asked_for(room):
    answer = synchronously(room, express(room, DONE), {"secret": 1}, includedData="METADATA_ONLY")
    assert answer["inputDetails"] == answer["outputDetails"] == {"included": False}
    assert not {"input", "output"} & set(answer)


def test_a_standard_workflow_cannot_be_run_synchronously(room):
    assert refused(room.machines.start_sync_execution, stateMachineArn=room.make(DONE)) == (
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"input": "{"}, "InvalidExecutionInput"),
        ({"name": "no blanks"}, "InvalidName"),
        ({"stateMachineArn": f"{PREFIX}:stateMachine:nobody"}, "StateMachineDoesNotExist"),
        ({"stateMachineArn": "order"}, "InvalidArn"),
    ],
)
def test_a_synchronous_start_that_aws_does_not_accept(room, parameters, code):
    given = {"stateMachineArn": express(room, DONE), **parameters}
    assert refused(room.machines.start_sync_execution, **given)[0] == code
    assert room.hops("start-execution") == []


def test_the_same_name_starts_another_express_execution_each_time(room):
    machine = express(room, SLEEP)
    first, second = (room.start(machine, {"s": 1}, name="once") for _ in range(2))
    assert first != second
    room.lab.run_until_idle()
    assert [hop.outcome for hop in room.hops("start-execution")] == ["ok", "ok"]


def test_an_express_execution_cannot_be_asked_for(room):
    machine = express(room, DONE)
    execution = room.start(machine)
    none = ("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'")
    for call in (
        room.machines.describe_execution,
        room.machines.stop_execution,
        room.machines.get_execution_history,
        room.machines.describe_state_machine_for_execution,
    ):
        assert refused(call, executionArn=execution) == none
    assert refused(room.machines.list_executions, stateMachineArn=machine) == (
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )


def test_an_express_execution_ends_after_5_minutes(room):
    machine = express(room, SLEEP)
    assert synchronously(room, machine, {"s": 299})["status"] == "SUCCEEDED"
    late = synchronously(room, machine, {"s": 301})
    assert (late["status"], late["error"]) == ("TIMED_OUT", "States.Timeout")
    assert late["stopDate"] - late["startDate"] == datetime.timedelta(minutes=5)
    assert late["billingDetails"]["billedDurationInMilliseconds"] == 300_000


def test_a_standard_execution_ends_after_a_year(room):
    execution = room.start(room.make(SLEEP), {"s": 400 * 86_400})
    room.lab.advance(days=366)
    shown = room.describe(execution)
    assert (shown["status"], shown["error"]) == ("TIMED_OUT", "States.Timeout")
    assert shown["stopDate"] - shown["startDate"] == datetime.timedelta(days=365)
    assert shown["redriveStatusReason"] == "Execution has exceeded the max execution time"


def test_the_history_of_an_express_execution_has_no_end(room, monkeypatch):
    from workbook.aws.stepfunctions import history  # noqa: PLC0415 - next to what it is changed for

    monkeypatch.setattr(history, "limit", lambda name: 10)
    machine = express(
        room,
        {
            name: {"Type": "Pass", "Next": f"S{number + 1}"}
            for number, name in enumerate(f"S{number}" for number in range(9))
        }
        | {"S9": {"Type": "Succeed"}},
    )
    assert synchronously(room, machine)["status"] == "SUCCEEDED"


def test_eventbridge_hears_nothing_of_express_executions(room):
    queue = room.queue()
    arn = room.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    room.sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    events = room.lab.client("events")
    events.put_rule(Name="states", EventPattern=json.dumps({"source": ["aws.states"]}))
    events.put_targets(Rule="states", Targets=[{"Id": "q", "Arn": arn}])
    room.start(express(room, DONE))
    room.lab.run_until_idle()
    assert room.bodies(queue) == []


def test_an_asynchronous_express_workflow_may_run_twice_and_a_synchronous_one_does_not():
    with Lab(seed=7, chaos=Chaos(duplicate_executions=1.0)) as lab:
        room = MachineRoom(lab=lab)
        queue = room.queue()
        send = {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": queue, "MessageBody": "x"},
            "End": True,
        }
        machine = express(room, {"Send": send})
        execution = room.start(machine)
        room.lab.run_until_idle()
        assert room.bodies(queue) == ["x", "x"]
        assert [hop.message for hop in room.hops("start-execution")] == [execution, execution]
        [hop] = room.hops("duplicate")
        assert hop.message == execution
        synchronously(room, machine)
        assert room.bodies(queue) == ["x"]
        room.start(room.make({"Send": send}, name="standard"))
        room.lab.run_until_idle()
        assert room.bodies(queue) == ["x"]


def test_the_context_object_of_an_express_execution(room):
    states = {"Look": {"Type": "Pass", "Parameters": {"seen.$": "$$.Execution"}, "End": True}}
    answer = synchronously(room, express(room, states), {"a": 1})
    seen = json.loads(answer["output"])["seen"]
    assert (seen["Id"], seen["Name"], seen["Input"]) == (answer["executionArn"], answer["name"], {"a": 1})
    assert "RedriveCount" not in seen
    shown = room.run(states, name="standard")
    assert json.loads(shown["output"])["seen"]["RedriveCount"] == 0


def test_what_express_workflows_cannot_do_is_refused_when_they_are_made(room):
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "u", "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    code, message = refused(express, room=room, states={"Publish": wait})
    assert code == "InvalidDefinition"
    assert "Express state machine does not support '.waitForTaskToken' service integration" in message


@pytest.fixture
def enriched(room):
    """A room with a pipe from the queue `work` over an express workflow to the queue `out`."""
    room.queue("out")
    room.queue()
    role = room.new_role("pipe", "pipes.amazonaws.com", "states:StartSyncExecution", "sqs:*")

    def make(machine):
        room.lab.client("pipes").create_pipe(
            Name="orders",
            Source="arn:aws:sqs:us-east-1:123456789012:work",
            Enrichment=machine,
            Target="arn:aws:sqs:us-east-1:123456789012:out",
            RoleArn=role,
            EnrichmentParameters={"InputTemplate": '{"n": <$.body>}'},
        )
        room.lab.advance(minutes=2)
        room.sqs.send_message(QueueUrl=room.sqs.get_queue_url(QueueName="work")["QueueUrl"], MessageBody="3")
        room.lab.advance(minutes=2)
        return room.bodies(room.sqs.get_queue_url(QueueName="out")["QueueUrl"])

    return make


def test_a_pipe_enriches_by_an_express_workflow(room, enriched):
    states = {"Add": {"Type": "Pass", "Parameters": {"batch.$": "$"}, "End": True}}
    assert enriched(express(room, states)) == ['{"batch":[{"n":3}]}']
    [hop] = room.hops("start-execution")
    assert hop.facts["synchronous"]
    [stage] = room.hops("enrich")
    assert (stage.outcome, hop.causes) == ("ok", (stage.number,))


def test_a_workflow_that_fails_fails_the_enrichment(room, enriched):
    assert enriched(express(room, NO)) == []
    assert {hop.outcome for hop in room.hops("enrich")} == {"REJECTED"}


def test_a_standard_workflow_enriches_nothing(room, enriched):
    assert enriched(room.make(DONE)) == []
    [hop, *_] = room.hops("enrich")
    assert hop.facts["reason"] == "This operation is not supported by this type of state machine"
