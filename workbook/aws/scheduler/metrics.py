"""The metrics AWS/Scheduler: counted as schedules fire, for the whole account and for the schedule's group.

moto's CloudWatch asks every `CloudWatchMetricProvider` for its data whenever somebody reads metrics, so nothing
has to run for them.

Source: EventBridge Scheduler User Guide, "Monitoring Amazon EventBridge Scheduler with Amazon CloudWatch".
InvocationThrottleCount is never counted: the quota of invocations is not simulated.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from moto.core.common_models import CloudWatchMetricProvider

from workbook.engine.clock import datetime_of
from workbook.engine.world import NoLab, World, current_world

if TYPE_CHECKING:
    from moto.cloudwatch.models import MetricDatumBase

    from workbook.aws.scheduler.resources import Group

_STATE = "scheduler.metrics"


def count(world: World, group: Group, name: str) -> None:
    """One more of what a metric counts, now."""
    everywhere = world.state.setdefault(_STATE, {})
    assert isinstance(everywhere, dict)  # noqa: S101 - nobody else writes under this name
    counted = everywhere.setdefault((group.account, group.region), _Counted())
    counted.new.append((world.clock.now, name, group.name))


class _Counted:
    """What was counted in one account and Region, and what CloudWatch has got of it."""

    def __init__(self) -> None:
        self.new: list[tuple[int, str, str]] = []
        self.data: list[MetricDatumBase] = []

    def hand_over(self) -> list[MetricDatumBase]:
        for instant, name, group in self.new:
            for dimensions in ([], [{"Name": "ScheduleGroup", "Value": group}]):
                self.data.append(_datum(name, instant, dimensions))
        self.new.clear()
        return self.data


def _datum(name: str, instant: int, dimensions: list[dict[str, str]]) -> MetricDatumBase:
    from moto.cloudwatch.models import MetricDatum  # noqa: PLC0415 - only who reads metrics needs it

    # As moto compares them: without a time zone.
    timestamp = datetime_of(instant).astimezone(datetime.UTC).replace(tzinfo=None)
    return MetricDatum("AWS/Scheduler", name, 1.0, dimensions, timestamp, "Count")


class SchedulerMetrics(CloudWatchMetricProvider):
    """What moto's CloudWatch finds and asks."""

    @staticmethod
    def get_cloudwatch_metrics(account_id: str, region: str) -> list[MetricDatumBase]:
        """The values of AWS/Scheduler of an account and Region; none when no lab is open."""
        try:
            everywhere = current_world().state.get(_STATE, {})
        except NoLab:
            return []
        assert isinstance(everywhere, dict)  # noqa: S101 - as above
        counted = everywhere.get((account_id, region))
        return [] if counted is None else counted.hand_over()
