"""State machines as targets of pipes, of which the pipe waits for the end or does not, and as enrichments."""

from __future__ import annotations

import json

import pytest
from access import make_role

WAITS = {"InvocationType": "REQUEST_RESPONSE"}
FORGETS = {"InvocationType": "FIRE_AND_FORGET"}
PASSES = {"Type": "Pass", "End": True}
FAILS = {"Type": "Fail", "Error": "Lost"}


@pytest.fixture
def workflow(system, lab):
    """Makes a state machine of one state."""

    def make(state, kind="EXPRESS"):
        answer = lab.client("stepfunctions").create_state_machine(
            name="orders",
            type=kind,
            roleArn=make_role(lab, "machine", "states.amazonaws.com", "*"),
            definition=json.dumps({"StartAt": "S", "States": {"S": state}}),
        )
        return answer["stateMachineArn"]

    return make


def targeting(own):
    return {} if own is None else {"TargetParameters": {"StepFunctionStateMachineParameters": own}}


def executions(system):
    return [hop for hop in system.lab.trace if hop.kind == "start-execution"]


@pytest.mark.parametrize("own", [None, WAITS])
def test_a_pipe_waits_for_an_express_workflow_unless_it_is_told_not_to(system, workflow, own):
    target = workflow({"Type": "Wait", "Seconds": 7, "End": True})
    system.pipe(system.queue("in"), target, **targeting(own))
    system.send("in", {"id": 1})
    system.settle(20)
    (execution,) = executions(system)
    deliver = system.hop("deliver")
    assert execution.causes == (deliver.number,)
    assert execution.facts["synchronous"] is True
    [record] = json.loads(execution.facts["body"])
    assert record["body"] == '{"id": 1}'
    assert deliver.outcome == "ok"
    assert deliver.facts["ended_at"] - deliver.time == 7_000_000
    assert system.bodies("in") == []


def test_what_is_fired_and_forgotten_is_done_when_it_has_started(system, workflow):
    target = workflow(FAILS)
    system.pipe(system.queue("in"), target, **targeting(FORGETS))
    system.send("in", {"id": 1})
    system.settle(20)
    (execution,) = executions(system)
    assert "synchronous" not in execution.facts
    assert execution.outcome == "Lost"
    assert system.bodies("in") == []


def test_a_workflow_that_fails_brings_the_batch_back(system, workflow):
    target = workflow(FAILS)
    system.pipe(system.queue("in", VisibilityTimeout="60"), target)
    system.send("in", {"id": 1})
    system.settle(20)
    deliver = system.hop("deliver")
    assert (deliver.outcome, deliver.facts["reason"]) == ("REJECTED", "the workflow failed")
    assert system.hop("return").facts["reason"] == "the workflow failed"
    assert len(system.bodies("in")) == 1
    system.settle(60)
    assert len(executions(system)) == 2


def test_a_workflow_may_name_the_records_that_come_back(system, workflow):
    answer = {"batchItemFailures": [{"itemIdentifier": "{% $states.input[1].messageId %}"}]}
    target = workflow({**PASSES, "QueryLanguage": "JSONata", "Output": answer})
    batch = {"SqsQueueParameters": {"BatchSize": 2, "MaximumBatchingWindowInSeconds": 5}}
    system.pipe(system.queue("in", VisibilityTimeout="60"), target, SourceParameters=batch)
    system.send("in", "good", "bad")
    system.settle(20)
    assert system.bodies("in") == ["bad"]


def test_a_standard_workflow_cannot_be_waited_for(system, workflow):
    target = workflow(PASSES, kind="STANDARD")
    system.pipe(system.queue("in"), target)
    system.send("in", {"id": 1})
    system.settle(20)
    assert executions(system) == []
    reason = "This operation is not supported by this type of state machine"
    deliver = system.hop("deliver")
    assert (deliver.outcome, deliver.facts["reason"]) == ("REJECTED", reason)
    assert len(system.bodies("in")) == 1


@pytest.mark.parametrize(
    ("own", "needed"), [(WAITS, "states:StartSyncExecution"), (FORGETS, "states:StartExecution")]
)
def test_the_role_needs_the_action_of_its_way_of_starting(system, workflow, own, needed):
    target = workflow(PASSES)
    reading = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    system.pipe(system.queue("in"), target, system.role(*reading), **targeting(own))
    system.send("in", {"id": 1})
    system.settle(20)
    deliver = system.hop("deliver")
    assert (deliver.outcome, executions(system)) == ("NO_PERMISSION", [])
    assert needed in deliver.facts["reason"]
    system.allow(*reading, needed)
    system.settle(60)
    assert (len(executions(system)), system.bodies("in")) == (1, [])


def test_the_output_of_an_express_workflow_enriches(system, workflow):
    enrichment = workflow({**PASSES, "Parameters": {"count.$": "States.ArrayLength($)"}})
    system.pipe(system.queue("in"), system.queue("out"), Enrichment=enrichment)
    system.send("in", {"id": 1})
    system.settle(20)
    assert [json.loads(body) for body in system.bodies("out")] == [{"count": 1}]
    assert system.hop("enrich").outcome == "ok"


def test_an_enrichment_that_fails_brings_the_batch_back(system, workflow):
    enrichment = workflow(FAILS)
    system.pipe(system.queue("in"), system.queue("out"), Enrichment=enrichment)
    system.send("in", {"id": 1})
    system.settle(20)
    enrich = system.hop("enrich")
    assert (enrich.outcome, enrich.facts["reason"]) == ("REJECTED", "the enrichment failed")
    assert (len(system.bodies("in")), system.bodies("out")) == (1, [])
