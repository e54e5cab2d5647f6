"""What a FIFO topic remembers: numbers, duplicates of five minutes, and how much came in this second.

Sources: botocore 1.44, SNS Publish and FifoThroughputScope; duplicates as AWS was recorded to answer them
(the id and the sequence number of the original).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.sqs.deduplication import DeduplicationWindow, Original
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.sns.notification import Notification

MESSAGES_PER_SECOND = limit("sns.fifo.messages")
BYTES_PER_SECOND = limit("sns.fifo.bytes") * 1_000_000
_FIRST_SEQUENCE_NUMBER = 10_000_000_000_000_000_000
_STEP = 1_000
MESSAGE_GROUP = "MessageGroup"
"""The FifoThroughputScope in which duplicates are looked for, and messages counted, group by group."""


@dataclass
class FifoState:
    """The memory of one FIFO topic."""

    duplicates: DeduplicationWindow = field(default_factory=DeduplicationWindow)
    _last_sequence_number: int = _FIRST_SEQUENCE_NUMBER
    _second: int = 0
    _counted: dict[str | None, tuple[int, int]] = field(default_factory=dict)

    def next_sequence_number(self) -> str:
        """20 digits, growing with gaps."""
        self._last_sequence_number += _STEP
        return str(self._last_sequence_number)

    def original(self, scope: str | None, deduplication_id: str, now: int) -> Original | None:
        """The message with this id that was accepted less than five minutes ago."""
        return self.duplicates.original(scope, deduplication_id, now)

    def remember(self, scope: str | None, notification: Notification) -> None:
        """A message has been accepted."""
        original = Original(notification.message_id, notification.sequence_number)
        self.duplicates.note(scope, notification.deduplication_id or "", original, notification.published)

    def admit(self, scope: str | None, size: int, now: int) -> bool:
        """Count a message of `size` bytes at the instant `now`; False where this second's quota is used up.

        With the scope of a group each group has the quota to itself. AWS gives FIFO topics of that scope a
        quota of the Region, tens of thousands a second, which is not simulated.
        """
        if now // SECOND != self._second:
            self._second = now // SECOND
            self._counted.clear()
        messages, size_so_far = self._counted.get(scope, (0, 0))
        if messages >= MESSAGES_PER_SECOND or size_so_far + size > BYTES_PER_SECOND:
            return False
        self._counted[scope] = (messages + 1, size_so_far + size)
        return True
