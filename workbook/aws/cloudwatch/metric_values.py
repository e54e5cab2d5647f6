"""What CloudWatch knows of a metric, minute by minute.

moto keeps every value in one list and looks through all of it at each question. An alarm asks each minute, so
the values are put into drawers here, by metric and minute, each value once; what is asked for is then found
at once, however long the lab has run.

Values come from PutMetricData (moto's list) and from those services of ours that have a
`CloudWatchMetricProvider`, moto's word for who hands over what it has collected when somebody asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from moto.cloudwatch.models import MetricAggregatedDatum, MetricDatum, cloudwatch_backends
from moto.core.common_models import CloudWatchMetricProvider

from workbook.engine.clock import SECOND, instant_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from moto.cloudwatch.models import MetricDatumBase

    from workbook.engine.world import World

MINUTE = 60 * SECOND
"""Microseconds: the finest resolution of standard metrics."""

_STATE = "cloudwatch.metric-values"


class Metric(NamedTuple):
    """A metric's identity: each set of dimensions is a metric of its own."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    """Names and values, in order of names."""

    @classmethod
    def of(cls, shape: Mapping[str, object]) -> Metric:
        """From AWS's `Namespace`, `MetricName` and `Dimensions`."""
        dimensions = shape.get("Dimensions") or []
        assert isinstance(dimensions, list)  # noqa: S101 - parsed by the service model
        pairs = sorted((str(each["Name"]), str(each["Value"])) for each in dimensions)
        return cls(str(shape.get("Namespace")), str(shape.get("MetricName")), tuple(pairs))


class Summary(NamedTuple):
    """The statistics of some values, from which those of several minutes can be made."""

    total: float
    smallest: float
    largest: float
    samples: float

    def __add__(self, other: object) -> Summary:
        assert isinstance(other, Summary)  # noqa: S101 - not to be mixed with plain tuples
        return Summary(
            self.total + other.total,
            min(self.smallest, other.smallest),
            max(self.largest, other.largest),
            self.samples + other.samples,
        )

    def statistic(self, name: str) -> float:
        """`Sum`, `Average`, `Minimum`, `Maximum` or `SampleCount`."""
        match name:
            case "Sum":
                return self.total
            case "Average":
                return self.total / self.samples
            case "Minimum":
                return self.smallest
            case "Maximum":
                return self.largest
        return self.samples


Series = dict[int, float]
"""Data points: the value of a period, by the instant at which the period began."""

_Drawer = dict[tuple[int, str | None], Summary]
"""The values of one metric, by the minute's number since the epoch and by unit."""


class MetricValues:
    """The metrics of one account and Region."""

    def __init__(self, account: str, region: str) -> None:
        self._account, self._region = account, region
        self._drawers: dict[Metric, _Drawer] = {}
        self._units: dict[Metric, list[str | None]] = {}
        self._taken: dict[str, int] = {}

    def series(
        self, metric: Metric, statistic: str, unit: str | None, *, period: int, ends: Iterable[int]
    ) -> Series:
        """One statistic of the periods (seconds) that end at `ends` (instants), where there are values."""
        self._take_what_is_new()
        drawer, units = self._drawers.get(metric, {}), self._units.get(metric, [])
        wanted = units if unit is None else [unit]
        points = {}
        for end in ends:
            begin = end - period * SECOND
            minutes = range(begin // MINUTE, end // MINUTE)
            found = [
                drawer[minute, each] for minute in minutes for each in wanted if (minute, each) in drawer
            ]
            if found:
                points[begin] = _sum(found).statistic(statistic)
        return points

    def metrics(self) -> list[Metric]:
        """All metrics that ever had a value, in the order in which they came."""
        self._take_what_is_new()
        return list(self._drawers)

    def units(self, metric: Metric) -> list[str | None]:
        """The units in which a metric has values."""
        self._take_what_is_new()
        return self._units.get(metric, [])

    def _take_what_is_new(self) -> None:
        put = cloudwatch_backends[self._account][self._region].metric_data
        for source, data in [*_published(self._account, self._region), ("PutMetricData", put)]:
            for datum in data[self._taken.get(source, 0) :]:
                self._put_away(datum)
            self._taken[source] = len(data)

    def _put_away(self, datum: MetricDatumBase) -> None:
        pairs = tuple(sorted((str(each.name), str(each.value)) for each in datum.dimensions))
        metric = Metric(datum.namespace, datum.name, pairs)
        drawer = self._drawers.setdefault(metric, {})
        key = (instant_of(datum.timestamp) // MINUTE, datum.unit)
        summary = _summary(datum)
        drawer[key] = drawer[key] + summary if key in drawer else summary
        units = self._units.setdefault(metric, [])
        if datum.unit not in units:
            units.append(datum.unit)


def _published(account: str, region: str) -> Iterator[tuple[str, Sequence[MetricDatumBase]]]:
    """What each service of ours has published so far, by the name of its provider."""
    for provider in CloudWatchMetricProvider.__subclasses__():
        if provider.__module__.startswith("workbook."):
            yield provider.__name__, provider.get_cloudwatch_metrics(account, region)


def _summary(datum: MetricDatumBase) -> Summary:
    if isinstance(datum, MetricAggregatedDatum):
        return Summary(datum.sum, datum.min, datum.max, datum.sample_count)
    assert isinstance(datum, MetricDatum)  # noqa: S101 - moto has these two kinds
    return Summary(datum.value, datum.value, datum.value, 1)


def _sum(summaries: Sequence[Summary]) -> Summary:
    whole, *rest = summaries
    for each in rest:
        whole = whole + each
    return whole


def metric_values(world: World, account: str, region: str) -> MetricValues:
    """The metrics of an account and Region in this world."""
    everywhere = world.state.setdefault(_STATE, {})
    assert isinstance(everywhere, dict)  # noqa: S101 - nobody else writes under this name
    found = everywhere.get((account, region))
    if found is None:
        found = everywhere[account, region] = MetricValues(account, region)
    assert isinstance(found, MetricValues)  # noqa: S101 - as above
    return found
