"""What becomes of a batch: the function is invoked, what is done is deleted, the rest comes back by itself.

    invoke ── done ────────> delete, ten messages a request
       │ └─── failed ──────> left alone until the visibility timeout ends; the queue counts their receives
       ├───── throttled ───> tried again until the visibility timeout ends, then as failed
       └───── in a loop ───> not invoked; as failed

Source: AWS Lambda Developer Guide, "Handling errors for an SQS event source in Lambda".
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from workbook.aws.awslambda.errors import RecursiveInvocation, ResourceNotFound, TooManyRequests
from workbook.aws.awslambda.invocation import Invocation, function_exists, invoke
from workbook.aws.event_sources.answers import failed_messages
from workbook.aws.event_sources.batches import Batch, Part
from workbook.aws.event_sources.source_queue import SourceQueue
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.event_sources.scaling import Scaling
    from workbook.aws.event_sources.settings import MappingSettings
    from workbook.aws.sqs.message import Delivery
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

FIRST_RETRY = 1.0
"""Seconds before a throttled invocation is tried again, doubled each time up to `LONGEST_RETRY`. AWS retries
"until the message's timestamp exceeds your queue's visibility timeout" and gives no intervals: unverified."""
LONGEST_RETRY = 60.0
"""Seconds."""


class Processor:
    """Processes the batches of one mapping, each on a task of its own."""

    def __init__(self, world: World, source: SourceQueue) -> None:
        self._world = world
        self._source = source

    def problem(self, settings: MappingSettings) -> str | None:
        """Why there is no use in reading, if there is none."""
        found = function_exists(self._world, settings.function_arn)
        return None if found else "the function does not exist"

    def process(self, batch: Batch[MappingSettings], scaling: Scaling, concurrency: int) -> None:
        """See a batch through to its end; `concurrency` says how many are in progress, this one included."""
        for index, part in enumerate(batch.parts):
            done = self._process_part(batch.settings, part, scaling, concurrency)
            if not done and batch.settings.fifo:
                for later in batch.parts[index + 1 :]:
                    self._source.leave(later.deliveries, None, "an earlier part of the batch failed")
                return

    # ---- invoking

    def _process_part(
        self, settings: MappingSettings, part: Part, scaling: Scaling, concurrency: int
    ) -> bool:
        """Invoke the function with some messages; True when all of them are done."""
        hop = self._source.record_batch(part.deliveries, part.size, concurrency, settings.reads_for)
        invocation = self._invoke(settings, part, scaling, hop)
        if invocation is None:
            self._source.leave(part.deliveries, hop, "the function could not be invoked")
            return False
        failed = failed_messages(
            invocation.payload,
            [delivery.message.message_id for delivery in part.deliveries],
            function_error=invocation.function_error is not None,
            reports_item_failures=settings.reports_item_failures,
        )
        self._settle(settings, part, failed, invocation.hop)
        if not failed:
            scaling.succeeded()
        elif not settings.reports_item_failures:
            scaling.failed(self._world.clock.now)
        return not failed

    def _invoke(self, settings: MappingSettings, part: Part, scaling: Scaling, hop: Hop) -> Invocation | None:
        """Invoke, again and again while throttled; None when the visibility timeout came first (LQ-11)."""
        payload, deadline, pause = part.payload(), part.deadline(), FIRST_RETRY
        while True:
            try:
                return invoke(self._world, settings.function_arn, payload, causes=[hop])
            except TooManyRequests:
                scaling.failed(self._world.clock.now)
            except (ResourceNotFound, RecursiveInvocation):
                return None
            if self._world.clock.now + pause * SECOND >= deadline:
                return None
            self._world.kernel.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY)

    # ---- afterwards

    def _settle(self, settings: MappingSettings, part: Part, failed: Collection[str], outcome: Hop) -> None:
        """Delete what is done and leave the rest."""
        done: list[Delivery] = []
        left: list[Delivery] = []
        for delivery in part.deliveries:
            (left if delivery.message.message_id in failed else done).append(delivery)
        with self._world.trace.under(outcome):
            self._source.delete(done, settings.reads_for)
        self._source.leave(left, outcome, "the function failed")
