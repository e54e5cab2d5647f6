"""What an alarm watches: one metric, or several with an expression on them.

A `Watched` is made from AWS's parameters, checked once, and asked each minute for its last data points.
Source: service model of CloudWatch, PutMetricAlarm; Amazon CloudWatch User Guide, "Create a CloudWatch alarm
based on a metric math expression" (at most 10 metrics, all of one period).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.aws.cloudwatch import metric_math
from workbook.aws.cloudwatch.errors import ValidationError
from workbook.aws.cloudwatch.metric_values import Metric, MetricValues, Series
from workbook.aws.limits import limit
from workbook.aws.operations import NotSimulated
from workbook.engine.clock import SECOND

STATISTICS = frozenset({"Average", "Maximum", "Minimum", "SampleCount", "Sum"})
PERCENTILE = re.compile(r"p(100(\.0+)?|\d{1,2}(\.\d{1,10})?)")
HIGH_RESOLUTION = (10, 20, 30)
"""Seconds: the periods below a minute."""
FINE_PERIODS = (1, 5, *HIGH_RESOLUTION)
"""Seconds: the periods below a minute of who asks for data."""
MOST_METRICS = limit("cloudwatch.alarm.metrics")
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")


@dataclass(frozen=True)
class MetricQuery:
    """One statistic of one metric."""

    metric: Metric
    statistic: str
    unit: str | None

    @classmethod
    def of(cls, shape: Mapping[str, Any], statistic: str | None, unit: str | None) -> MetricQuery:
        """From a `Metric` of AWS's API and its statistic."""
        if statistic not in STATISTICS and not PERCENTILE.fullmatch(statistic or ""):
            advice = f"Use one of {', '.join(sorted(STATISTICS))}, or a percentile such as p90 or p99.9."
            raise NotSimulated(f"The statistic {statistic!r}", advice)
        assert statistic is not None  # noqa: S101 - None is no statistic
        return cls(Metric.of(shape), statistic, unit)


@dataclass(frozen=True)
class Watched:
    """The series that an alarm watches, in periods of so many seconds."""

    period: int
    metrics: Mapping[str, MetricQuery]
    expressions: Mapping[str, ast.expr]
    """Parsed, in the order in which they need each other."""
    returned: str
    """The id of the one whose data points count."""

    @property
    def is_high_resolution(self) -> bool:
        """Whether periods are shorter than a minute."""
        return self.period < 60

    def samples(self, values: MetricValues, begin: int) -> float | None:
        """How many values are behind the data point of a period; None for an expression."""
        query = self.metrics.get(self.returned)
        if query is None:
            return None
        ends = [begin + self.period * SECOND]
        counted = values.series(query.metric, "SampleCount", query.unit, period=self.period, ends=ends)
        return counted.get(begin)

    @classmethod
    def single(cls, metric: MetricQuery, period: int) -> Watched:
        """One metric, as it is."""
        return cls(check_period(period), {"m1": metric}, {}, "m1")

    @classmethod
    def of_queries(cls, queries: Sequence[Mapping[str, Any]], default_period: int | None = None) -> Watched:
        """From `Metrics`, a list of AWS's MetricDataQuery.

        Raises:
            ValidationError: the queries do not fit together; the text says how.
        """
        _check_ids(queries)
        periods = {_period_of(query, default_period) for query in queries} - {None}
        if len(periods) != 1:
            raise ValidationError("Metrics list must contain metrics with the same period")
        metrics = {
            query["Id"]: _metric_query(query["MetricStat"]) for query in queries if query.get("MetricStat")
        }
        return cls(
            check_period(periods.pop() or 0), metrics, ordered_expressions(queries), _returned(queries)
        )

    def points(self, values: MetricValues, now: int, count: int) -> list[tuple[int, float | None]]:
        """The last `count` periods up to `now` (a full minute), oldest first: begin and value of each."""
        length = self.period * SECOND
        ends = [now - length * back for back in reversed(range(count))]
        series: dict[str, Series] = {
            name: values.series(query.metric, query.statistic, query.unit, period=self.period, ends=ends)
            for name, query in self.metrics.items()
        }
        begins = [end - length for end in ends]
        for name, tree in self.expressions.items():
            series[name] = metric_math.evaluate(tree, series, begins)
        return [(begin, series[self.returned].get(begin)) for begin in begins]


def check_period(period: int) -> int:
    """Let a period (seconds) pass that an alarm may have."""
    if period not in HIGH_RESOLUTION and (period <= 0 or period % 60):
        raise ValidationError("Period must be 10, 20, 30 or a multiple of 60")
    return period


def _check_ids(queries: Sequence[Mapping[str, Any]]) -> None:
    ids = [str(query.get("Id")) for query in queries]
    for name in ids:
        if not _ID.fullmatch(name):
            text = "must start with a lowercase letter and have only letters, digits and underscores"
            raise ValidationError(f"The Id '{name}' of a metric {text}")
    if len(set(ids)) != len(ids):
        raise ValidationError("Every Id in Metrics must be unique")
    if sum(bool(query.get("MetricStat")) for query in queries) > MOST_METRICS:
        raise ValidationError(f"Metrics must have at most {MOST_METRICS} metrics")
    for query in queries:
        if bool(query.get("MetricStat")) == bool(query.get("Expression")):
            raise ValidationError(f"Exactly one of MetricStat and Expression is required for {query['Id']}")


def _period_of(query: Mapping[str, Any], default: int | None) -> int | None:
    stat = query.get("MetricStat") or {}
    period = stat.get("Period") or query.get("Period") or (default if stat else None)
    return None if period is None else int(period)


def _metric_query(stat: Mapping[str, Any]) -> MetricQuery:
    return MetricQuery.of(stat["Metric"], stat.get("Stat"), stat.get("Unit"))


def ordered_expressions(queries: Sequence[Mapping[str, Any]]) -> dict[str, ast.expr]:
    """The expressions among some queries, parsed, each after those that it uses.

    Raises:
        ValidationError: one cannot be read, or they need each other.
    """
    known = [query["Id"] for query in queries]
    waiting = {
        query["Id"]: metric_math.parse(query["Expression"], known)
        for query in queries
        if query.get("Expression")
    }
    ordered: dict[str, ast.expr] = {}
    while waiting:
        ready = [name for name, tree in waiting.items() if not _names_in(tree) & set(waiting)]
        if not ready:
            raise ValidationError(f"The expressions {', '.join(waiting)} need each other")
        ordered.update({name: waiting.pop(name) for name in ready})
    return ordered


def _names_in(tree: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _returned(queries: Sequence[Mapping[str, Any]]) -> str:
    """The one query that returns data; ReturnData is true unless a request says otherwise."""
    returned = [str(query["Id"]) for query in queries if query.get("ReturnData") is not False]
    if len(returned) != 1:
        raise ValidationError("Exactly one element of the metrics list should return data.")
    return returned[0]
