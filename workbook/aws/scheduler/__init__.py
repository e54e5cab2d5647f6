"""Amazon EventBridge Scheduler: schedules that fire in virtual time, each at one target.

    operations_schedules, operations_groups     the API
      ├ settings ── targets, universal          what is accepted
      ├ resources                               schedules and groups, as AWS shows them
      └ firing ── invocation                    when, and what then: delivery, retries, dead letters, metrics
                    └ universal_target          a call of any operation that the lab simulates

When an expression is due is told by workbook.aws.schedules, which EventBridge rules use too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.scheduler.responses import EventBridgeSchedulerResponse

from workbook.aws.constraints import constraint_errors
from workbook.aws.operations import install_operations
from workbook.aws.scheduler import operations_groups, operations_schedules
from workbook.aws.scheduler.errors import ValidationError
from workbook.aws.scheduler.tokens import carried_out_once

if TYPE_CHECKING:
    from workbook.aws.operations import Answer, Call, Operation
    from workbook.engine.patches import Patches

__all__ = ["OPERATIONS", "install"]

OPERATIONS: dict[str, Operation] = {
    "CreateSchedule": carried_out_once(operations_schedules.create_schedule),
    "CreateScheduleGroup": carried_out_once(operations_groups.create_schedule_group),
    "DeleteSchedule": carried_out_once(operations_schedules.delete_schedule),
    "DeleteScheduleGroup": carried_out_once(operations_groups.delete_schedule_group),
    "GetSchedule": operations_schedules.get_schedule,
    "GetScheduleGroup": operations_groups.get_schedule_group,
    "ListScheduleGroups": operations_groups.list_schedule_groups,
    "ListSchedules": operations_schedules.list_schedules,
    "ListTagsForResource": operations_groups.list_tags_for_resource,
    "TagResource": operations_groups.tag_resource,
    "UntagResource": operations_groups.untag_resource,
    "UpdateSchedule": carried_out_once(operations_schedules.update_schedule),
}


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    checked = {operation.__name__: _checked(name, operation) for name, operation in OPERATIONS.items()}
    install_operations(patches, EventBridgeSchedulerResponse, checked)


def _checked(name: str, operation: Operation) -> Operation:
    """The operation, for requests that the service model allows."""

    def answer(call: Call) -> Answer:
        errors = constraint_errors("scheduler", name, call.parameters)
        if errors is not None:
            raise ValidationError(errors)
        return operation(call)

    answer.__doc__ = operation.__doc__
    return answer
