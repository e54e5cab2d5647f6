"""The metrics AWS/Lambda in CloudWatch, made when somebody looks, as those of queues are.

moto's CloudWatch asks every subclass of its `CloudWatchMetricProvider` whenever it answers a question about
metrics; our own `cloudwatch.metric_values` asks `published_metrics`.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from moto.core.common_models import CloudWatchMetricProvider

from workbook.aws.awslambda.metrics import Datum, metrics_there_are
from workbook.engine.clock import datetime_of
from workbook.engine.world import NoLab, World, current_world

if TYPE_CHECKING:
    from moto.cloudwatch.models import MetricDatumBase

_STATE = "lambda.published-metrics"


def published_metrics(world: World, account: str, region: str) -> list[MetricDatumBase]:
    """All values of AWS/Lambda up to the last complete minute, as moto's CloudWatch keeps them."""
    everywhere = world.state.setdefault(_STATE, {})
    assert isinstance(everywhere, dict)  # noqa: S101 - nobody else writes under this name
    published: list[MetricDatumBase] = everywhere.setdefault((account, region), [])
    metrics = metrics_there_are(world, account, region)
    if metrics is not None:
        published.extend(map(_moto_datum, metrics.drain(world.clock.now)))
    return published


class LambdaMetrics(CloudWatchMetricProvider):
    """What moto's CloudWatch finds and asks."""

    @staticmethod
    def get_cloudwatch_metrics(account_id: str, region: str) -> list[MetricDatumBase]:
        """The values of AWS/Lambda of an account and Region; none when no lab is open."""
        try:
            world = current_world()
        except NoLab:
            return []
        return published_metrics(world, account_id, region)


def _moto_datum(datum: Datum) -> MetricDatumBase:
    from moto.cloudwatch.models import MetricAggregatedDatum  # noqa: PLC0415 - only who reads metrics needs it

    timestamp = (
        datetime_of(datum.minute).astimezone(datetime.UTC).replace(tzinfo=None)
    )  # as moto compares them
    return MetricAggregatedDatum(
        namespace="AWS/Lambda",
        name=datum.name,
        min_stat=datum.smallest,
        max_stat=datum.largest,
        sample_count=datum.samples,
        sum_stat=datum.total,
        dimensions=[{"Name": name, "Value": value} for name, value in datum.dimensions],
        timestamp=timestamp,
        unit=datum.unit,
    )
