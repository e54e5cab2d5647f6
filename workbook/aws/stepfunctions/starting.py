"""StartExecution and StartSyncExecution, for the API and for whatever delivers to a state machine.

Of a standard execution a name makes the start idempotent: the same name with the same input is the running
execution again. With another input, or when that one has ended, the name is taken, for 90 days.

Each start of an express workflow is a new execution, whatever its name. One that nobody waits for runs at
least once, so by chance (`Chaos(duplicate_executions=...)`) it runs twice; one that somebody waits for runs
at most once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.errors import (
    ExecutionAlreadyExists,
    ExecutionLimitExceeded,
    InvalidExecutionInput,
    InvalidName,
)
from workbook.aws.stepfunctions.execution import Execution
from workbook.aws.stepfunctions.execution_shown import DAY
from workbook.aws.stepfunctions.json_texts import json_problem
from workbook.aws.stepfunctions.registry import registry_of

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.registry import StateMachine
    from workbook.aws.stepfunctions.revisions import Alias, Version
    from workbook.engine.world import World

_FORBIDDEN = re.compile(r'[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]')


def start_execution(
    world: World,
    machine: StateMachine,
    input_text: str = "{}",
    *,
    name: str | None = None,
    trace_header: str | None = None,
    version: Version | None = None,
    alias: Alias | None = None,
) -> Execution:
    """Start an execution, or find the standard one that runs under this name with this input.

    Raises:
        InvalidName: the name has characters that names may not have.
        InvalidExecutionInput: the input is no JSON.
        ExecutionAlreadyExists: the name is taken.
        ExecutionLimitExceeded: as many run as may run.
    """
    name = _checked_name(world, name)
    _check_input(input_text)
    if machine.is_express:
        return _start_express(world, machine, name, input_text, trace_header, version, alias)
    known = machine.executions.get(name)
    if known is not None and not _is_forgotten(world, known):
        if known.ended is None and known.input == input_text:
            return known
        raise ExecutionAlreadyExists.of(known.arn)
    check_open_executions(world, machine)
    machine.executions.pop(name, None)
    execution = Execution(world, machine, name, input_text, trace_header, version=version, alias=alias)
    machine.executions[name] = execution
    execution.start()
    return execution


def run_synchronously(
    world: World,
    machine: StateMachine,
    input_text: str,
    *,
    name: str | None = None,
    trace_header: str | None = None,
    version: Version | None = None,
    alias: Alias | None = None,
) -> Execution:
    """Run an express workflow, and wait for its end.

    Raises:
        InvalidName: the name has characters that names may not have.
        InvalidExecutionInput: the input is no JSON.
    """
    name = _checked_name(world, name)
    _check_input(input_text)
    execution = Execution(
        world, machine, name, input_text, trace_header, version=version, alias=alias, synchronous=True
    )
    execution.start()
    execution.wait()
    return execution


def _start_express(
    world: World,
    machine: StateMachine,
    name: str,
    input_text: str,
    trace_header: str | None,
    version: Version | None,
    alias: Alias | None,
) -> Execution:
    execution = Execution(world, machine, name, input_text, trace_header, version=version, alias=alias)
    execution.start()
    chance = world.chaos.duplicate_executions
    if chance and world.seeds.stream("stepfunctions.duplicate-executions").random() < chance:
        hop = world.trace.record("duplicate", machine.arn, message=execution.arn)
        with world.trace.under(hop):
            execution.again().start()
    return execution


def check_open_executions(world: World, machine: StateMachine) -> None:
    """Let one more standard execution run in the account and Region.

    Raises:
        ExecutionLimitExceeded: as many run as may run.
    """
    most = limit("stepfunctions.open-executions")
    if registry_of(world, machine.account, machine.region).open_executions >= most:
        raise ExecutionLimitExceeded.of(most)


def _checked_name(world: World, name: str | None) -> str:
    if name is None:
        return world.seeds.uuid("stepfunctions.execution")
    check_name(name)
    return name


def check_name(name: str) -> None:
    """Let a name of a state machine or an execution pass.

    Raises:
        InvalidName: it has characters that names may not have.
    """
    if _FORBIDDEN.search(name):
        raise InvalidName.of(name)


def _check_input(text: str) -> None:
    problem = json_problem(text) if text else "Invalid execution input."
    if problem is not None:
        raise InvalidExecutionInput.because(problem)


def _is_forgotten(world: World, execution: Execution) -> bool:
    age = limit("stepfunctions.name-reuse") * DAY
    return execution.ended is not None and world.clock.now - execution.ended >= age
