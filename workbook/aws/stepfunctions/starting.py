"""StartExecution, for the API and for whatever delivers to a state machine.

A name makes it idempotent: the same name with the same input is the running execution again. With another
input, or when that one has ended, the name is taken, for 90 days.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.errors import ExecutionAlreadyExists, InvalidExecutionInput, InvalidName
from workbook.aws.stepfunctions.execution import DAY, Execution

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.registry import StateMachine
    from workbook.engine.world import World

_FORBIDDEN = re.compile(r'[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]')


def start_execution(
    world: World,
    machine: StateMachine,
    input_text: str = "{}",
    *,
    name: str | None = None,
    trace_header: str | None = None,
) -> Execution:
    """Start an execution, or find the one that runs under this name with this input.

    Raises:
        InvalidName: the name has characters that names may not have.
        InvalidExecutionInput: the input is no JSON.
        ExecutionAlreadyExists: the name is taken.
    """
    name = world.seeds.uuid("stepfunctions.execution") if name is None else name
    check_name(name)
    _check_input(input_text)
    known = machine.executions.get(name)
    if known is not None and not _is_forgotten(world, known):
        if known.ended is None and known.input == input_text:
            return known
        raise ExecutionAlreadyExists.of(known.arn)
    machine.executions.pop(name, None)
    execution = machine.executions[name] = Execution(world, machine, name, input_text, trace_header)
    execution.start()
    return execution


def check_name(name: str) -> None:
    """Let a name of a state machine or an execution pass.

    Raises:
        InvalidName: it has characters that names may not have.
    """
    if _FORBIDDEN.search(name):
        raise InvalidName.of(name)


def _check_input(text: str) -> None:
    try:
        json.loads(text)
    except ValueError as error:
        raise InvalidExecutionInput.because(str(error)) from None


def _is_forgotten(world: World, execution: Execution) -> bool:
    age = limit("stepfunctions.name-reuse") * DAY
    return execution.ended is not None and world.clock.now - execution.ended >= age
