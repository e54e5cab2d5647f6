"""TestState: one state runs by itself, and says what its fields made of the data. No execution is made.

Parts: `state_under_test` reads the definition and refuses what AWS refuses, `state_configuration` what would
have happened in a Map or Parallel state; `state_trial` runs the state.

Sources: botocore's service model; answers of AWS in LocalStack's snapshots of TestState, 2025 and 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.aws.roles import can_assume
from workbook.aws.stepfunctions.errors import AccessDenied, InvalidArn
from workbook.aws.stepfunctions.role_calls import SERVICE
from workbook.aws.stepfunctions.state_trial import Trial
from workbook.aws.stepfunctions.state_under_test import read_request

if TYPE_CHECKING:
    from workbook.aws.operations import Call

_KNOWN = frozenset(
    {"definition", "roleArn", "input", "inspectionLevel", "revealSecrets", "variables"}
    | {"stateName", "mock", "context", "stateConfiguration"}
)
_ARN_PARTS = 6
_OF_ITEMS = ("ItemSelector", "ItemBatcher", "Parameters")
_BOUNDS = ("MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage")


def test_state(call: Call) -> dict[str, Any]:
    """Run one state, with a role or with a mocked result.

    Raises:
        InvalidDefinition: AWS does not accept the state, or cannot test one of its type.
        ValidationException: parameters do not fit together, or the mock does not fit the state.
        InvalidExecutionInput: the input is no JSON.
        AccessDenied: Step Functions may not assume the role.
        NotSimulated: AWS can do it and the lab cannot.
    """
    given = call.parameters
    refuse_parameters(given, _KNOWN, "TestState")
    request = read_request(given)
    _refuse_state(request.state, given)
    role = given.get("roleArn")
    if role is not None:
        _check_role(call, role)
    trial = Trial(call.world, call.account, call.region, request, role)
    return trial.run(given.get("inspectionLevel", "INFO"))


def _refuse_state(state: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse what would have to be shown in inspectionData, and is not known here."""
    if given.get("revealSecrets"):
        raise NotSimulated("TestState: revealSecrets", "Leave it out.")
    is_http = str(state.get("Resource", "")).endswith(":http:invoke")
    if is_http and given.get("mock") is None and given.get("inspectionLevel") == "TRACE":
        what = "TestState: inspectionLevel TRACE for an HTTP task without a mock"
        raise NotSimulated(what, "Test it with DEBUG; the request and its answer are in the trace.")
    reader_data = (given.get("stateConfiguration") or {}).get("mapItemReaderData")
    read = ("ItemReader",) if reader_data is None else ()
    for field in (*_OF_ITEMS, *read, *(f"{name}Path" for name in _BOUNDS)):
        if state.get("Type") == "Map" and field in state:
            what = f"TestState: a Map with {field}{' and no mapItemReaderData' if field in read else ''}"
            raise NotSimulated(what, "Test it without, or run an execution.")
    for field in _BOUNDS:
        if isinstance(state.get(field), str):
            raise NotSimulated(f"TestState: {field} as an expression", "Give a number, or run an execution.")


def _check_role(call: Call, role: str) -> None:
    parts = role.split(":")
    if parts[0] != "arn" or len(parts) < _ARN_PARTS:
        raise InvalidArn.prefix(role)
    if not can_assume(call.world, role, SERVICE, {"aws:SourceAccount": call.account}):
        raise AccessDenied.role()
