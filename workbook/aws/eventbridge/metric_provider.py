"""What moto's CloudWatch finds and asks for the metrics AWS/Events (see `workbook.aws.sqs.publishing`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.core.common_models import CloudWatchMetricProvider

from workbook.aws.eventbridge.metrics import metrics_of
from workbook.engine.world import NoLab, current_world

if TYPE_CHECKING:
    from moto.cloudwatch.models import MetricDatumBase


class EventsMetrics(CloudWatchMetricProvider):
    """The values of AWS/Events."""

    @staticmethod
    def get_cloudwatch_metrics(account_id: str, region: str) -> list[MetricDatumBase]:
        """Those of an account and Region; none when no lab is open."""
        try:
            world = current_world()
        except NoLab:
            return []
        return metrics_of(world, account_id, region).drained()
