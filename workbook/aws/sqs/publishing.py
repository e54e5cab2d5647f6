"""The metrics AWS/SQS in CloudWatch, made when somebody looks.

moto's CloudWatch asks every subclass of its `CloudWatchMetricProvider` for data whenever it answers a
question about metrics. So nothing has to run each minute and nothing of moto has to be replaced: at the
question, the queues of that account and Region hand over what they have collected (`metrics`), complete
minutes only.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from moto.core.common_models import CloudWatchMetricProvider

from workbook.aws.sqs.metrics import Datum, QueueMetrics
from workbook.engine.clock import datetime_of
from workbook.engine.world import NoLab, World, current_world

if TYPE_CHECKING:
    from moto.cloudwatch.models import MetricDatumBase

    from workbook.aws.sqs.queue import Queue

_STATE = "sqs.metrics"


@dataclass
class Published:
    """What CloudWatch has of the queues of one account and Region, and the queues that will bring more."""

    queues: list[Queue] = field(default_factory=list)
    data: list[MetricDatumBase] = field(default_factory=list)


def register(world: World, account: str, region: str, queue: Queue) -> None:
    """Have the metrics of a new queue published."""
    _published(world, account, region).queues.append(queue)


def published_metrics(world: World, account: str, region: str) -> list[MetricDatumBase]:
    """All values of AWS/SQS up to the last complete minute, as moto's CloudWatch keeps them."""
    published = _published(world, account, region)
    now = world.clock.now
    for queue in published.queues:
        if not queue.closed:
            queue.settle()
        published.data.extend(_moto_datum(queue.metrics, datum) for datum in queue.metrics.drain(now))
    published.queues = [
        queue for queue in published.queues if not (queue.closed and queue.metrics.is_drained)
    ]
    return published.data


class SQSMetrics(CloudWatchMetricProvider):
    """What moto's CloudWatch finds and asks."""

    @staticmethod
    def get_cloudwatch_metrics(account_id: str, region: str) -> list[MetricDatumBase]:
        """The values of AWS/SQS of an account and Region; none when no lab is open."""
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


def _moto_datum(metrics: QueueMetrics, datum: Datum) -> MetricDatumBase:
    from moto.cloudwatch.models import MetricAggregatedDatum  # noqa: PLC0415 - only who reads metrics needs it

    timestamp = (
        datetime_of(datum.minute).astimezone(datetime.UTC).replace(tzinfo=None)
    )  # as moto compares them
    return MetricAggregatedDatum(
        namespace="AWS/SQS",
        name=datum.name,
        min_stat=datum.smallest,
        max_stat=datum.largest,
        sample_count=datum.samples,
        sum_stat=datum.total,
        dimensions=[{"Name": "QueueName", "Value": metrics.queue_name}],
        timestamp=timestamp,
        unit=datum.unit,
    )
