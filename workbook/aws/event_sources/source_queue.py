"""A queue as a poller of AWS uses it: requests that are billed, messages that are deleted or left alone.

Lambda's event source mappings and the pipes of EventBridge read queues alike. Nothing is ever put back
actively: a message that is not deleted shows itself again, and a queue with a dead-letter queue moves it
there after enough receives.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.sqs.errors import SQSError

if TYPE_CHECKING:
    from workbook.aws.sqs.message import Delivery
    from workbook.aws.sqs.queue import Queue
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

MESSAGES_PER_REQUEST = limit("sqs.receive.maximum-messages")
"""The most messages of one ReceiveMessage or DeleteMessageBatch."""


def reader_facts(arn: str) -> dict[str, Any]:
    """Who reads, as hops name it: a mapping by its UUID, a pipe by its name."""
    pipe = arn.partition(":pipe/")[2]
    return {"pipe": pipe} if pipe else {"mapping": arn.rpartition(":")[2]}


def _function_facts(function: str | None) -> dict[str, Any]:
    return {} if function is None else {"function": function}


class SourceQueue:
    """The source of one mapping or pipe.

    `function` is the ARN of the function that a batch is read for, as the settings of the batch say; a pipe
    has none.
    """

    def __init__(self, world: World, arn: str, queue: Queue) -> None:
        """`arn` is the mapping's or the pipe's."""
        self.queue = queue
        self.arn = arn
        self._world = world

    def request(self, operation: str, function: str | None = None) -> AbstractContextManager[None]:
        """What the block does is one request to SQS, made by AWS's poller and billed like any other."""
        trace = self._world.trace
        facts = reader_facts(self.arn) | _function_facts(function)
        hop = trace.record("poller-request", self.queue.arn, operation=operation, **facts)
        return trace.under(hop)

    def delete(self, deliveries: list[Delivery], function: str | None = None) -> None:
        """Delete messages, ten a request."""
        for start in range(0, len(deliveries), MESSAGES_PER_REQUEST):
            with self.request("DeleteMessageBatch", function):
                for delivery in deliveries[start : start + MESSAGES_PER_REQUEST]:
                    self._delete_one(delivery)

    def drop(self, delivery: Delivery, function: str | None = None) -> None:
        """Delete a message that no filter lets through (LQ-09)."""
        trace, message_id = self._world.trace, delivery.message.message_id
        facts = {"reason": "no filter matches", **_function_facts(function)}
        hop = trace.record("filter", self.arn, message=message_id, **facts)
        with trace.under(hop):
            self.delete([delivery], function)

    def leave(self, deliveries: Iterable[Delivery], cause: Hop | None, reason: str) -> None:
        """Note that messages stay in the queue until their visibility timeout ends (LQ-05)."""
        for delivery in deliveries:
            self._world.trace.record(
                "return",
                self.queue.arn,
                message=delivery.message.message_id,
                causes=None if cause is None else (cause,),
                visible_at=delivery.visible_at,
                reason=reason,
            )

    def record_batch(
        self, deliveries: list[Delivery], size: int, concurrency: int, function: str | None = None
    ) -> Hop:
        """Note that messages were put together for one invocation; `size` is in bytes."""
        trace = self._world.trace
        ids = [delivery.message.message_id for delivery in deliveries]
        return trace.record(
            "batch",
            self.arn,
            causes=[last for last in map(trace.last_of, ids) if last is not None],
            size=size,
            messages=len(ids),
            concurrency=concurrency,
            **_function_facts(function),
        )

    def _delete_one(self, delivery: Delivery) -> None:
        """A message that cannot be deleted any more (its visibility timeout is over) comes back by itself."""
        try:
            self.queue.delete(delivery.receipt_handle)
        except SQSError as error:
            message_id = delivery.message.message_id
            self._world.trace.record("delete", self.queue.arn, message=message_id, outcome=error.code)
