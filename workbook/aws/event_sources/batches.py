"""Gathering a batch: messages are added until it is full, too large, or its window ends.

A batch becomes one invocation, and an invocation takes 6 MB at most. SQS hands over up to ten messages of up
to 1 MiB in one request, so the last request can bring more than fits; the batch then becomes several
invocations, one after the other, in the order of the messages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from workbook.aws.event_sources.records import record_of
from workbook.aws.event_sources.source_queue import MESSAGES_PER_REQUEST
from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.event_sources.filters import FilterCriteria
    from workbook.aws.sqs.message import Delivery
    from workbook.aws.sqs.queue import Queue

LARGEST_PAYLOAD = limit("lambda.payload.synchronous")
"""Bytes of one synchronous invocation."""

_OPENING, _CLOSING = '{"Records": [', "]}"


class Polling(Protocol):
    """What gathering a batch has to know of the settings of a mapping or a pipe."""

    @property
    def batch_size(self) -> int:
        """The most messages of one invocation."""

    @property
    def maximum_batching_window(self) -> int:
        """Seconds spent gathering a batch, from its first message."""

    @property
    def maximum_concurrency(self) -> int | None:
        """The most invocations at a time; None where scaling decides."""

    @property
    def filters(self) -> FilterCriteria:
        """Which messages are let through."""

    @property
    def fifo(self) -> bool:
        """Whether the source is a FIFO queue."""

    @property
    def reads_for(self) -> str | None:
        """The ARN of the function that batches are for; None where a pipe reads for itself."""


Settings = TypeVar("Settings", bound=Polling)


@dataclass(slots=True)
class Part:
    """The messages of one invocation, each with its record as JSON text."""

    deliveries: list[Delivery] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    size: int = len(_OPENING) + len(_CLOSING)
    """Bytes of the payload."""

    def payload(self) -> str:
        """The event, as JSON text."""
        return f"{_OPENING}{', '.join(self.records)}{_CLOSING}"

    def deadline(self) -> int:
        """The instant at which the first of the messages becomes visible again."""
        return min(delivery.visible_at for delivery in self.deliveries)


@dataclass(slots=True)
class Batch(Generic[Settings]):
    """Messages that were received for one invocation, or for several where 6 MB are not enough."""

    settings: Settings
    queue: Queue
    parts: list[Part] = field(default_factory=lambda: [Part()])
    count: int = 0
    window_end: int | None = None
    """The instant at which gathering ends; None before the first message."""

    def add(self, delivery: Delivery, now: int) -> bool:
        """Take a message in, unless a filter keeps it out; returns whether it was taken."""
        record = record_of(delivery, self.queue, windowed=self.settings.maximum_batching_window > 0)
        if not self.settings.filters.let_through(record):
            return False
        text = json.dumps(record)
        self._part_for(len(text)).records.append(text)
        part = self.parts[-1]
        part.deliveries.append(delivery)
        part.size += len(text) + 2
        if self.window_end is None:
            self.window_end = now + self.settings.maximum_batching_window * SECOND
        self.count += 1
        return True

    @property
    def room(self) -> int:
        """How many messages the next request may bring."""
        if len(self.parts) > 1:
            return 0
        return min(self.settings.batch_size - self.count, MESSAGES_PER_REQUEST)

    def _part_for(self, size: int) -> Part:
        # json.dumps writes ASCII, so characters are bytes.
        if self.parts[-1].deliveries and self.parts[-1].size + size > LARGEST_PAYLOAD:
            self.parts.append(Part())
        return self.parts[-1]
