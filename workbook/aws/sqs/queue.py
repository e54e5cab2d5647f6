"""One queue: the door to everything that producers and consumers do with it.

    Intake ──> Storage ──> Deliverer        messages in, what time does to them, messages out
                 │  └─ StandardOrder or FifoOrder: whose turn it is
               Receipts: delete and change visibility

Every thing that happens to a message is written into the trace: send, deduplicate, receive, hide (its
visibility was changed), delete, dead-letter, move, expire, purge, duplicate (chance made a copy). The
resource of such a hop is the queue in which the message is afterwards; so a "dead-letter" names the
dead-letter queue, and its fact `source` the queue that gave the message up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.sqs import errors
from workbook.aws.sqs.core import Core
from workbook.aws.sqs.delivery import Deliverer
from workbook.aws.sqs.intake import Intake
from workbook.aws.sqs.message import Counts, Delivery, Draft, Message, Snapshot, State
from workbook.aws.sqs.publishing import register
from workbook.aws.sqs.queue_attributes import shown_settings
from workbook.aws.sqs.receipts import Receipt, Receipts
from workbook.aws.sqs.throughput import FifoThroughput
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.aws.sqs.attributes import QueueSettings
    from workbook.aws.sqs.metrics import QueueMetrics
    from workbook.engine.signals import Signal
    from workbook.engine.world import World

LONGEST_HIDING = limit("sqs.visibility-timeout.maximum")
"""Seconds from the receive for which a message can be hidden in all: 12 hours."""
PURGE_PAUSE = limit("sqs.purge-interval") * SECOND
"""Microseconds between two purges of a queue."""


class Queue:
    """A standard or a FIFO queue.

    Every operation raises `errors.QueueDoesNotExist` once the queue has been closed. `created` and `modified`
    are in microseconds.
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
        self._find_queue = find_queue
        self._core = Core(world, name, arn, settings)
        self._receipts = Receipts(world.seeds.stream("sqs.receipt-handle"))
        self._intake = Intake(self._core)
        self._deliverer = Deliverer(self._core, self._receipts, self._give_up)
        self._throughput = FifoThroughput()
        self._purged: int | None = None
        register(world, account, region, self)

    # ---- the queue itself

    @property
    def settings(self) -> QueueSettings:
        """What the queue is set to now; `apply` changes it."""
        return self._core.settings

    @property
    def closed(self) -> bool:
        """Whether the queue has been deleted."""
        return self._core.closed

    @property
    def arrivals(self) -> Signal:
        """Notified when something may have become receivable, except by time alone: that is `next_change`."""
        return self._core.arrivals

    @property
    def metrics(self) -> QueueMetrics:
        """What the queue has to tell CloudWatch."""
        return self._core.metrics

    def apply(self, settings: QueueSettings) -> None:
        """Put new settings into force at once (on AWS within 60 seconds, retention within 15 minutes).

        A lower retention deletes what is older. On a FIFO queue, another delay counts for messages that are
        in the queue already; on a standard queue it does not.
        """
        self.modified = self._core.begin()
        delay_changed = settings.delay_seconds != self.settings.delay_seconds
        self._core.storage.settings = settings
        if delay_changed and settings.fifo_queue:
            self._core.storage.delay_anew()
        self._core.storage.settle()
        self._core.world.trace.record("configure", self.arn, settings=shown_settings(settings))
        self._core.announce()

    def close(self) -> None:
        """The queue is deleted: its messages are gone; who waits at it and who comes later is told so."""
        if self.closed:
            return
        self._core.begin()
        if self._core.storage.messages:
            self._delete_all("the queue was deleted")
        self._core.world.trace.record("remove", self.arn)
        self._core.closed = True
        self._core.line.wake_all()
        self.arrivals.notify_all()

    def settle(self) -> None:
        """Make what time has changed happen now; every operation does so by itself."""
        self._core.storage.settle()

    def counts(self) -> Counts:
        """How many messages are visible, in flight and delayed."""
        self._core.begin()
        return self._core.storage.counts()

    def contents(self) -> list[Snapshot]:
        """Every message in the queue, in the order of their places; costs as much as there are."""
        self.settle()
        retention = self._core.storage.retention
        return [_snapshot(message, retention) for message in self._in_order()]

    def next_change(self) -> int | None:
        """The next instant, after now, at which a message may become receivable by itself."""
        return self._deliverer.next_change()

    def admit(self, action: str, groups: Sequence[str] = ()) -> None:
        """Count one API call against the quota of a FIFO queue; the API layer calls it once a request.

        `action` is the operation's name, `groups` the message groups of the messages that it sends.

        Raises:
            RequestThrottled: more than 300 calls in this second; see `throughput`.
        """
        if not self.settings.fifo_queue:
            return
        per_group = self.settings.fifo_throughput_limit == "perMessageGroupId"
        if not self._throughput.admit(action, groups, self._core.clock.now, per_group=per_group):
            self._core.world.trace.record("throttle", self.arn, outcome="RequestThrottled", action=action)
            raise errors.RequestThrottled("Request is throttled.")

    # ---- messages in and out

    def send(self, draft: Draft) -> Message:
        """Accept a message.

        On a FIFO queue, a message with a deduplication id of the last five minutes is accepted and dropped;
        what is returned then bears the id and the sequence number of the original.
        """
        return self._intake.send(draft)

    def receive(
        self, maximum: int, visibility_timeout: int | None, attempt_id: str | None = None
    ) -> list[Delivery]:
        """Deliver up to `maximum` messages that can be received now; never waits, never misses any.

        `visibility_timeout` is in seconds, None for the queue's own. With 120,000 messages in flight it
        delivers nothing.
        """
        deliveries = self._deliverer.receive(maximum, visibility_timeout, attempt_id)
        self._deliverer.count(deliveries)
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
            OverLimit: a short poll at a standard queue that has 120,000 messages in flight.
            QueueDoesNotExist: the queue was deleted, perhaps while waiting.
        """
        self._core.world.kernel.at_work(works=False)
        if wait_seconds > 0:
            deliveries = self._deliverer.wait(maximum, visibility_timeout, wait_seconds, attempt_id)
        else:
            deliveries = self._deliverer.receive(maximum, visibility_timeout, attempt_id, short=True)
        # What will become receivable by itself is work to come for a worker that asks again and again.
        self._core.world.kernel.at_work(works=bool(deliveries) or self.next_change() is not None)
        self._deliverer.count(deliveries)
        return deliveries

    def _give_up(self, message: Message) -> bool:
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
        self._core.storage.remove(message)
        target.accept_dead_letter(message, self.arn)
        return True

    def accept_dead_letter(self, message: Message, source_arn: str) -> None:
        """Take in a message that the queue `source_arn` has given up; see `Intake`."""
        self._intake.accept_dead_letter(message, source_arn)

    def next_to_move(self) -> Message | None:
        """The visible message that a move task takes next; it stays until it has been `moved_away`."""
        self._core.begin()
        message = self._core.storage.take()
        if message is not None:
            self._core.storage.give_back([message])
        return message

    def moved_away(self, message: Message) -> None:
        """A move task takes the message to another queue."""
        self._core.storage.remove(message)

    def accept_moved(self, message: Message, source_arn: str) -> Message:
        """Take in what a move task brings from the queue `source_arn`; returns the new message."""
        return self._intake.accept_moved(message, source_arn)

    # ---- deleting and hiding

    def delete(self, receipt_handle: str) -> None:
        """Delete the message that came with this handle.

        On a standard queue an old handle is accepted, but the message stays once it has been received again.

        Raises:
            ReceiptHandleIsInvalid: this queue never gave out such a handle.
            InvalidParameterValue: FIFO only: the visibility timeout of that receive is over.
        """
        now = self._core.begin()
        receipt = self._read(receipt_handle)
        message = self._core.storage.messages.get(receipt.message_id)
        latest = message is not None and message.generation == receipt.generation
        if (
            self.settings.fifo_queue
            and message is not None
            and not (latest and message.state is State.IN_FLIGHT)
        ):
            raise errors.InvalidParameterValue.of(
                "ReceiptHandle", receipt_handle, "The receipt handle has expired."
            )
        self.metrics.add("NumberOfMessagesDeleted", 1, now)
        if message is None:
            self._core.world.trace.record(
                "delete", self.arn, message=receipt.message_id, already_deleted=True
            )
        elif not latest:
            self._core.record(
                "delete", message, kept=True, reason="a newer receive has a newer receipt handle"
            )
        else:
            self._core.record("delete", message)
            self._core.storage.remove(message)
            self._core.announce()

    def change_visibility(self, receipt_handle: str, seconds: int) -> None:
        """Let a received message show itself `seconds` from now; 0 is at once.

        A standard queue also takes handles of earlier receives and messages that show themselves again, as
        AWS was recorded to do; what such a message does then is not public, and hiding it is our choice.

        Raises:
            ReceiptHandleIsInvalid: this queue never gave out such a handle.
            InvalidParameterValue: the message is gone; or it would be hidden for more than 12 hours from its
                receive; FIFO only: it was received again.
            MessageNotInflight: FIFO only: its visibility timeout is over.
        """
        now = self._core.begin()
        receipt = self._read(receipt_handle)
        message = self._core.storage.messages.get(receipt.message_id)
        fifo = self.settings.fifo_queue
        if message is None or (fifo and message.generation != receipt.generation):
            reason = "Message does not exist or is not available for visibility timeout change."
            raise errors.InvalidParameterValue.of("ReceiptHandle", receipt_handle, reason)
        if fifo and message.state is not State.IN_FLIGHT:
            raise errors.MessageNotInflight
        until = now + seconds * SECOND
        if until - message.received > LONGEST_HIDING * SECOND:
            reason = f"Total VisibilityTimeout for the message is beyond the limit [{LONGEST_HIDING} seconds]"
            raise errors.InvalidParameterValue.of("VisibilityTimeout", seconds, reason)
        if message.state is State.VISIBLE:
            self._core.storage.withdraw(message)
        self._core.storage.hide(message, until)
        self._core.record("hide", message, seconds=seconds, visible_at=until)
        self._core.announce()

    def purge(self) -> None:
        """Delete all messages, at once (on AWS it takes up to 60 seconds), and forget deduplication ids.

        Raises:
            PurgeQueueInProgress: the queue was purged less than 60 seconds ago.
        """
        now = self._core.begin()
        if self._purged is not None and now < self._purged + PURGE_PAUSE:
            raise errors.PurgeQueueInProgress(self.name)
        self._purged = now
        self._intake.forget()
        self._delete_all("the queue was purged")

    def _read(self, receipt_handle: str) -> Receipt:
        receipt = self._receipts.read(receipt_handle)
        if receipt is None:
            raise errors.ReceiptHandleIsInvalid(receipt_handle)
        return receipt

    def _delete_all(self, reason: str) -> None:
        messages = self._in_order()
        self._deliverer.forget()
        self._core.mischance.clear()
        purge = self._core.world.trace.record("purge", self.arn, messages=len(messages), reason=reason)
        with self._core.world.trace.under(purge):
            for message in messages:
                self._core.storage.remove(message)
                self._core.record("purge", message)

    def _in_order(self) -> list[Message]:
        return sorted(self._core.storage.messages.values(), key=_place)


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
