"""Amazon CloudWatch: alarms that are evaluated in virtual time, on moto's store of metrics.

    operations ── alarm_settings ── alarms ──┬─ metric_alarm ── judgement         from data points to a state
    operations_describe                      ├─ composite_alarm ── alarm_rule     from other alarms to a state
                                             └─ actions, documents, suppression   what it does, and says, then
    queries ── metric_math                                                        what an alarm watches
    minutes, metric_values                                                        when they look, and at what
    operations_metrics, operations_statistics, operations_put_data                what is asked and put

moto keeps what PutMetricData brings. Its alarms are never evaluated, so alarms are ours; and it takes a
metric with more dimensions for the same one, so all that reads metrics is ours, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cloudwatch.responses import CloudWatchResponse

from workbook.aws.cloudwatch import (
    operations,
    operations_describe,
    operations_metrics,
    operations_put_data,
    operations_statistics,
)
from workbook.aws.operations import install_operations

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["OPERATIONS", "install"]

OPERATIONS = {
    operation.__name__: operation
    for operation in (
        operations.put_metric_alarm,
        operations.put_composite_alarm,
        operations.delete_alarms,
        operations.enable_alarm_actions,
        operations.disable_alarm_actions,
        operations.set_alarm_state,
        operations_describe.describe_alarms,
        operations_describe.describe_alarms_for_metric,
        operations_describe.describe_alarm_history,
        operations_describe.tag_resource,
        operations_describe.untag_resource,
        operations_describe.list_tags_for_resource,
        operations_metrics.get_metric_data,
        operations_put_data.put_metric_data,
        operations_statistics.get_metric_statistics,
        operations_statistics.list_metrics,
    )
}


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    install_operations(patches, CloudWatchResponse, OPERATIONS)
