"""One queue: what producers and consumers can do with it.

`Storage` knows what is in the queue and what time does to it; an `Order` knows whose turn it is. A queue puts
the operations of the API on top, with AWS's rules about handles, limits and dead letters, and writes every
thing that happens to a message into the trace:

    send, deduplicate, receive, hide (its visibility was changed), delete, dead-letter, expire, purge,
    duplicate (chance made a copy)

The resource of a hop is the queue in which the message is afterwards; so a "dead-letter" names the
dead-letter queue, and its fact `source` the queue from which the message came.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbook.aws.sqs import errors
from workbook.aws.sqs.chaos import Mischance
from workbook.aws.sqs.deduplication import DeduplicationWindow, Original, ReceiveAttempts
from workbook.aws.sqs.message import Counts, Delivery, Draft, Message, Snapshot, State
from workbook.aws.sqs.metrics import QueueMetrics
from workbook.aws.sqs.publishing import register
from workbook.aws.sqs.receipts import Receipt, Receipts
from workbook.aws.sqs.storage import Storage
from workbook.aws.sqs.throughput import FifoThroughput
from workbook.aws.sqs.waiting import WaitingLine
from workbook.engine.clock import SECOND
from workbook.engine.signals import Signal

if TYPE_CHECKING:
    from workbook.aws.sqs.attributes import QueueSettings
    from workbook.engine.world import World

IN_FLIGHT_LIMIT = 120_000
"""Messages in flight at once, for standard and FIFO queues (botocore 1.44, SQS ChangeMessageVisibility)."""
LONGEST_HIDING = 43_200
"""Seconds from the receive for which a message can be hidden in all: 12 hours."""
PURGE_PAUSE = 60 * SECOND
"""Microseconds between two purges of a queue (botocore 1.44, SQS PurgeQueueInProgress)."""


class Queue:
    """A standard or a FIFO queue.

    Every operation raises `errors.QueueDoesNotExist` once the queue has been closed. `arrivals` is notified
    whenever something may have become receivable, except by the mere passing of time: that is `next_change`.
    """

    def __init__(
        self,
        world: World,
        name: str,
        arn: str,
        region: str,
        account: str,
        settings: QueueSettings,
        find_queue: Callable[[str], Queue | None],
    ) -> None:
        """`find_queue` finds the dead-letter queue by its ARN."""
        self.name = name
        self.arn = arn
        self.region = region
        self.account = account
        self.tags: dict[str, str] = {}
        self.created = self.modified = world.clock.now
        self.closed = False
        self.arrivals = Signal(world.kernel, f"a message in {name}")
        self.metrics = QueueMetrics(name, world.clock.now)
        self._world = world
        self._find_queue = find_queue
        self._storage = Storage(world, arn, settings, self.metrics)
        self._receipts = Receipts(world.seeds.stream("sqs.receipt-handle"))
        self._mischance = Mischance(world)
        self._line = WaitingLine(world.kernel, f"a message in {name}")
        self._deduplication = DeduplicationWindow()
        self._attempts = ReceiveAttempts()
        self._throughput = FifoThroughput()
        self._sequence = world.seeds.stream("sqs.sequence-number")
        self._last_sequence_number = 18_870_000_000_000_000_000 + 256 * self._sequence.randrange(10**12)
        self._purged: int | None = None
        register(world, account, region, self)

    # ---- the queue itself

    @property
    def settings(self) -> QueueSettings:
        """What the queue is set to now; `apply` changes it."""
        return self._storage.settings

    def apply(self, settings: QueueSettings) -> None:
        """Put new settings into force at once (on AWS within 60 seconds, retention within 15 minutes).

        A lower retention deletes what is older. On a FIFO queue, another delay counts for messages that are
        in the queue already; on a standard queue it does not.
        """
        self._begin()
        delay_changed = settings.delay_seconds != self.settings.delay_seconds
        self._storage.settings = settings
        self.modified = self._world.clock.now
        if delay_changed and settings.fifo_queue:
            self._storage.delay_anew()
        self._storage.settle()
        self._announce()

    def close(self) -> None:
        """The queue is deleted: its messages are gone, who waits at it and who comes later is told so."""
        if self.closed:
            return
        self._begin()
        self._delete_all(reason="the queue was deleted")
        self.closed = True
        self._line.wake_all()
        self.arrivals.notify_all()

    def settle(self) -> None:
        """Make what time has changed happen now; every operation does so by itself."""
        self._storage.settle()

    def counts(self) -> Counts:
        """How many messages are visible, in flight and delayed."""
        self._begin()
        return self._storage.counts()

    def contents(self) -> list[Snapshot]:
        """Every message in the queue, in the order of their places; costs as much as there are."""
        self._storage.settle()
        retention = self._storage.retention
        messages = sorted(self._storage.messages.values(), key=_place)
        return [_snapshot(message, retention) for message in messages]

    def next_change(self) -> int | None:
        """The next instant, after now, at which a message may become receivable by itself."""
        instants = [self._storage.next_change(), self._mischance.next_copy()]
        return min((instant for instant in instants if instant is not None), default=None)

    def admit(self, action: str, groups: Sequence[str] = ()) -> None:
        """Count one API call against the quota of a FIFO queue; the API layer calls it once a request.

        `action` is the operation's name, `groups` the message groups of the messages that it sends.

        Raises:
            RequestThrottled: more than 300 calls in this second; see `throughput`.
        """
        if not self.settings.fifo_queue:
            return
        per_group = self.settings.fifo_throughput_limit == "perMessageGroupId"
        if self._throughput.admit(action, groups, self._world.clock.now, per_group=per_group):
            return
        self._world.trace.record("throttle", self.arn, outcome="RequestThrottled", action=action)
        raise errors.RequestThrottled("Request is throttled.")  # noqa: EM101 - AWS's own text

    # ---- sending

    def send(self, draft: Draft) -> Message:
        """Accept a message.

        On a FIFO queue, a message with a deduplication id of the last five minutes is accepted and dropped;
        what is returned then bears the id and the sequence number of the original.
        """
        self._begin()
        now = self._world.clock.now
        original = self._original_of(draft, now)
        if original is not None:
            return self._drop_duplicate(draft, original)
        message = Message.of(draft, self._world.seeds.uuid("sqs.message-id"), now, self._next_sequence_number())
        self._remember(message, now)
        self.metrics.add("NumberOfMessagesSent", 1, now)
        self.metrics.add("SentMessageSize", message.size, now)
        self._world.trace.record(
            "send", self.arn, message=message.message_id, size=message.size, **_sending_facts(message)
        )
        self._put(message, now + self._delay_of(draft) * SECOND)
        return message

    def _original_of(self, draft: Draft, now: int) -> Original | None:
        if not self.settings.fifo_queue or draft.deduplication_id is None:
            return None
        return self._deduplication.original(self._scope_of(draft), draft.deduplication_id, now)

    def _scope_of(self, draft: Draft) -> str | None:
        return draft.group_id if self.settings.deduplication_scope == "messageGroup" else None

    def _remember(self, message: Message, now: int) -> None:
        if self.settings.fifo_queue and message.deduplication_id is not None:
            original = Original(message.message_id, message.sequence_number)
            self._deduplication.note(self._scope_of(message), message.deduplication_id, original, now)

    def _drop_duplicate(self, draft: Draft, original: Original) -> Message:
        now = self._world.clock.now
        self.metrics.add("NumberOfDeduplicatedSentMessages", 1, now)
        self._world.trace.record(
            "deduplicate",
            self.arn,
            message=original.message_id,
            size=draft.size,
            deduplication_id=draft.deduplication_id,
        )
        return Message.of(draft, original.message_id, now, original.sequence_number)

    def _delay_of(self, draft: Draft) -> int:
        if self.settings.fifo_queue or draft.delay_seconds is None:
            return self.settings.delay_seconds
        return draft.delay_seconds

    def _next_sequence_number(self) -> str | None:
        """20 digits, growing with gaps, as AWS's do."""
        if not self.settings.fifo_queue:
            return None
        self._last_sequence_number += 256 * self._sequence.randint(1, 64)
        return str(self._last_sequence_number)

    def _put(self, message: Message, available_at: int) -> None:
        late = not self.settings.fifo_queue and self._mischance.comes_late()
        self._storage.put(message, available_at, late=late)
        self._announce()

    # ---- receiving

    def receive(
        self, maximum: int, visibility_timeout: int | None, attempt_id: str | None = None
    ) -> list[Delivery]:
        """Deliver up to `maximum` messages that are visible now; never waits, never misses any.

        `visibility_timeout` is in seconds, None for the queue's own.

        Raises:
            OverLimit: a standard queue has 120,000 messages in flight (a FIFO queue delivers nothing then).
        """
        deliveries = self._attempt(maximum, visibility_timeout, attempt_id)
        self._count_receive(deliveries)
        return deliveries

    def receive_waiting(
        self,
        maximum: int,
        visibility_timeout: int | None,
        wait_seconds: int,
        attempt_id: str | None = None,
    ) -> list[Delivery]:
        """Deliver as ReceiveMessage does: a long poll if `wait_seconds` is positive, else a short poll.

        A long poll waits in virtual time for the first message and returns at the instant it can be
        received, or empty when the wait is over. A short poll may miss messages if the lab's chaos says so.

        Raises:
            OverLimit: as `receive`.
            QueueDoesNotExist: the queue was deleted, perhaps while waiting.
        """
        if wait_seconds > 0:
            deliveries = self._attempt(maximum, visibility_timeout, attempt_id)
            deliveries = deliveries or self._wait(maximum, visibility_timeout, wait_seconds, attempt_id)
        else:
            deliveries = self._attempt(maximum, visibility_timeout, attempt_id, short=True)
        self._count_receive(deliveries)
        return deliveries

    def _wait(
        self, maximum: int, visibility_timeout: int | None, wait_seconds: int, attempt_id: str | None
    ) -> list[Delivery]:
        deadline = self._world.clock.now + wait_seconds * SECOND
        deliveries: list[Delivery] = []
        place = self._line.join()
        try:
            while not deliveries and self._world.clock.now < deadline:
                change = self.next_change() if self._line.is_first(place) else None
                place.wait(deadline if change is None else min(change, deadline))
                deliveries = self._attempt(maximum, visibility_timeout, attempt_id)
        finally:
            self._line.leave(place)
        return deliveries

    def _attempt(
        self, maximum: int, visibility_timeout: int | None, attempt_id: str | None, *, short: bool = False
    ) -> list[Delivery]:
        self._begin()
        now = self._world.clock.now
        timeout = self.settings.visibility_timeout if visibility_timeout is None else visibility_timeout
        until = now + timeout * SECOND
        if not self.settings.fifo_queue:
            return self._deliver_standard(maximum, until, short=short)
        if attempt_id is None:
            return self._deliver(maximum, until)
        repeated = self._attempts.repeatable(attempt_id, now)
        deliveries = [self._repeat(delivery, until) for delivery in repeated] or self._deliver(maximum, until)
        if deliveries:
            self._attempts.note(attempt_id, deliveries, now)
        return deliveries

    def _deliver_standard(self, maximum: int, until: int, *, short: bool) -> list[Delivery]:
        if self._storage.in_flight >= IN_FLIGHT_LIMIT:
            raise errors.OverLimit(
                f"Too many messages are in flight: {self.name} has {IN_FLIGHT_LIMIT}, the most that a queue may have."
            )
        copies = self._deliver_copies(maximum, until)
        missed: list[Message] = []
        deliveries = self._deliver(maximum - len(copies), until, missed if short else None)
        self._storage.give_back(missed)
        return copies + deliveries

    def _deliver(self, maximum: int, until: int, missed: list[Message] | None = None) -> list[Delivery]:
        """Take messages in order; `missed` collects those that a short poll does not see."""
        deliveries: list[Delivery] = []
        message: Message | None = None
        while len(deliveries) + len(missed or ()) < maximum and self._storage.in_flight < IN_FLIGHT_LIMIT:
            message = self._storage.take(message)
            if message is None:
                break
            if missed is not None and self._mischance.is_missed():
                missed.append(message)
            elif not self._dead_letter(message):
                deliveries.append(self._hand_out(message, until))
        return deliveries

    def _hand_out(self, message: Message, until: int) -> Delivery:
        now = self._world.clock.now
        message.generation += 1
        message.receive_count += 1
        message.receives_here += 1
        message.received = now
        if message.first_received is None:
            message.first_received = now
        self._storage.hide(message, until)
        delivery = self._delivery(message, until)
        if not self.settings.fifo_queue and self._mischance.is_duplicated(message, until):
            self._world.trace.record("duplicate", self.arn, message=message.message_id, size=message.size)
        return delivery

    def _delivery(self, message: Message, until: int, **facts: object) -> Delivery:
        self._world.trace.record(
            "receive",
            self.arn,
            message=message.message_id,
            size=message.size,
            receive_count=message.receive_count,
            visible_at=until,
            **facts,
        )
        handle = self._receipts.issue(message)
        first = message.received if message.first_received is None else message.first_received
        return Delivery(message, handle, message.receive_count, first, until, message.generation)

    def _repeat(self, delivery: Delivery, until: int) -> Delivery:
        """The same message with the same handle, for a receive that is tried again; hidden anew."""
        message = delivery.message
        message.received = self._world.clock.now
        self._storage.hide(message, until)
        self._world.trace.record(
            "receive",
            self.arn,
            message=message.message_id,
            size=message.size,
            receive_count=message.receive_count,
            visible_at=until,
            repeated=True,
        )
        return Delivery(message, delivery.receipt_handle, *_counted(delivery), until, delivery.generation)

    def _deliver_copies(self, maximum: int, until: int) -> list[Delivery]:
        """Deliver what chance has duplicated, of messages that are in flight or were deleted meanwhile."""
        deliveries: list[Delivery] = []
        while len(deliveries) < maximum and (message := self._mischance.take_copy()) is not None:
            expired = message.sent + self._storage.retention <= self._world.clock.now
            here = message.state in (State.IN_FLIGHT, State.GONE) and message.dead_letter_source is None
            if here and not expired:
                message.receive_count += 1
                deliveries.append(self._delivery(message, until, duplicate=True))
        return deliveries

    def _count_receive(self, deliveries: list[Delivery]) -> None:
        now = self._world.clock.now
        self.metrics.add("NumberOfMessagesReceived", len(deliveries), now)
        self.metrics.add("NumberOfEmptyReceives", 0 if deliveries else 1, now)

    # ---- dead letters

    def _dead_letter(self, message: Message) -> bool:
        """Move a message that has been received often enough to the dead-letter queue, if there is one.

        Without it (it was deleted, or is of the wrong type) the message stays and is delivered again.
        """
        policy = self.settings.redrive_policy
        if policy is None or message.receives_here < policy.max_receive_count:
            return False
        target = self._find_queue(policy.dead_letter_target_arn)
        if target is None or target is self or target.closed:
            return False
        if target.settings.fifo_queue != self.settings.fifo_queue:
            return False
        self._storage.remove(message)
        target.accept_dead_letter(message, self.arn, message.receives_here)
        return True

    def accept_dead_letter(self, message: Message, source_arn: str, receives: int) -> None:
        """Take in a message that the queue `source_arn` has given up after so many receives.

        It keeps its id and its count of receives. On a standard queue it keeps its enqueue time; on a FIFO
        queue that starts again, and the message's id takes the place of its deduplication id, so that no
        message is lost to another one's (AWS: "Learn how to configure a dead-letter queue redrive").
        """
        self._storage.settle()
        now = self._world.clock.now
        message.dead_letter_source = source_arn
        if self.settings.fifo_queue:
            message.sent = now
            message.deduplication_id = message.message_id
            message.sequence_number = self._next_sequence_number()
        self._world.trace.record(
            "dead-letter",
            self.arn,
            message=message.message_id,
            size=message.size,
            source=source_arn,
            receives=receives,
        )
        self._put(message, max(now, message.sent + self.settings.delay_seconds * SECOND))

    # ---- moving messages (StartMessageMoveTask)

    def next_to_move(self) -> Message | None:
        """The visible message whose turn it is to be moved elsewhere; `give_up` it, or it stays."""
        self._begin()
        message = self._storage.take()
        if message is not None:
            self._storage.give_back([message])
        return message

    def give_up(self, message: Message) -> None:
        """A message moves to another queue."""
        self._storage.remove(message)

    def accept_moved(self, message: Message, source_arn: str) -> Message:
        """Take in what a move task brings from the queue `source_arn`: a new message with a new id.

        Source: Amazon SQS Developer Guide, "Learn how to configure a dead-letter queue redrive".
        """
        self._begin()
        now = self._world.clock.now
        moved = Message.of(message, self._world.seeds.uuid("sqs.message-id"), now, self._next_sequence_number())
        trace = self._world.trace
        causes = [hop for hop in (trace.last_of(message.message_id), trace.cause) if hop is not None]
        trace.record(
            "move",
            self.arn,
            message=moved.message_id,
            causes=causes,
            size=moved.size,
            source=source_arn,
            original=message.message_id,
        )
        self._put(moved, now + self.settings.delay_seconds * SECOND)
        return moved

    # ---- deleting and hiding

    def delete(self, receipt_handle: str) -> None:
        """Delete the message that came with this handle.

        On a standard queue an old handle is accepted, but the message stays once it has been received again.

        Raises:
            ReceiptHandleIsInvalid: this queue never gave out such a handle.
            InvalidParameterValue: FIFO only: the visibility timeout of that receive is over.
        """
        self._begin()
        receipt = self._read(receipt_handle)
        message = self._storage.messages.get(receipt.message_id)
        latest = message is not None and message.generation == receipt.generation
        if self.settings.fifo_queue and message is not None and not (latest and message.state is State.IN_FLIGHT):
            raise errors.InvalidParameterValue.of("ReceiptHandle", receipt_handle, "The receipt handle has expired.")
        self.metrics.add("NumberOfMessagesDeleted", 1, self._world.clock.now)
        if message is None:
            self._record_delete(receipt, 0, already_deleted=True)
        elif latest:
            self._record_delete(receipt, message.size)
            self._storage.remove(message)
            self._announce()
        else:
            self._record_delete(receipt, 0, kept=True, reason="a newer receive has a newer receipt handle")

    def change_visibility(self, receipt_handle: str, seconds: int) -> None:
        """Let a message in flight show itself `seconds` from now; 0 is at once.

        Raises:
            ReceiptHandleIsInvalid: this queue never gave out such a handle.
            InvalidParameterValue: the message is gone or was received again; or it would be hidden for more
                than 12 hours from its receive.
            MessageNotInflight: its visibility timeout is over.
        """
        self._begin()
        receipt = self._read(receipt_handle)
        message = self._storage.messages.get(receipt.message_id)
        if message is None or message.generation != receipt.generation:
            reason = "Message does not exist or is not available for visibility timeout change."
            raise errors.InvalidParameterValue.of("ReceiptHandle", receipt_handle, reason)
        if message.state is not State.IN_FLIGHT:
            raise errors.MessageNotInflight
        until = self._world.clock.now + seconds * SECOND
        if until - message.received > LONGEST_HIDING * SECOND:
            reason = f"Total VisibilityTimeout for the message is beyond the limit [{LONGEST_HIDING} seconds]"
            raise errors.InvalidParameterValue.of("VisibilityTimeout", seconds, reason)
        self._storage.hide(message, until)
        self._world.trace.record(
            "hide", self.arn, message=message.message_id, seconds=seconds, visible_at=until
        )
        self._announce()

    def purge(self) -> None:
        """Delete all messages, at once (on AWS it takes up to 60 seconds).

        Raises:
            PurgeQueueInProgress: the queue was purged less than 60 seconds ago.
        """
        self._begin()
        now = self._world.clock.now
        if self._purged is not None and now < self._purged + PURGE_PAUSE:
            raise errors.PurgeQueueInProgress(self.name)
        self._purged = now
        self._delete_all(reason="the queue was purged")

    def _read(self, receipt_handle: str) -> Receipt:
        receipt = self._receipts.read(receipt_handle)
        if receipt is None:
            raise errors.ReceiptHandleIsInvalid(receipt_handle)
        return receipt

    def _record_delete(self, receipt: Receipt, size: int, **facts: object) -> None:
        self._world.trace.record("delete", self.arn, message=receipt.message_id, size=size, **facts)

    def _delete_all(self, reason: str) -> None:
        messages = sorted(self._storage.messages.values(), key=_place)
        purge = self._world.trace.record("purge", self.arn, messages=len(messages), reason=reason)
        with self._world.trace.under(purge):
            for message in messages:
                self._storage.remove(message)
                self._world.trace.record("purge", self.arn, message=message.message_id, size=message.size)
        self._attempts.clear()
        self._mischance.clear()

    # ---- common to all operations

    def _begin(self) -> None:
        if self.closed:
            raise errors.QueueDoesNotExist
        self._storage.settle()
        self.metrics.touch(self._world.clock.now)

    def _announce(self) -> None:
        """Something may have become receivable."""
        self._line.wake_first()
        self.arrivals.notify_all()


def _sending_facts(message: Message) -> dict[str, object]:
    facts: dict[str, object] = {}
    if message.group_id is not None:
        facts["group_id"] = message.group_id
    if message.deduplication_id is not None:
        facts["deduplication_id"] = message.deduplication_id
    return facts


def _counted(delivery: Delivery) -> tuple[int, int]:
    return delivery.receive_count, delivery.first_received


def _place(message: Message) -> int:
    return message.place


def _snapshot(message: Message, retention: int) -> Snapshot:
    return Snapshot(
        message.message_id,
        message.state,
        message.body,
        message.size,
        message.sent,
        None if message.state is State.VISIBLE else message.visible_at,
        message.sent + retention,
        message.receive_count,
        message.group_id,
        message.sequence_number,
    )
