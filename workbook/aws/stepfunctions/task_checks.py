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
    if resource.startswith("arn:") and len(parts) >= 7 and parts[2] == "lambda" and parts[5] == "function":
        return
    if not resource.startswith("arn:"):
        yield unfit("Value is not a valid resource ARN", f"{place}/Resource")
        return
    if machine_type == "EXPRESS" and parts[2:3] == ["states"] and "activity" in parts[5:6]:
        yield unfit("Express state machine does not support Activity ARN", f"{place}/Resource")
        return
    if len(parts) < 7 or parts[2] not in {"states", "lambda"}:
        yield _unrecognised(place, resource)
        return
    for pattern in (".waitForTaskToken", ".sync"):
        if machine_type == "EXPRESS" and pattern in resource:
            message = f"Express state machine does not support '{pattern}' service integration "
            yield unfit(message, f"{place}/Resource")
            return
    try:
        integration = _simulated(place, resource)
    except UnknownIntegration:
        yield _unrecognised(place, resource)
        return
    field = "Arguments" if language == "JSONata" else "Parameters"
    if field not in state:
        called = re.sub(r"\.(sync(:2)?|waitForTaskToken)$", "", resource)
        yield unfit(f"{field} field is required for resource ARN: {called}", place)
        return
    yield from _wrong_parameters(f"{place}/{field}", integration, state[field])


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
        f"{place}/Resource",
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
