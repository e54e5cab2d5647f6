"""A Map Run that is redriven with its execution: what runs again, what is kept, what is counted."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from workbook.aws.stepfunctions.registry import registry_of


@pytest.fixture
def shop(room):
    """A room whose function `charge` fails for items over 1, until the queue `bank` exists."""

    def charge(event, context):
        import boto3  # noqa: PLC0415 - a function brings its own imports

        if event > 1:
            boto3.client("sqs").get_queue_url(QueueName="bank")
        return event

    room.charge = room.lab.function("charge", charge)
    room.mend = lambda: room.queue("bank")
    return room


def begin(room, items, kind="STANDARD", states=None, **fields):
    """An execution of a distributed Map that charges each item, once it has come to its end."""
    charge = {"Charge": {"Type": "Task", "Resource": room.charge, "End": True}}
    states = states or {"Pass": {"Type": "Pass", "Next": "Charge"}, **charge}
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind},
        "StartAt": next(iter(states)),
        "States": states,
    }
    state = {"Type": "Map", "ItemProcessor": processor, "Label": "Orders", "End": True, **fields}
    execution = room.start(room.make({"All": state}, name="all"), items)
    room.lab.run_until_idle()
    return execution


def redrive(room, execution, *, wait=True):
    room.machines.redrive_execution(executionArn=execution)
    if wait:
        room.lab.run_until_idle()


def map_runs(room, execution):
    runs = room.machines.list_map_runs(executionArn=execution)["mapRuns"]
    return [room.machines.describe_map_run(mapRunArn=run["mapRunArn"]) for run in runs]


def counts(run, of="executionCounts"):
    """The counts that are not 0."""
    return {name: number for name, number in run[of].items() if number}


def children(room, run):
    return room.machines.list_executions(mapRunArn=run["mapRunArn"])["executions"]


def test_standard_executions_that_failed_go_on_where_they_were_and_those_left_start(shop):
    execution = begin(shop, [1, 2, 3], MaxConcurrency=1)
    (run,) = map_runs(shop, execution)
    assert (run["status"], run["redriveCount"], "redriveDate" in run) == ("FAILED", 0, False)
    assert counts(run) == {"succeeded": 1, "failed": 1, "pending": 1, "total": 3}
    before = shop.events(execution)
    shop.mend()
    redrive(shop, execution)
    shown = shop.describe(execution)
    assert (shown["status"], json.loads(shown["output"])) == ("SUCCEEDED", [1, 2, 3])
    (again,) = map_runs(shop, execution)
    assert again["mapRunArn"] == run["mapRunArn"]
    assert (again["status"], again["redriveCount"]) == ("SUCCEEDED", 1)
    assert run["stopDate"] < again["redriveDate"] < again["stopDate"]
    assert counts(again) == {"succeeded": 3, "total": 3, "resultsWritten": 3} == counts(again, "itemCounts")
    later = [event for event in shop.history(execution) if event["id"] > len(before)]
    assert [event["type"] for event in later] == [
        "ExecutionRedriven",
        "MapRunRedriven",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]
    details = {"mapRunArn": run["mapRunArn"], "redriveCount": 1}
    assert later[1]["mapRunRedrivenEventDetails"] == details
    redriven = [child for child in children(shop, again) if child["redriveCount"]]
    assert [child["status"] for child in redriven] == ["SUCCEEDED"]
    kinds = [event["type"] for event in shop.history(redriven[0]["executionArn"])]
    assert kinds.count("PassStateEntered") == 1
    assert kinds.count("ExecutionRedriven") == 1


def test_express_executions_begin_anew_under_their_arn(shop):
    execution = begin(shop, [1, 2], kind="EXPRESS", MaxConcurrency=1)
    shop.mend()
    redrive(shop, execution)
    assert json.loads(shop.describe(execution)["output"]) == [1, 2]
    begun = [
        hop.message for hop in shop.lab.trace if hop.kind == "start-execution" and "map_run" in hop.facts
    ]
    first, failed, again = begun
    assert failed == again != first
    (run,) = map_runs(shop, execution)
    assert counts(run) == {"succeeded": 2, "total": 2, "resultsWritten": 2}


def test_what_waits_for_its_turn_is_pending_redrive_until_the_run_has_ended(shop):
    sleep = {
        "Sleep": {"Type": "Wait", "Seconds": 60, "Next": "Charge"},
        "Charge": {"Type": "Task", "Resource": shop.charge, "End": True},
    }
    tolerant = {"ToleratedFailureCount": 2}
    execution = begin(shop, [2, 3, 4], kind="EXPRESS", states=sleep, **tolerant)
    (run,) = map_runs(shop, execution)
    assert counts(run) == {"failed": 3, "total": 3}
    shop.machines.update_map_run(mapRunArn=run["mapRunArn"], maxConcurrency=1)  # it has ended: no change
    redrive(shop, execution, wait=False)
    shop.lab.advance(seconds=1)
    shop.machines.update_map_run(mapRunArn=run["mapRunArn"], maxConcurrency=1)
    assert counts(map_runs(shop, execution)[0]) == {"running": 3, "total": 3}
    shop.lab.run_until_idle()
    redrive(shop, execution, wait=False)
    shop.lab.advance(seconds=1)
    assert counts(map_runs(shop, execution)[0]) == {"running": 1, "pendingRedrive": 2, "total": 3}
    shop.machines.stop_execution(executionArn=execution)
    (run,) = map_runs(shop, execution)
    assert run["status"] == "ABORTED"
    assert counts(run) == {"aborted": 1, "failed": 2, "total": 3}


def test_a_child_whose_14_days_are_over_stays_failed_and_counts_as_a_failure(room):
    room.charge = "unused"
    states = {
        "Look": {
            "Type": "Choice",
            "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Stop"}],
            "Default": "Sleep",
        },
        "Sleep": {"Type": "Wait", "Seconds": 15 * 86_400, "Next": "Stop"},
        "Stop": {"Type": "Fail", "Error": "Broken"},
    }
    execution = begin(room, [1, 2], states=states, ToleratedFailureCount=1)
    (run,) = map_runs(room, execution)
    expected = {"failed": 2, "failuresNotRedrivable": 1, "total": 2}
    assert counts(run) == expected == counts(run, "itemCounts")
    statuses = [room.describe(child["executionArn"])["redriveStatus"] for child in children(room, run)]
    assert sorted(statuses) == ["NOT_REDRIVABLE", "REDRIVABLE"]
    redrive(room, execution)
    assert sorted(child["redriveCount"] for child in children(room, run)) == [0, 1]
    assert room.describe(execution)["status"] == "FAILED"


def test_after_an_error_of_the_data_a_new_map_run_starts(shop):
    execution = begin(shop, [1], OutputPath="$.absent")
    assert shop.describe(execution)["error"] == "States.Runtime"
    redrive(shop, execution)
    assert [run["redriveCount"] for run in map_runs(shop, execution)] == [0, 0]


def test_a_stopped_execution_takes_its_map_run_up_again(shop):
    states = {"Sleep": {"Type": "Wait", "Seconds": 60, "End": True}}
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Sleep",
        "States": states,
    }
    machine = shop.make({"All": {"Type": "Map", "ItemProcessor": processor, "End": True}}, name="slow")
    execution = shop.start(machine, [1, 2])
    shop.lab.advance(seconds=10)
    shop.machines.stop_execution(executionArn=execution)
    (run,) = map_runs(shop, execution)
    assert (run["status"], counts(run)) == ("ABORTED", {"aborted": 2, "total": 2})
    redrive(shop, execution)
    (run,) = map_runs(shop, execution)
    assert (run["status"], run["redriveCount"]) == ("SUCCEEDED", 1)
    assert json.loads(shop.describe(execution)["output"]) == [1, 2]


def test_a_map_run_can_be_redriven_1000_times(shop):
    execution = begin(shop, [2])
    (shown,) = map_runs(shop, execution)
    registry = registry_of(shop.lab.world, "123456789012", "us-east-1")
    registry.map_runs[shown["mapRunArn"]].redrives = 999
    redrive(shop, execution)
    assert map_runs(shop, execution)[0]["redriveCount"] == 1000
    redrive(shop, execution)
    assert shop.describe(execution)["error"] == "States.Runtime"


def test_what_aws_says_of_one_child_execution_is_not_known(shop):
    execution = begin(shop, [2])
    (run,) = map_runs(shop, execution)
    (child,) = children(shop, run)
    with pytest.raises(ClientError, match=r"NotSimulatedByWorkbook.*child execution of a Map Run"):
        shop.machines.redrive_execution(executionArn=child["executionArn"])
