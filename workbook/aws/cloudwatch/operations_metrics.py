"""GetMetricData: metrics, and expressions on them, period by period.

moto takes an expression for the id of a metric, and returns what was not to be returned. Periods are counted
from StartTime, rounded down to the full minute (service model of CloudWatch, GetMetricData: StartTime; that
they are not counted from the hour is unverified). What is wrong with the queries themselves is told in
:mod:`workbook.aws.cloudwatch.data_queries`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbook.aws.cloudwatch import metric_math
from workbook.aws.cloudwatch.data_queries import check_queries
from workbook.aws.cloudwatch.errors import ValidationError
from workbook.aws.cloudwatch.metric_values import Series, metric_values
from workbook.aws.cloudwatch.queries import FINE_PERIODS, MetricQuery, ordered_expressions
from workbook.aws.cloudwatch.units import first_of, message_about
from workbook.aws.metrics import MINUTE
from workbook.aws.operations import Answer, Call, NotSimulated, refuse_parameters
from workbook.engine.clock import SECOND, datetime_of, instant_of

Messages = list[dict[str, str]]
"""What AWS remarks on the data points of a query."""

_KNOWN = frozenset({"MetricDataQueries", "StartTime", "EndTime", "ScanBy", "MaxDatapoints", "LabelOptions"})


def get_metric_data(call: Call) -> Answer:
    """The data points of each query that returns data, in the order of the queries."""
    refuse_parameters(call.parameters, _KNOWN, "GetMetricData")
    queries: Sequence[Mapping[str, Any]] = call.parameters["MetricDataQueries"]
    check_queries(queries)
    start, end = instant_of(call.parameters["StartTime"]), instant_of(call.parameters["EndTime"])
    if start == end:
        raise ValidationError("The parameter StartTime must not equal parameter EndTime.")
    if start > end:
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    found = {query["Id"]: _series_of(call, query, start, end) for query in queries if query.get("MetricStat")}
    series = {name: points for name, (points, _) in found.items()}
    messages = {name: remarks for name, (_, remarks) in found.items() if remarks}
    _evaluate(queries, series)
    newest_first = call.parameters.get("ScanBy") != "TimestampAscending"
    label = _labels(queries)
    shown = [
        _shown(query, label(query), series[query["Id"]], messages.get(query["Id"]), newest_first=newest_first)
        for query in queries
        if query.get("ReturnData") is not False
    ]
    _check_size(shown, call.parameters.get("MaxDatapoints"))
    return {"MetricDataResults": shown, "Messages": []}


def _check_size(results: Sequence[Mapping[str, Any]], largest: int | None) -> None:
    points = sum(len(result["Values"]) for result in results)
    if largest is not None and points > largest:
        raise NotSimulated(
            f"GetMetricData in pages ({points} data points, MaxDatapoints {largest})",
            "Ask for a shorter time.",
        )


def _series_of(call: Call, query: Mapping[str, Any], start: int, end: int) -> tuple[Series, Messages]:
    stat = query["MetricStat"]
    period = int(stat["Period"])
    if period not in FINE_PERIODS and (period <= 0 or period % 60):
        raise ValidationError(
            f"The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60, not {period}."
        )
    length = period * SECOND
    wanted = MetricQuery.of(stat["Metric"], stat.get("Stat"), stat.get("Unit"))
    ends = [begin + length for begin in range(start // MINUTE * MINUTE, end, length)]
    values = metric_values(call.world, call.account, call.region)
    units = values.units(wanted.metric) if wanted.unit is None else [wanted.unit]
    each = {
        unit: values.series(wanted.metric, wanted.statistic, unit, period=period, ends=ends) for unit in units
    }
    by_unit = {unit: points for unit, points in each.items() if points}
    chosen = first_of(by_unit)
    return by_unit[chosen] if chosen else {}, [message_about(by_unit)] if len(by_unit) > 1 else []


def _evaluate(queries: Sequence[Mapping[str, Any]], series: dict[str, Series]) -> None:
    """Add the series of all expressions."""
    for query in queries:
        if not query.get("MetricStat") and not query.get("Expression"):
            raise ValidationError("The parameter MetricDataQueries.member.1.MetricStat is required.\n")
        if str(query.get("Expression") or "").upper().startswith("SELECT"):
            raise NotSimulated("Metrics Insights (SELECT)", "Use MetricStat, and expressions on metrics.")
    begins = sorted({begin for points in series.values() for begin in points})
    for name, tree in ordered_expressions(queries).items():
        series[name] = metric_math.evaluate(tree, series, begins)


def _shown(
    query: Mapping[str, Any], label: str, points: Series, messages: Messages | None, *, newest_first: bool
) -> dict[str, Any]:
    begins = sorted(points, reverse=newest_first)
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or label,
        "Timestamps": [_naive(begin) for begin in begins],
        "Values": [points[begin] for begin in begins],
        "StatusCode": "Complete",
        **({"Messages": messages} if messages else {}),
    }


def _labels(queries: Sequence[Mapping[str, Any]]) -> Callable[[Mapping[str, Any]], str]:
    """How AWS labels a series that was given none (recorded in 2023): as much as tells the queries apart."""
    stats = [query["MetricStat"] for query in queries if query.get("MetricStat")]
    told = [name for name in ("Stat", "Period") if len({stat[name] for stat in stats}) > 1]

    def label(query: Mapping[str, Any]) -> str:
        stat = query.get("MetricStat")
        if not stat:
            return str(query["Id"])
        return " ".join([stat["Metric"]["MetricName"], *(str(stat[name]) for name in told)])

    return label


def _naive(instant: int) -> datetime.datetime:
    return datetime_of(instant).replace(tzinfo=None)
