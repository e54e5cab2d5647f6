"""A state machine of Step Functions as a target: what is delivered starts an execution, with it as input.

The sender's role needs states:StartExecution. The service's part ends when the execution has started: that
it fails later is told by its history, and nobody tries again. Its name is new each time, so a delivery that
comes twice starts two executions.

Source: EventBridge User Guide and Step Functions Developer Guide, "Start a Step Functions workflow".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.delivery.permission import demand_role
from workbook.aws.delivery.shipment import Failure, Parcel, Sender, Undelivered
from workbook.aws.delivery.targets import Answer, Target
from workbook.aws.limits import limit

if TYPE_CHECKING:
    from workbook.engine.world import World


def accept(world: World, sender: Sender, state_machine_arn: str, parcel: Parcel) -> Answer:
    """Start an execution with what a service delivers; the answer has its ARN.

    Raises:
        Undelivered: there is no such state machine, the role may not start it, or the input is none.
    """
    from workbook.aws.stepfunctions.registry import find_startable  # noqa: PLC0415 - only who has state machines waits for it

    if sender.role_arn is None:
        raise Undelivered(Failure.NO_ROLE, "states:StartExecution needs a role: give the target a RoleArn")
    demand_role(world, sender, "states:StartExecution", state_machine_arn)
    found = find_startable(world, state_machine_arn)
    if found is None:
        missing = f"State Machine Does Not Exist: '{state_machine_arn}'"
        raise Undelivered(Failure.NO_RESOURCE, missing, status=400)
    from workbook.aws.stepfunctions.errors import (  # noqa: PLC0415 - loaded with the machine
        ExecutionLimitExceeded,
        InvalidExecutionInput,
    )
    from workbook.aws.stepfunctions.starting import start_execution  # noqa: PLC0415 - as above

    _demand_size(parcel.text)
    try:
        execution = start_execution(
            world, found.machine, parcel.text, version=found.version, alias=found.alias
        )
    except InvalidExecutionInput as error:
        raise Undelivered(Failure.REJECTED, str(error.message), status=400) from None
    except ExecutionLimitExceeded as error:
        raise Undelivered(Failure.THROTTLED, str(error.message), status=400) from None
    return {"executionArn": execution.arn}


def _demand_size(text: str) -> None:
    largest = limit("stepfunctions.input")
    if len(text.encode()) > largest:
        raise Undelivered(Failure.REJECTED, f"the input is larger than {largest} bytes", status=400)


def run_workflow(world: World, sender: Sender, state_machine_arn: str, text: str) -> str | None:
    """Run an express workflow synchronously; its output as JSON, None where it did not end well.

    Raises:
        Undelivered: there is no such state machine, it is none of type EXPRESS, or the role may not run it.
    """
    from workbook.aws.stepfunctions.registry import find_startable  # noqa: PLC0415 - as above
    from workbook.aws.stepfunctions.starting import run_synchronously  # noqa: PLC0415 - as above

    demand_role(world, sender, "states:StartSyncExecution", state_machine_arn)
    found = find_startable(world, state_machine_arn)
    if found is None:
        missing = f"State Machine Does Not Exist: '{state_machine_arn}'"
        raise Undelivered(Failure.NO_RESOURCE, missing, status=400)
    if not found.machine.is_express:
        refusal = "This operation is not supported by this type of state machine"
        raise Undelivered(Failure.REJECTED, refusal, status=400)
    _demand_size(text)
    execution = run_synchronously(world, found.machine, text, version=found.version, alias=found.alias)
    return execution.output


TARGET = Target(accept)
