"""What moto's CloudWatch asks whenever it answers a question about metrics: nothing of moto is replaced.

moto finds every subclass of its `CloudWatchMetricProvider` by itself, so this module need only be imported.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from moto.core.common_models import CloudWatchMetricProvider

from workbook.aws.metrics.publishing import publications
from workbook.engine.clock import datetime_of
from workbook.engine.world import NoLab, current_world

if TYPE_CHECKING:
    from moto.cloudwatch.models import MetricDatumBase

    from workbook.aws.metrics.datum import Datum


class PublishedMetrics(CloudWatchMetricProvider):
    """The metrics of all simulated services."""

    @staticmethod
    def get_cloudwatch_metrics(account_id: str, region: str) -> list[MetricDatumBase]:
        """The values of an account and Region; none when no lab is open."""
        try:
            world = current_world()
        except NoLab:
            return []
        return [_moto_datum(datum) for datum in publications(world, account_id, region).data()]


def _moto_datum(datum: Datum) -> MetricDatumBase:
    from moto.cloudwatch.models import MetricAggregatedDatum  # noqa: PLC0415 - only who reads metrics needs it

    # moto compares naive timestamps.
    timestamp = datetime_of(datum.begin).astimezone(datetime.UTC).replace(tzinfo=None)
    return MetricAggregatedDatum(
        namespace=datum.namespace,
        name=datum.name,
        min_stat=datum.tally.smallest,
        max_stat=datum.tally.largest,
        sample_count=datum.tally.samples,
        sum_stat=datum.tally.total,
        dimensions=[{"Name": name, "Value": value} for name, value in datum.dimensions],
        timestamp=timestamp,
        unit=datum.unit,
    )
