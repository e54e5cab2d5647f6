"""AWS Step Functions: state machines of type STANDARD, in virtual time.

    operations_machines ── definition ── integrations    what may be made
               │
    operations_executions ── starting ── execution ── history
                                           │
                                      interpreter (moto's) ── role_calls      what its tasks call
    status_events                                                             what EventBridge hears

The states Pass, Task, Choice, Wait, Succeed and Fail run, in JSONPath; a Task calls Lambda, SQS, SNS and
EventBridge and waits for the answer. The rest of Amazon States Language is refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.stepfunctions.responses import StepFunctionResponse

from workbook.aws.constraints import constraint_errors
from workbook.aws.operations import install_operations
from workbook.aws.stepfunctions import (
    interpreter,
    operations_executions,
    operations_machines,
    operations_tasks,
)
from workbook.aws.stepfunctions.errors import ValidationException

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call, Operation
    from workbook.engine.patches import Patches

__all__ = ["OPERATIONS", "install"]

OPERATIONS: dict[str, Operation] = {
    "CreateStateMachine": operations_machines.create_state_machine,
    "DeleteStateMachine": operations_machines.delete_state_machine,
    "DescribeExecution": operations_executions.describe_execution,
    "DescribeStateMachine": operations_machines.describe_state_machine,
    "GetExecutionHistory": operations_executions.get_execution_history,
    "ListExecutions": operations_executions.list_executions,
    "ListStateMachines": operations_machines.list_state_machines,
    "ListTagsForResource": operations_machines.list_tags_for_resource,
    "SendTaskFailure": operations_tasks.send_task_failure,
    "SendTaskHeartbeat": operations_tasks.send_task_heartbeat,
    "SendTaskSuccess": operations_tasks.send_task_success,
    "StartExecution": operations_executions.start_execution,
    "StopExecution": operations_executions.stop_execution,
    "TagResource": operations_machines.tag_resource,
    "UntagResource": operations_machines.untag_resource,
}


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    checked = {operation.__name__: _checked(name, operation) for name, operation in OPERATIONS.items()}
    install_operations(patches, StepFunctionResponse, checked)
    interpreter.remember(patches)


def _checked(name: str, operation: Operation) -> Operation:
    """The operation, for requests that the service model allows."""

    def answer(call: Call) -> Answer:
        errors = constraint_errors("stepfunctions", name, call.parameters)
        if errors is not None:
            raise ValidationException(errors)
        return operation(call)

    answer.__doc__ = operation.__doc__
    return answer
