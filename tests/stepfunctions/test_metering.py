"""What AWS counts for the bill: each number that `lab.cost()` shows of state machines."""

from __future__ import annotations

import json

import pytest


def row(room, name, unit):
    [found] = [row for row in room.lab.cost().rows if (row.what, row.unit) == (name, unit)]
    return found


def test_a_standard_execution_costs_a_transition_for_each_state(room):
    states = {
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Wait", "Seconds": 86_400, "Next": "C"},
        "C": {"Type": "Succeed"},
    }
    machine = room.make(states)
    for _ in range(2):
        room.start(machine)
    room.lab.run_until_idle()
    assert [hop.facts["transitions"] for hop in room.hops("start-execution")] == [3, 3]
    found = row(room, "order", "state transitions")
    assert (found.service, found.calls, found.units) == ("Step Functions", 2, 6)


def test_each_retry_is_a_transition(room):
    def fail(event, context):
        raise RuntimeError("no")

    call = {
        "Type": "Task",
        "Resource": room.lab.function("fail", fail),
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
        "End": True,
    }
    room.run({"Call": call, "Sorry": {"Type": "Succeed"}})
    assert row(room, "order", "state transitions").units == 1 + 3 + 1


@pytest.mark.parametrize(("seconds", "billed"), [(0, 100), (1, 1_000), (2, 2_000)])
def test_an_express_execution_costs_a_request_and_its_time_in_steps(room, seconds, billed):
    wait = {"Sleep": {"Type": "Wait", "Seconds": seconds, "End": True}}
    if not seconds:
        wait = {"Nothing": {"Type": "Pass", "End": True}}
    machine = room.make(wait, type="EXPRESS")
    answer = room.machines.start_sync_execution(stateMachineArn=machine, input=json.dumps({}))
    details = answer["billingDetails"]
    assert details == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": billed}
    assert row(room, "order", "requests").units == 1
    assert row(room, "order", "GB-seconds").units == pytest.approx(64 / 1024 * billed / 1000)


def test_a_started_step_of_time_is_billed_whole(room):
    def work(event, context):
        import time  # noqa: PLC0415 - a function brings its own imports

        time.sleep(0.45)

    call = {"Type": "Task", "Resource": room.lab.function("work", work), "End": True}
    machine = room.make({"Call": call}, type="EXPRESS")
    answer = room.machines.start_sync_execution(stateMachineArn=machine)
    took = (answer["stopDate"] - answer["startDate"]).total_seconds() * 1000
    billed = answer["billingDetails"]["billedDurationInMilliseconds"]
    assert took <= billed < took + 100
    assert billed % 100 == 0
