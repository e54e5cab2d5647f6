"""How messages get to consumers: a receive, a receive that waits, and the receive that is one too many.

What has been received as often as the redrive policy says goes to the dead-letter queue at the *next*
receive, not when its last visibility timeout ends; until then it counts as visible, on AWS as here.

Sources: botocore 1.44, SQS ReceiveMessage; Amazon SQS Developer Guide, "Amazon SQS standard queue quotas"
(at the limit a short poll gets an error, a long poll nothing); answers of AWS recorded in public test suites.
"""

from __future__ import annotations

from collections.abc import Callable

from workbook.aws.limits import limit
from workbook.aws.sqs.core import Core
from workbook.aws.sqs.deduplication import ReceiveAttempts
from workbook.aws.sqs.errors import OverLimit
from workbook.aws.sqs.message import Delivery, Message, State
from workbook.aws.sqs.receipts import Receipts
from workbook.engine.clock import SECOND

IN_FLIGHT_LIMIT = limit("sqs.in-flight")
"""Messages in flight at once, for standard and FIFO queues."""

_TOO_MANY_IN_FLIGHT = (
    "Too many messages have been received without being deleted. Please delete your received messages or let "
    "them timeout before receiving more."
)

GiveUp = Callable[[Message], bool]
"""Moves a message to the dead-letter queue if it is due there; says whether it did."""


class Deliverer:
    """The way out."""

    __slots__ = ("_attempts", "_core", "_give_up", "_receipts")

    def __init__(self, core: Core, receipts: Receipts, give_up: GiveUp) -> None:
        self._core = core
        self._receipts = receipts
        self._give_up = give_up
        self._attempts = ReceiveAttempts()

    def receive(
        self, maximum: int, visibility_timeout: int | None, attempt_id: str | None, *, short: bool = False
    ) -> list[Delivery]:
        """Deliver what can be received now; a `short` poll may miss some of it, or be told of a limit."""
        now = self._core.begin()
        settings = self._core.settings
        timeout = settings.visibility_timeout if visibility_timeout is None else visibility_timeout
        until = now + timeout * SECOND
        if not settings.fifo_queue:
            return self._deliver_standard(maximum, until, short=short)
        if attempt_id is None:
            return self._deliver(maximum, until)
        repeated = self._attempts.repeatable(attempt_id, now)
        deliveries = [self._repeat(delivery, until) for delivery in repeated] or self._deliver(maximum, until)
        if deliveries:
            self._attempts.note(attempt_id, deliveries, now)
        return deliveries

    def wait(
        self, maximum: int, visibility_timeout: int | None, wait_seconds: int, attempt_id: str | None
    ) -> list[Delivery]:
        """Deliver as soon as something can be received, or nothing after `wait_seconds` of virtual time."""
        deliveries = self.receive(maximum, visibility_timeout, attempt_id)
        if deliveries:
            return deliveries
        self._core.world.trace.wait()
        deadline = self._core.clock.now + wait_seconds * SECOND
        line = self._core.line
        place = line.join()
        try:
            while not deliveries and self._core.clock.now < deadline:
                change = self.next_change() if line.is_first(place) else None
                # A worker that rests has nothing to do, unless a message will come (back) by itself.
                place.wait(
                    deadline if change is None else min(change, deadline),
                    daemon=None if change is None else False,
                )
                deliveries = self.receive(maximum, visibility_timeout, attempt_id)
        finally:
            line.leave(place)
        return deliveries

    def next_change(self) -> int | None:
        """The next instant, after now, at which a message may become receivable by itself."""
        change, copy = self._core.storage.next_change(), self._core.mischance.next_copy()
        return min((instant for instant in (change, copy) if instant is not None), default=None)

    def count(self, deliveries: list[Delivery]) -> None:
        """Count one ReceiveMessage for the metrics."""
        now = self._core.clock.now
        self._core.metrics.add("NumberOfMessagesReceived", len(deliveries), now)
        self._core.metrics.add("NumberOfEmptyReceives", 0 if deliveries else 1, now)

    def forget(self) -> None:
        """The messages are gone: forget what could be repeated."""
        self._attempts.clear()

    # ---- delivering

    def _deliver_standard(self, maximum: int, until: int, *, short: bool) -> list[Delivery]:
        if self._core.storage.in_flight >= IN_FLIGHT_LIMIT:
            if short:
                raise OverLimit(_TOO_MANY_IN_FLIGHT)
            return []
        copies = self._deliver_copies(maximum, until)
        missed: list[Message] = []
        deliveries = self._deliver(maximum - len(copies), until, missed if short else None)
        self._core.storage.give_back(missed)
        return copies + deliveries

    def _deliver(self, maximum: int, until: int, missed: list[Message] | None = None) -> list[Delivery]:
        """Take messages in order; `missed` collects those that a short poll does not see."""
        deliveries: list[Delivery] = []
        message: Message | None = None
        while (
            len(deliveries) + len(missed or ()) < maximum and self._core.storage.in_flight < IN_FLIGHT_LIMIT
        ):
            message = self._core.storage.take(message)
            if message is None:
                break
            if missed is not None and self._core.mischance.is_missed():
                missed.append(message)
            elif not self._give_up(message):
                deliveries.append(self._hand_out(message, until))
        return deliveries

    def _hand_out(self, message: Message, until: int) -> Delivery:
        now = self._core.clock.now
        message.generation += 1
        message.receive_count += 1
        message.receives_here += 1
        message.received = now
        if message.first_received is None:
            message.first_received = now
        self._core.storage.hide(message, until)
        self._core.record("receive", message, receive_count=message.receive_count, visible_at=until)
        if not self._core.settings.fifo_queue and self._core.mischance.is_duplicated(message, until):
            self._core.record("duplicate", message)
        return self._delivery(message, self._receipts.issue(message), until)

    def _repeat(self, delivery: Delivery, until: int) -> Delivery:
        """The same message with the same handle, for a receive that is tried again; hidden anew."""
        message = delivery.message
        self._core.storage.hide(message, until)
        self._core.record(
            "receive", message, receive_count=message.receive_count, visible_at=until, repeated=True
        )
        return self._delivery(message, delivery.receipt_handle, until)

    def _deliver_copies(self, maximum: int, until: int) -> list[Delivery]:
        """Deliver what chance has duplicated, of messages that are in flight or were deleted meanwhile."""
        deliveries: list[Delivery] = []
        while len(deliveries) < maximum and (message := self._core.mischance.take_copy()) is not None:
            if self._can_be_copied(message):
                message.receive_count += 1
                self._core.record(
                    "receive", message, receive_count=message.receive_count, visible_at=until, duplicate=True
                )
                deliveries.append(self._delivery(message, self._receipts.issue(message), until))
        return deliveries

    def _can_be_copied(self, message: Message) -> bool:
        expired = message.sent + self._core.storage.retention <= self._core.clock.now
        elsewhere = (
            message.dead_letter_source not in (None, self._core.arn) and message.state is not State.GONE
        )
        here = self._core.storage.messages.get(message.message_id) is message
        in_flight_or_deleted = message.state is (State.IN_FLIGHT if here else State.GONE)
        return in_flight_or_deleted and not expired and not elsewhere

    @staticmethod
    def _delivery(message: Message, handle: str, until: int) -> Delivery:
        first = message.received if message.first_received is None else message.first_received
        return Delivery(message, handle, message.receive_count, first, until, message.generation)
