"""How the metrics of a queue get to CloudWatch: the queue is asked when somebody looks.

A queue must be brought up to the present first, because its gauges follow from what time has changed in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.aws.metrics import Datum, publications

if TYPE_CHECKING:
    from workbook.aws.sqs.queue import Queue
    from workbook.engine.world import World


@dataclass(frozen=True)
class QueueSource:
    """A queue, as CloudWatch asks it."""

    queue: Queue

    def drain(self, now: int) -> Iterator[Datum]:
        """The values of the minutes that have ended by `now`, each handed over once."""
        if not self.queue.closed:
            self.queue.settle()
        return self.queue.metrics.drain(now)

    @property
    def is_over(self) -> bool:
        """Whether the queue was deleted and has said all that it had to say."""
        return self.queue.closed and self.queue.metrics.is_drained


def register(world: World, account: str, region: str, queue: Queue) -> None:
    """Have the metrics of a new queue published."""
    publications(world, account, region).register(QueueSource(queue))
