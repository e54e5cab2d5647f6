"""An SQS queue as the source of a pipe: read as Lambda's pollers read it, emptied of what is done.

What failed is left alone: it shows itself again after its visibility timeout, and a queue with a dead-letter
queue moves it there after enough receives.

Source: EventBridge User Guide, "Amazon Simple Queue Service as a source".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.event_sources.poller import Poller
from workbook.aws.event_sources.source_queue import SourceQueue
from workbook.aws.limits import limit
from workbook.aws.pipes.execution import LONGEST_EXECUTION, Executor, Load, Result
from workbook.aws.pipes.permissions import STOPPED, missing_permission_on_queue
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.delivery import Sender
    from workbook.aws.event_sources.batches import Batch, Part
    from workbook.aws.event_sources.scaling import Scaling
    from workbook.aws.pipes.settings import PipeSettings
    from workbook.aws.sqs.queue import Queue
    from workbook.engine.world import World

_ADDED_PER_MINUTE = limit("pipes.sqs.added-batches")


def queue_poller(
    world: World,
    sender: Sender,
    settings: PipeSettings,
    queue: Queue,
    executor: Executor,
    on_problem: Callable[[str], None],
) -> Poller[PipeSettings]:
    """A poller, not yet started, that moves the messages of a queue."""
    source = SourceQueue(world, sender.source_arn, queue)
    work = QueueWork(world, sender, source, executor)
    return Poller(world, source, settings, work, on_problem, added_per_minute=_ADDED_PER_MINUTE)


class QueueWork:
    """Sees batches of messages through, each on a task of its own."""

    def __init__(self, world: World, sender: Sender, source: SourceQueue, executor: Executor) -> None:
        self._world = world
        self._sender = sender
        self._source = source
        self._executor = executor

    def problem(self, settings: PipeSettings) -> str | None:  # noqa: ARG002 - the sender has its role
        """Why the pipe cannot read its source, if it cannot."""
        missing = missing_permission_on_queue(self._world, self._sender, self._source.queue)
        return None if missing is None else STOPPED

    def process(self, batch: Batch[PipeSettings], scaling: Scaling, concurrency: int) -> None:
        """See a batch through to its end; `concurrency` says how many are in progress, this one included."""
        for index, part in enumerate(batch.parts):
            result = self._execute(batch.settings, part, concurrency)
            if not result.failed:
                scaling.succeeded()
                continue
            scaling.failed(self._world.clock.now)
            if batch.settings.fifo:
                for later in batch.parts[index + 1 :]:
                    self._source.leave(later.deliveries, None, "an earlier part of the batch failed")
                return

    def _execute(self, settings: PipeSettings, part: Part, concurrency: int) -> Result:
        ids = [delivery.message.message_id for delivery in part.deliveries]
        load = Load(
            records=[json.loads(text) for text in part.records],
            ids=ids,
            messages=ids,
            size=part.size,
            cause=self._source.record_batch(part.deliveries, part.size, concurrency),
            deadline=min(part.deadline(), self._world.clock.now + LONGEST_EXECUTION * SECOND),
        )
        result = self._executor.execute(settings, load)
        done = [one for one in part.deliveries if one.message.message_id not in result.failed]
        left = [one for one in part.deliveries if one.message.message_id in result.failed]
        with self._world.trace.under(result.hop):
            self._source.delete(done)
        self._source.leave(left, result.hop, result.reason)
        return result
