"""A stream as the source of a pipe: each shard read in order, past what can never succeed.

    read ──> filter ──> batch ──> execute ── done ───> the checkpoint moves on
                                     └────── failed ──> again, or its halves (AUTOMATIC_BISECT)
                                                └─ tried often enough, or too old ──> dead letter, or gone

Nothing is taken out of a stream, so a record that fails holds up its shard until it succeeds, is given up, or
leaves the stream with its retention. The checkpoints outlive a stop of the pipe. AWS asks each shard once a
second (a table's stream four times); here a reader waits for records and then for its next turn.

Parallel batches of one shard (ParallelizationFactor) and enhanced fan-out are refused by name.

Sources: EventBridge User Guide, "Amazon Kinesis stream as a source", "Amazon DynamoDB stream as a source" and
"Amazon EventBridge Pipes error handling and troubleshooting"; dead letters recorded by users (2023, 2024).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.delivery import Parcel, Sender, Undelivered, attempt
from workbook.aws.event_sources.processing import FIRST_RETRY, LONGEST_RETRY
from workbook.aws.kinesis.errors import ThroughputExceeded
from workbook.aws.limits import limit
from workbook.aws.pipes.execution import Load, Result
from workbook.aws.pipes.permissions import NO_STREAM, missing_permission_on_stream
from workbook.aws.pipes.stream_filters import passes
from workbook.aws.pipes.streams import span
from workbook.engine.clock import SECOND, datetime_of, instant_of

if TYPE_CHECKING:
    from workbook.aws.kinesis.shard import Record, Shard
    from workbook.aws.pipes.execution import Executor
    from workbook.aws.pipes.settings import PipeSettings
    from workbook.aws.pipes.streams import StreamSource
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

LARGEST_BATCH = limit("lambda.payload.synchronous")
"""Bytes of records of one execution."""
RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
TOO_OLD = "RecordAgeExceeded"
Checkpoints = dict[int, int]


@dataclass(frozen=True)
class _Event:
    """A record of the stream, as the pipe passes it on."""

    record: Record
    shown: dict[str, Any]
    message: str
    """What it is called in the trace."""
    size: int


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
                self.checkpoints.setdefault(shard.index, self._start_of(shard))
                reader = _ShardReader(self, shard)
                self.world.kernel.spawn(reader.run, name=f"{self.settings.name} reads shard {shard.index}")

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


class _ShardReader:
    """Moves the records of one shard, one batch after the other."""

    def __init__(self, poller: StreamPoller, shard: Shard) -> None:
        self._poller = poller
        self._shard = shard
        self._world = poller.world
        self._settings = poller.settings
        self._next_read = poller.world.clock.now

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
                self._poller.checkpoints[self._shard.index] = checkpoint
            if not batch and self._poller.running:
                self._wait(None, checkpoint)

    # ---- reading

    def _gather(self) -> tuple[list[_Event], int]:
        """Records until the batch is full, its window ends or none are left; and where to read on."""
        position = self._poller.checkpoints[self._shard.index]
        batch: list[_Event] = []
        size, end = 0, None
        while self._poller.running and len(batch) < self._settings.batch_size:
            records = self._read(position, self._settings.batch_size - len(batch))
            for record in records:
                event = self._event(record)
                if size + event.size > LARGEST_BATCH and batch:
                    return batch, position
                position = record.sequence_number + 1
                if passes(self._settings.filters, event.shown):
                    batch.append(event)
                    size += event.size
                else:
                    self._filtered(event)
            if batch and end is None:
                end = self._world.clock.now + self._settings.maximum_batching_window * SECOND
            if not records and (end is None or not self._wait(end, position)):
                break
            if end is not None and self._world.clock.now >= end:
                break
        return batch, position

    def _read(self, position: int, most: int) -> list[Record]:
        """One GetRecords, not more often than once a second; none is made when nothing is there."""
        if self._shard.next_after(position) is None:
            return []
        self._world.kernel.sleep_until(self._next_read)
        self._next_read = self._world.clock.now + self._poller.source.base_rate
        try:
            return self._poller.stream.read(self._shard, position, most, pipe=self._settings.name)
        except ThroughputExceeded:  # others read this shard, too
            return []

    def _wait(self, until: int | None, position: int) -> bool:
        """Wait for records at or after a position; False when the instant `until` came first."""
        while self._poller.running and self._poller.stream.status == "ACTIVE":
            if self._shard.next_after(position) is not None:
                self._world.kernel.sleep_until(max(self._next_read, self._world.clock.now + 1))
                return True
            if until is not None and self._world.clock.now >= until:
                return False
            self._poller.stream.arrivals.wait(until)
        return False

    def _event(self, record: Record) -> _Event:
        source = self._poller.source
        shown = source.event(self._shard, record)
        return _Event(record, shown, source.message(shown), len(json.dumps(shown)))

    def _filtered(self, event: _Event) -> None:
        pipe = self._poller.sender.source_arn
        self._world.trace.record("filter", pipe, message=event.message, reason="no filter matches")

    # ---- executing

    def _see_through(self, batch: Sequence[_Event]) -> None:
        """Execute a batch until all of it is done or given up."""
        attempts, pause = 0, FIRST_RETRY
        while batch and self._poller.running:
            batch = self._without_the_old(batch)
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
                self._discard(batch, RETRIES_EXHAUSTED, result)
                return
            self._world.kernel.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY)

    def _execute(self, batch: Sequence[_Event]) -> Result:
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
            concurrency=1,
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

    # ---- giving up

    def _without_the_old(self, batch: Sequence[_Event]) -> list[_Event]:
        """The records that are young enough; the others are given up."""
        age = int(self._settings.of_source.get("MaximumRecordAgeInSeconds", -1))
        oldest = self._poller.stream.oldest
        if age >= 0:
            oldest = max(oldest, self._world.clock.now - age * SECOND)
        old = [event for event in batch if event.record.arrived < oldest]
        if old:
            self._discard(old, TOO_OLD, None)
        return [event for event in batch if event.record.arrived >= oldest]

    def _discard(self, batch: Sequence[_Event], condition: str, result: Result | None) -> None:
        letters, world = self._settings.dead_letter_arn, self._world
        cause = () if result is None else (result.hop,)
        if letters is None:
            self._drop(batch, cause, f"{condition}, and there is no dead-letter queue")
            return
        hop = world.trace.record(
            "give-up",
            self._settings.target,
            causes=cause or [last for last in (world.trace.last_of(batch[0].message),) if last],
            outcome=condition,
            attempts=max(self._most_retries, 0) + 1,
            reason=condition if result is None else result.reason,
            dead_letter_queue=letters,
            source=self._poller.sender.source_arn,
        )
        try:
            with world.trace.under(hop):
                attempt(world, self._poller.sender, letters, Parcel(self._dead_letter(batch, condition)))
        except Undelivered as error:
            self._drop(batch, (hop,), f"the dead-letter queue did not take it: {error.message}")

    def _drop(self, batch: Sequence[_Event], causes: Sequence[Hop], reason: str) -> None:
        for event in batch:
            self._world.trace.record(
                "drop",
                self._settings.target,
                message=event.message,
                causes=causes or None,
                outcome="dropped",
                reason=reason,
                source=self._poller.sender.source_arn,
            )

    def _dead_letter(self, batch: Sequence[_Event], condition: str) -> str:
        """Not the records, but where they are in the stream."""
        first, last = batch[0].record, batch[-1].record
        source = self._poller.source
        start, end = span([event.shown for event in batch], source)
        letter = {
            "context": {"partnerResourceArn": self._poller.sender.source_arn, "condition": condition},
            "version": "1.0",
            "timestamp": _timestamp(self._world.clock.now),
            source.batch_info: {
                "shardId": source.shard_id(self._shard),
                "startSequenceNumber": start,
                "endSequenceNumber": end,
                "approximateArrivalOfFirstRecord": _timestamp(first.arrived),
                "approximateArrivalOfLastRecord": _timestamp(last.arrived),
                "batchSize": len(batch),
                "streamArn": self._poller.stream.arn,
            },
        }
        return json.dumps(letter, separators=(",", ":"))


def _from_the_first_failed(batch: Sequence[_Event], result: Result) -> Sequence[_Event]:
    """What is left of a batch whose order is to be kept."""
    for index, event in enumerate(batch):
        if event.shown["eventID"] in result.failed:
            return batch[index:]
    return batch


def _timestamp(instant: int) -> str:
    moment = datetime_of(instant)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
