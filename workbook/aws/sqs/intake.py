"""How messages come into a queue: sent by a producer, given up by another queue, or moved by a task.

Sources: botocore 1.44, SQS SendMessage; Amazon SQS Developer Guide, "Setting-up dead-letter queue
retention" and "Learn how to configure a dead-letter queue redrive".
"""

from __future__ import annotations

from typing import Any

from workbook.aws.sqs.core import Core
from workbook.aws.sqs.deduplication import DeduplicationWindow, Original
from workbook.aws.sqs.message import Draft, Message
from workbook.engine.clock import SECOND

LONGEST_BODY = 4096
"""Characters of a body that the trace keeps: it outlives the message, so not a megabyte of each."""


class Intake:
    """The way in."""

    __slots__ = ("_chance", "_core", "_deduplication", "_last_sequence_number")

    def __init__(self, core: Core) -> None:
        self._core = core
        self._deduplication = DeduplicationWindow()
        self._chance = core.world.seeds.stream("sqs.sequence-number")
        self._last_sequence_number = 18_870_000_000_000_000_000 + 256 * self._chance.randrange(10**12)

    def send(self, draft: Draft) -> Message:
        """Accept a message, or drop it as a duplicate and answer with the original's identity."""
        now = self._core.begin()
        original = self._original_of(draft, now)
        if original is not None:
            return self._drop_duplicate(draft, original, now)
        message = Message.of(draft, self._new_id(), now, self._next_sequence_number())
        self._remember(message, now)
        self._core.metrics.add("NumberOfMessagesSent", 1, now)
        self._core.metrics.add("SentMessageSize", message.size, now)
        available_at = now + self._delay_of(draft) * SECOND
        self._core.record(
            "send", message, **_facts_of(message), **_delay(available_at, now), **content_of(message)
        )
        self._put(message, available_at)
        return message

    def accept_dead_letter(self, message: Message, source_arn: str) -> None:
        """Take in a message that another queue has given up.

        It keeps its id and its count of receives. On a standard queue it keeps its enqueue time; on a FIFO
        queue that starts again, and the message's id takes the place of its deduplication id, so that two
        messages of two queues are never taken for one.
        """
        receives = message.receives_here
        self._core.storage.settle()
        now = self._core.clock.now
        message.dead_letter_source = source_arn
        if self._core.settings.fifo_queue:
            message.sent = now
            message.deduplication_id = message.message_id
            message.sequence_number = self._next_sequence_number()
        available_at = max(now, message.sent + self._core.settings.delay_seconds * SECOND)
        self._core.record(
            "dead-letter", message, source=source_arn, receives=receives, **_delay(available_at, now)
        )
        self._put(message, available_at)

    def accept_moved(self, message: Message, source_arn: str) -> Message:
        """Take in what a move task brings: a new message, with a new id and a new enqueue time."""
        now = self._core.begin()
        moved = Message.of(message, self._new_id(), now, self._next_sequence_number())
        trace = self._core.world.trace
        causes = [hop for hop in (trace.last_of(message.message_id), trace.cause) if hop is not None]
        available_at = now + self._core.settings.delay_seconds * SECOND
        self._core.record(
            "move",
            moved,
            causes=causes,
            source=source_arn,
            original=message.message_id,
            **_delay(available_at, now),
            **content_of(moved),
        )
        self._put(moved, available_at)
        return moved

    # ---- deduplication

    def forget(self) -> None:
        """The queue is purged: a deduplication id of before is as good as new, as AWS was recorded to do."""
        self._deduplication.clear()

    def _original_of(self, draft: Draft, now: int) -> Original | None:
        if not self._core.settings.fifo_queue or draft.deduplication_id is None:
            return None
        return self._deduplication.original(self._scope_of(draft), draft.deduplication_id, now)

    def _remember(self, message: Message, now: int) -> None:
        if self._core.settings.fifo_queue and message.deduplication_id is not None:
            original = Original(message.message_id, message.sequence_number)
            self._deduplication.note(self._scope_of(message), message.deduplication_id, original, now)

    def _scope_of(self, draft: Draft) -> str | None:
        return draft.group_id if self._core.settings.deduplication_scope == "messageGroup" else None

    def _drop_duplicate(self, draft: Draft, original: Original, now: int) -> Message:
        duplicate = Message.of(draft, original.message_id, now, original.sequence_number)
        self._core.metrics.add("NumberOfDeduplicatedSentMessages", 1, now)
        self._core.record("deduplicate", duplicate, **_facts_of(duplicate), **content_of(duplicate))
        return duplicate

    # ---- details

    def _put(self, message: Message, available_at: int) -> None:
        late = not self._core.settings.fifo_queue and self._core.mischance.comes_late()
        self._core.storage.put(message, available_at, late=late)
        self._core.announce()

    def _delay_of(self, draft: Draft) -> int:
        """Seconds; a FIFO queue knows no delay but its own."""
        delay = self._core.settings.delay_seconds
        return delay if self._core.settings.fifo_queue or draft.delay_seconds is None else draft.delay_seconds

    def _new_id(self) -> str:
        return self._core.world.seeds.uuid("sqs.message-id")

    def _next_sequence_number(self) -> str | None:
        """20 digits, growing with gaps, as AWS's do; None on a standard queue."""
        if not self._core.settings.fifo_queue:
            return None
        self._last_sequence_number += 256 * self._chance.randint(1, 64)
        return str(self._last_sequence_number)


def _facts_of(message: Message) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if message.group_id is not None:
        facts["group_id"] = message.group_id
    if message.deduplication_id is not None:
        facts["deduplication_id"] = message.deduplication_id
    return facts


def _delay(available_at: int, now: int) -> dict[str, Any]:
    return {"available_at": available_at} if available_at > now else {}


def content_of(message: Message) -> dict[str, Any]:
    """What a message holds, as the trace keeps it: the beginning of the body, and the attributes."""
    content: dict[str, Any] = {"body": message.body[:LONGEST_BODY]}
    if message.attributes:
        content["attributes"] = message.attributes
    return content
