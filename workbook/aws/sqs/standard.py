"""Whose turn it is in a standard queue: the oldest message, but a noisy tenant waits.

A message's MessageGroupId names its tenant. While the queue is calm, messages come in the order of their
sending. A tenant that takes more than its share of the consumers is *noisy*: its messages are delivered only
when no quiet tenant has any. Messages without a group id are tenants of their own, always quiet here.

A tenant is one entry in the agenda of quiet tenants, by its first message, so choosing costs O(log n).
Whether a tenant is noisy is looked at when its turn comes, and only then, since only then does it matter.
Source: Amazon SQS Developer Guide, "How Amazon SQS fair queues work" (thresholds, and when noise ends).
"""

from __future__ import annotations

from collections import deque

from workbook.aws.limits import limit
from workbook.aws.sqs.agenda import Agenda, Appointment
from workbook.aws.sqs.message import Message, State
from workbook.engine.clock import SECOND

NOISY_SHARE = limit("sqs.fair.noisy-share") / 100
"""More than this share of the messages in flight, or of the recent processing time, is noisy."""
NOISY_IN_FLIGHT = limit("sqs.fair.noisy-in-flight")
"""A tenant with fewer messages in flight is not noisy by its share of them."""
QUIET_AFTER = limit("sqs.fair.quiet-after") * SECOND
"""Microseconds without a message sent, after which a tenant counts as quiet again."""
RECENT = 300 * SECOND
"""Microseconds that count as "recent" for processing time; AWS does not say how many, this is our choice."""
_SLICE = 15 * SECOND
"""Microseconds: recent time is kept in slices of this length."""
_REPEATEDLY = limit("sqs.age.receives")
"""Receives after which an undeleted message goes to the back and no longer counts for the queue's age."""


class RecentTime:
    """Processing time that was spent within the last five minutes."""

    __slots__ = ("_slices", "_total")

    def __init__(self) -> None:
        self._slices: deque[list[int]] = deque()
        self._total = 0

    def add(self, duration: int, now: int) -> None:
        """A message was processed for `duration` microseconds, until now."""
        current = now // _SLICE
        if self._slices and self._slices[-1][0] == current:
            self._slices[-1][1] += duration
        else:
            self._slices.append([current, duration])
        self._total += duration

    def total(self, now: int) -> int:
        """Microseconds of processing in the last five minutes."""
        while self._slices and self._slices[0][0] * _SLICE <= now - RECENT:
            self._total -= self._slices.popleft()[1]
        return self._total


class Tenant:
    """The messages with one MessageGroupId; `name` None: all those without any."""

    __slots__ = (
        "ages",
        "delayed",
        "elder",
        "in_flight",
        "last_sent",
        "name",
        "noisy",
        "ready",
        "time",
        "turn",
    )

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.ready: Agenda[Message] = Agenda()
        self.ages: Agenda[Message] = Agenda()
        self.in_flight = 0
        self.delayed = 0
        self.last_sent = 0
        self.noisy = False
        self.time = RecentTime()
        self.turn: Appointment[Tenant] | None = None
        self.elder: Appointment[Tenant] | None = None

    def has_messages(self) -> bool:
        """Whether any message of this tenant is in the queue."""
        return bool(len(self.ready) or len(self.ages) or self.in_flight or self.delayed)


