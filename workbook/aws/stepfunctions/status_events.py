"""Step Functions tells EventBridge of each change of an execution's status.

Source: Step Functions Developer Guide, "Automating Step Functions event delivery with EventBridge".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws import service_events

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.engine.world import World

_MILLISECOND = 1_000


def tell_status(world: World, execution: Execution) -> None:
    """Emit the event; where nobody listens nothing is made."""
    machine = execution.machine

    def detail() -> Mapping[str, Any]:
        return _detail(execution)

    service_events.emit(
        world,
        machine.account,
        machine.region,
        source="aws.states",
        detail_type="Step Functions Execution Status Change",
        resources=[execution.arn],
        detail=detail,
    )


def _detail(execution: Execution) -> Mapping[str, Any]:
    ended = execution.ended
    return {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine.arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": execution.started // _MILLISECOND,
        "stopDate": None if ended is None else ended // _MILLISECOND,
        "input": execution.input,
        "output": execution.output,
        "inputDetails": {"included": True},
        "outputDetails": None if execution.output is None else {"included": True},
        "error": execution.error,
        "cause": execution.cause,
    }
