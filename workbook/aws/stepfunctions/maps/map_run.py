"""A Map Run: it starts child executions, so many at once as it may, until all have ended or too many failed.

It counts in items, and in executions: an execution may have a batch of items. What it tolerates is a number
of items, or a part of them, that failed or timed out; a run that was told both fails as soon as one of them
is exceeded, and one that was told neither tolerates none. When too many have failed, it stops the executions
that still run, and starts no more.

A redriven run is the same run: it runs those again that did not end well, as far as they can be redriven, and
then those that it had not started. Standard executions go on where they were; express ones begin anew, under
the ARN that they had.

Source: Step Functions Developer Guide, "Redriving Map Runs in Step Functions executions". That what is
redriven comes before what never started is the lab's choice (unverified).
"""

from __future__ import annotations

import dataclasses
from collections import deque
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.execution_shown import obstacle_to_redrive
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
_FAILURES = ("failed", "timedOut")
"""What counts for the tolerance: who stops a child execution has not let it fail."""


@dataclasses.dataclass
class Tolerance:
    """How many items of a run may fail, as far as it was said (Developer Guide, maprun-fail-threshold)."""

    count: int | None = None
    percentage: float | None = None

    def is_exceeded(self, failed: int, total: int) -> bool:
        """Whether so many failed items are too many: more than the number, or than the part."""
        if self.count is None and self.percentage is None:
            return failed > 0
        too_many = self.count is not None and failed > self.count
        return too_many or (self.percentage is not None and failed * 100 > total * self.percentage)


@dataclasses.dataclass
class Counts:
    """How many items or executions have come how far."""

    total: int = 0
    pending: int = 0
    running: int = 0
    ended: dict[str, int] = dataclasses.field(default_factory=lambda: dict.fromkeys(_STATUSES.values(), 0))
    written: int = 0
    pending_redrive: int = 0

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

    def await_redrive(self, number: int, status: str) -> None:
        """So many that ended so are to run again."""
        self.ended[_STATUSES[status]] -= number
        self.pending_redrive += number

    def start_again(self, number: int) -> None:
        """So many of these do."""
        self.pending_redrive -= number
        self.running += number

    def give_up_redrive(self, number: int, status: str) -> None:
        """So many will not: they have ended as they had."""
        self.ended[_STATUSES[status]] += number
        self.pending_redrive -= number

    def shown(self, not_redrivable: int) -> dict[str, int]:
        """As DescribeMapRun shows it."""
        return {
            "pending": self.pending,
            "running": self.running,
            **self.ended,
            "total": self.total,
            "resultsWritten": self.written,
            "failuresNotRedrivable": not_redrivable,
            "pendingRedrive": self.pending_redrive,
        }


@dataclasses.dataclass
class Child:
    """One child execution, the latest of an express one, with the items that it was given."""

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
        self.redrives = 0
        self.redriven: int | None = None
        self.items, self.executions = Counts(), Counts()
        self.children: list[Child] = []
        self.waiting: deque[Work] = deque()
        self._world = world
        self._again: deque[Child] = deque()
        self._running: dict[str, Child] = {}
        self._unsuccessful: dict[str, Child] = {}
        self._changed = Signal(world.kernel, f"the Map Run {self.arn.rpartition(':')[2]}")

    # ---- its life

    @property
    def has_work(self) -> bool:
        """Whether it knows its child executions; a run that could not read its items does not."""
        return bool(self.executions.total)

    def take(self, all_work: list[Work]) -> None:
        """This is to be done."""
        self.waiting.extend(all_work)
        self.executions.add(len(all_work))
        self.items.add(sum(work.items for work in all_work))

    def run(self) -> bool:
        """Run all child executions that are to run; whether not too many of them failed."""
        try:
            while self._goes_on():
                self._start_some()
                if self._running:
                    self._changed.wait()
        finally:
            self._stop_children()
            self._give_up_redrives()
        return not self._has_failed

    def redrive(self) -> None:
        """Begin again with what did not end well."""
        self.redrives += 1
        self.redriven = self._world.clock.now
        self.status, self.stopped = "RUNNING", None
        for child in list(self._unsuccessful.values()):
            if obstacle_to_redrive(self._world, child.execution) is None:
                del self._unsuccessful[child.execution.arn]
                self._again.append(child)
                self.executions.await_redrive(1, child.execution.status)
                self.items.await_redrive(child.work.items, child.execution.status)

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
        return bool(self._again or self.waiting or self._running) and not self._has_failed

    @property
    def _has_failed(self) -> bool:
        failed = sum(self.items.ended[status] for status in _FAILURES)
        return self.tolerance.is_exceeded(failed, self.items.total)

    def _start_some(self) -> None:
        most = limit("stepfunctions.map.distributed")
        most = min(self.concurrency or most, most)
        while (self._again or self.waiting) and len(self._running) < most:
            if self._again:
                self._start_again(self._again.popleft())
            else:
                self._start(self.waiting.popleft())

    def _start_again(self, child: Child) -> None:
        self.executions.start_again(1)
        self.items.start_again(child.work.items)
        self._running[child.execution.arn] = child
        if not self.machine.is_express:
            child.execution.redrive()
            return
        child.execution = child.execution.again()
        child.execution.map_run, child.execution.on_end = self, self._ended
        self.machine.executions[child.execution.name] = child.execution
        child.execution.start()

    def _give_up_redrives(self) -> None:
        for child in self._again:
            self._unsuccessful[child.execution.arn] = child
            self.executions.give_up_redrive(1, child.execution.status)
            self.items.give_up_redrive(child.work.items, child.execution.status)
        self._again.clear()

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
        if execution.status != "SUCCEEDED":
            self._unsuccessful[execution.arn] = child
        self._changed.notify_all()

    def _stop_children(self) -> None:
        for child in list(self._running.values()):
            child.execution.stop(None, None)

    # ---- as AWS shows it

    def description(self) -> dict[str, Any]:
        """As DescribeMapRun shows it."""
        stuck = [child for child in self._unsuccessful.values() if self._is_stuck(child)]
        redriven = {} if self.redriven is None else {"redriveDate": datetime_of(self.redriven)}
        return {
            **self._times(),
            **redriven,
            "mapRunArn": self.arn,
            "executionArn": self.execution_arn,
            "status": self.status,
            "maxConcurrency": self.concurrency,
            "toleratedFailurePercentage": self.tolerance.percentage or 0.0,
            "toleratedFailureCount": self.tolerance.count or 0,
            "itemCounts": self.items.shown(sum(child.work.items for child in stuck)),
            "executionCounts": self.executions.shown(len(stuck)),
            "redriveCount": self.redrives,
        }

    def _is_stuck(self, child: Child) -> bool:
        return obstacle_to_redrive(self._world, child.execution) is not None

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
