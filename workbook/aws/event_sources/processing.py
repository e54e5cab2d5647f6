"""What becomes of a batch: the function is invoked, what is done is deleted, the rest comes back by itself.

    invoke ── done ────────> delete, ten messages a request
       │ └─── failed ──────> left alone until the visibility timeout ends; the queue counts their receives
       ├───── throttled ───> tried again until the visibility timeout ends, then as failed
       └───── in a loop ───> not invoked; as failed

Nothing is ever put back actively: a message that is not deleted shows itself again, and a queue with a
dead-letter queue moves it there after enough receives.

Source: AWS Lambda Developer Guide, "Handling errors for an SQS event source in Lambda".
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from workbook.aws.awslambda.errors import RecursiveInvocation, ResourceNotFound, TooManyRequests
from workbook.aws.awslambda.invocation import Invocation, invoke
from workbook.aws.event_sources.answers import failed_messages
from workbook.aws.event_sources.batches import MESSAGES_PER_REQUEST, Batch, Part
from workbook.aws.sqs.errors import SQSError
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.event_sources.scaling import Scaling
    from workbook.aws.event_sources.settings import MappingSettings
    from workbook.aws.sqs.message import Delivery
    from workbook.aws.sqs.queue import Queue
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

FIRST_RETRY = 1.0
"""Seconds before a throttled invocation is tried again, doubled each time up to `LONGEST_RETRY`. AWS retries
"until the message's timestamp exceeds your queue's visibility timeout" and gives no intervals: unverified."""
LONGEST_RETRY = 60.0


def request_to_sqs(
    world: World, queue: Queue, mapping_arn: str, settings: MappingSettings, operation: str
) -> AbstractContextManager[None]:
    """What the block does is one request to SQS, made by Lambda and billed like any other.

    `settings` are those of the batch. They name the function, since the mapping may have another by now.
    """
    mapping, function = mapping_arn.rpartition(":")[2], settings.function_arn
    hop = world.trace.record(
        "poller-request", queue.arn, operation=operation, mapping=mapping, function=function
    )
    return world.trace.under(hop)


class Processor:
    """Processes the batches of one mapping, each on a task of its own."""

    def __init__(self, world: World, arn: str, queue: Queue) -> None:
        """`arn` is the mapping's."""
        self._world = world
        self._arn = arn
        self._queue = queue

    def process(self, batch: Batch, scaling: Scaling, concurrency: int) -> None:
        """See a batch through to its end; `concurrency` says how many are in progress, this one included."""
        for index, part in enumerate(batch.parts):
            done = self._process_part(batch.settings, part, scaling, concurrency)
            if not done and batch.settings.fifo:
                for later in batch.parts[index + 1 :]:
                    self._leave(later.deliveries, None, "an earlier part of the batch failed")
                return

    def drop(self, settings: MappingSettings, delivery: Delivery) -> None:
        """Delete a message that no filter of `settings` lets through (LQ-09)."""
        trace, message_id = self._world.trace, delivery.message.message_id
        reason, function = "no filter matches", settings.function_arn
        hop = trace.record("filter", self._arn, message=message_id, reason=reason, function=function)
        with trace.under(hop):
            self._delete(settings, [delivery])

    # ---- invoking

    def _process_part(
        self, settings: MappingSettings, part: Part, scaling: Scaling, concurrency: int
    ) -> bool:
        """Invoke the function with some messages; True when all of them are done."""
        ids = [delivery.message.message_id for delivery in part.deliveries]
        hop = self._record_batch(settings, part, ids, concurrency)
        invocation = self._invoke(settings, part, scaling, hop)
        if invocation is None:
            self._leave(part.deliveries, hop, "the function could not be invoked")
            return False
        failed = failed_messages(
            invocation.payload,
            ids,
            function_error=invocation.function_error is not None,
            reports_item_failures=settings.reports_item_failures,
        )
        self._settle(settings, part, failed, invocation.hop)
        if not failed:
            scaling.succeeded()
        elif not settings.reports_item_failures:
            scaling.failed(self._world.clock.now)
        return not failed

    def _record_batch(self, settings: MappingSettings, part: Part, ids: list[str], concurrency: int) -> Hop:
        trace = self._world.trace
        return trace.record(
            "batch",
            self._arn,
            causes=[last for last in map(trace.last_of, ids) if last is not None],
            size=part.size,
            messages=len(ids),
            concurrency=concurrency,
            function=settings.function_arn,
        )

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
            self._delete(settings, done)
        self._leave(left, outcome, "the function failed")

    def _delete(self, settings: MappingSettings, deliveries: list[Delivery]) -> None:
        for start in range(0, len(deliveries), MESSAGES_PER_REQUEST):
            with request_to_sqs(self._world, self._queue, self._arn, settings, "DeleteMessageBatch"):
                for delivery in deliveries[start : start + MESSAGES_PER_REQUEST]:
                    self._delete_one(delivery)

    def _delete_one(self, delivery: Delivery) -> None:
        """A message that cannot be deleted any more (its visibility timeout is over) comes back by itself."""
        try:
            self._queue.delete(delivery.receipt_handle)
        except SQSError as error:
            message_id = delivery.message.message_id
            self._world.trace.record("delete", self._queue.arn, message=message_id, outcome=error.code)

    def _leave(self, deliveries: list[Delivery], cause: Hop | None, reason: str) -> None:
        """Note that messages stay in the queue until their visibility timeout ends (LQ-05)."""
        for delivery in deliveries:
            self._world.trace.record(
                "return",
                self._queue.arn,
                message=delivery.message.message_id,
                causes=None if cause is None else (cause,),
                visible_at=delivery.visible_at,
                reason=reason,
            )
