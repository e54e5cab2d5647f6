"""The poller of one mapping or pipe: waits for messages, gathers batches, hands them over.

    wait for messages  ->  gather a batch  ->  hand it over  ->  wait for a free place  ->  ...

AWS polls without a pause: five long polls of 20 seconds, for ever. Here nothing polls. The poller sleeps
until the queue announces an arrival or a message becomes visible by itself, so an empty queue costs nothing
and is no work. One hop says from when to when it slept; how many empty receives AWS would have made meanwhile
follows from that.

Sources: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS" (batching, long polling). Numbers without
a source there are marked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol

from workbook.aws.event_sources.batches import Batch, Settings
from workbook.aws.event_sources.scaling import ADDED_PER_MINUTE, Scaling
from workbook.aws.event_sources.source_queue import SourceQueue, reader_facts
from workbook.aws.sqs.errors import QueueDoesNotExist, SQSError
from workbook.engine.clock import SECOND
from workbook.engine.signals import Signal

if TYPE_CHECKING:
    from workbook.aws.sqs.message import Delivery
    from workbook.engine.world import World

LATENCY = SECOND // 50
"""Microseconds from an arrival to the receive that finds it: 20 ms, so that messages sent in quick succession
share a batch. Unverified; AWS gives no number."""

LONG_POLLS = 5
"""Long polls that wait at an idle queue at the same time (Lambda Developer Guide, scaling: five batches)."""

LONG_POLL = 20
"""Seconds that each of them waits."""

SOURCE_ERROR_PAUSE = 10 * SECOND
"""Microseconds before the queue is asked again after it refused a receive. Unverified."""


class Work(Protocol[Settings]):
    """What becomes of the batches that a poller gathers."""

    def problem(self, settings: Settings) -> str | None:
        """Why there is no use in reading, if there is none."""

    def process(self, batch: Batch[Settings], scaling: Scaling, concurrency: int) -> None:
        """See a batch through to its end; `concurrency` says how many are in progress, this one included."""


class Poller(Generic[Settings]):
    """Moves messages from one queue to whoever works on them, from `start` to `stop`."""

    def __init__(
        self,
        world: World,
        source: SourceQueue,
        settings: Settings,
        work: Work[Settings],
        on_problem: Callable[[str], None],
        *,
        added_per_minute: int = ADDED_PER_MINUTE,
    ) -> None:
        """`on_problem` is told, once, that the queue is gone or why there is no use in reading.

        `added_per_minute` is by how many batches at a time the poller grows while messages remain.
        """
        self._added_per_minute = added_per_minute
        self.world = world
        self.source = source
        self.queue = source.queue
        self.settings = settings
        self.scaling = self._new_scaling()
        self.in_progress = 0
        self._work = work
        self._on_problem = on_problem
        self._running = False
        self._freed = Signal(world.kernel, f"a free place of the poller of {self.queue.name}")
        self._idle = False

    def start(self) -> None:
        """Begin to poll; what is in the queue already is read at once."""
        self._running = True
        with self.world.trace.from_nothing():
            self.world.kernel.spawn(self._watch, name=f"poller of {self.queue.name}")

    def stop(self) -> None:
        """Read no more. Batches that are in progress are finished, and their messages deleted."""
        self._running = False
        self._freed.notify_all()
        self.queue.arrivals.notify_all()

    def apply(self, settings: Settings) -> None:
        """Put new settings into force; batches that were read already keep the old ones."""
        self.settings = settings
        self.scaling = self._new_scaling()
        self._freed.notify_all()

    def _new_scaling(self) -> Scaling:
        settings = self.settings
        return Scaling(
            settings.maximum_concurrency, fifo=settings.fifo, added_per_minute=self._added_per_minute
        )

    # ---- watching the queue

    def _watch(self) -> None:
        while self._running:
            try:
                self._watch_once()
            except QueueDoesNotExist:
                self._give_up("the queue does not exist")
            except SQSError:
                # Too many messages in flight, an encryption key that cannot be used ...: nothing that the
                # poller could wait for, so it is no work to wait for it.
                self._wait_idly(self.world.clock.now + SOURCE_ERROR_PAUSE, daemon=True)

    def _watch_once(self) -> None:
        now = self.world.clock.now
        if self.in_progress >= self.scaling.limit(now):
            self._wait_for_a_place(now)
        elif (problem := self._work.problem(self.settings)) is not None:
            self._give_up(problem)
        else:
            batch = self._gather()
            if batch.count:
                self._hand_over(batch)
            elif self._running:
                self._wait_for_messages()

    def _wait_for_a_place(self, now: int) -> None:
        """As many batches as are allowed are in progress: wait for an end, or for the limit to grow."""
        if self.queue.counts().visible:
            self.scaling.backlog(now)
        else:
            self.scaling.drained(now, idle=False)
        self._freed.wait(self.scaling.next_growth(now))

    def _wait_for_messages(self) -> None:
        self.scaling.drained(self.world.clock.now, idle=not self.in_progress)
        if self._wait_idly(self.queue.next_change()) and self._running:
            self.world.kernel.sleep_until(self.world.clock.now + LATENCY)

    def _wait_idly(self, until: int | None, *, daemon: bool = False) -> bool:
        """Wait for arrivals, and note for how long: AWS would have made receives in vain meanwhile."""
        trace = self.world.trace
        hop = trace.record(
            "long-poll",
            self.queue.arn,
            outcome="waits",
            **reader_facts(self.source.arn),
            polls=LONG_POLLS,
            seconds=LONG_POLL,
        )
        self._idle = True
        try:
            return self.queue.arrivals.wait(until, daemon=daemon)
        finally:
            self._idle = False
            trace.amend(hop, outcome="ok", ended_at=self.world.clock.now)

    def _give_up(self, problem: str) -> None:
        if self._running:
            self._running = False
            self._on_problem(problem)

    # ---- gathering a batch

    def _gather(self) -> Batch[Settings]:
        """Read messages until the batch is full, or its window has ended, or none are left."""
        batch = Batch(self.settings, self.queue)
        while batch.room:
            deliveries = self._receive(batch.room, batch.settings)
            for delivery in deliveries:
                if not batch.add(delivery, self.world.clock.now):
                    self.source.drop(delivery, batch.settings.reads_for)
            if not deliveries and not self._wait_within_window(batch):
                break
        return batch

    def _receive(self, maximum: int, settings: Settings) -> list[Delivery]:
        """One ReceiveMessage, with the queue's own visibility timeout; not made when nothing is there."""
        if not self._something_is_there():
            return []
        with self.source.request("ReceiveMessage", settings.reads_for):
            return self.queue.receive(maximum, None)

    def _something_is_there(self) -> bool:
        """Whether a receive can bring something: a visible message, or, under chaos, a copy of another."""
        if self.queue.counts().visible:
            return True
        change = self.queue.next_change()
        return change is not None and change <= self.world.clock.now

    def _wait_within_window(self, batch: Batch[Settings]) -> bool:
        """Wait for more messages; False when there is no use in waiting."""
        end = batch.window_end
        if end is None or not self._running or self.world.clock.now >= end:
            return False
        change = self.queue.next_change()
        self.queue.arrivals.wait(end if change is None else min(end, change))
        return True

    # ---- handing a batch over

    def _hand_over(self, batch: Batch[Settings]) -> None:
        self.in_progress += 1
        name = f"batch of {self.queue.name}"
        self.world.kernel.spawn(self._process, batch, self.in_progress, name=name)

    def _process(self, batch: Batch[Settings], concurrency: int) -> None:
        try:
            self._work.process(batch, self.scaling, concurrency)
        finally:
            self.in_progress -= 1
            if self._idle:
                self.scaling.drained(self.world.clock.now, idle=not self.in_progress)
            self._freed.notify_all()
