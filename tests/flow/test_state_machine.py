"""The picture of a state machine: what is drawn is the definition, and what is lit is the trace."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machine_room import MachineRoom
from machines import FRAMES, SAGA, Works
from pictures import HOSTILE, marks, parsed, texts

from workbook import Chaos, Lab
from workbook.flow.machine_data import machine_data
from workbook.flow.machine_graph import Leads, scope_of
from workbook.flow.machine_layout import layout_of
from workbook.flow.machine_picture import MARGIN, Shown, draw_machine
from workbook.flow.machine_rules import rule_text
from workbook.flow.machine_runs import runs_of
from workbook.flow.state_machine import NARROW, WIDE


@pytest.fixture
def works():
    works = Works()
    with works.lab:
        yield works


def of(states):
    return scope_of({"StartAt": next(iter(states)), "States": states})


def rows(picture):
    """By the name of a state, the title of its box."""
    return {part.get("data-name"): part[0].text for part in marks(parsed(picture.svg()), "wb-state")}


def taken(picture):
    """The lines that are drawn thick."""
    found = set()
    for way in marks(parsed(picture.svg()), "wb-way"):
        (path,) = marks(way, "wb-path")
        if float(path.get("stroke-width")) > 2:
            found.add((way.get("data-from"), way.get("data-to")))
    return found


# ---- the definition


def test_every_state_and_every_way_between_states_is_drawn(works):
    tree = parsed(works.sagas().svg())
    assert {part.get("data-name") for part in marks(tree, "wb-state")} == set(SAGA)
    ways = {(part.get("data-from"), part.get("data-to")) for part in marks(tree, "wb-way")}
    assert ways == {
        ("start", "Begin"),
        ("Begin", "Charge"),
        ("Charge", "Paid?"),
        ("Charge", "Refund"),
        ("Refund", "Paid?"),
        ("Paid?", "Ship"),
        ("Paid?", "Begin"),
        ("Paid?", "Stop"),
        ("Ship", "end"),
        ("Stop", "end"),
    }


def test_conditions_and_errors_stand_on_their_lines(works):
    shown = texts(parsed(works.sagas().svg()))
    assert {"$.charge.amount is there", "$.order.id > 99", "otherwise", "States.ALL"} <= set(shown)


def test_an_error_that_is_caught_leads_along_a_dashed_line(works):
    dashed = [
        (way.get("data-from"), way.get("data-to"))
        for way in marks(parsed(works.sagas().svg()), "wb-way")
        if marks(way, "wb-path")[0].get("stroke-dasharray")
    ]
    assert dashed == [("Charge", "Refund")]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"Variable": "$.n", "NumericGreaterThanEquals": 5}, "$.n ≥ 5"),
        ({"Variable": "$.n", "StringEquals": "a"}, '$.n = "a"'),
        ({"Variable": "$.n", "StringEqualsPath": "$.m"}, "$.n = $.m"),
        ({"Variable": "$.n", "StringMatches": "a*"}, '$.n matches "a*"'),
        ({"Variable": "$.n", "IsPresent": False}, "$.n is not there"),
        ({"Not": {"Variable": "$.n", "BooleanEquals": True}}, "not ($.n = true)"),
        (
            {"And": [{"Variable": "$.n", "IsNull": True}, {"Variable": "$.m", "IsNull": True}]},
            "($.n is null) and ($.m is null)",
        ),
        ({"Condition": "{% $states.input.total > 100 %}"}, "$states.input.total > 100"),
    ],
)
def test_a_rule_is_said_in_a_line(rule, words):
    assert rule_text({**rule, "Next": "There"}) == words


def test_two_rules_that_lead_to_the_same_state_are_one_line():
    choices = [{"Variable": "$.n", "NumericEquals": n, "Next": "A"} for n in (1, 2)]
    scope = of({"C": {"Type": "Choice", "Choices": choices}, "A": {"Type": "Succeed"}})
    assert [(edge.leads, edge.label) for edge in scope.edges] == [(Leads.CHOICE, "$.n = 1 or $.n = 2")]


def test_branches_and_iterations_stand_within_their_state(works):
    plan = layout_of(of(FRAMES), WIDE)
    boxes = {box.name: box for box in plan.boxes}
    for outer, inner in (("Both", "Mail"), ("Both", "Told"), ("Both", "Reserve"), ("Each", "Pack")):
        frame, box = boxes[outer], boxes[inner]
        assert frame.x < box.x < box.x + box.width < frame.x + frame.width
        assert frame.y < box.y < box.y + box.height < frame.y + frame.height


@pytest.mark.parametrize(
    "called", ["sqs:sendMessage.waitForTaskToken", "athena:startQueryExecution.sync", "lambda:invoke"]
)
def test_a_state_is_as_wide_as_what_it_calls(works, called):
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{called}", "End": True}
    around = {"Type": "Map", "ItemProcessor": {"StartAt": "Ask", "States": {"Ask": state}}, "End": True}
    name = "For each of the orders of today"
    scope = scope_of({"StartAt": name, "States": {name: around}})
    for style in (WIDE, NARROW):
        svg = draw_machine(layout_of(scope, style), Shown("it", {}, {}), style.most)
        assert {called.replace(":", " "), "Ask", name} <= set(texts(parsed(svg)))
        assert float(parsed(svg).get("viewBox").split()[2]) <= style.most + 2 * MARGIN + 1


def test_folded_they_are_not_drawn(works):
    folded = works.frames("cup").fold("Both")
    assert {"Pack", "Both"} <= set(rows(folded))
    assert not {"Mail", "Told", "Reserve"} & set(rows(folded))
    assert set(rows(folded.fold())) == {"Both", "Each", "Apologise", "Done"}


def test_a_name_that_looks_like_code_is_shown_as_it_is(works):
    name = HOSTILE[:60].replace("\n", " ").replace("\x0b", "")
    scope = of({name: {"Type": "Pass", "End": True}})
    assert [state.name for state in scope.states] == [name]
    works.make({"<b>&": {"Type": "Pass", "End": True}}, "odd")
    assert "<b>&" in texts(parsed(works.lab.state_machine("odd").svg()))


# ---- what happened


def test_states_that_were_not_entered_say_so(works):
    assert set(rows(works.sagas()).values()) == {
        f"{name}, {SAGA[name]['Type']}: not entered" for name in SAGA
    }
    assert taken(works.lab.state_machine("saga")) == set()


def test_states_show_what_became_of_them(works):
    shown = rows(works.sagas(1, 13))
    assert shown["Begin"] == "Begin, Pass: succeeded 2"
    assert shown["Charge"] == "Charge, Task: succeeded 1, caught 1, tried again 1 time"
    assert shown["Ship"] == "Ship, Succeed: succeeded 1"
    assert shown["Stop"] == "Stop, Fail: failed 1"


def test_lines_that_were_taken_are_thick(works):
    picture = works.sagas(13)
    assert taken(picture) == {
        ("start", "Begin"),
        ("Begin", "Charge"),
        ("Charge", "Refund"),
        ("Refund", "Paid?"),
        ("Paid?", "Stop"),
        ("Stop", "end"),
    }


def test_one_execution_alone(works):
    works.sagas(1, 13)
    one = works.lab.state_machine("saga", execution=1)
    assert rows(one)["Charge"] == "Charge, Task: succeeded 1"
    assert rows(one)["Stop"] == "Stop, Fail: not entered"
    name = works.lab.state_machine("saga").runs[1].name
    assert rows(works.lab.state_machine("saga", execution=name))["Stop"] == "Stop, Fail: failed 1"


def test_at_another_time(works):
    picture = works.sagas(13)
    charged = picture.visits[1].hop.time
    begun = works.lab.trace[0].time
    earlier = picture.at((charged - begun) / 1e6 + 1)
    assert rows(earlier)["Charge"] == "Charge, Task: running 1, tried again 1 time"
    assert rows(earlier)["Refund"] == "Refund, Wait: not entered"


def test_a_map_counts_its_items(works):
    assert (
        rows(works.frames("cup", "plate", "glass", "fork"))["Each"]
        == "Each, Map: caught 1, 2 of 4 items done, 1 failed"
    )


def test_items_of_a_distributed_map_have_executions_of_their_own_and_stand_within_it(works):
    role = works.new_role("spreads", "states.amazonaws.com", "states:*")
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Say",
        "States": {
            "Say": {"Type": "Pass", "Next": "Rest"},
            "Rest": {"Type": "Wait", "Seconds": 2, "End": True},
        },
    }
    machine = works.make(
        {"Each": {"Type": "Map", "ItemProcessor": processor, "End": True}}, "spread", roleArn=role
    )
    works.start(machine, ["a", "b", "c"])
    works.lab.run_until_idle()
    picture = works.lab.state_machine("spread")
    assert len(picture.runs) == 1
    assert rows(picture)["Each"] == "Each, Map: succeeded 1, 3 of 3 items done"
    assert rows(picture)["Say"] == "Say, Pass: succeeded 3"
    assert ("Say", "Rest") in taken(picture)
    frame = picture.frame()
    assert list(frame[frame.state == "Say"].item) == ["Each[0]", "Each[1]", "Each[2]"]
    told = [move.text for move in works.lab.flow().moves]
    assert told == [
        "you started an execution of spread",
        "execution 1 of spread entered Each",
        "execution 1 of spread ended: SUCCEEDED",
    ]
    assert [node.label for node in works.lab.flow().scene.system.nodes] == ["you", "charge", "pack", "spread"]


def test_an_item_keeps_its_place_when_its_map_run_is_redriven(works):
    role = works.new_role("spreads", "states.amazonaws.com", "states:*", "sqs:*")
    send = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl.$": "$", "MessageBody": "hello"},
        "End": True,
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Send",
        "States": {"Send": send},
    }
    state = {"Type": "Map", "ItemProcessor": processor, "ToleratedFailureCount": 1, "End": True}
    machine = works.make({"Each": state}, "spread", roleArn=role)
    sqs = works.lab.client("sqs")
    there = sqs.create_queue(QueueName="there")["QueueUrl"]
    missing = [there.replace("there", name) for name in ("one", "two")]
    execution = works.start(machine, [there, *missing])
    works.lab.run_until_idle()
    for name in ("one", "two"):
        sqs.create_queue(QueueName=name)
    works.lab.client("stepfunctions").redrive_execution(executionArn=execution)
    works.lab.run_until_idle()
    frame = works.lab.state_machine("spread").frame()
    assert list(frame[frame.state == "Send"].item) == [f"Each[{index}]" for index in (0, 1, 2, 1, 2)]
    told = [move.text for move in works.lab.flow().moves if "redrove" in move.text]
    assert told == ["you redrove execution 1 of spread"]


def test_what_goes_on_beside_a_branch_that_fails_is_broken_off(works):
    slow = {"StartAt": "Slow", "States": {"Slow": {"Type": "Wait", "Seconds": 60, "End": True}}}
    bad = {"StartAt": "Bad", "States": {"Bad": {"Type": "Fail", "Error": "No"}}}
    works.run({"Both": {"Type": "Parallel", "Branches": [slow, bad], "End": True}}, name="broken")
    shown = rows(works.lab.state_machine("broken"))
    assert shown["Slow"] == "Slow, Wait: stopped 1"
    assert shown["Both"] == "Both, Parallel: failed 1"


def test_an_express_execution_that_ran_twice_lights_its_states_twice():
    with Lab(seed=7, chaos=Chaos(duplicate_executions=1.0)) as lab:
        room = MachineRoom(lab=lab)
        machine = room.make(
            {"First": {"Type": "Pass", "Next": "Last"}, "Last": {"Type": "Succeed"}}, type="EXPRESS"
        )
        room.start(machine)
        lab.run_until_idle()
        first, second = runs_of(list(lab.trace), machine)
        assert first.number == second.number
        assert [visit.state for visit in first.visits] == ["First", "Last"]
        assert [visit.state for visit in second.visits] == ["First", "Last"]
        assert {hop.message for hop in room.hops("enter-state")} == {first.hop.message}
        assert "2 executions: 2 succeeded." in repr(lab.state_machine())
        told = repr(lab.sequence())
        assert told.count("you started an execution of order") == 1
        assert told.count("Step Functions ran execution 1 of order once more") == 1


def test_the_account_says_what_an_execution_did(works):
    account = works.sagas(13).prose().splitlines()[-1]
    assert account.partition(") ")[2] == (
        "failed (NotPaid) after 7.1 s. Begin ran. Charge failed twice (ValueError), was tried again after "
        "2 s, and was caught: Refund is next. Refund and Paid? ran. Stop failed (NotPaid)."
    )


def test_the_account_of_a_map(works):
    account = works.frames("cup", "plate").prose().splitlines()[-1]
    assert "Both ran. Each went through 2 of 2 items. Done ran." in account


def test_the_rows_of_the_frame_are_the_states_that_were_entered(works):
    frame = works.frames("cup", "glass").frame()
    columns = "execution state type item seconds lasted outcome retries next input output"
    assert " ".join(frame.columns) == columns
    packs = frame[frame.state == "Pack"]
    assert list(packs.item) == ["Each[0]", "Each[1]"]
    assert list(packs.outcome) == ["succeeded", "failed"]


# ---- the way of the data


def test_the_way_of_the_data_names_each_field_and_what_it_made(works):
    path = works.sagas(4).data("Charge")
    assert [(step.name, step.said, step.value) for step in path.steps if step.is_changed] == [
        ("input", "", '{"order":{"id":4},"begin":{"x":1}}'),
        ("InputPath", '"$.order"', '{"id":4}'),
        ("result", "", '{"paid":40}'),
        ("ResultSelector", '{"amount.$": "$.paid"}', '{"amount":40}'),
        ("ResultPath", '"$.charge"', '{"order":{"id":4},"begin":{"x":1},"charge":{"amount":40}}'),
    ]
    assert "ResultSelector" in path._repr_html_()
    assert "<code></code>" not in path._repr_html_()
    assert 'InputPath "$.order": {"id":4}' in repr(path)


def test_a_catcher_makes_the_output_of_an_error(works):
    path = works.sagas(13).data("Charge")
    assert path.steps[-1].name == "Catch"
    assert json.loads(path.steps[-1].value)["error"]["Error"] == "ValueError"


def test_variables_stand_beside_the_data():
    keep = {"Type": "Pass", "Assign": {"order.$": "$.id"}, "Next": "Later"}
    room = MachineRoom()
    with room.lab:
        room.run({"Keep": keep, "Later": {"Type": "Pass", "End": True}}, {"id": 7})
        picture = room.lab.state_machine()
        steps = {name: picture.data(name).steps for name in ("Keep", "Later")}
    assert [step[:3] for step in steps["Keep"] if step.is_changed] == [
        ("input", "", '{"id":7}'),
        ("Assign", '{"order.$": "$.id"}', '{"order":7}'),
    ]
    assert ("variables", "", '{"order":7}', True) in steps["Later"]
    assert not steps["Later"][-1].is_changed


def test_an_error_that_nothing_caught_is_the_last_step(works):
    path = works.sagas(13).data("Stop")
    assert (path.steps[-1].name, path.steps[-1].said, path.steps[-1].value) == (
        "error",
        "NotPaid",
        "the card",
    )


# ---- mistakes


def test_an_unknown_machine_execution_or_state_is_answered_with_those_there_are(works):
    with pytest.raises(LookupError, match="there is none in this trace yet"):
        works.lab.state_machine("saga")
    picture = works.sagas(1)
    with pytest.raises(LookupError, match="there are saga"):
        works.lab.state_machine("sagas")
    with pytest.raises(LookupError, match=r"the last are numbered 1$"):
        works.lab.state_machine("saga", execution=2)
    with pytest.raises(LookupError, match="entered were: Begin, Charge"):
        picture.data("Refund")
    with pytest.raises(LookupError, match="there are: none"):
        picture.fold("Charge")
    with pytest.raises(TypeError, match="pass the name"):
        works.lab.state_machine(7)


def test_the_only_machine_needs_no_name(works):
    works.sagas(1)
    assert works.lab.state_machine().name == "saga"
    works.frames("cup")
    with pytest.raises(LookupError, match="which one; there are saga, frames"):
        works.lab.state_machine()


# ---- what always holds


@st.composite
def machines(draw):
    """Random machines of states in a row, with choices that lead on or back, and frames."""
    count = draw(st.integers(1, 7))
    states = {}
    for place in range(count):
        following = f"S{place + 1}" if place + 1 < count else None
        kind = draw(st.sampled_from(["Pass", "Choice", "Parallel"]))
        if kind == "Choice" and following is not None:
            far = draw(st.integers(0, count - 1))
            rule = {"Variable": "$.never", "IsPresent": True, "Next": f"S{far}"}
            states[f"S{place}"] = {"Type": "Choice", "Choices": [rule], "Default": following}
            continue
        leads = {"End": True} if following is None else {"Next": following}
        if kind == "Parallel":
            branches = [
                {"StartAt": f"S{place}B{n}", "States": {f"S{place}B{n}": {"Type": "Pass", "End": True}}}
                for n in range(draw(st.integers(1, 6)))
            ]
            states[f"S{place}"] = {"Type": "Parallel", "Branches": branches, "ResultPath": None, **leads}
        else:
            states[f"S{place}"] = {"Type": "Pass", **leads}
    return states


@settings(max_examples=60, deadline=None)
@given(states=machines(), style=st.sampled_from([WIDE, NARROW]))
def test_no_two_boxes_overlap_and_every_line_ends_at_its_states(states, style):
    plan = layout_of(of(states), style)
    boxes = {box.name: box for box in plan.boxes}
    inner = {
        state.name: {one.name for s in state.scopes for one in s.every_state()}
        for state in of(states).every_state()
    }
    names = list(boxes)
    for number, one in enumerate(names):
        for other in names[number + 1 :]:
            if other in inner.get(one, ()) or one in inner.get(other, ()):
                continue
            a, b = boxes[one], boxes[other]
            apart = (
                a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
            )
            assert apart, (one, other)
    for way in plan.ways:
        assert (
            boxes[way.edge.source].x - 1
            <= way.points[0][0]
            <= boxes[way.edge.source].x + boxes[way.edge.source].width + 1
        )
        assert (
            boxes[way.edge.target].x - 1
            <= way.points[-1][0]
            <= boxes[way.edge.target].x + boxes[way.edge.target].width + 1
        )
    assert all(-0.01 <= box.x <= plan.width - box.width + 0.01 for box in plan.boxes)
    assert all(-0.01 <= x <= plan.width + 0.01 for way in plan.ways for x, _ in way.points)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(states=machines(), runs=st.integers(1, 3))
def test_what_is_lit_is_what_the_trace_says(states, runs):
    room = MachineRoom()
    with room.lab as lab:
        machine = room.make(states, "made")
        for number in range(runs):
            room.start(machine, {"n": number})
        lab.run_until_idle()
        picture = lab.state_machine("made")
        entered = [hop.facts["state"] for hop in lab.trace if hop.kind == "enter-state"]
        assert {name: count.visits for name, count in picture.counts.items()} == {
            name: entered.count(name) for name in entered
        }
        assert len(picture.frame()) == len(entered)
        facts = machine_data(picture.definition, picture.runs, lab.trace[0].time, picture.instant)
        times = [event[0] for event in facts["events"]]
        assert times == sorted(times)
        assert [event[5] for event in facts["events"]].count("entered") == len(entered)
        parsed(picture.svg())
        parsed(picture.narrow_svg())


def test_the_same_seed_gives_the_same_bytes():
    def drawn():
        works = Works(seed=4)
        with works.lab:
            picture = works.sagas(1, 13)
            return picture.svg(), picture.narrow_svg(), picture.prose()

    assert drawn() == drawn()


def test_a_redriven_execution_is_one_execution():
    room = MachineRoom()
    with room.lab:
        states = {"Work": {"Type": "Fail", "Error": "Broken"}}
        shown = room.run(states)
        room.machines.redrive_execution(executionArn=shown["executionArn"])
        room.lab.run_until_idle()
        first, *_, failed, redriven = repr(room.lab.state_machine()).splitlines()
    assert first == "State machine order: 1 execution: 1 failed, after 1 redrive."
    assert " failed (Broken) after " in failed
    assert " was redriven, and failed (Broken) after " in redriven
