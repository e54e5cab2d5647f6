"""What a Task state may call, and with what: AWS looks when the state machine is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.diagnostics import Diagnostic, unfit
from workbook.aws.stepfunctions.integrations import (
    OPTIMISED,
    Integration,
    NoIntegration,
    UnknownIntegration,
    find_integration,
)

_OPERATION = "CreateStateMachine"
_PARTS = 7
"""Of an ARN that a Task can call."""


def check_task(
    place: str, state: Mapping[str, Any], language: str, machine_type: str
) -> Iterator[Diagnostic]:
    """What AWS does not accept of a Task state at this place of a definition.

    `language` is the state's query language, `machine_type` the state machine's (STANDARD or EXPRESS).

    Raises:
        NotSimulated: AWS accepts it, and the lab does not run it.
    """
    resource = str(state["Resource"])
    wrong = list(_wrong_resource(f"{place}/Resource", resource, machine_type))
    if wrong or _is_function(resource) or _is_activity(resource):
        yield from wrong
        return
    try:
        integration = _simulated(place, resource)
    except UnknownIntegration:
        yield _unrecognised(f"{place}/Resource", resource)
        return
    yield from _wrong_call(place, state, "Arguments" if language == "JSONata" else "Parameters", integration)


def _is_function(resource: str) -> bool:
    parts = resource.split(":")
    return len(parts) >= _PARTS and parts[2] == "lambda" and parts[5] == "function"


def _is_activity(resource: str) -> bool:
    parts = resource.split(":")
    return len(parts) == _PARTS and parts[2] == "states" and parts[5] == "activity"


def _wrong_resource(place: str, resource: str, machine_type: str) -> Iterator[Diagnostic]:
    parts = resource.split(":")
    if not resource.startswith("arn:"):
        yield unfit("Value is not a valid resource ARN", place)
    elif machine_type == "EXPRESS" and parts[2:3] == ["states"] and "activity" in parts[5:6]:
        yield unfit("Express state machine does not support Activity ARN", place)
    elif len(parts) < _PARTS or parts[2] not in {"states", "lambda"}:
        yield _unrecognised(place, resource)
    elif machine_type == "EXPRESS":
        for pattern, end in ((".waitForTaskToken", " "), (".sync", "")):  # AWS's texts end so
            if pattern in resource:
                text = f"Express state machine does not support '{pattern}' service integration{end}"
                yield unfit(text, place)


def _wrong_call(
    place: str, state: Mapping[str, Any], field: str, integration: Integration
) -> Iterator[Diagnostic]:
    if field in state:
        yield from _wrong_parameters(f"{place}/{field}", integration, state[field])
    else:
        called = f"arn:aws:states:::{integration.called}"
        yield unfit(f"{field} field is required for resource ARN: {called}", place)


def _simulated(place: str, resource: str) -> Integration:
    try:
        return find_integration(resource)
    except NoIntegration:
        named = [f"arn:aws:states:::{known}" for known in (*OPTIMISED, "aws-sdk:service:operation")]
        what = f"{_OPERATION}: the resource {resource} of {place}"
        raise NotSimulated(what, f"Simulated are: a function's ARN, {', '.join(named)}.") from None


def _unrecognised(place: str, resource: str) -> Diagnostic:
    return unfit(
        f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the "
        "resource is not available in this region.",
        place,
    )


def _refuse(place: str, parameters: Mapping[str, Any]) -> None:
    """Refuse what requests to APIs and servers can have on AWS, and not here."""
    asked = {
        "AuthType": parameters.get("AuthType", "NO_AUTH") != "NO_AUTH",
        "AllowNullValues": parameters.get("AllowNullValues") is True,
    }
    for name in (name for name, is_asked in asked.items() if is_asked):
        raise NotSimulated(f"{_OPERATION}: {name} at {place}", "Leave it out.")


def _wrong_parameters(place: str, integration: Integration, parameters: Any) -> Iterator[Diagnostic]:  # noqa: ANN401 - any JSON
    if isinstance(parameters, str):
        return  # an expression, whose value nobody knows before
    if isinstance(parameters, dict):
        _refuse(place, parameters)
    given = {key.removesuffix(".$") for key in parameters} if isinstance(parameters, dict) else set()
    for key in sorted(given):
        if key not in integration.known:
            yield unfit(f'The field "{key}" is not supported by Step Functions', place)
    for key in integration.needed:
        if key not in given:
            yield unfit(f"The field '{key}' is required but was missing", place)
