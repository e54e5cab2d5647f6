"""The state machine as a graph: transitions lead to states, every state is reached, one of them ends it.

A part's states go only to each other, so each state machine in a definition is a graph of its own. That there
is an end is asked of the whole one only (AWS compared, floci-io/floci#2786); none at all hides what is never
reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbook.aws.stepfunctions.definition.machines import Machine
from workbook.aws.stepfunctions.diagnostics import Code, Diagnostic

_TARGET: Code = "MISSING_TRANSITION_TARGET"
_RULES = ("Choices", "Catch")
_ENDS = ("Succeed", "Fail")


def targets(state: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """(place, name of the target) of each transition of a state."""
    if isinstance(state.get("Next"), str):
        yield f"{place}/Next", state["Next"]
    for field in _RULES:
        rules = state.get(field)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and isinstance(rule.get("Next"), str):
                yield f"{place}/{field}[{index}]/Next", rule["Next"]
    if isinstance(state.get("Default"), str):
        yield f"{place}/Default", state["Default"]


def wrong_targets(machine: Machine) -> Iterator[Diagnostic]:
    """Transitions to states that there are not."""
    if "States" not in machine.body:  # which is all that AWS says then
        return
    start = machine.body.get("StartAt")
    places = [(f"{machine.place}/StartAt", start)] if isinstance(start, str) else []
    for name, state in machine.states.items():
        places += targets(state, machine.place_of(name))
    for place, target in places:
        if target not in machine.states:
            yield Diagnostic(_TARGET, f"Missing 'Next' target: {target}", place)


def wrong_ends(machine: Machine) -> Iterator[Diagnostic]:
    """No end, or states that are never reached."""
    if not machine.states or not isinstance(machine.body.get("StartAt"), str):
        return
    if not machine.place and not any(map(_is_end, machine.states.values())):
        yield Diagnostic("MISSING_END_STATE", "Workflow has no terminal state", None)
        return
    reached = _reached(machine)
    for name in machine.states:
        if name not in reached:
            yield Diagnostic(_TARGET, f'State "{name}" is not reachable.', machine.place_of(name))


def _is_end(state: Mapping[str, Any]) -> bool:
    return state.get("End") is True or state.get("Type") in _ENDS


def _reached(machine: Machine) -> set[str]:
    waiting = [machine.body["StartAt"]]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in machine.states and name not in reached:
            reached.add(name)
            waiting += [target for _, target in targets(machine.states[name], "")]
    return reached
