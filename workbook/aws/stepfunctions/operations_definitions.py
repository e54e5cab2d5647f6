"""ValidateStateMachineDefinition: what CreateStateMachine would say of a definition, and nothing is made.

An invalid definition is no error of this call: the answer lists what is wrong with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.operations import refuse_parameters
from workbook.aws.stepfunctions.definition import diagnose

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.stepfunctions.diagnostics import Diagnostic

_KNOWN = frozenset({"definition", "type", "severity", "maxResults"})


def validate_state_machine_definition(call: Call) -> dict[str, Any]:
    """The diagnostics of a definition, `maxResults` of them; warnings only where severity is WARNING.

    Raises:
        NotSimulated: AWS accepts what a Task calls, and the lab cannot call it.
    """
    given = call.parameters
    refuse_parameters(given, _KNOWN, "ValidateStateMachineDefinition")
    found = diagnose(given["definition"], given.get("type", "STANDARD"))
    errors = [diagnostic for diagnostic in found if diagnostic.severity == "ERROR"]
    asked = found if given.get("severity") == "WARNING" else errors
    most = given.get("maxResults") or int(limit("stepfunctions.diagnostics"))
    return {
        "result": "FAIL" if errors else "OK",
        "diagnostics": [_shown(diagnostic) for diagnostic in asked[:most]],
        "truncated": len(asked) > most,
    }


def _shown(diagnostic: Diagnostic) -> dict[str, str]:
    shown = {"severity": diagnostic.severity, "code": diagnostic.code, "message": diagnostic.message}
    return shown if diagnostic.location is None else {**shown, "location": diagnostic.location}
