"""What a Task state may call, and with what: AWS looks when the state machine is made."""

from __future__ import annotations

import re
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
"""Parts of an ARN of what a state can call: arn:aws:states:::sqs:sendMessage."""


def check_task(
    place: str, state: Mapping[str, Any], language: str, machine_type: str
) -> Iterator[Diagnostic]:
    """What AWS does not accept of a Task state at this place of a definition.

    `language` is the state's query language, `machine_type` the state machine's (STANDARD or EXPRESS).

    Raises:
        NotSimulated: AWS accepts it, and the lab does not run it.
    """
    resource = str(state["Resource"])
    parts = resource.split(":")
    wrong = _wrong_resource(parts, machine_type)
    if wrong is not None:
        yield unfit(wrong, f"{place}/Resource")
    elif parts[2] != "lambda" or parts[5] != "function":
        yield from _wrong_call(place, state, resource, "Arguments" if language == "JSONata" else "Parameters")


def _wrong_resource(parts: list[str], machine_type: str) -> str | None:
    """What AWS says of an ARN that no state of such a state machine can call; None where one may."""
    if parts[0] != "arn":
        return "Value is not a valid resource ARN"
    if machine_type == "EXPRESS":
        if parts[2:3] == ["states"] and "activity" in parts[5:6]:
            return "Express state machine does not support Activity ARN"
        for pattern in (".waitForTaskToken", ".sync"):
            if pattern in ":".join(parts[6:]):
                return f"Express state machine does not support '{pattern}' service integration "
    if len(parts) < _PARTS or parts[2] not in {"states", "lambda"}:
        return _unrecognised(":".join(parts))
    return None


def _wrong_call(place: str, state: Mapping[str, Any], resource: str, field: str) -> Iterator[Diagnostic]:
    try:
        integration = _simulated(place, resource)
    except UnknownIntegration:
        yield unfit(_unrecognised(resource), f"{place}/Resource")
        return
    if field in state:
        yield from _wrong_parameters(f"{place}/{field}", integration, state[field])
        return
    called = re.sub(r"\.(sync(:2)?|waitForTaskToken)$", "", resource)
    yield unfit(f"{field} field is required for resource ARN: {called}", place)


def _simulated(place: str, resource: str) -> Integration:
    try:
        return find_integration(resource)
    except NoIntegration:
        named = [f"arn:aws:states:::{known}" for known in (*OPTIMISED, "aws-sdk:service:operation")]
        what = f"{_OPERATION}: the resource {resource} of {place}"
        raise NotSimulated(what, f"Simulated are: a function's ARN, {', '.join(named)}.") from None


def _unrecognised(resource: str) -> str:
    return (
        f"The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the "
        "resource is not available in this region."
    )


def _wrong_parameters(place: str, integration: Integration, parameters: Any) -> Iterator[Diagnostic]:  # noqa: ANN401 - any JSON
    if isinstance(parameters, str):
        return  # an expression, whose value nobody knows before
    given = {key.removesuffix(".$") for key in parameters} if isinstance(parameters, dict) else set()
    for key in sorted(given):
        if key not in integration.parameters:
            yield unfit(f'The field "{key}" is not supported by Step Functions', place)
    for key in integration.needed:
        if key not in given:
            yield unfit(f"The field '{key}' is required but was missing", place)
