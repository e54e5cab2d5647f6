"""A stream as the source of a pipe: each shard read in order, past what can never succeed.

    read ──> filter ──> batch ──> execute ── done ───> the checkpoint moves on
                                     └────── failed ──> again, or its halves (AUTOMATIC_BISECT)
                                                └─ tried often enough, or too old ──> dead letter, or gone

Nothing is taken out of a stream, so a record that fails holds up its shard until it succeeds, is given up, or
leaves the stream with its retention. The checkpoints outlive a stop of the pipe. AWS asks each shard once a
second (a table's stream four times); here a reader waits for records and then for its next turn.

Parallel batches of one shard (ParallelizationFactor) are lanes: see `shard_tap`.

Sources: EventBridge User Guide, "Amazon Kinesis stream as a source", "Amazon DynamoDB stream as a source" and
"Amazon EventBridge Pipes error handling and troubleshooting".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbook.aws.event_sources.processing import FIRST_RETRY, LONGEST_RETRY
from workbook.aws.limits import limit
from workbook.aws.pipes.execution import Load, Result
from workbook.aws.pipes.permissions import NO_STREAM, missing_permission_on_stream
from workbook.aws.pipes.shard_tap import ShardTap
from workbook.aws.pipes.stream_dead_letters import RETRIES_EXHAUSTED, TOO_OLD, Discarder, StreamEvent
from workbook.aws.pipes.stream_filters import passes
from workbook.engine.clock import SECOND, instant_of

if TYPE_CHECKING:
    from workbook.aws.delivery import Sender
    from workbook.aws.kinesis.shard import Record, Shard
    from workbook.aws.pipes.execution import Executor
    from workbook.aws.pipes.settings import PipeSettings
    from workbook.aws.pipes.streams import StreamSource
    from workbook.engine.world import World

LARGEST_BATCH = limit("lambda.payload.synchronous")
"""Bytes of records of one execution."""
Checkpoints = dict[int, list[int]]
"""By a shard's index: the sequence number at which each lane goes on."""


class StreamPoller:
    """Reads all shards of a stream for one pipe, from `start` to `stop`."""

    def __init__(
        self,
        world: World,
        sender: Sender,
        settings: PipeSettings,
        source: StreamSource,
        executor: Executor,
        on_problem: Callable[[str], None],
        checkpoints: Checkpoints,
    ) -> None:
        """`checkpoints` says where each shard was left, by its index; it is kept up to date."""
        self.world = world
        self.sender = sender
        self.settings = settings
        self.source = source
        self.stream = source.log
        self.executor = executor
        self.checkpoints = checkpoints
        self.running = False
        self._on_problem = on_problem

    def start(self) -> None:
        """Begin to read, each shard on a task of its own."""
        self.running = True
        with self.world.trace.from_nothing():
            for shard in self.stream.shards:
                self._start_lanes(shard)

    def _start_lanes(self, shard: Shard) -> None:
        lanes = int(self.settings.of_source["ParallelizationFactor"])
        left = self.checkpoints.get(shard.index) or [self._start_of(shard)]
        if len(left) != lanes:
            left = [min(left)] * lanes
        self.checkpoints[shard.index] = left
        tap = ShardTap(self.world, self.source, shard, self.settings.name, lanes, min(left))
        for lane in range(lanes):
            reader = _LaneReader(self, tap, lane)
            name = f"{self.settings.name} reads shard {shard.index}, lane {lane}"
            self.world.kernel.spawn(reader.run, name=name)

    def stop(self) -> None:
        """Read no more. Executions in progress are finished, but not tried again."""
        self.running = False
        self.stream.arrivals.notify_all()

    def problem(self) -> str | None:
        """Why the stream cannot be read, if it cannot."""
        if self.stream.status != "ACTIVE":
            return NO_STREAM
        letters = self.settings.dead_letter_arn
        return missing_permission_on_stream(self.world, self.sender, self.stream.arn, letters)

    def give_up(self, problem: str) -> None:
        """Stop because there is no use in reading."""
        if self.running:
            self.stop()
            self._on_problem(problem)

    def _start_of(self, shard: Shard) -> int:
        position = self.settings.of_source["StartingPosition"]
        if position == "TRIM_HORIZON":
            return shard.position_at(self.stream.oldest)
        if position == "LATEST":
            return shard.end
        return shard.position_at(instant_of(self.settings.of_source["StartingPositionTimestamp"]))


