"""What a definition has to be before the interpreter gets it: one that AWS accepts, and that is simulated.

The interpreter checks grammar only: it takes a transition to a state that does not exist, and fields where
AWS does not take them. So these checks are here, with AWS's codes, texts and order: fields first, then
transitions, then the end, then what is never reached. What AWS accepts and the lab does not run is refused
by name when the state machine is made, not when it runs.

Sources: Amazon States Language specification; answers of AWS recorded in localstack/localstack#11978 and
floci-io/floci#2735 and #2786, 2024 to 2026.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.errors import InvalidDefinition
from workbook.aws.stepfunctions.integrations import check_task

State = Mapping[str, Any]

_EVERY = frozenset({"Type", "Comment", "QueryLanguage", "Assign"})
_FLOWS = frozenset({"InputPath", "OutputPath", "Next", "End"})
_ENDS = frozenset({"InputPath", "OutputPath"})
_FIELDS = {
    "Pass": _EVERY | _FLOWS | {"Result", "ResultPath", "Parameters"},
    "Task": _EVERY
    | _FLOWS
    | {"Resource", "Parameters", "ResultPath", "ResultSelector", "Retry", "Catch", "Credentials"}
    | {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"},
    "Choice": _EVERY | _ENDS | {"Choices", "Default"},
    "Wait": _EVERY | _FLOWS | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Succeed": _EVERY | _ENDS,
    "Fail": _EVERY - {"Assign"} | {"Error", "ErrorPath", "Cause", "CausePath"},
}
_NOT_SIMULATED_TYPES = ("Parallel", "Map")
_NOT_SIMULATED_FIELDS = ("Assign", "Credentials")
_WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
_WAIT_NAMES = ", ".join(_WAITS)
_NEEDED = {"Task": ("Resource",), "Choice": ("Choices",)}
_OPERATION = "CreateStateMachine"
_SCHEMA, _TARGET = "SCHEMA_VALIDATION_FAILED", "MISSING_TRANSITION_TARGET"


def check_definition(text: str) -> None:
    """Let a definition pass that AWS accepts and the lab runs.

    Raises:
        InvalidDefinition: AWS does not accept it; the text names all places.
        NotSimulated: AWS does, and the lab does not run it.
    """
    workflow = _workflow(text)
    _refuse_language(workflow, "the state machine")
    states: Mapping[str, State] = workflow["States"]
    for name, state in states.items():
        _refuse_state(name, state)
    found = [line for name, state in states.items() for line in _wrong_fields(name, state)]
    found += _wrong_transitions(workflow)
    found += _wrong_ends(workflow)
    if found:
        raise InvalidDefinition.because(*found)


def _workflow(text: str) -> Mapping[str, Any]:
    try:
        workflow = json.loads(text)
    except ValueError as error:
        raise InvalidDefinition.because(f"INVALID_JSON_DESCRIPTION: {error}") from None
    if not isinstance(workflow, dict):
        raise InvalidDefinition.because(f"{_SCHEMA}: Value is not a JSON object at /")
    missing = [name for name in ("StartAt", "States") if name not in workflow]
    if missing:
        raise InvalidDefinition.because(f"{_SCHEMA}: These fields are required: [{', '.join(missing)}] at /")
    states = workflow["States"]
    if not isinstance(states, dict) or not states:
        raise InvalidDefinition.because(f"{_SCHEMA}: Value is not a JSON object with states at /States")
    strangers = [name for name, state in states.items() if not isinstance(state, dict)]
    if strangers:
        raise InvalidDefinition.because(
            *(f"{_SCHEMA}: Value is not a JSON object at /States/{name}" for name in strangers)
        )
    return workflow


def _refuse_language(owner: Mapping[str, Any], name: str) -> None:
    if owner.get("QueryLanguage", "JSONPath") != "JSONPath":
        what = f"{_OPERATION}: QueryLanguage {owner['QueryLanguage']} of {name}"
        raise NotSimulated(what, "Leave QueryLanguage out, and write paths (JSONPath).")


def _refuse_state(name: str, state: State) -> None:
    kind = state.get("Type")
    if kind in _NOT_SIMULATED_TYPES:
        advice = f"Simulated are states of the types {', '.join(_FIELDS)}."
        raise NotSimulated(f"{_OPERATION}: the state {name} of type {kind}", advice)
    _refuse_language(state, f"the state {name}")
    for field in _NOT_SIMULATED_FIELDS:
        if field in state and field in _FIELDS.get(str(kind), ()):
            raise NotSimulated(f"{_OPERATION}: {field} of the state {name}", "Leave it out.")
    for rule in [*(state.get("Choices") or []), *(state.get("Catch") or [])]:
        if isinstance(rule, dict) and "Assign" in rule:
            what = f"{_OPERATION}: Assign in a rule or a catcher of the state {name}"
            raise NotSimulated(what, "Leave it out.")


def _wrong_fields(name: str, state: State) -> Iterator[str]:
    place = f"/States/{name}"
    kind = state.get("Type")
    if kind is None:
        yield f"{_SCHEMA}: These fields are required: [Type] at {place}"
        return
    if kind not in _FIELDS:
        yield f"{_SCHEMA}: '{kind}' is not a valid value for Type at {place}/Type"
        return
    missing = [field for field in _NEEDED.get(kind, ()) if field not in state]
    if missing:
        yield f"{_SCHEMA}: These fields are required: [{', '.join(missing)}] at {place}"
    for field in state:
        if field not in _FIELDS[kind]:
            yield f"{_SCHEMA}: Field '{field}' is not supported at {place}"
    if "Next" in _FIELDS[kind] and ("Next" in state) == (state.get("End") is True):
        yield f"{_SCHEMA}: There should be exactly one of the following fields: [End, Next] at {place}"
    if kind == "Wait" and sum(field in state for field in _WAITS) != 1:
        yield f"{_SCHEMA}: There should be exactly one of the following fields: [{_WAIT_NAMES}] at {place}"
    if kind == "Task" and not missing:
        yield from check_task(name, state)


def _targets(name: str, state: State) -> Iterator[tuple[str, str]]:
    """(place, target) of all transitions of a state."""
    place = f"/States/{name}"
    if "Next" in state:
        yield f"{place}/Next", str(state["Next"])
    for number, rule in enumerate(state.get("Choices") or []):
        if isinstance(rule, dict) and "Next" in rule:
            yield f"{place}/Choices[{number}]/Next", str(rule["Next"])
    if "Default" in state:
        yield f"{place}/Default", str(state["Default"])
    for number, catcher in enumerate(state.get("Catch") or []):
        if isinstance(catcher, dict) and "Next" in catcher:
            yield f"{place}/Catch[{number}]/Next", str(catcher["Next"])


def _wrong_transitions(workflow: Mapping[str, Any]) -> Iterator[str]:
    states: Mapping[str, State] = workflow["States"]
    places = [("/StartAt", str(workflow["StartAt"]))]
    places += [place for name, state in states.items() for place in _targets(name, state)]
    for place, target in places:
        if target not in states:
            yield f"{_TARGET}: Missing 'Next' target: {target} at {place}"


def _wrong_ends(workflow: Mapping[str, Any]) -> Iterator[str]:
    """No end at all hides what is never reached, on AWS and here."""
    states: Mapping[str, State] = workflow["States"]
    if not any(
        state.get("End") is True or state.get("Type") in {"Succeed", "Fail"} for state in states.values()
    ):
        yield "MISSING_END_STATE: Workflow has no terminal state at null"
        return
    targeted = {workflow["StartAt"]}
    targeted.update(target for name, state in states.items() for _, target in _targets(name, state))
    for name in states:
        if name not in targeted:
            yield f'{_TARGET}: State "{name}" is not reachable. at /States/{name}'
