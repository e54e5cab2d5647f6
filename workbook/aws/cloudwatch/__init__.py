"""Amazon CloudWatch: alarms that are evaluated in virtual time, on moto's store of metrics.

    operations ── alarms ── judgement          the API, the states, what follows from data points
                    └ queries ── metric_math   what an alarm watches
    minutes, metric_values                     when they look, and at what

moto keeps what PutMetricData brings and answers questions about it; its alarms are never evaluated, so alarms
are ours, and so are expressions in GetMetricData, of which moto only knows the id of a metric.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import moto.cloudwatch.models
from moto.cloudwatch.responses import CloudWatchResponse

from workbook.aws.cloudwatch import metric_math, operations
from workbook.aws.cloudwatch.metric_values import Series
from workbook.aws.operations import install_operations
from workbook.engine.clock import datetime_of, instant_of

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
    )
}


def install(patches: Patches) -> None:
    """Put our operations in the place of moto's."""
    install_operations(patches, CloudWatchResponse, OPERATIONS)
    patches.set(moto.cloudwatch.models, "parse_expression", _evaluate_expression)


def _evaluate_expression(
    expression: str, results: list[dict[str, Any]]
) -> tuple[list[float], list[datetime.datetime]]:
    """The values and times of an expression in GetMetricData, on what moto has found of the metrics."""
    series: dict[str, Series] = {}
    for result in results:
        instants = [instant_of(timestamp) for timestamp in result["timestamps"]]
        series[result["id"]] = dict(zip(instants, result["values"], strict=True))
    periods = sorted({instant for points in series.values() for instant in points})
    points = metric_math.evaluate(metric_math.parse(expression, list(series)), series, periods)
    newest_first = any(
        result["timestamps"] != sorted(result["timestamps"]) for result in results if result["timestamps"]
    )
    ordered = sorted(points, reverse=newest_first)
    times = [datetime_of(instant).replace(tzinfo=None) for instant in ordered]
    return [points[instant] for instant in ordered], times