class _LaneReader:
    """Moves the records of one lane of a shard, one batch after the other."""

    def __init__(self, poller: StreamPoller, tap: ShardTap, lane: int) -> None:
        self._poller = poller
        self._tap = tap
        self._lane = lane
        self._shard = tap.shard
        self._world = poller.world
        self._settings = poller.settings
        self._discarder = Discarder(poller.world, poller.sender, poller.settings, poller.source, tap.shard)

    def run(self) -> None:
        while self._poller.running:
            problem = self._poller.problem()
            if problem is not None:
                self._poller.give_up(problem)
                return
            batch, checkpoint = self._gather()
            if batch:
                self._see_through(batch)
            if self._poller.running:
                self._poller.checkpoints[self._shard.index][self._lane] = checkpoint
            if not batch and self._poller.running:
                self._wait(None, checkpoint)

    # ---- reading

    def _gather(self) -> tuple[list[StreamEvent], int]:
        """Records until the batch is full, its window ends or none are left; and where to read on."""
        position = self._poller.checkpoints[self._shard.index][self._lane]
        batch: list[StreamEvent] = []
        size, end = 0, None
        while self._poller.running and len(batch) < self._settings.batch_size:
            records, after = self._tap.take(position, self._settings.batch_size - len(batch), self._lane)
            for record in records:
                event = self._event(record)
                if size + event.size > LARGEST_BATCH and batch:
                    return batch, record.sequence_number
                if passes(self._settings.filters, event.shown):
                    batch.append(event)
                    size += event.size
                else:
                    self._filtered(event)
            moved, position = after > position, after
            if batch and end is None:
                end = self._world.clock.now + self._settings.maximum_batching_window * SECOND
            if not moved and (end is None or not self._wait(end, position)):
                break
            if end is not None and self._world.clock.now >= end:
                break
        return batch, position

    def _wait(self, until: int | None, position: int) -> bool:
        """Wait for records at or after a position; False when the instant `until` came first."""
        while self._poller.running and self._poller.stream.status == "ACTIVE":
            if self._shard.next_after(position) is not None:
                self._world.kernel.sleep_until(max(self._tap.next_turn, self._world.clock.now + 1))
                return True
            if until is not None and self._world.clock.now >= until:
                return False
            self._poller.stream.arrivals.wait(until)
        return False

    def _event(self, record: Record) -> StreamEvent:
        source = self._poller.source
        shown = source.event(self._shard, record)
        return StreamEvent(record, shown, source.message(shown), len(json.dumps(shown)))

    def _filtered(self, event: StreamEvent) -> None:
        pipe = self._poller.sender.source_arn
        self._world.trace.record("filter", pipe, message=event.message, reason="no filter matches")

    # ---- executing

    def _see_through(self, batch: Sequence[StreamEvent]) -> None:
        """Execute a batch until all of it is done or given up."""
        attempts, pause = 0, FIRST_RETRY
        while batch and self._poller.running:
            batch = self._without_the_old(batch, attempts)
            if not batch:
                return
            result = self._execute(batch)
            if not result.failed:
                return
            remaining = _from_the_first_failed(batch, result)
            if len(remaining) < len(batch):
                attempts, pause = 0, FIRST_RETRY
            attempts += not result.temporary
            batch = remaining
            if self._bisects and len(batch) > 1:
                middle = (len(batch) + 1) // 2
                self._see_through(batch[:middle])
                self._see_through(batch[middle:])
                return
            if 0 <= self._most_retries < attempts:
                self._discarder.discard(batch, RETRIES_EXHAUSTED, attempts, result)
                return
            self._world.kernel.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY)

    def _execute(self, batch: Sequence[StreamEvent]) -> Result:
        trace = self._world.trace
        messages = [event.message for event in batch]
        size = sum(event.size for event in batch)
        causes = [last for last in map(trace.last_of, messages) if last is not None]
        hop = trace.record(
            "batch",
            self._poller.sender.source_arn,
            causes=causes,
            size=size,
            messages=len(batch),
            concurrency=self._tap.lanes,
            shard=self._poller.source.shard_id(self._shard),
        )
        load = Load(
            records=[event.shown for event in batch],
            ids=[event.shown["eventID"] for event in batch],
            messages=messages,
            size=size,
            cause=hop,
            deadline=self._world.clock.now + int(LONGEST_RETRY) * SECOND,
        )
        return self._poller.executor.execute(self._settings, load)

    @property
    def _bisects(self) -> bool:
        return self._settings.of_source.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT"

    @property
    def _most_retries(self) -> int:
        return int(self._settings.of_source.get("MaximumRetryAttempts", -1))

    def _without_the_old(self, batch: Sequence[StreamEvent], attempts: int) -> list[StreamEvent]:
        """The records that are young enough; the others are given up."""
        age = int(self._settings.of_source.get("MaximumRecordAgeInSeconds", -1))
        oldest = self._poller.stream.oldest
        if age >= 0:
            oldest = max(oldest, self._world.clock.now - age * SECOND)
        old = [event for event in batch if event.record.arrived < oldest]
        if old:
            self._discarder.discard(old, TOO_OLD, attempts)
        return [event for event in batch if event.record.arrived >= oldest]


def _from_the_first_failed(batch: Sequence[StreamEvent], result: Result) -> Sequence[StreamEvent]:
    """What is left of a batch whose order is to be kept."""
    for index, event in enumerate(batch):
        if event.shown["eventID"] in result.failed:
            return batch[index:]
    return batch
