"""The metrics AWS/Events, counted while things happen and handed over when somebody reads them.

Rules of the default bus have the dimension RuleName, rules of other buses EventBusName and RuleName. Counts
of a whole Region have no dimension. EventBridge sends no zeros, and the lab none either.

Source: Amazon EventBridge User Guide, "Monitoring Amazon EventBridge".
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.eventbridge.names import DEFAULT
from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    from moto.cloudwatch.models import MetricDatumBase

    from workbook.aws.delivery import Outcome
    from workbook.aws.eventbridge.rules import Rule
    from workbook.engine.world import World

MINUTE = 60 * SECOND
NAMESPACE = "AWS/Events"
_STATE = "eventbridge.metrics"

Dimensions = tuple[tuple[str, str], ...]
_Key = tuple[int, str, Dimensions]


@dataclass
class Metrics:
    """What was counted in one account and Region, by minute, name and dimensions."""

    world: World
    counts: Counter[_Key] = field(default_factory=Counter)
    published: list[MetricDatumBase] = field(default_factory=list)

    def add(self, name: str, value: float = 1, dimensions: Dimensions = ()) -> None:
        """Count something that happens now."""
        if value:
            self.counts[self.world.clock.now // MINUTE, name, dimensions] += value  # type: ignore[assignment]  # bytes are whole

    def drained(self) -> list[MetricDatumBase]:
        """All values up to the last complete minute, as moto's CloudWatch keeps them."""
        now = self.world.clock.now // MINUTE
        for key in [key for key in self.counts if key[0] < now]:
            self.published.append(_datum(key, self.counts.pop(key)))
        return self.published


@dataclass(frozen=True)
class RuleTally:
    """Counts for one rule, and the same for its Region."""

    metrics: Metrics
    dimensions: Dimensions

    def matched(self) -> None:
        """An event matched the rule's pattern."""
        self._count("MatchedEvents")

    def triggered(self, targets: int) -> None:
        """The rule ran, and invokes so many targets."""
        self._count("TriggeredRules")
        self.metrics.add("InvocationsCreated", targets)

    def attempted(self) -> None:
        """A target was tried."""
        self._count("InvocationAttempts")

    def ended(self, outcome: Outcome) -> None:
        """A delivery came to its end."""
        self._count("Invocations")
        self._count("RetryInvocationAttempts", outcome.attempts - 1)
        if outcome.delivered:
            self._count("SuccessfulInvocationAttempts")
            return
        self._count("FailedInvocations")
        if outcome.dead_lettered is not None:
            self._count("InvocationsSentToDlq" if outcome.dead_lettered else "InvocationsFailedToBeSentToDlq")

    def _count(self, name: str, value: int = 1) -> None:
        self.metrics.add(name, value, self.dimensions)
        self.metrics.add(name, value)


def tally_of(world: World, rule: Rule) -> RuleTally:
    """The counts of a rule."""
    parts = rule.arn.split(":")
    of_rule = ("RuleName", rule.name)
    on_bus = () if rule.bus_name == DEFAULT else (("EventBusName", rule.bus_name),)
    return RuleTally(metrics_of(world, parts[4], parts[3]), (*on_bus, of_rule))


def metrics_of(world: World, account: str, region: str) -> Metrics:
    """The counts of an account and Region."""
    everywhere = world.state.setdefault(_STATE, {})
    assert isinstance(everywhere, dict)  # noqa: S101 - nobody else writes under this name
    found = everywhere.get((account, region))
    if found is None:
        found = everywhere[account, region] = Metrics(world)
    assert isinstance(found, Metrics)  # noqa: S101 - as above
    return found


def _datum(key: _Key, value: float) -> MetricDatumBase:
    from moto.cloudwatch.models import MetricAggregatedDatum  # noqa: PLC0415 - only who reads metrics needs it

    minute, name, dimensions = key
    moment = datetime_of(minute * MINUTE).astimezone(datetime.UTC).replace(tzinfo=None)  # as moto compares
    return MetricAggregatedDatum(
        namespace=NAMESPACE,
        name=name,
        min_stat=value,
        max_stat=value,
        sample_count=1,
        sum_stat=value,
        dimensions=[{"Name": one, "Value": other} for one, other in dimensions],
        timestamp=moment,
        unit="Bytes" if name == "PutEventsRequestSize" else "Count",
    )
