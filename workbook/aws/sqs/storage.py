"""What is in a queue, and what time does to it.

    put ──> delayed ──(delay ends)──> visible ──take, hide──> in flight ──(timeout ends)──> visible
              └──────────────┴── retention ends: expired ──────┘              remove: from anywhere

Nothing happens here by timers. Every change that time makes has its instant in one of three agendas, and
`settle` makes all changes that are due, in their order, before anybody looks. So a queue that nobody
touches costs nothing, however long; and what is seen at an instant is what AWS would show at that instant:
a timeout that ends now *has* ended.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbook.aws.sqs.agenda import Agenda
from workbook.aws.sqs.attributes import QueueSettings
from workbook.aws.sqs.fifo import FifoOrder
from workbook.aws.sqs.message import Counts, Message, State
from workbook.aws.sqs.metrics import Gauges, QueueMetrics, QuietGauges
from workbook.aws.sqs.order import Order
from workbook.aws.sqs.standard import StandardOrder, is_received_repeatedly
from workbook.engine.clock import SECOND
from workbook.engine.world import World

_STEP = 2
"""Places lie this far apart, so that a late message fits between two others."""


class Storage:
    """The messages of one queue."""

    def __init__(self, world: World, arn: str, settings: QueueSettings, metrics: QueueMetrics) -> None:
        self.settings = settings
        self.messages: dict[str, Message] = {}
        self.fifo: FifoOrder | None = FifoOrder() if settings.fifo_queue else None
        self.standard: StandardOrder | None = None if settings.fifo_queue else StandardOrder()
        self._world = world
        self._arn = arn
        self._metrics = metrics
        self._order: Order = self.fifo or self.standard or StandardOrder()
        self._delayed: Agenda[Message] = Agenda()
        self._in_flight: Agenda[Message] = Agenda()
        self._expiry: Agenda[Message] = Agenda()
        self._last_place = 0
        self._last_turn = 0
        self._settled = world.clock.now

    @property
    def retention(self) -> int:
        """Microseconds after its sending at which a message vanishes."""
        return self.settings.message_retention_period * SECOND

    # ---- time

    def settle(self) -> None:
        """Let everything happen that was due until now."""
        now = self._world.clock.now
        while (due := self._next_event()) is not None and due <= now:
            self._note_metrics(due - 1)
            self._happen(due)
        self._settled = now
        self._note_metrics(now)

    def next_change(self) -> int | None:
        """The next instant, after now, at which a message may become receivable by itself."""
        self.settle()
        instants = [self._delayed.next_due(), self._in_flight.next_due()]
        if self.fifo is not None and len(self._in_flight):
            instants.append(self._next_expiry())  # an expired message no longer blocks its group
        return min((instant for instant in instants if instant is not None), default=None)

    def _next_event(self) -> int | None:
        following = self._next_expiry()
        for due in (self._delayed.next_due(), self._in_flight.next_due()):
            if due is not None and (following is None or due < following):
                following = due
        return following

    def _next_expiry(self) -> int | None:
        oldest = self._expiry.next_due()
        return None if oldest is None else oldest + self.retention

    def _happen(self, due: int) -> None:
        """Make one change of the instant `due`; expiry comes first, for an expired message is never shown."""
        expiry = self._next_expiry()
        if expiry is not None and expiry <= due:
            self._expire(self._expiry.peek(), expiry)
        elif self._delayed.next_due() == due:
            self._show(self._delayed.pop())
        else:
            self._come_back(self._in_flight.pop(), due)

    def _expire(self, message: Message | None, instant: int) -> None:
        if message is None:
            return
        # A lowered retention, or a dead-letter queue's shorter one, can have ended before it came into force.
        instant = max(instant, self._settled, message.arrived)
        state = message.state
        self.remove(message, instant)
        self._metrics.touch(instant)
        last = self._world.trace.last_of(message.message_id)
        self._world.trace.record(
            "expire",
            self._arn,
            message=message.message_id,
            causes=() if last is None else (last,),
            size=message.size,
            expired_at=instant,
            was=state.value,
        )

    def _come_back(self, message: Message, instant: int) -> None:
        self._order.land(message, instant)
        if self.standard is not None and is_received_repeatedly(message):
            message.place = self._next_place()
        self._show(message)

    def _show(self, message: Message) -> None:
        self._last_turn += 1
        message.turn = self._last_turn
        self._order.show(message)
        message.state = State.VISIBLE

    # ---- messages

    def put(self, message: Message, available_at: int, *, late: bool = False) -> None:
        """Take a message in; a `late` one lets the next message overtake it."""
        self.messages[message.message_id] = message
        message.arrived = self._world.clock.now
        message.receives_here = 0
        message.place = self._next_place() + (_STEP + 1 if late else 0)
        message.visible_at = available_at
        message.expiry = self._expiry.book(message.sent, message)
        delayed = available_at > message.arrived
        message.state = State.DELAYED if delayed else State.GONE
        self._order.enter(message)
        if delayed:
            message.appointment = self._delayed.book(available_at, message)
        else:
            self._show(message)

    def remove(self, message: Message, instant: int | None = None) -> None:
        """Take a message out, whatever its state; `instant` is when, now if not said."""
        if message.state is State.VISIBLE:
            self._order.withdraw(message)
        elif message.state is State.IN_FLIGHT:
            self._unbook(self._in_flight, message)
            self._order.land(message, self._world.clock.now if instant is None else instant)
        elif message.state is State.DELAYED:
            self._unbook(self._delayed, message)
        self._order.leave(message)
        if message.expiry is not None:
            self._expiry.cancel(message.expiry)
        message.state = State.GONE
        message.appointment = message.expiry = message.aging = None
        del self.messages[message.message_id]

    def take(self, previous: Message | None = None) -> Message | None:
        """The visible message whose turn it is; `hide`, `remove` or `give_back` it."""
        return self._order.take(previous, self._world.clock.now)

    def give_back(self, messages: Iterable[Message]) -> None:
        """What was taken is visible still."""
        for message in messages:
            self._order.show(message)

    def withdraw(self, message: Message) -> None:
        """Take a visible message out of its turn, to `hide` it without delivering it."""
        self._order.withdraw(message)

    def hide(self, message: Message, until: int) -> None:
        """Let nobody see a message until an instant: one taken or withdrawn, or one in flight already."""
        if message.state is State.IN_FLIGHT:
            self._unbook(self._in_flight, message)
        else:
            message.state = State.IN_FLIGHT
            self._order.depart(message)
        message.visible_at = until
        message.appointment = self._in_flight.book(until, message)

    def delay_anew(self) -> None:
        """Apply a changed delay to what was sent before, as FIFO queues do.

        Messages that have been received are not delayed again. Costs as much as there are messages.
        """
        delay = self.settings.delay_seconds * SECOND
        now = self._world.clock.now
        for message in list(self.messages.values()):
            available_at = message.sent + delay
            if message.state is State.DELAYED:
                self._unbook(self._delayed, message)
            elif message.state is State.VISIBLE and not message.receives_here and available_at > now:
                self._order.withdraw(message)
            else:
                continue
            message.state = State.DELAYED
            message.visible_at = available_at
            message.appointment = self._delayed.book(available_at, message)
            self._world.trace.record(
                "delay", self._arn, message=message.message_id, size=message.size, available_at=available_at
            )

    # ---- how much there is

    @property
    def in_flight(self) -> int:
        """How many messages are in flight."""
        return len(self._in_flight)

    def counts(self) -> Counts:
        """How many messages are visible, in flight and delayed."""
        in_flight, delayed = len(self._in_flight), len(self._delayed)
        return Counts(len(self.messages) - in_flight - delayed, in_flight, delayed)

    def _gauges(self) -> Gauges:
        counts = self.counts()
        oldest = self._order.oldest()
        if self.fifo is not None:
            return Gauges(*counts, oldest, groups_in_flight=self.fifo.groups_in_flight)
        if self.standard is not None and self.standard.fair:
            return Gauges(*counts, oldest, quiet=_quiet_gauges(self.standard, counts))
        return Gauges(*counts, oldest)

    def _note_metrics(self, instant: int) -> None:
        if instant >= self._metrics.next_end:
            self._metrics.note(self._gauges(), instant)

    def _next_place(self) -> int:
        self._last_place += _STEP
        return self._last_place

    @staticmethod
    def _unbook(agenda: Agenda[Message], message: Message) -> None:
        if message.appointment is not None:
            agenda.cancel(message.appointment)


def _quiet_gauges(order: StandardOrder, counts: Counts) -> QuietGauges:
    visible, in_flight, delayed = order.noisy_counts()
    return QuietGauges(
        order.noisy_groups(),
        counts.visible - visible,
        counts.in_flight - in_flight,
        counts.delayed - delayed,
        order.oldest_quiet(),
    )
