"""RedriveExecution: a standard execution that ended badly goes on, from the state that did not end well.

It is the same execution, with its name, its input and the revision that it started with; its history goes on.
A Map Run is redriven with the execution that started it; what AWS says of one child execution is unverified.
A token makes the request idempotent: of the last ten, each is answered with its own redriveDate, for 15
minutes from its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.aws.stepfunctions.errors import ExecutionNotRedrivable
from workbook.aws.stepfunctions.execution_shown import obstacle_to_redrive
from workbook.aws.stepfunctions.registry import registry_of
from workbook.aws.stepfunctions.starting import check_open_executions
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.stepfunctions.execution import Execution

_REMEMBERED = 10
"""Client tokens of an execution (service model, RedriveExecution)."""
_DATA_LIMIT = "States.DataLimitExceeded"


def redrive_execution(call: Call) -> dict[str, Any]:
    """Let an execution go on; the answer says when."""
    execution = registry_of(call.world, call.account, call.region).execution(call.parameters["executionArn"])
    tokens, token = execution.redrive_tokens, call.parameters.get("clientToken")
    _forget_old(tokens, call.world.clock.now)
    if token not in tokens:
        _redrive(call, execution)
        _remember(tokens, token, call.world.clock.now)
    instant = call.world.clock.now if token is None else tokens[token]
    return {"redriveDate": datetime_of(instant)}


def _redrive(call: Call, execution: Execution) -> None:
    _refuse_child(execution)
    obstacle = obstacle_to_redrive(call.world, execution)
    if obstacle is not None:
        raise ExecutionNotRedrivable(obstacle)
    check_open_executions(call.world, execution.machine)
    if execution.error == _DATA_LIMIT:
        execution.progress.forget_parts()
    execution.redrive()


def _forget_old(tokens: dict[str, int], now: int) -> None:
    longest = limit("stepfunctions.redrive.token") * SECOND
    for token, used in list(tokens.items()):
        if now - used > longest:
            del tokens[token]


def _remember(tokens: dict[str, int], token: str | None, now: int) -> None:
    if token is not None:
        tokens[token] = now
        for oldest in list(tokens)[:-_REMEMBERED]:
            del tokens[oldest]


def _refuse_child(execution: Execution) -> None:
    if execution.map_run is not None:
        what = "RedriveExecution of a child execution of a Map Run"
        raise NotSimulated(what, f"Redrive what started the Map Run: {execution.map_run.execution_arn}.")
