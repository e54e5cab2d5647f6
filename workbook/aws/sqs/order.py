"""What a queue asks of the order in which it delivers; `standard` and `fifo` answer differently."""

from __future__ import annotations

from typing import Protocol

from workbook.aws.sqs.message import Message


class Order(Protocol):
    """Chooses the next message, and is told of everything that may matter to the choice."""

    def enter(self, message: Message) -> None:
        """A message has come into the queue, visible or delayed."""

    def leave(self, message: Message) -> None:
        """A message has left the queue."""

    def show(self, message: Message) -> None:
        """A message has become visible."""

    def withdraw(self, message: Message) -> None:
        """A visible message has gone without being received."""

    def take(self, previous: Message | None, now: int) -> Message | None:
        """The next message to deliver; `previous` is what the same receive took last."""

    def depart(self, message: Message) -> None:
        """A message that was taken is in flight."""

    def land(self, message: Message, now: int) -> None:
        """A message is no longer in flight: deleted, timed out or expired."""

    def oldest(self) -> int | None:
        """The instant at which the oldest message came in."""
