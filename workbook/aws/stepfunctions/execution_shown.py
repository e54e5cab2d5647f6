"""A standard execution as the API shows it, and whether it could be redriven."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.engine.world import World

DAY = 24 * 3600 * SECOND
_SUMMARY = (
    "executionArn",
    "stateMachineArn",
    "stateMachineVersionArn",
    "stateMachineAliasArn",
    "name",
    "status",
    "startDate",
    "stopDate",
    "redriveCount",
    "redriveDate",
)


def description(world: World, execution: Execution, *, with_data: bool = True) -> dict[str, Any]:
    """As DescribeExecution shows it; without its data where only metadata were asked for."""
    shown = {**_metadata(execution), **_data(execution, with_data=with_data), **_redrive(world, execution)}
    return {name: value for name, value in shown.items() if value is not None}


def summary(execution: Execution) -> dict[str, Any]:
    """As ListExecutions shows it."""
    shown = _metadata(execution)
    return {name: shown[name] for name in _SUMMARY if shown.get(name) is not None}


def obstacle_to_redrive(world: World, execution: Execution) -> str | None:
    """Why it cannot be redriven, in AWS's words; None where it can.

    An express one, which only a Map Run can run again, begins anew: it can be redriven unless it succeeded.
    """
    if execution.machine.deleting:
        return "State machine is in DELETING status"
    if execution.ended is None or execution.status == "SUCCEEDED":
        return f"Execution is {execution.status} and cannot be redriven"
    return None if execution.machine.is_express else _limit_of_redrive(world, execution)


def _limit_of_redrive(world: World, execution: Execution) -> str | None:
    assert execution.ended is not None  # noqa: S101 - only what has ended is asked about
    if len(execution.history.events) >= limit("stepfunctions.redrive.history"):
        return "Execution history event limit exceeded"
    if world.clock.now - execution.started > limit("stepfunctions.duration.standard") * DAY:
        return "Execution has exceeded the max execution time"
    if world.clock.now - execution.ended > limit("stepfunctions.redrive.period") * DAY:
        return "Execution redrivable period exceeded"
    return None


def _metadata(execution: Execution) -> dict[str, Any]:
    version, alias = execution.version, execution.alias
    return {
        "executionArn": execution.arn,
        "stateMachineArn": execution.machine.arn,
        "stateMachineVersionArn": None if version is None else version.arn,
        "stateMachineAliasArn": None if alias is None else alias.arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": datetime_of(execution.started),
        "stopDate": None if execution.ended is None else datetime_of(execution.ended),
        "mapRunArn": None if execution.map_run is None else execution.map_run.arn,
        "traceHeader": execution.trace_header,
        "redriveCount": execution.redrives,
        "redriveDate": None if execution.redriven is None else datetime_of(execution.redriven),
    }


def _data(execution: Execution, *, with_data: bool) -> dict[str, Any]:
    included = {"included": with_data}
    data: dict[str, Any] = {"inputDetails": included}
    if with_data:
        data |= {"input": execution.input, "error": execution.error, "cause": execution.cause}
    if execution.output is not None:
        data |= {"outputDetails": included, "output": execution.output if with_data else None}
    return data


def _redrive(world: World, execution: Execution) -> Mapping[str, str]:
    obstacle = obstacle_to_redrive(world, execution)
    if obstacle is None:
        return {"redriveStatus": "REDRIVABLE"}
    return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": obstacle}
