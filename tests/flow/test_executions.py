"""Executions in the flow and the sequence: states happen at the machine's node, task tokens come back."""

from __future__ import annotations

import json

import pytest
from machines import Works

from workbook.flow.moves import Status
from workbook.flow.stage import NUMBER, stage_of
from workbook.flow.tallies import Work, work_of


@pytest.fixture
def works():
    works = Works()
    with works.lab:
        yield works


def told(works):
    return [move.text for move in works.lab.flow().moves]


APPROVAL = {
    "Ask": {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"MessageBody.$": "$$.Task.Token"},
        "End": True,
    }
}


def test_states_are_told_in_the_order_in_which_they_were_entered(works):
    works.sagas(13)
    assert [text for text in told(works) if "execution 1" in text] == [
        "execution 1 of saga entered Begin",
        "execution 1 of saga entered Charge",
        "Charge of execution 1 failed (ValueError), and is tried again in 2 s",
        "Charge of execution 1 failed (ValueError), and was caught: Refund is next",
        "execution 1 of saga entered Refund",
        "execution 1 of saga entered Paid?",
        "execution 1 of saga entered Stop",
        "execution 1 of saga ended: FAILED",
    ]


def test_what_happens_inside_moves_nothing_and_counts_on_no_line(works):
    works.sagas(13)
    scene = works.lab.flow().scene
    inside = [move for move in scene.moves if "entered" in move.text or "of execution" in move.text]
    assert all(move.at_place and scene.ways.line_of(move) is None for move in inside)


def test_items_of_a_map_are_left_to_the_map(works):
    works.frames("cup", "plate")
    assert not [text for text in told(works) if "entered Pack" in text]
    assert "execution 1 of frames entered Each" in told(works)
    assert "execution 1 of frames entered Mail" in told(works)


def test_the_node_counts_what_runs_and_what_failed(works):
    picture = works.sagas(1, 13)
    begun = works.lab.trace[0].time
    scene = works.lab.flow().scene
    assert work_of(scene, scene.now)[picture.arn] == Work(0, 1)
    during = picture.visits[-1].hop.time - 1
    assert work_of(scene, during)[picture.arn] == Work(1, 0)
    assert during > begun


def test_a_stopped_execution_is_no_error(works):
    machine = works.make({"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}, "stopped")
    works.machines.stop_execution(executionArn=works.start(machine))
    scene = works.lab.flow().scene
    assert work_of(scene, scene.now).get(machine, Work()) == Work(0, 0)


def test_a_task_token_waits_and_whoever_has_it_is_seen_to_answer(works):
    queue = works.queue()
    states = json.loads(json.dumps(APPROVAL))
    states["Ask"]["Parameters"]["QueueUrl"] = queue
    works.start(works.make(states, "approval"))
    works.lab.advance(60)
    (token,) = works.bodies(queue)
    with works.lab.actor("the boss"):
        works.machines.send_task_success(taskToken=token, output="{}")
    works.lab.run_until_idle()
    (waits,) = [text for text in told(works) if "waits for whoever" in text]
    name = waits.removeprefix("Ask waits for whoever has ")
    assert name.startswith("task token ")
    moves = [move for move in works.lab.flow().moves if "is done" in move.text]
    assert [(move.text, move.status) for move in moves] == [
        (f"the boss said that {name} is done", Status.DELIVERED)
    ]
    assert told(works)[-1] == "execution 1 of approval ended: SUCCEEDED"


def test_a_worker_is_seen_to_take_the_task_of_an_activity(works):
    activity = works.machines.create_activity(name="stamp")["activityArn"]
    works.start(works.make({"Stamp": {"Type": "Task", "Resource": activity, "End": True}}, "office"))
    with works.lab.actor("clerk"):
        task = works.machines.get_activity_task(activityArn=activity)
        works.machines.send_task_success(taskToken=task["taskToken"], output="{}")
    works.lab.run_until_idle()
    _, _, waits, took, done, ended = told(works)
    name = waits.removeprefix("Stamp waits for whoever has ")
    assert (took, done) == (f"clerk took {name} of stamp", f"clerk said that {name} is done")
    assert ended == "execution 1 of office ended: SUCCEEDED"
    assert "takes the task" in works.lab.sequence().svg()
    assert "stamp: activity" in works.lab.flow().svg()


def test_a_sequence_shows_states_on_the_lane_of_the_machine_with_a_bar_for_the_execution(works):
    works.sagas(13)
    sequence = works.lab.sequence(only="saga")
    machine = works.lab.state_machine("saga").arn
    assert [bar.ending.name for bar in sequence.bars if bar.place == machine] == ["FAILED"]
    assert "enters Refund" in sequence.svg()
    assert "ended: FAILED" in sequence.svg()


def test_an_execution_that_an_event_has_started_is_called_an_execution(works):
    """It shares the number of the event, which is all that both names need to be seen as one story."""
    machine = works.make({"Note": {"Type": "Pass", "End": True}}, "orders")
    role = works.new_role("starter", "events.amazonaws.com", "states:StartExecution")
    events = works.lab.client("events")
    events.put_rule(Name="placed", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="placed", Targets=[{"Id": "1", "Arn": machine, "RoleArn": role}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "placed", "Detail": "{}"}])
    works.lab.run_until_idle()
    said = [text for text in told(works) if "orders" in text]
    assert said == [
        "placed started an execution of orders",
        "execution 1 of orders entered Note",
        "execution 1 of orders ended: SUCCEEDED",
    ]
    moves = stage_of(works.lab.flow().scene)["moves"]
    assert f"execution {NUMBER} of orders entered Note" in moves["texts"]
    assert not [text for text in moves["texts"] if "execution 1" in text]
