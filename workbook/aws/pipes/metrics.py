"""The metrics AWS/EventBridge/Pipes: counted as executions end.

Source: EventBridge User Guide, "Logging and monitoring Amazon EventBridge Pipes" (names, dimensions, units).
Concurrency and ExecutionThrottled are not counted: the quota of concurrent executions is not simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.aws.metrics import Meter

if TYPE_CHECKING:
    from workbook.engine.world import World

NAMESPACE = "AWS/EventBridge/Pipes"
_COUNT = "None"
"""The unit that AWS gives its counts here."""


@dataclass
class Measured:
    """What one execution was like; durations are in microseconds, None for a stage that there was not."""

    events: int
    size: int
    """Bytes."""
    duration: int = 0
    enrichment: int | None = None
    target: int | None = None
    enrichment_failed: bool = False
    target_failed: bool = False
    partially: bool = False
    timed_out: bool = False


class PipeMetrics:
    """The metrics of one pipe."""

    def __init__(self, world: World, account: str, region: str, name: str) -> None:
        self._of_pipe = Meter(world, account, region, NAMESPACE, {"PipeName": name})
        self._of_account = Meter(world, account, region, NAMESPACE, {"AwsAccountId": account})

    def count(self, measured: Measured) -> None:
        """Count one execution."""
        meter = self._of_pipe
        for one in (meter, self._of_account):
            one.add("Invocations", unit=_COUNT)
        meter.add("EventCount", measured.events, unit=_COUNT)
        meter.add("EventSize", measured.size, unit="Bytes")
        meter.add("Duration", measured.duration / 1000, unit="Milliseconds")
        failed = measured.enrichment_failed or (measured.target_failed and not measured.partially)
        self._flags(
            ExecutionFailed=failed,
            ExecutionPartiallyFailed=measured.partially,
            ExecutionTimeout=measured.timed_out,
        )
        if measured.enrichment is not None:
            meter.add("EnrichmentStageDuration", measured.enrichment / 1000, unit="Milliseconds")
            self._flags(EnrichmentStageFailed=measured.enrichment_failed)
        if measured.target is not None:
            meter.add("TargetStageDuration", measured.target / 1000, unit="Milliseconds")
            self._flags(
                TargetStageFailed=measured.target_failed and not measured.partially,
                TargetStagePartiallyFailed=measured.partially,
            )
        elif not measured.enrichment_failed:
            meter.add("TargetStageSkipped", unit=_COUNT)

    def _flags(self, **flags: bool) -> None:
        for name, set_ in flags.items():
            self._of_pipe.add(name, int(set_), unit=_COUNT)
