"""A Map Run: it starts child executions, so many at once as it may, until all have ended or too many failed.

It counts in items, and in executions: an execution may have a batch of items. What it tolerates is a number
of items, or a part of them; a run that was told neither tolerates none. When too many have failed, it stops
the executions that still run, and starts no more.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.engine.clock import datetime_of
from workbook.engine.signals import Signal

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.execution import Execution
    from workbook.aws.stepfunctions.maps.batches import Work
    from workbook.aws.stepfunctions.registry import StateMachine
    from workbook.engine.world import World

EXCEEDED = "States.ExceedToleratedFailureThreshold"
EXCEEDED_CAUSE = "The specified tolerated failure threshold was exceeded"
_STATUSES = {"SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timedOut", "ABORTED": "aborted"}
_FAILURES = ("failed", "timedOut", "aborted")


@dataclasses.dataclass
class Tolerance:
    """How many items of a run may fail."""

    count: int = 0
    percentage: float = 0.0

    def is_exceeded(self, failed: int, total: int) -> bool:
        """Whether so many failed items are too many: more than the number, or the part, that is larger."""
        return failed > max(self.count, total * self.percentage / 100)


@dataclasses.dataclass
class Counts:
    """How many items or executions have come how far."""

    total: int = 0
    pending: int = 0
    running: int = 0
    ended: dict[str, int] = dataclasses.field(default_factory=lambda: dict.fromkeys(_STATUSES.values(), 0))
    written: int = 0

    def add(self, number: int) -> None:
        """There are more to be done."""
        self.total += number
        self.pending += number

    def start(self, number: int) -> None:
        """So many begin."""
        self.pending -= number
        self.running += number

    def end(self, number: int, status: str) -> None:
        """So many have ended so."""
        self.running -= number
        self.ended[_STATUSES[status]] += number

    def shown(self) -> dict[str, int]:
        """As DescribeMapRun shows it."""
        return {
            "pending": self.pending,
            "running": self.running,
            **self.ended,
            "total": self.total,
            "resultsWritten": self.written,
            "failuresNotRedrivable": 0,
            "pendingRedrive": 0,
        }


@dataclasses.dataclass(frozen=True)
class Child:
    """One child execution, with the items that it was given."""

    execution: Execution
    work: Work


class MapRun:
    """One attempt of a distributed Map state."""

    def __init__(
        self, world: World, parent_arn: str, machine: StateMachine, concurrency: int, tolerance: Tolerance
    ) -> None:
        prefix = machine.arn.replace(":stateMachine:", ":mapRun:")
        self.arn = f"{prefix}:{world.seeds.uuid('stepfunctions.map-run')}"
        self.execution_arn = parent_arn
        self.machine = machine
        """What its child executions are executions of."""
        self.concurrency = concurrency
        """As it was given: 0 is no limit of its own."""
        self.tolerance = tolerance
        self.status = "RUNNING"
        self.started = world.clock.now
        """An instant in microseconds, as `stopped` is."""
        self.stopped: int | None = None
        self.items, self.executions = Counts(), Counts()
        self.children: list[Child] = []
        self.waiting: deque[Work] = deque()
        self._world = world
        self._running: dict[str, Child] = {}
        self._changed = Signal(world.kernel, f"the Map Run {self.arn.rpartition(':')[2]}")

    # ---- its life

    def run(self, all_work: list[Work]) -> bool:
        """Run all child executions; whether not too many of them failed."""
        self.waiting.extend(all_work)
        self.executions.add(len(all_work))
        self.items.add(sum(work.items for work in all_work))
        try:
            while self._goes_on():
                self._start_some()
                if self._running:
                    self._changed.wait()
        finally:
            self._stop_children()
        return not self._has_failed

    def end(self, status: str) -> None:
        """It is over."""
        self.status, self.stopped = status, self._world.clock.now

    def update(self, **changes: Any) -> None:  # noqa: ANN401 - what UpdateMapRun has
        """Change how many run at once, or what is tolerated, from now on."""
        self.concurrency = changes.get("maxConcurrency", self.concurrency)
        self.tolerance.count = changes.get("toleratedFailureCount", self.tolerance.count)
        self.tolerance.percentage = changes.get("toleratedFailurePercentage", self.tolerance.percentage)
        self._changed.notify_all()

    def _goes_on(self) -> bool:
        return bool(self.waiting or self._running) and not self._has_failed

    @property
    def _has_failed(self) -> bool:
        failed = sum(self.items.ended[status] for status in _FAILURES)
        return bool(failed) and self.tolerance.is_exceeded(failed, self.items.total)

    def _start_some(self) -> None:
        most = limit("stepfunctions.map.distributed")
        most = min(self.concurrency or most, most)
        while self.waiting and len(self._running) < most:
            self._start(self.waiting.popleft())

    def _start(self, work: Work) -> None:
        from workbook.aws.stepfunctions.execution import Execution  # noqa: PLC0415 - which loads this

        name = self._world.seeds.uuid("stepfunctions.execution")
        execution = Execution(self._world, self.machine, name, work.input, None)
        execution.map_run = self
        execution.on_end = self._ended
        child = Child(execution, work)
        self.children.append(child)
        self._running[execution.arn] = child
        self.machine.executions[name] = execution
        self.executions.start(1)
        self.items.start(work.items)
        execution.start()

    def _ended(self, execution: Execution) -> None:
        child = self._running.pop(execution.arn)
        self.executions.end(1, execution.status)
        self.items.end(child.work.items, execution.status)
        self._changed.notify_all()

    def _stop_children(self) -> None:
        for child in list(self._running.values()):
            child.execution.stop(None, None)

    # ---- as AWS shows it

    def description(self) -> dict[str, Any]:
        """As DescribeMapRun shows it."""
        return {
            **self._times(),
            "mapRunArn": self.arn,
            "executionArn": self.execution_arn,
            "status": self.status,
            "maxConcurrency": self.concurrency,
            "toleratedFailurePercentage": self.tolerance.percentage,
            "toleratedFailureCount": self.tolerance.count,
            "itemCounts": self.items.shown(),
            "executionCounts": self.executions.shown(),
            "redriveCount": 0,
        }

    def summary(self) -> dict[str, Any]:
        """As ListMapRuns shows it."""
        return {
            "executionArn": self.execution_arn,
            "mapRunArn": self.arn,
            "stateMachineArn": self.machine.arn,
            **self._times(),
        }

    def _times(self) -> dict[str, Any]:
        times = {"startDate": datetime_of(self.started)}
        return times if self.stopped is None else {**times, "stopDate": datetime_of(self.stopped)}
