"""The operations about executions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.operations import NotSimulated, refuse_parameters
from workbook.aws.stepfunctions.pages import page
from workbook.aws.stepfunctions.registry import Registry, registry_of
from workbook.aws.stepfunctions.starting import start_execution as start
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.stepfunctions.execution import Execution


def start_execution(call: Call) -> dict[str, Any]:
    """Start an execution, or find the running one of this name and input."""
    given = call.parameters
    machine = _registry(call).machine(given["stateMachineArn"])
    text = given.get("input")
    execution = start(
        call.world,
        machine,
        "{}" if text is None else text,
        name=given.get("name"),
        trace_header=given.get("traceHeader"),
    )
    return {"executionArn": execution.arn, "startDate": datetime_of(execution.started)}


def stop_execution(call: Call) -> dict[str, Any]:
    """End an execution; one that has ended stays as it is."""
    execution = _execution(call)
    execution.stop(call.parameters.get("error"), call.parameters.get("cause"))
    assert execution.ended is not None  # noqa: S101 - it has ended now, if not before
    return {"stopDate": datetime_of(execution.ended)}


def describe_execution(call: Call) -> dict[str, Any]:
    """Show an execution."""
    refuse_parameters(call.parameters, frozenset({"executionArn"}), "DescribeExecution")
    return _execution(call).description()


def list_executions(call: Call) -> dict[str, Any]:
    """The executions of a state machine: the latest first, by start or, when they have ended, by end."""
    known = frozenset({"stateMachineArn", "statusFilter", "maxResults", "nextToken"})
    refuse_parameters(call.parameters, known, "ListExecutions")
    if call.parameters.get("stateMachineArn") is None:
        raise NotSimulated("ListExecutions without stateMachineArn", "Name the state machine.")
    machine = _registry(call).machine(call.parameters["stateMachineArn"])
    status = call.parameters.get("statusFilter")
    chosen = [one for one in machine.executions.values() if status in (None, one.status)]
    latest_first = sorted(chosen, key=_moment)[::-1]
    return page("executions", [execution.summary() for execution in latest_first], call.parameters)


def get_execution_history(call: Call) -> dict[str, Any]:
    """The events of an execution, the oldest first unless asked otherwise."""
    if call.parameters.get("includeExecutionData") is False:
        raise NotSimulated("GetExecutionHistory: includeExecutionData False", "Leave it out.")
    events = _execution(call).history.events
    ordered = events[::-1] if call.parameters.get("reverseOrder") else events
    return page("events", ordered, call.parameters)


def _moment(execution: Execution) -> int:
    return execution.started if execution.ended is None else execution.ended


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def _execution(call: Call) -> Execution:
    return _registry(call).execution(call.parameters["executionArn"])
