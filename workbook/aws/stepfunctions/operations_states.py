"""TestState: one state runs by itself, and says what its fields made of the data. No execution is made.

Parts: `state_under_test` reads the definition and refuses what AWS refuses, `state_configuration` what would
have happened in a Map or Parallel state; `map_under_test` does what leads up to the iterations of a Map;
`state_trial` runs the state. Whether the caller may reveal secrets (states:RevealSecrets) is not asked, as no
caller is asked for permissions here.

Sources: botocore's service model; answers of AWS in LocalStack's snapshots of TestState, 2025 and 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.operations import refuse_parameters
from workbook.aws.roles import can_assume
from workbook.aws.stepfunctions.errors import AccessDenied, InvalidArn
from workbook.aws.stepfunctions.map_under_test import refuse_map
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
    level = given.get("inspectionLevel", "INFO")
    if request.kind == "Map":
        refuse_map(request, level)
    role = given.get("roleArn")
    if role is not None:
        _check_role(call, role)
    trial = Trial(call.world, call.account, call.region, request, role)
    return trial.run(level, secrets=bool(given.get("revealSecrets")))


def _check_role(call: Call, role: str) -> None:
    parts = role.split(":")
    if parts[0] != "arn" or len(parts) < _ARN_PARTS:
        raise InvalidArn.prefix(role)
    if not can_assume(call.world, role, SERVICE, {"aws:SourceAccount": call.account}):
        raise AccessDenied.role()
