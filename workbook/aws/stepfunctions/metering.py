"""What AWS counts of an execution for the bill, in numbers.

    Standard   state transitions: each time that a state runs, and each retry of one
    Express    requests (one a start), and duration times memory: 100 ms and 64 MB at a time

An express workflow's memory depends on its definition, its data and its branches, by a rule that AWS gives
examples of and no formula: here it is always one step of 64 MB, as in the answers of AWS that were recorded
for small workflows (unverified for large ones).

Source: AWS Step Functions pricing, as of 2026-11; answers of StartSyncExecution recorded in 2024.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.role_calls import present_execution
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.engine.patches import Patches

_COMPONENTS = "moto.stepfunctions.parser.asl.component"
_STATES, _RETRY = f"{_COMPONENTS}.state", f"{_COMPONENTS}.common.retry"
_MILLISECOND = SECOND // 1000


def install(patches: Patches) -> None:
    """Count the retries of the interpreter, which is loaded."""
    state = importlib.import_module(f"{_STATES}.exec.execute_state").ExecutionState
    original, outcome = state._handle_retry, importlib.import_module(f"{_RETRY}.retry_outcome").RetryOutcome  # noqa: SLF001 - the seam

    def handle_retry(state: Any, env: Any, failure_event: Any) -> Any:  # noqa: ANN401 - a method of the interpreter
        decided = original(state, env=env, failure_event=failure_event)
        if decided == outcome.CanRetry:
            present_execution.get().transitions += 1
        return decided

    patches.set(state, "_handle_retry", handle_retry)


def billing_details(execution: Execution) -> dict[str, int]:
    """The billingDetails of an express execution that has ended."""
    assert execution.ended is not None  # noqa: S101 - who asks has waited for its end
    step = limit("stepfunctions.express.billing.duration")
    milliseconds = -(-(execution.ended - execution.started) // _MILLISECOND)
    return {
        "billedMemoryUsedInMB": limit("stepfunctions.express.billing.memory"),
        "billedDurationInMilliseconds": max(1, -(-milliseconds // step)) * step,
    }


def billable_facts(execution: Execution) -> dict[str, Any]:
    """What the trace says of an execution that has ended."""
    if not execution.machine.is_express:
        return {"transitions": execution.transitions}
    details = billing_details(execution)
    return {
        "billed_milliseconds": details["billedDurationInMilliseconds"],
        "memory": details["billedMemoryUsedInMB"],
    }
