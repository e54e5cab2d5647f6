"""What a FIFO queue remembers for five minutes so that a retry does no harm.

Two kinds of retry: of a send whose answer was lost (`DeduplicationWindow`) and of a receive whose answer
was lost (`ReceiveAttempts`). Both forget by age, and when the queue is purged; that a message was deleted
meanwhile changes nothing.
Source of the rules: botocore 1.44, SQS SendMessage MessageDeduplicationId, ReceiveMessage
ReceiveRequestAttemptId; the refusal of an attempt as AWS's own JMS library reports it.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, NamedTuple, TypeVar

from workbook.aws.limits import limit
from workbook.aws.sqs.errors import InvalidParameterValue
from workbook.aws.sqs.message import Delivery, State
from workbook.engine.clock import SECOND

INTERVAL = limit("sqs.fifo.deduplication-interval") * SECOND
"""Microseconds: the deduplication interval of 5 minutes, which cannot be changed."""

_NOT_RETRYABLE = "The receiveRequestAttemptId is not valid anymore since the receive call is not retryable."

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """Values by key, each for five minutes from when it was noted."""

    __slots__ = ("_ages", "_values")

    def __init__(self) -> None:
        self._values: dict[Key, tuple[int, Value]] = {}
        self._ages: deque[tuple[int, Key]] = deque()

    def note(self, key: Key, value: Value, now: int) -> None:
        """Remember `value` from now on."""
        self._forget(now)
        self._values[key] = (now, value)
        self._ages.append((now, key))

    def recall(self, key: Key, now: int) -> Value | None:
        """The value noted for `key` less than five minutes ago."""
        self._forget(now)
        noted = self._values.get(key)
        return noted[1] if noted else None

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._ages.clear()

    def _forget(self, now: int) -> None:
        while self._ages and self._ages[0][0] + INTERVAL <= now:
            noted_at, key = self._ages.popleft()
            if self._values.get(key, (None,))[0] == noted_at:
                del self._values[key]


class Original(NamedTuple):
    """The message whose duplicates are dropped: what the answer to a duplicate repeats."""

    message_id: str
    sequence_number: str | None


class DeduplicationWindow:
    """The deduplication ids of a FIFO queue's last five minutes.

    With `DeduplicationScope` `messageGroup`, an id counts within its group only.
    """

    __slots__ = ("_originals",)

    def __init__(self) -> None:
        self._originals: Memory[tuple[str | None, str], Original] = Memory()

    def original(self, scope: str | None, deduplication_id: str, now: int) -> Original | None:
        """The message sent with this id in the last five minutes, if there is one."""
        return self._originals.recall((scope, deduplication_id), now)

    def note(self, scope: str | None, deduplication_id: str, original: Original, now: int) -> None:
        """A message with this id has been accepted."""
        self._originals.note((scope, deduplication_id), original, now)

    def clear(self) -> None:
        """Forget all ids."""
        self._originals.clear()


class ReceiveAttempts:
    """What the receives of the last five minutes returned, by ReceiveRequestAttemptId."""

    __slots__ = ("_attempts",)

    def __init__(self) -> None:
        self._attempts: Memory[str, list[Delivery]] = Memory()

    def repeatable(self, attempt_id: str, now: int) -> list[Delivery]:
        """What the attempt returned; nothing if its visibility timeout has ended, so that it is a new one.

        Raises:
            InvalidParameterValue: one of its messages was deleted or received again, or its visibility was
                changed.
        """
        deliveries = self._attempts.recall(attempt_id, now) or []
        if any(map(_was_modified, deliveries)):
            raise InvalidParameterValue.of("ReceiveRequestAttemptId", attempt_id, _NOT_RETRYABLE)
        in_flight = all(delivery.message.state is State.IN_FLIGHT for delivery in deliveries)
        return deliveries if in_flight else []

    def note(self, attempt_id: str, deliveries: list[Delivery], now: int) -> None:
        """The attempt has returned this."""
        self._attempts.note(attempt_id, deliveries, now)

    def clear(self) -> None:
        """Forget all attempts."""
        self._attempts.clear()


def _was_modified(delivery: Delivery) -> bool:
    message = delivery.message
    return (
        message.state is State.GONE
        or message.generation != delivery.generation
        or message.visible_at != delivery.visible_at
    )
