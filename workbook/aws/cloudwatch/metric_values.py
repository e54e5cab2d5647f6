"""What CloudWatch knows of a metric, minute by minute.

moto keeps every value in one list and looks through all of it at each question. An alarm asks each minute, so
the values are put into drawers here, by metric and minute, each value once; what is asked for is then found
at once, however long the lab has run.

Values come from PutMetricData (moto's list) and from services (handed over when somebody asks).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from moto.cloudwatch.models import MetricAggregatedDatum, MetricDatum, cloudwatch_backends

from workbook.aws.cloudwatch.units import NONE
from workbook.aws.metrics import MINUTE, Tally, publications
from workbook.engine.clock import SECOND, instant_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moto.cloudwatch.models import MetricDatumBase

    from workbook.engine.world import World

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


Series = dict[int, float]
"""Data points: the value of a period, by the instant at which the period began."""

_Drawer = dict[tuple[int, str], Tally]
"""The values of one metric, by unit and by the number since the epoch of the minute, or of the second."""


class MetricValues:
    """The metrics of one account and Region."""

    def __init__(self, world: World, account: str, region: str) -> None:
        self._world, self._account, self._region = world, account, region
        self._minutes: dict[Metric, _Drawer] = {}
        self._seconds: dict[Metric, _Drawer] = {}
        """For periods below a minute; what has no finer resolution is at the first second of its minute."""
        self._units: dict[Metric, list[str]] = {}
        self._taken = [0, 0]

    def series(
        self, metric: Metric, statistic: str, unit: str | None, *, period: int, ends: Iterable[int]
    ) -> Series:
        """One statistic of the periods (seconds) that end at `ends` (instants), where there are values.

        Without a `unit`, of the values in all units together, as alarms take them.
        """
        self._take_what_is_new()
        finest = MINUTE if period % 60 == 0 else SECOND
        drawer = (self._minutes if finest == MINUTE else self._seconds).get(metric, {})
        units = self._units.get(metric, [])
        wanted = units if unit is None else [unit]
        points = {}
        for end in ends:
            begin = end - period * SECOND
            places = range(begin // finest, end // finest)
            found = [drawer[place, each] for place in places for each in wanted if (place, each) in drawer]
            value = statistic_of(Tally.of(found), statistic) if found else None
            if value is not None:
                points[begin] = value
        return points

    def metrics(self) -> list[Metric]:
        """All metrics that ever had a value, in the order in which they came."""
        self._take_what_is_new()
        return list(self._minutes)

    def units(self, metric: Metric) -> list[str]:
        """The units in which a metric has values."""
        self._take_what_is_new()
        return self._units.get(metric, [])

    def _take_what_is_new(self) -> None:
        published = publications(self._world, self._account, self._region).data()
        for datum in published[self._taken[0] :]:
            metric = Metric(datum.namespace, datum.name, datum.dimensions)
            self._put_away(metric, datum.begin, datum.unit or NONE, datum.tally, MINUTE)
        put = cloudwatch_backends[self._account][self._region].metric_data
        for each in put[self._taken[1] :]:
            pairs = tuple(sorted((str(one.name), str(one.value)) for one in each.dimensions))
            metric = Metric(each.namespace, each.name, pairs)
            resolution = getattr(each, "resolution", MINUTE)
            self._put_away(metric, instant_of(each.timestamp), each.unit or NONE, _tally(each), resolution)
        self._taken = [len(published), len(put)]

    def _put_away(self, metric: Metric, instant: int, unit: str, tally: Tally, resolution: int) -> None:
        _put_into(self._minutes.setdefault(metric, {}), (instant // MINUTE, unit), tally)
        second = instant // resolution * resolution // SECOND
        _put_into(self._seconds.setdefault(metric, {}), (second, unit), tally)
        units = self._units.setdefault(metric, [])
        if unit not in units:
            units.append(unit)


def _put_into(drawer: _Drawer, key: tuple[int, str], tally: Tally) -> None:
    drawer[key] = Tally.of([drawer[key], tally]) if key in drawer else tally


def statistic_of(tally: Tally, name: str) -> float | None:
    """`Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p99.9`.

    None for a percentile of values of which only statistics are known, as on AWS.
    """
    match name:
        case "Sum":
            return tally.total
        case "Average":
            return tally.total / tally.samples
        case "Minimum":
            return tally.smallest
        case "Maximum":
            return tally.largest
        case "SampleCount":
            return tally.samples
    return _percentile(tally, float(name[1:]))


def _percentile(tally: Tally, per_cent: float) -> float | None:
    """The smallest value that so much of all values is not greater than."""
    if tally.counts is None:
        return None
    wanted, seen = tally.samples * per_cent / 100, 0.0
    for value in sorted(tally.counts):
        seen += tally.counts[value]
        if seen >= wanted:
            return value
    return tally.largest


def _tally(datum: MetricDatumBase) -> Tally:
    if isinstance(datum, MetricAggregatedDatum):
        return Tally.of_statistics(datum.sum, datum.min, datum.max, datum.sample_count)
    assert isinstance(datum, MetricDatum)  # noqa: S101 - moto has these two kinds
    return Tally(datum.value)


def metric_values(world: World, account: str, region: str) -> MetricValues:
    """The metrics of an account and Region in this world."""
    return world.kept_in(_STATE, (account, region), lambda: MetricValues(world, account, region))
