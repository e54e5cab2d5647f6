"""The operations about executions: starting, stopping, showing and listing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.errors import (
    ResourceNotFound,
    StateMachineTypeNotSupported,
    ValidationException,
)
from workbook.aws.stepfunctions.execution_shown import description, summary
from workbook.aws.stepfunctions.history import without_data
from workbook.aws.stepfunctions.metering import billing_details
from workbook.aws.stepfunctions.operations_map_runs import map_run_of
from workbook.aws.stepfunctions.pages import page
from workbook.aws.stepfunctions.registry import Registry, Startable, chance_of_aliases, registry_of
from workbook.aws.stepfunctions.starting import run_synchronously
from workbook.aws.stepfunctions.starting import start_execution as start
from workbook.engine.clock import datetime_of

if TYPE_CHECKING:
    from workbook.aws.operations import Call
    from workbook.aws.stepfunctions.execution import Execution

_METADATA_ONLY = "METADATA_ONLY"


def start_execution(call: Call) -> dict[str, Any]:
    """Start an execution, or find the running standard one of this name and input."""
    found, given = _startable(call), call.parameters
    execution = start(
        call.world,
        found.machine,
        _input(call),
        name=given.get("name"),
        trace_header=given.get("traceHeader"),
        version=found.version,
        alias=found.alias,
    )
    return {"executionArn": execution.arn, "startDate": datetime_of(execution.started)}


def start_sync_execution(call: Call) -> dict[str, Any]:
    """Run an express workflow and answer with what became of it; that it failed is no error of the call."""
    found, given = _startable(call), call.parameters
    if not found.machine.is_express:
        raise StateMachineTypeNotSupported
    execution = run_synchronously(
        call.world,
        found.machine,
        _input(call),
        name=given.get("name"),
        trace_header=given.get("traceHeader"),
        version=found.version,
        alias=found.alias,
    )
    with_data = given.get("includedData") != _METADATA_ONLY
    return {
        **_ended_at_once(description(call.world, execution, with_data=with_data), with_data=with_data),
        "billingDetails": billing_details(execution),
    }


def _ended_at_once(shown: dict[str, Any], *, with_data: bool) -> dict[str, Any]:
    """An express execution as StartSyncExecution shows it, which tells of outputDetails in any case."""
    hidden = {"redriveCount", "redriveStatus", "redriveStatusReason"}
    hidden |= {"stateMachineVersionArn", "stateMachineAliasArn"}
    kept = {name: value for name, value in shown.items() if name not in hidden}
    return {**kept, "outputDetails": {"included": with_data}}


def stop_execution(call: Call) -> dict[str, Any]:
    """End an execution; one that has ended stays as it is."""
    execution = _execution(call)
    execution.stop(call.parameters.get("error"), call.parameters.get("cause"))
    assert execution.ended is not None  # noqa: S101 - it has ended now, if not before
    return {"stopDate": datetime_of(execution.ended)}


def describe_execution(call: Call) -> dict[str, Any]:
    """Show an execution."""
    with_data = call.parameters.get("includedData") != _METADATA_ONLY
    return description(call.world, _execution(call), with_data=with_data)


def describe_state_machine_for_execution(call: Call) -> dict[str, Any]:
    """Show the state machine as it was when the execution started."""
    execution = _execution(call)
    shown = {
        "stateMachineArn": execution.machine.arn,
        "name": execution.machine.name,
        "updateDate": datetime_of(execution.revision.updated),
        **execution.revision.shown(),
    }
    if execution.map_run is not None:
        shown |= {"mapRunArn": execution.map_run.arn, "label": execution.machine.name.rpartition("/")[2]}
    if call.parameters.get("includedData") == _METADATA_ONLY:
        shown["definition"] = "{}"
    return shown


def list_executions(call: Call) -> dict[str, Any]:
    """The executions of a state machine, of a version or of an alias.

    The latest come first: running ones by start or redrive, others by end.
    """
    given = call.parameters
    if given.get("mapRunArn") is not None and given.get("stateMachineArn") is not None:
        raise ValidationException("Must specify either a stateMachineArn or a mapRunArn")
    if given.get("mapRunArn") is not None:
        return _list_children(call)
    if given.get("stateMachineArn") is None:
        raise ValidationException("Must specify either a stateMachineArn or a mapRunArn")
    if given.get("statusFilter") == "PENDING_REDRIVE":
        raise ValidationException("PENDING_REDRIVE is for the executions of a Map Run")
    chosen = [execution for execution in _listed(call) if _is_asked_for(call, execution)]
    latest_first = sorted(chosen, key=_moment)[::-1]
    return page("executions", [summary(execution) for execution in latest_first], given)


def _list_children(call: Call) -> dict[str, Any]:
    """The child executions of a Map Run."""
    run = map_run_of(call)
    forgotten = _registry(call).is_forgotten
    known = [child for child in run.children if not forgotten(child.execution.ended)]
    chosen = [child for child in known if _is_asked_for(call, child.execution)]
    latest_first = sorted(chosen, key=lambda child: _moment(child.execution))[::-1]
    more = {"mapRunArn": run.arn}
    shown = [{**summary(child.execution), **more, "itemCount": child.work.items} for child in latest_first]
    return page("executions", shown, call.parameters)


def get_execution_history(call: Call) -> dict[str, Any]:
    """The events of an execution, the oldest first unless asked otherwise."""
    given = call.parameters
    events = _execution(call).history.events
    answer = page("events", events[::-1] if given.get("reverseOrder") else events, given)
    if given.get("includeExecutionData") is False:
        answer["events"] = [without_data(event) for event in answer["events"]]
    return answer


def _listed(call: Call) -> list[Execution]:
    """All executions of what the ARN of the request is of."""
    arn = call.parameters["stateMachineArn"]
    registry = _registry(call)
    machine, version = registry.machine_or_version(arn, aliases=True)
    if machine.is_express:
        raise StateMachineTypeNotSupported
    executions = registry.executions_of(machine)
    if arn == machine.arn:
        return executions
    if version is not None:
        return [one for one in executions if one.version is version]
    alias = machine.aliases.get(arn)
    if alias is None:
        raise ResourceNotFound.referenced()
    return [one for one in executions if one.alias is alias]


def _is_asked_for(call: Call, execution: Execution) -> bool:
    """Whether it has the status, and was redriven, as the request asks for."""
    redriven = "REDRIVEN" if execution.redrives else "NOT_REDRIVEN"
    return call.parameters.get("statusFilter") in (None, execution.status) and call.parameters.get(
        "redriveFilter"
    ) in (None, redriven)


def _moment(execution: Execution) -> int:
    if execution.ended is not None:
        return execution.ended
    return execution.started if execution.redriven is None else execution.redriven


def _startable(call: Call) -> Startable:
    arn = call.parameters["stateMachineArn"]
    return _registry(call).startable(arn, lambda: chance_of_aliases(call.world))


def _input(call: Call) -> str:
    text = call.parameters.get("input")
    return "{}" if text is None else text


def _registry(call: Call) -> Registry:
    return registry_of(call.world, call.account, call.region)


def _execution(call: Call) -> Execution:
    return _registry(call).execution(call.parameters["executionArn"])
