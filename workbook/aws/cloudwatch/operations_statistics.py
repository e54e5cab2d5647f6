"""GetMetricStatistics and ListMetrics: what there is of a metric, and which metrics there are.

A metric is its namespace, its name and *all* of its dimensions: the errors of a function and the errors of
one alias of it are two metrics. Periods are counted from StartTime, rounded down to the full minute, as those
of GetMetricData are.

Source: service model of CloudWatch (botocore). That metrics without a value for two weeks are no longer
listed is not simulated.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue

from workbook.aws.cloudwatch.metric_values import Metric, Series, metric_values
from workbook.aws.cloudwatch.queries import FINE_PERIODS, STATISTICS, MetricQuery
from workbook.aws.limits import limit
from workbook.aws.metrics import MINUTE
from workbook.aws.operations import Answer, Call, refuse_parameters
from workbook.aws.paging import page
from workbook.engine.clock import SECOND, datetime_of, instant_of

MOST_POINTS = limit("cloudwatch.statistics.data-points")
PAGE = limit("cloudwatch.list-metrics.page")
_STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_LISTING = frozenset({"Namespace", "MetricName", "Dimensions", "NextToken"})


def get_metric_statistics(call: Call) -> Answer:
    """The statistics of one metric, period by period.

    AWS gives no order; here it is that of time.
    """
    parameters = call.parameters
    statistics = [*(parameters.get("Statistics") or []), *(parameters.get("ExtendedStatistics") or [])]
    if not statistics:
        raise InvalidParameterCombination(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified."
        )
    _check_statistics(parameters.get("Statistics") or [])
    wanted = [MetricQuery.of(parameters, name, None) for name in sorted(set(statistics))]
    values = metric_values(call.world, call.account, call.region)
    metric = Metric.of(parameters)
    period, ends = _periods(parameters)
    unit = parameters.get("Unit")
    units = values.units(metric) if unit is None else [str(unit)]
    points: list[dict[str, Any]] = []
    for each in units:
        series = {
            query.statistic: values.series(metric, query.statistic, each, period=period, ends=ends)
            for query in wanted
        }
        points += _points(series, each)
    return {"Label": metric.name, "Datapoints": sorted(points, key=lambda point: point["Timestamp"])}


def list_metrics(call: Call) -> Answer:
    """Each metric once, 500 a page; dimensions are a filter, by name or by name and value."""
    parameters = call.parameters
    refuse_parameters(parameters, _LISTING, "ListMetrics")
    known = metric_values(call.world, call.account, call.region).metrics()
    found = [_listed(metric) for metric in known if _is_wanted(metric, parameters)]
    return page("Metrics", found, parameters, default=PAGE, largest=PAGE)


# ---- helpers


def _check_statistics(names: Sequence[str]) -> None:
    for number, name in enumerate(names, 1):
        if name not in STATISTICS:
            raise InvalidParameterValue(
                f"The parameter Statistics.member.{number} must be a value in the set "
                f"[ {', '.join(_STATISTICS)} ]."
            )


def _periods(parameters: Mapping[str, Any]) -> tuple[int, list[int]]:
    """The period in seconds, and the instants at which periods end."""
    start, end = instant_of(parameters["StartTime"]), instant_of(parameters["EndTime"])
    if start >= end:
        raise InvalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
    period = int(parameters["Period"])
    if period not in FINE_PERIODS and (period <= 0 or period % 60):
        raise InvalidParameterValue(
            f"The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60, not {period}."
        )
    length = period * SECOND
    ends = [begin + length for begin in range(start // MINUTE * MINUTE, end, length)]
    asked = (end - start) // length
    if asked > MOST_POINTS:
        raise InvalidParameterCombination(
            f"You have requested up to {asked:,} datapoints, which exceeds the limit of {MOST_POINTS:,}. "
            "You may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )
    return period, ends


def _points(series: Mapping[str, Series], unit: str) -> list[dict[str, Any]]:
    begins = sorted({begin for points in series.values() for begin in points})
    return [_point(begin, series, unit) for begin in begins]


def _point(begin: int, series: Mapping[str, Series], unit: str) -> dict[str, Any]:
    values = {name: points[begin] for name, points in series.items() if begin in points}
    percentiles = {name: value for name, value in values.items() if name not in STATISTICS}
    return {
        "Timestamp": datetime_of(begin).astimezone(datetime.UTC).replace(tzinfo=None),
        **{name: value for name, value in values.items() if name in STATISTICS},
        **({"ExtendedStatistics": percentiles} if percentiles else {}),
        "Unit": unit,
    }


def _listed(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def _is_wanted(metric: Metric, parameters: Mapping[str, Any]) -> bool:
    namespace, name = parameters.get("Namespace"), parameters.get("MetricName")
    if namespace not in {None, metric.namespace} or name not in {None, metric.name}:
        return False
    filters: Sequence[Mapping[str, Any]] = parameters.get("Dimensions") or []
    has = dict(metric.dimensions)
    return all(each["Name"] in has and each.get("Value") in {None, has[each["Name"]]} for each in filters)
