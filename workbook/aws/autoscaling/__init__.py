"""Amazon EC2 Auto Scaling: groups of workers that grow and shrink in virtual time.

    operations_groups, operations_policies             the API
    group ── instance, activities, termination         from a desired capacity to instances
      └ programs                                       what runs on them
    policies ── scaling ── adjustments, cooldown       from an alarm to a desired capacity
      └ target_tracking                                the alarms of a policy
    group_metrics                                      what CloudWatch learns of a group

moto keeps launch templates. Its own groups launch and scale at once, in the request, so groups are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import moto.cloudwatch.responses  # noqa: F401 - before ours, which is put in when moto's is loaded
from moto.autoscaling.responses import AutoScalingResponse

from workbook.aws.autoscaling import operations_groups, operations_policies
from workbook.aws.autoscaling.scaling import answer_alarm
from workbook.aws.cloudwatch.alarms import ACTIONS
from workbook.aws.operations import install_operations

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["OPERATIONS", "install"]

OPERATIONS = {
    operation.__name__: operation
    for operation in (
        operations_groups.create_auto_scaling_group,
        operations_groups.update_auto_scaling_group,
        operations_groups.delete_auto_scaling_group,
        operations_groups.describe_auto_scaling_groups,
        operations_groups.describe_auto_scaling_instances,
        operations_groups.describe_scaling_activities,
        operations_groups.set_desired_capacity,
        operations_groups.set_instance_protection,
        operations_groups.set_instance_health,
        operations_groups.terminate_instance_in_auto_scaling_group,
        operations_groups.enable_metrics_collection,
        operations_groups.disable_metrics_collection,
        operations_policies.put_scaling_policy,
        operations_policies.describe_policies,
        operations_policies.delete_policy,
        operations_policies.execute_policy,
    )
}


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's, and answer alarms."""
    install_operations(patches, AutoScalingResponse, OPERATIONS)
    patches.set_item(ACTIONS, "autoscaling", answer_alarm)
