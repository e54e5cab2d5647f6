"""The metrics AWS/SNS of a topic, summed up minute by minute while things happen.

A minute in which nothing happened has no value, and nothing runs while none is asked for. What is complete is
handed to CloudWatch when somebody reads it.

Names, units and what each counts: Amazon SNS Developer Guide, "Monitoring Amazon SNS topics using
CloudWatch".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moto.core.common_models import CloudWatchMetricProvider

from workbook.aws.sqs.metrics import MINUTE, Tally
from workbook.engine.clock import datetime_of
from workbook.engine.world import NoLab, World, current_world

if TYPE_CHECKING:
    from moto.cloudwatch.models import MetricDatumBase

_STATE = "sns.metrics"
_BYTES = frozenset({"PublishSize"})


class TopicMetrics:
    """Collects the metrics of one topic."""

    __slots__ = ("_tallies", "topic_name")

    def __init__(self, topic_name: str) -> None:
        self.topic_name = topic_name
        self._tallies: dict[tuple[int, str], Tally] = {}

    def add(self, name: str, value: float, now: int) -> None:
        """Count something that happened at the instant `now`."""
        key = (now // MINUTE, name)
        tally = self._tallies.get(key)
        if tally is None:
            self._tallies[key] = Tally(value)
        else:
            tally.add(value)

    @property
    def is_drained(self) -> bool:
        """Whether everything collected has been taken."""
        return not self._tallies

    def drain(self, now: int) -> Iterator[tuple[str, int, Tally]]:
        """Take what is complete: name, the instant at which the minute began, and its values."""
        ended = now // MINUTE
        for key in [key for key in self._tallies if key[0] < ended]:
            minute, name = key
            yield name, minute * MINUTE, self._tallies.pop(key)


@dataclass
class Published:
    """What CloudWatch has of the topics of one account and Region, and the topics that will bring more."""

    topics: list[TopicMetrics] = field(default_factory=list)
    data: list[MetricDatumBase] = field(default_factory=list)


def register(world: World, account: str, region: str, metrics: TopicMetrics) -> None:
    """Have the metrics of a new topic published."""
    _published(world, account, region).topics.append(metrics)


def published_metrics(world: World, account: str, region: str) -> list[MetricDatumBase]:
    """All values of AWS/SNS up to the last complete minute, as moto's CloudWatch keeps them."""
    published = _published(world, account, region)
    for metrics in published.topics:
        published.data.extend(_moto_datum(metrics, *each) for each in metrics.drain(world.clock.now))
    return published.data


class SNSMetrics(CloudWatchMetricProvider):
    """What moto's CloudWatch finds and asks."""

    @staticmethod
    def get_cloudwatch_metrics(account_id: str, region: str) -> list[MetricDatumBase]:
        """The values of AWS/SNS of an account and Region; none when no lab is open."""
        try:
            world = current_world()
        except NoLab:
            return []
        return published_metrics(world, account_id, region)


def _published(world: World, account: str, region: str) -> Published:
    everywhere = world.state.setdefault(_STATE, {})
    assert isinstance(everywhere, dict)  # noqa: S101 - nobody else writes under this name
    published: Published = everywhere.setdefault((account, region), Published())
    return published


def _moto_datum(metrics: TopicMetrics, name: str, minute: int, tally: Tally) -> MetricDatumBase:
    from moto.cloudwatch.models import MetricAggregatedDatum  # noqa: PLC0415 - only who reads metrics needs it

    timestamp = datetime_of(minute).astimezone(datetime.UTC).replace(tzinfo=None)  # as moto compares them
    return MetricAggregatedDatum(
        namespace="AWS/SNS",
        name=name,
        min_stat=tally.smallest,
        max_stat=tally.largest,
        sample_count=tally.samples,
        sum_stat=tally.total,
        dimensions=[{"Name": "TopicName", "Value": metrics.topic_name}],
        timestamp=timestamp,
        unit="Bytes" if name in _BYTES else "Count",
    )
