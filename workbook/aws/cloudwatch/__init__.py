"""Amazon CloudWatch: alarms that are evaluated in virtual time, on moto's store of metrics.

    operations ── alarms ── judgement          the API, the states, what follows from data points
                    └ queries ── metric_math   what an alarm watches
    minutes, metric_values                     when they look, and at what
    operations_metrics                         GetMetricData
    operations_statistics                      GetMetricStatistics, ListMetrics

moto keeps what PutMetricData brings. Its alarms are never evaluated, so alarms are ours; and it takes a
metric with more dimensions for the same one, so all that reads metrics is ours, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.cloudwatch.responses import CloudWatchResponse

from workbook.aws.cloudwatch import operations, operations_metrics, operations_statistics
from workbook.aws.operations import install_operations

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

__all__ = ["OPERATIONS", "install"]

OPERATIONS = {
    operation.__name__: operation
    for operation in (
        operations.put_metric_alarm,
        operations.describe_alarms,
        operations.delete_alarms,
        operations.enable_alarm_actions,
        operations.disable_alarm_actions,
        operations.set_alarm_state,
        operations_metrics.get_metric_data,
        operations_statistics.get_metric_statistics,
        operations_statistics.list_metrics,
    )
}


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    install_operations(patches, CloudWatchResponse, OPERATIONS)
