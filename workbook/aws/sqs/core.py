"""What all operations of one queue share: its storage, its world, and the two things each of them does.

Every operation begins by letting time take effect, and every one that may have made a message receivable ends
by saying so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbook.aws.sqs.attributes import QueueSettings
from workbook.aws.sqs.chaos import Mischance
from workbook.aws.sqs.errors import QueueDoesNotExist
from workbook.aws.sqs.message import Message
from workbook.aws.sqs.metrics import QueueMetrics
from workbook.aws.sqs.storage import Storage
from workbook.aws.sqs.waiting import WaitingLine
from workbook.engine.hop import Hop
from workbook.engine.signals import Signal
from workbook.engine.world import World


class Core:
    """The parts of one queue."""

    __slots__ = (
        "arn",
        "arrivals",
        "clock",
        "closed",
        "line",
        "metrics",
        "mischance",
        "name",
        "storage",
        "world",
    )

    def __init__(self, world: World, name: str, arn: str, settings: QueueSettings) -> None:
        self.world = world
        self.clock = world.clock
        self.name = name
        self.arn = arn
        self.closed = False
        self.metrics = QueueMetrics(name, world.clock.now)
        self.storage = Storage(world, arn, settings, self.metrics)
        self.mischance = Mischance(world)
        self.line = WaitingLine(world.kernel, f"a message in {name}")
        self.arrivals = Signal(world.kernel, f"a message in {name}")

    @property
    def settings(self) -> QueueSettings:
        """What the queue is set to now."""
        return self.storage.settings

    def begin(self) -> int:
        """Let time take effect, and tell what time it is. Raises QueueDoesNotExist for a closed queue."""
        if self.closed:
            raise QueueDoesNotExist
        self.storage.settle()
        now = self.clock.now
        self.metrics.touch(now)
        return now

    def announce(self) -> None:
        """Something may have become receivable."""
        self.line.wake_first()
        self.arrivals.notify_all()

    def record(
        self,
        kind: str,
        message: Message,
        *,
        causes: Iterable[Hop | int] | None = None,
        **facts: Any,  # noqa: ANN401 - whatever is worth knowing
    ) -> Hop:
        """Write down what happened to a message here."""
        return self.world.trace.record(
            kind, self.arn, message=message.message_id, causes=causes, size=message.size, **facts
        )
