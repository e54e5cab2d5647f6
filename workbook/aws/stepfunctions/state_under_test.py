"""What a TestState request is about: the state, what it is given, and what stands in for its work.

A definition is that of a state, or of a state machine of which `stateName` says the state. The checks have
AWS's texts and come in AWS's order, as far as answers are recorded: the state first, then the mock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.definition import check_definition, transitions
from workbook.aws.stepfunctions.errors import InvalidDefinition, InvalidExecutionInput, ValidationException
from workbook.aws.stepfunctions.json_texts import json_problem
from workbook.aws.stepfunctions.maps.items import STATE_DATA
from workbook.aws.stepfunctions.mock_results import check_mock_result
from workbook.aws.stepfunctions.state_configuration import Configuration, read_configuration

NAMELESS = "StateName"
"""The name that AWS gives a state whose definition is alone."""
_FRAMES = frozenset({"Map", "Parallel"})
_MOCKABLE = _FRAMES | {"Task"}
_SUPPORTED = (
    "TestState API does not support Map or Parallel states. Supported state types include: "
    "[Task, Wait, Pass, Succeed, Fail, Choice]"
)
_CONTEXT = "Invalid Context object provided: "
_CONTEXT_FIELDS: Mapping[str, Mapping[str, type]] = {
    "Execution": {
        "Id": str,
        "Input": object,
        "Name": str,
        "RoleArn": str,
        "StartTime": str,
        "RedriveCount": int,
        "RedriveTime": str,
    },
    "State": {"EnteredTime": str, "Name": str, "RetryCount": int},
    "StateMachine": {"Id": str, "Name": str},
    "Task": {"Token": str},
}
_KINDS = {str: "a string", int: "a number"}


@dataclass(frozen=True)
class Request:
    """A TestState request that is in order."""

    name: str
    state: Mapping[str, Any]
    map_around: Mapping[str, Any] | None
    """The Map state that it stands within."""
    language: str
    """JSONPath or JSONata."""
    machine: str
    """A state machine of this state alone, as JSON: what it leads to are states that end."""
    input: str
    variables: Mapping[str, Any]
    mock: Mapping[str, Any] | None
    context: Mapping[str, Any] | None
    configuration: Configuration
    """What would have happened to the state before."""

    @property
    def kind(self) -> str:
        """The type of the state."""
        return str(self.state.get("Type"))

    @property
    def item(self) -> Mapping[str, Any] | None:
        """`$$.Map.Item` where no context is given: that of a first iteration, whose item is the input."""
        if self.map_around is None or self.context is not None:
            return None
        source = {} if "ItemReader" in self.map_around else {"Source": STATE_DATA}
        return {"Index": 0, "Value": json.loads(self.input), **source}


def read_request(given: Mapping[str, Any]) -> Request:
    """Read a request.

    Raises:
        InvalidDefinition: AWS does not accept the state, or cannot test one of its type.
        ValidationException: parameters do not fit together, or the mock does not fit the state.
        InvalidExecutionInput: the input is no JSON.
        NotSimulated: AWS can call what a Task calls, and the lab cannot.
    """
    found = _state_of(given["definition"], given.get("stateName"))
    name, state = found.name, found.state
    machine = _machine_of(found)
    check_definition(machine)
    mock = given.get("mock")
    _check_type(state, mock, given)
    if mock is not None:
        _check_mock(mock, state, given)
    _check_input(given.get("input", "{}"))
    variables = _object_of(given.get("variables"), "Variables must be a JSON object")
    context = _context_of(given.get("context"), state, mock)
    if context is None:
        _refuse_item(found)
    configuration = read_configuration(given.get("stateConfiguration") or {}, state, mock)
    return Request(
        name,
        state,
        found.map_around,
        state.get("QueryLanguage") or found.language or "JSONPath",
        machine,
        given.get("input", "{}"),
        variables,
        mock,
        context,
        configuration,
    )


# ---- the state


@dataclass(frozen=True)
class _Found:
    """A state in a definition."""

    name: str
    state: Mapping[str, Any]
    language: str | None = None
    """The query language that it inherits."""
    map_around: Mapping[str, Any] | None = None


def _state_of(text: str, name: str | None) -> _Found:
    try:
        definition = json.loads(text)
    except ValueError as error:
        raise InvalidDefinition.because(f"INVALID_JSON_DESCRIPTION: {error}") from None
    if not isinstance(definition, dict):
        raise InvalidDefinition.because("SCHEMA_VALIDATION_FAILED: Value is not a JSON object at /")
    if name is None:
        return _Found(NAMELESS, definition)
    for found in _states_in(definition, None, None):
        if found.name == name:
            return found
    raise ValidationException("State not found in definition")


def _states_in(scope: Any, language: str | None, around: Mapping[str, Any] | None) -> Iterator[_Found]:  # noqa: ANN401 - any JSON
    """The states of a state machine, and those within them; `around` is the Map whose processor it is."""
    states = scope.get("States") if isinstance(scope, dict) else None
    if not isinstance(states, dict):
        return
    language = scope.get("QueryLanguage", language)
    for name, state in states.items():
        if not isinstance(state, dict):
            continue
        yield _Found(name, state, language, around)
        branches = state.get("Branches")
        for branch in branches if isinstance(branches, list) else ():
            yield from _states_in(branch, language, around)
        for field in ("ItemProcessor", "Iterator"):
            yield from _states_in(state.get(field), language, state)


def _machine_of(found: _Found) -> str:
    name, state = found.name, found.state
    targets = dict.fromkeys(target for _, target in transitions.targets(state, "") if target != name)
    states = {name: state, **{target: {"Type": "Succeed"} for target in targets}}
    whole: dict[str, Any] = {"StartAt": name, "States": states}
    if found.language is not None:
        whole["QueryLanguage"] = found.language
    return json.dumps(whole)


def _refuse_item(found: _Found) -> None:
    if "ItemReader" not in (found.map_around or {}):
        return
    for field in ("Key", "Source"):
        if f"Map.Item.{field}" in json.dumps(found.state):
            what = f"TestState: Map.Item.{field}, without a context, within a Map that has an ItemReader"
            raise NotSimulated(what, "Take it out, or run an execution.")


def _check_type(state: Mapping[str, Any], mock: object, given: Mapping[str, Any]) -> None:
    kind, resource = state.get("Type"), str(state.get("Resource", ""))
    if mock is not None:
        if kind not in _MOCKABLE:
            raise ValidationException(f"State type '{kind}' is not supported when a mock is specified")
        return
    if kind in _FRAMES:
        raise InvalidDefinition(_SUPPORTED)
    if kind == "Task" and _waits(resource):
        raise InvalidDefinition(
            "TestState API does not support activities, .sync and .waitForTaskToken without a mock"
        )
    if kind == "Task" and given.get("roleArn") is None:
        raise ValidationException("RoleArn must be specified when testing a Task state")


def _waits(resource: str) -> bool:
    """Whether a Task waits for somebody: a job, whoever has a token, or a worker of an activity."""
    return resource.endswith((".sync", ".sync:2", ".waitForTaskToken")) or ":activity:" in resource


# ---- what stands in for its work


def _check_mock(mock: Mapping[str, Any], state: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    if given.get("revealSecrets"):
        raise ValidationException("TestState does not support RevealSecrets when a mock is specified.")
    if {"result", "errorOutput"} <= set(mock):
        raise ValidationException(
            "A test mock should have only one of the following fields: [result, errorOutput]."
        )
    if "result" not in mock:
        return
    try:
        result = json.loads(mock["result"])
    except ValueError:
        raise ValidationException("Mocked result must be valid JSON") from None
    kind = state["Type"]
    if kind == "Task":
        check_mock_result(str(state.get("Resource")), result, mock.get("fieldValidationMode", "STRICT"))
    elif kind == "Map" and "ResultWriter" in state:
        if not isinstance(result, dict):
            raise ValidationException("Mocked result must be a JSON object.")
    elif not isinstance(result, list):
        raise ValidationException("Mocked result must be an array.")
    elif kind == "Parallel" and len(result) != len(state["Branches"]):
        raise ValidationException(
            "Mocked result must contain the same number of items as number of Parallel branches."
        )


# ---- what it is given


def _check_input(text: str) -> None:
    problem = json_problem(text) if text else "Invalid execution input."
    if problem is not None:
        raise InvalidExecutionInput.because(problem)


def _object_of(text: str | None, problem: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ValidationException(problem)
    return value


def _context_of(text: str | None, state: Mapping[str, Any], mock: object) -> Mapping[str, Any] | None:
    if text is None:
        return None
    if mock is None:
        raise ValidationException("A Context object can only be specified when a mock is specified")
    context = _object_of(text, f"{_CONTEXT}must be a JSON object")
    for name, value in context.items():
        if name == "Map":
            raise ValidationException(f"{_CONTEXT}'Map' field is not supported when mocking a Context object")
        if name not in _CONTEXT_FIELDS:
            raise ValidationException(f"{_CONTEXT}Field '{name}' is not allowed")
        _check_context(name, value)
    if "Task" in context and not _waits(str(state.get("Resource", ""))):
        raise ValidationException(
            f"{_CONTEXT}Context object contains 'Task' when state is not a Task state with a '.sync' or "
            "'.waitForTaskToken' service integration pattern"
        )
    return context


def _check_context(part: str, value: object) -> None:
    if not isinstance(value, dict):
        raise ValidationException(f"{_CONTEXT}{part} must be an object")
    known = _CONTEXT_FIELDS[part]
    for name, one in value.items():
        if name not in known:
            raise ValidationException(f"{_CONTEXT}Field '{name}' is not allowed")
        if not isinstance(one, known[name]):
            raise ValidationException(f"{_CONTEXT}{part}.{name} must be {_KINDS[known[name]]}")
