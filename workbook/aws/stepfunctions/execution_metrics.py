"""The metrics AWS/States of executions.

    ExecutionsStarted, ExecutionsSucceeded, ExecutionsFailed, ExecutionsTimedOut, ExecutionsAborted
    ExecutionTime                                    from start to end, in milliseconds
    ExecutionsRedriven, RedrivenExecutions...        of standard executions that were redriven
    ExpressExecutionBilledDuration, ExpressExecutionBilledMemory, ExpressExecutionMemory

A value counts for the state machine, for all of the account together, and for the version or the alias that
the execution was started with. ExecutionsStarted comes a second time, as 0, when the execution has ended: so
its SampleCount is 2 for each.

Source: Step Functions Developer Guide, "Monitoring Step Functions metrics using Amazon CloudWatch". The units
of the metrics of memory are unverified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from workbook.aws.metrics import Meter
from workbook.aws.stepfunctions.metering import billing_details
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.engine.world import World

NAMESPACE = "AWS/States"
_MEGABYTE = 1024 * 1024
_ENDS = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "TIMED_OUT": "TimedOut", "ABORTED": "Aborted"}


def count_start(world: World, execution: Execution) -> None:
    """An execution started, or was redriven."""
    for meter in _meters(world, execution):
        meter.add("ExecutionsRedriven" if execution.redrives else "ExecutionsStarted")


def count_end(world: World, execution: Execution) -> None:
    """It has ended."""
    assert execution.ended is not None  # noqa: S101 - it has ended
    end = _ENDS[execution.status]
    for meter in _meters(world, execution):
        meter.add(f"Executions{end}")
        if execution.redrives:
            meter.add(f"RedrivenExecutions{end}")
        meter.add("ExecutionsStarted", 0)
        meter.add("ExecutionTime", (execution.ended - execution.started) * 1000 / SECOND, unit="Milliseconds")
    if execution.machine.is_express:
        _count_express(world, execution)


def _count_express(world: World, execution: Execution) -> None:
    details = billing_details(execution)
    memory = details["billedMemoryUsedInMB"] * _MEGABYTE
    of_machine = {"StateMachineArn": execution.machine.arn}
    for dimensions in ({}, of_machine):
        meter = _meter(world, execution, dimensions)
        duration = details["billedDurationInMilliseconds"]
        meter.add("ExpressExecutionBilledDuration", duration, unit="Milliseconds")
        meter.add("ExpressExecutionBilledMemory", memory, unit="Bytes")
    _meter(world, execution, of_machine).add("ExpressExecutionMemory", memory, unit="Bytes")


def _meters(world: World, execution: Execution) -> Iterator[Meter]:
    machine = {"StateMachineArn": execution.machine.arn}
    yield _meter(world, execution, {})
    yield _meter(world, execution, machine)
    if execution.alias is not None:
        yield _meter(world, execution, {**machine, "Alias": execution.alias.name})
    elif execution.version is not None:
        yield _meter(world, execution, {**machine, "Version": str(execution.version.number)})


def _meter(world: World, execution: Execution, dimensions: Mapping[str, str]) -> Meter:
    machine = execution.machine
    return Meter(world, machine.account, machine.region, NAMESPACE, dimensions)
