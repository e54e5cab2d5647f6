"""Whatever valid machine: it ends, its events link, its times never go back, and a seed gives one history."""

from __future__ import annotations

import itertools
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machine_room import MachineRoom

ENDS = {"ExecutionSucceeded", "ExecutionFailed"}
names = itertools.count()


def _in_language(jsonata, path, expression):
    return expression if jsonata else path


@st.composite
def states(draw, jsonata, depth):
    """One state, in either language, without its Next."""
    kinds = ["Pass", "Wait", "Fail"] + (["Parallel", "Map"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    state = {"Type": kind, **({"QueryLanguage": "JSONata"} if jsonata else {})}
    if kind == "Pass":
        value = draw(st.sampled_from([1, "text", None, [1, 2], {"a": [{"b": 1}]}]))
        state |= _in_language(
            jsonata, {"Result": value}, {"Output": value, "Assign": {"seen": "{% $millis() %}"}}
        )
    elif kind == "Wait":
        seconds = draw(st.integers(0, 5000))
        state |= {"Seconds": _in_language(jsonata, seconds, f"{{% {seconds} %}}")}
    elif kind == "Fail":
        state |= {"Error": draw(st.sampled_from(["One", "Two"])), "Cause": "as it was to"}
    elif kind == "Parallel":
        state["Branches"] = [draw(machines(depth - 1)) for _ in range(draw(st.integers(1, 3)))]
    else:
        items = draw(st.lists(st.integers(0, 9), max_size=4))
        state |= {"ItemProcessor": draw(machines(depth - 1)), "MaxConcurrency": draw(st.integers(0, 2))}
        state |= _in_language(jsonata, {"Parameters": {"items": items}, "ItemsPath": "$"}, {"Items": items})
        if not jsonata:
            del state["Parameters"]
            state["ItemsPath"] = "$$.Execution.Input.items"
    if kind in {"Parallel", "Map"}:
        state |= draw(handlers())
    return state


@st.composite
def handlers(draw):
    """What a Parallel or Map does about errors; a catcher goes on where the state does."""
    retry = {"ErrorEquals": ["One"], "MaxAttempts": draw(st.integers(0, 2)), "JitterStrategy": "FULL"}
    found = {"Retry": [retry]} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        found["Catch"] = [{"ErrorEquals": [draw(st.sampled_from(["Two", "States.ALL"]))], "Next": None}]
    return found


@st.composite
def machines(draw, depth=2):
    """A machine of a few states, one after another, a Choice in between perhaps."""
    drawn = [draw(states(draw(st.booleans()), depth)) for _ in range(draw(st.integers(1, 3)))]
    drawn = [state for state in drawn[:-1] if state["Type"] != "Fail"] + drawn[-1:]
    labels = [f"S{next(names)}" for _ in drawn]
    made = {}
    for place, (label, state) in enumerate(zip(labels, drawn, strict=True)):
        following = labels[place + 1] if place + 1 < len(labels) else None
        if state["Type"] != "Fail":
            state.update({"End": True} if following is None else {"Next": following})
        for catcher in state.get("Catch", []):
            made.setdefault(f"{label} caught", {"Type": "Pass", "End": True})
            catcher["Next"] = f"{label} caught"
        made[label] = state
    if draw(st.booleans()):
        rule = {"Variable": "$", "IsPresent": True, "Next": labels[0]}
        made[f"{labels[0]} choice"] = {"Type": "Choice", "Choices": [rule]}
        return {"StartAt": f"{labels[0]} choice", "States": made}
    return {"StartAt": labels[0], "States": made}


def history_of(machine, seed=1):
    room = MachineRoom(seed=seed)
    with room.lab:
        made = room.machines.create_state_machine(
            name="any", definition=json.dumps(machine), roleArn=room.role
        )["stateMachineArn"]
        execution = room.start(made, {"items": [1, 2, 3]})
        assert room.lab.run_until_idle()
        assert room.describe(execution)["status"] in {"SUCCEEDED", "FAILED"}
        return room.history(execution)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(machines())
def test_every_machine_ends_with_a_history_that_holds_together(machine):
    events = history_of(machine)
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["previousEventId"] < event["id"] for event in events)
    assert all(event["previousEventId"] or event["id"] <= 2 for event in events)
    assert all(before["timestamp"] <= after["timestamp"] for before, after in itertools.pairwise(events))
    assert {event["type"] for event in events} & ENDS == {events[-1]["type"]}


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(machines())
def test_the_same_seed_gives_the_same_history_to_the_last_character(machine):
    first, second = (json.dumps(history_of(machine, seed=3), default=str) for _ in range(2))
    assert first == second
