"""The metrics AWS/Events of a rule, and the same for its whole Region.

Rules of the default bus have the dimension RuleName, rules of other buses EventBusName and RuleName; what is
counted for a Region has none. EventBridge sends no zeros, and neither does the lab.

Source: Amazon EventBridge User Guide, "Monitoring Amazon EventBridge".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.aws.eventbridge.names import DEFAULT
from workbook.aws.metrics import Meter

if TYPE_CHECKING:
    from workbook.aws.delivery import Outcome
    from workbook.aws.eventbridge.rules import Rule
    from workbook.engine.world import World

NAMESPACE = "AWS/Events"


@dataclass(frozen=True)
class RuleTally:
    """Counts for one rule, and for its Region."""

    of_rule: Meter
    of_region: Meter

    def matched(self) -> None:
        """An event matched the rule's pattern."""
        self._count("MatchedEvents")

    def triggered(self, targets: int) -> None:
        """The rule ran, and invokes so many targets."""
        self._count("TriggeredRules")
        if targets:
            self.of_region.add("InvocationsCreated", targets)

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
        if value:
            self.of_rule.add(name, value)
            self.of_region.add(name, value)


def tally_of(world: World, rule: Rule) -> RuleTally:
    """The counts of a rule."""
    parts = rule.arn.split(":")
    account, region = parts[4], parts[3]
    on_bus = {} if rule.bus_name == DEFAULT else {"EventBusName": rule.bus_name}
    dimensions = {**on_bus, "RuleName": rule.name}
    return RuleTally(
        Meter(world, account, region, NAMESPACE, dimensions), region_meter(world, account, region)
    )


def region_meter(world: World, account: str, region: str) -> Meter:
    """What is counted for a whole Region."""
    return Meter(world, account, region, NAMESPACE, {})


def source_meter(world: World, account: str, region: str, event_source: str) -> Meter:
    """What is counted for a partner event source."""
    return Meter(world, account, region, NAMESPACE, {"EventSourceName": event_source})
