"""AWS Step Functions, in virtual time.

    operations_machines, _versions, _aliases ── definition ── integrations    what may be made
               │
            registry ── revisions                                             what there is
               │
    operations_executions ── starting ── execution ── history, execution_log, execution_metrics, metering
                                           │
                                      interpreter (moto's) ── language        what its states do
                                           │                 ── maps          distributed Maps
                                           │                 ── role_calls    what its tasks call
    status_events                                                             what EventBridge hears

All states run, in JSONPath and in JSONata. Standard executions are kept, with a history; express ones are
known by their log. What a Task can call stands in `integrations`, how it waits for somebody in `tokens`,
`activities` and `jobs`. What AWS accepts and the lab does not run is refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.stepfunctions import urls
from moto.stepfunctions.responses import StepFunctionResponse

from workbook.aws.constraints import constraint_errors
from workbook.aws.operations import install_operations
from workbook.aws.stepfunctions import (
    interpreter,
    operations_activities,
    operations_aliases,
    operations_definitions,
    operations_executions,
    operations_machines,
    operations_map_runs,
    operations_states,
    operations_tags,
    operations_tasks,
    operations_versions,
    redriving,
)
from workbook.aws.stepfunctions.errors import ValidationException

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call, Operation
    from workbook.engine.patches import Patches

__all__ = ["OPERATIONS", "install"]

OPERATIONS: dict[str, Operation] = {
    "CreateActivity": operations_activities.create_activity,
    "CreateStateMachine": operations_machines.create_state_machine,
    "CreateStateMachineAlias": operations_aliases.create_state_machine_alias,
    "DeleteActivity": operations_activities.delete_activity,
    "DeleteStateMachine": operations_machines.delete_state_machine,
    "DeleteStateMachineAlias": operations_aliases.delete_state_machine_alias,
    "DeleteStateMachineVersion": operations_versions.delete_state_machine_version,
    "DescribeActivity": operations_activities.describe_activity,
    "DescribeExecution": operations_executions.describe_execution,
    "DescribeMapRun": operations_map_runs.describe_map_run,
    "DescribeStateMachine": operations_machines.describe_state_machine,
    "DescribeStateMachineAlias": operations_aliases.describe_state_machine_alias,
    "DescribeStateMachineForExecution": operations_executions.describe_state_machine_for_execution,
    "GetActivityTask": operations_activities.get_activity_task,
    "GetExecutionHistory": operations_executions.get_execution_history,
    "ListActivities": operations_activities.list_activities,
    "ListExecutions": operations_executions.list_executions,
    "ListMapRuns": operations_map_runs.list_map_runs,
    "ListStateMachineAliases": operations_aliases.list_state_machine_aliases,
    "ListStateMachineVersions": operations_versions.list_state_machine_versions,
    "ListStateMachines": operations_machines.list_state_machines,
    "ListTagsForResource": operations_tags.list_tags_for_resource,
    "PublishStateMachineVersion": operations_versions.publish_state_machine_version,
    "RedriveExecution": redriving.redrive_execution,
    "SendTaskFailure": operations_tasks.send_task_failure,
    "SendTaskHeartbeat": operations_tasks.send_task_heartbeat,
    "SendTaskSuccess": operations_tasks.send_task_success,
    "StartExecution": operations_executions.start_execution,
    "StartSyncExecution": operations_executions.start_sync_execution,
    "StopExecution": operations_executions.stop_execution,
    "TagResource": operations_tags.tag_resource,
    "TestState": operations_states.test_state,
    "UntagResource": operations_tags.untag_resource,
    "UpdateMapRun": operations_map_runs.update_map_run,
    "UpdateStateMachine": operations_machines.update_state_machine,
    "UpdateStateMachineAlias": operations_aliases.update_state_machine_alias,
    "ValidateStateMachineDefinition": operations_definitions.validate_state_machine_definition,
}

_SYNCHRONOUS = r"https?://sync-states\.(.+)\.amazonaws.com"


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    checked = {operation.__name__: _checked(name, operation) for name, operation in OPERATIONS.items()}
    install_operations(patches, StepFunctionResponse, checked)
    patches.set(urls, "url_bases", [*urls.url_bases, _SYNCHRONOUS])
    interpreter.remember(patches)


def _checked(name: str, operation: Operation) -> Operation:
    """The operation, for requests that the service model allows."""

    def answer(call: Call) -> Answer:
        errors = constraint_errors("stepfunctions", name, call.parameters, missing=True)
        if errors is not None:
            raise ValidationException(errors)
        return operation(call)

    answer.__doc__ = operation.__doc__
    return answer
