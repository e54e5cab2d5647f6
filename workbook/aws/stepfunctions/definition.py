"""What a definition has to be before the interpreter gets it: one that AWS accepts.

The interpreter checks grammar only: it takes a transition to a state that does not exist, and fields where
AWS does not take them. So these checks are here, with AWS's codes, texts and order: fields first, then
transitions, then the end, then what is never reached. Branches of Parallel and the processor of Map are
state machines in the state machine, and are checked alike, each at its place.

Sources: Amazon States Language specification; answers of AWS recorded in localstack/localstack#11978 and
floci-io/floci#2735 and #2786, 2024 to 2026, and in LocalStack's snapshots of ValidateStateMachineDefinition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from workbook.aws.stepfunctions.diagnostics import Code, Diagnostic, unfit
from workbook.aws.stepfunctions.errors import InvalidDefinition
from workbook.aws.stepfunctions.task_checks import check_task

State = Mapping[str, Any]

_EVERY = frozenset({"Type", "Comment", "QueryLanguage"})
_MOVES = frozenset({"Next", "End"})
_TRIES = frozenset({"Retry", "Catch"})
_DATA = frozenset({"InputPath", "OutputPath", "Output", "Assign"})
_RESULT = frozenset({"ResultPath", "ResultSelector"})
_FIELDS = {
    "Pass": _EVERY | _MOVES | _DATA | {"Result", "ResultPath", "Parameters"},
    "Task": _EVERY
    | _MOVES
    | _DATA
    | _TRIES
    | _RESULT
    | {"Resource", "Parameters", "Arguments", "Credentials"}
    | {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"},
    "Choice": _EVERY | _DATA | {"Choices", "Default"},
    "Wait": _EVERY | _MOVES | _DATA | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Succeed": _EVERY | _DATA - {"Assign"},
    "Fail": _EVERY | {"Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": _EVERY | _MOVES | _DATA | _TRIES | _RESULT | {"Branches", "Parameters", "Arguments"},
    "Map": _EVERY
    | _MOVES
    | _DATA
    | _TRIES
    | _RESULT
    | {"ItemProcessor", "Iterator", "ItemSelector", "Parameters", "Items", "ItemsPath", "ItemReader"}
    | {"ItemBatcher", "ResultWriter", "Label", "MaxConcurrency", "MaxConcurrencyPath"}
    | {"ToleratedFailureCount", "ToleratedFailureCountPath"}
    | {"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"},
}
_ONLY_IN = {
    "JSONPath": frozenset(
        {"InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector", "Result", "ItemsPath"}
        | {field for fields in _FIELDS.values() for field in fields if field.endswith("Path")}
    ),
    "JSONata": frozenset({"Arguments", "Output", "Items"}),
}
_WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
_WAIT_NAMES = ", ".join(_WAITS)
_NEEDED = {"Task": ("Resource",), "Choice": ("Choices",), "Parallel": ("Branches",)}
_PROCESSORS = ("ItemProcessor", "Iterator")
_TARGET: Code = "MISSING_TRANSITION_TARGET"


class Machine(NamedTuple):
    """A state machine: the whole one, a branch of a Parallel state, or the processor of a Map state."""

    place: str
    """Where it is in the definition; empty for the whole one."""
    body: Mapping[str, Any]
    language: str
    """The query language of states that say none."""

    @property
    def states(self) -> Mapping[str, State]:
        """Its own states by name, those of its parts not among them."""
        states: Mapping[str, State] = self.body["States"]
        return states

    def place_of(self, name: str) -> str:
        """Where a state is in the definition."""
        return f"{self.place}/States/{name}"


def check_definition(text: str, kind: str = "STANDARD") -> None:
    """Let a definition pass that AWS accepts for a state machine of this type.

    Raises:
        InvalidDefinition: AWS does not accept it; the text names all places.
        NotSimulated: AWS does, and the lab cannot call what a Task calls.
    """
    found, machines = _read(text)
    for machine in machines:
        found += [line for name in machine.states for line in _wrong_fields(machine, name, kind)]
    for machine in machines:
        found += [*_wrong_transitions(machine), *_wrong_ends(machine)]
    if found:
        raise InvalidDefinition.because(*map(str, found))


def _read(text: str) -> tuple[list[Diagnostic], list[Machine]]:
    """What is no state machine, and the state machines of a definition, each after the one that it is in."""
    try:
        workflow = json.loads(text)
    except ValueError as error:
        return [Diagnostic("INVALID_JSON_DESCRIPTION", str(error), None)], []
    if not isinstance(workflow, dict):
        return [unfit("Value is not a JSON object", "/")], []
    found: list[Diagnostic] = []
    machines: list[Machine] = []
    waiting = [("", workflow, "JSONPath")]
    while waiting:
        place, body, language = waiting.pop(0)
        wrong = list(_wrong_body(place, body))
        found += wrong
        if wrong:
            continue
        machine = Machine(place, body, body.get("QueryLanguage", language))
        machines.append(machine)
        waiting += _parts(machine)
    return found, machines


def _wrong_body(place: str, body: object) -> Iterator[Diagnostic]:
    if not isinstance(body, dict):
        yield unfit("Value is not a JSON object", place)
        return
    missing = [name for name in ("StartAt", "States") if name not in body]
    if missing:
        yield unfit(f"These fields are required: [{', '.join(missing)}]", place or "/")
        return
    states = body["States"]
    if not isinstance(states, dict) or not states:
        yield unfit("Value is not a JSON object with states", f"{place}/States")
        return
    for name, state in states.items():
        if not isinstance(state, dict):
            yield unfit("Value is not a JSON object", f"{place}/States/{name}")


def _parts(machine: Machine) -> Iterator[tuple[str, Any, str]]:
    """(place, body, query language) of the state machines in the states of a state machine."""
    for name, state in machine.states.items():
        place, language = machine.place_of(name), state.get("QueryLanguage", machine.language)
        branches = state.get("Branches") if state.get("Type") == "Parallel" else None
        for number, branch in enumerate(branches if isinstance(branches, list) else ()):
            yield f"{place}/Branches[{number}]", branch, language
        for field in _PROCESSORS:
            if state.get("Type") == "Map" and field in state:
                yield f"{place}/{field}", state[field], language


def _wrong_fields(machine: Machine, name: str, machine_type: str) -> Iterator[Diagnostic]:
    place, state = machine.place_of(name), machine.states[name]
    kind, language = state.get("Type"), state.get("QueryLanguage", machine.language)
    if kind is None:
        yield unfit("These fields are required: [Type]", place)
        return
    if kind not in _FIELDS:
        yield unfit(f"'{kind}' is not a valid value for Type", f"{place}/Type")
        return
    missing = [field for field in _NEEDED.get(kind, ()) if field not in state]
    if missing:
        yield unfit(f"These fields are required: [{', '.join(missing)}]", place)
    other = _ONLY_IN["JSONPath" if language == "JSONata" else "JSONata"]
    for field in state:
        if field not in _FIELDS[kind] or field in other:
            yield unfit(f"Field '{field}' is not supported", place)
    yield from _wrong_alternatives(place, kind, state)
    if kind == "Task" and not missing:
        yield from check_task(place, state, language, machine_type)


def _wrong_alternatives(place: str, kind: str, state: State) -> Iterator[Diagnostic]:
    """Fields of which a state needs exactly one."""
    if "Next" in _FIELDS[kind] and ("Next" in state) == (state.get("End") is True):
        yield unfit("There should be exactly one of the following fields: [End, Next]", place)
    if kind == "Wait" and sum(field in state for field in _WAITS) != 1:
        yield unfit(f"There should be exactly one of the following fields: [{_WAIT_NAMES}]", place)
    if kind == "Map" and sum(field in state for field in _PROCESSORS) != 1:
        names = ", ".join(_PROCESSORS)
        yield unfit(f"There should be exactly one of the following fields: [{names}]", place)


def _targets(machine: Machine, name: str) -> Iterator[tuple[str, str]]:
    """(place, target) of all transitions of a state."""
    place, state = machine.place_of(name), machine.states[name]
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


def _wrong_transitions(machine: Machine) -> Iterator[Diagnostic]:
    places = [(f"{machine.place}/StartAt", str(machine.body["StartAt"]))]
    places += [place for name in machine.states for place in _targets(machine, name)]
    for place, target in places:
        if target not in machine.states:
            yield Diagnostic(_TARGET, f"Missing 'Next' target: {target}", place)


def _wrong_ends(machine: Machine) -> Iterator[Diagnostic]:
    """No end at all hides what is never reached, on AWS and here."""
    states = machine.states
    if not any(
        state.get("End") is True or state.get("Type") in {"Succeed", "Fail"} for state in states.values()
    ):
        yield Diagnostic("MISSING_END_STATE", "Workflow has no terminal state", machine.place or None)
        return
    targeted = {machine.body["StartAt"]}
    targeted.update(target for name in states for _, target in _targets(machine, name))
    for name in states:
        if name not in targeted:
            yield Diagnostic(_TARGET, f'State "{name}" is not reachable.', machine.place_of(name))