class StandardOrder:
    """Best-effort order, fair to quiet tenants."""

    __slots__ = ("_elders", "_idle", "_in_flight", "_noisy", "_quiet", "_tenants", "_time", "fair")

    def __init__(self) -> None:
        self._tenants: dict[str | None, Tenant] = {None: Tenant(None)}
        self._quiet: Agenda[Tenant] = Agenda()
        self._elders: Agenda[Tenant] = Agenda()
        self._noisy: dict[Tenant, None] = {}
        self._idle: Agenda[Tenant] = Agenda()
        self._time = RecentTime()
        self._in_flight = 0
        self.fair = False

    # ---- what happens to messages

    def enter(self, message: Message) -> None:
        """A message has come into the queue, visible or delayed."""
        tenant = self._tenant(message)
        tenant.last_sent = message.arrived
        tenant.delayed += message.state is State.DELAYED
        if message.group_id is not None:
            self.fair = True
        message.aging = tenant.ages.book(message.arrived, message)
        self._note_elder(tenant)

    def leave(self, message: Message) -> None:
        """A message has left the queue."""
        tenant = self._tenant(message)
        tenant.delayed -= message.state is State.DELAYED
        self._forget_age(tenant, message)

    def show(self, message: Message) -> None:
        """A message has become visible."""
        tenant = self._tenant(message)
        tenant.delayed -= message.state is State.DELAYED
        message.appointment = tenant.ready.book(message.place, message)
        self._note_turn(tenant)

    def withdraw(self, message: Message) -> None:
        """A visible message has gone without being received."""
        tenant = self._tenant(message)
        if message.appointment is not None:
            tenant.ready.cancel(message.appointment)
        self._note_turn(tenant)

    def take(self, previous: Message | None, now: int) -> Message | None:  # noqa: ARG002 - as FifoOrder.take
        """The next message to deliver."""
        self._calm_down(now)
        tenant = self._next_quiet(now) or self._next_noisy()
        if tenant is None:
            return None
        message = tenant.ready.pop()
        self._note_turn(tenant)
        return message

    def depart(self, message: Message) -> None:
        """A message that was taken is in flight."""
        tenant = self._tenant(message)
        tenant.in_flight += 1
        self._in_flight += 1
        if message.receives_here >= _REPEATEDLY:
            self._forget_age(tenant, message)

    def land(self, message: Message, now: int) -> None:
        """A message is no longer in flight: deleted, timed out or expired."""
        tenant = self._tenant(message)
        tenant.in_flight -= 1
        self._in_flight -= 1
        if tenant.name is not None:
            tenant.time.add(now - message.received, now)
            self._forget_the_idle(now)
        self._time.add(now - message.received, now)

    # ---- what metrics ask for

    def oldest(self) -> int | None:
        """The instant at which the oldest message came in, not counting those received repeatedly."""
        ages = [self.oldest_quiet(), *(tenant.ages.next_due() for tenant in self._noisy)]
        return min((age for age in ages if age is not None), default=None)

    def oldest_quiet(self) -> int | None:
        """As `oldest`, of the quiet tenants."""
        return self._elders.next_due()

    def noisy_groups(self) -> int:
        """How many tenants are noisy."""
        return len(self._noisy)

    def noisy_counts(self) -> tuple[int, int, int]:
        """Visible, in flight and delayed messages of the noisy tenants."""
        noisy = list(self._noisy)
        return (
            sum(len(tenant.ready) for tenant in noisy),
            sum(tenant.in_flight for tenant in noisy),
            sum(tenant.delayed for tenant in noisy),
        )

    # ---- noise

    def _next_quiet(self, now: int) -> Tenant | None:
        while (tenant := self._quiet.peek()) is not None:
            if not self._is_noisy(tenant, now):
                return tenant
            tenant.noisy = True
            self._noisy[tenant] = None
            self._settle(tenant)
        return None

    def _next_noisy(self) -> Tenant | None:
        """Among noisy tenants, the one with the fewest messages in flight."""
        waiting = [tenant for tenant in self._noisy if len(tenant.ready)]
        return min(waiting, key=_noise_rank, default=None)

    def _is_noisy(self, tenant: Tenant, now: int) -> bool:
        if tenant.name is None or tenant.last_sent + QUIET_AFTER <= now:
            return False
        if tenant.in_flight >= NOISY_IN_FLIGHT and tenant.in_flight > NOISY_SHARE * self._in_flight:
            return True
        return tenant.time.total(now) > NOISY_SHARE * self._time.total(now)

    def _calm_down(self, now: int) -> None:
        """A tenant is quiet again when its backlog is gone, or when it has sent nothing for five minutes."""
        for tenant in list(self._noisy):
            if not len(tenant.ready) or tenant.last_sent + QUIET_AFTER <= now:
                tenant.noisy = False
                del self._noisy[tenant]
                self._settle(tenant)

    # ---- housekeeping

    def _tenant(self, message: Message) -> Tenant:
        tenant = self._tenants.get(message.group_id)
        if tenant is None:
            self._forget_the_idle(message.arrived)
            tenant = self._tenants[message.group_id] = Tenant(message.group_id)
            self._idle.book(message.arrived + RECENT, tenant)
        return tenant

    def _settle(self, tenant: Tenant) -> None:
        """Note a tenant anew that has become noisy or quiet."""
        self._note_turn(tenant)
        self._note_elder(tenant)

    def _note_turn(self, tenant: Tenant) -> None:
        """Note whose turn it is anew: a tenant's visible messages have changed."""
        tenant.turn = _rebook(self._quiet, tenant.turn, tenant, tenant.ready)

    def _note_elder(self, tenant: Tenant) -> None:
        """Note a tenant's oldest message anew: the messages that count for its age have changed."""
        tenant.elder = _rebook(self._elders, tenant.elder, tenant, tenant.ages)

    def _forget_age(self, tenant: Tenant, message: Message) -> None:
        if message.aging is not None:
            tenant.ages.cancel(message.aging)
            message.aging = None
            self._note_elder(tenant)

    def _forget_the_idle(self, now: int) -> None:
        """Drop tenants without messages whose processing time no longer counts."""
        while (due := self._idle.next_due()) is not None and due <= now:
            tenant = self._idle.pop()
            if tenant.has_messages() or tenant.time.total(now):
                self._idle.book(now + RECENT, tenant)
            else:
                self._noisy.pop(tenant, None)
                self._tenants.pop(tenant.name, None)


def _rebook(
    agenda: Agenda[Tenant], booked: Appointment[Tenant] | None, tenant: Tenant, messages: Agenda[Message]
) -> Appointment[Tenant] | None:
    """The appointment of a quiet tenant with the first of its messages; none for a noisy one."""
    due = None if tenant.noisy else messages.next_due()
    if booked is not None:
        if booked.due == due:
            return booked
        agenda.cancel(booked)
    return None if due is None else agenda.book(due, tenant)


def _noise_rank(tenant: Tenant) -> tuple[int, int]:
    return tenant.in_flight, tenant.ready.next_due() or 0


def is_received_repeatedly(message: Message) -> bool:
    """Whether a standard queue moves the message to its back when it becomes visible again.

    Source: Amazon SQS Developer Guide, "Available CloudWatch metrics", ApproximateAgeOfOldestMessage.
    """
    return message.receives_here >= _REPEATEDLY
