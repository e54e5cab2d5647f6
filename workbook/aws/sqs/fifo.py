"""Whose turn it is in a FIFO queue: the first message of the group that has waited longest.

    group A:  A1 | A2 in flight | A3      A1 has come back and can be had; A3 is blocked by A2
    group B:  B1 B2                       free

Within a group, what comes after a message in flight is blocked; what came back and lies before it is not.
Between groups, the turn goes to the group whose first message became visible first, so that a group that
was served and failed goes to the back. A group is one entry in the agenda of free groups, however many
messages it has; so a receive costs O(log n) even when thousands of groups are blocked.

Sources: Amazon SQS Developer Guide, "FIFO queue delivery logic"; botocore 1.44, ReceiveMessage; orders of
delivery of AWS recorded in public test suites (what a changed visibility blocks, and the order of groups,
which AWS does not promise).
"""

from __future__ import annotations

from workbook.aws.sqs.agenda import Agenda, Appointment
from workbook.aws.sqs.message import Message


class Group:
    """The messages of one message group: those visible and those in flight, each by their places."""

    __slots__ = ("in_flight", "name", "ready", "turn")

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.ready: Agenda[Message] = Agenda()
        self.in_flight: Agenda[Message] = Agenda()
        self.turn: Appointment[Group] | None = None

    def first(self) -> Message | None:
        """The first visible message, unless one before it is in flight."""
        message, blocked = self.ready.peek(), self.in_flight.next_due()
        return None if message is None or (blocked is not None and blocked < message.place) else message

    def is_empty(self) -> bool:
        """Whether the group has neither visible messages nor any in flight."""
        return not len(self.ready) and not len(self.in_flight)


class FifoOrder:
    """Strict order within a group; a message in flight holds up what comes after it in its group."""

    __slots__ = ("_ages", "_fence", "_free", "_groups", "groups_in_flight")

    def __init__(self) -> None:
        self._groups: dict[str | None, Group] = {}
        self._free: Agenda[Group] = Agenda()
        self._ages: Agenda[Message] = Agenda()
        self._fence: int | None = None
        self.groups_in_flight = 0

    def enter(self, message: Message) -> None:
        """A message has come into the queue."""
        message.aging = self._ages.book(message.arrived, message)

    def leave(self, message: Message) -> None:
        """A message has left the queue."""
        if message.aging is not None:
            self._ages.cancel(message.aging)

    def show(self, message: Message) -> None:
        """A message has become visible."""
        group = self._group(message)
        message.appointment = group.ready.book(message.place, message)
        self._settle(group)

    def withdraw(self, message: Message) -> None:
        """A visible message has gone without being received."""
        group = self._groups.get(message.group_id)
        if group is not None and message.appointment is not None:
            group.ready.cancel(message.appointment)
            self._settle(group)

    def take(self, previous: Message | None, now: int) -> Message | None:  # noqa: ARG002 - as StandardOrder.take
        """The next message to deliver.

        `previous` is what the same receive took last: as many as possible come from one group.
        """
        group = self._groups.get(previous.group_id) if previous is not None else None
        if group is None or not self._goes_on(group):
            group = self._free.peek()
            self._fence = group.in_flight.next_due() if group is not None else None
        if group is None:
            return None
        message = group.ready.pop()
        self._settle(group)
        return message

    def depart(self, message: Message) -> None:
        """A message that was taken is in flight."""
        group = self._group(message)
        self.groups_in_flight += not len(group.in_flight)
        message.flight = group.in_flight.book(message.place, message)
        self._settle(group)

    def land(self, message: Message, now: int) -> None:  # noqa: ARG002 - as StandardOrder.land
        """A message is no longer in flight: deleted, timed out or expired."""
        group = self._group(message)
        if message.flight is not None:
            group.in_flight.cancel(message.flight)
            message.flight = None
        self.groups_in_flight -= not len(group.in_flight)
        self._settle(group)

    def oldest(self) -> int | None:
        """The instant at which the oldest message came in."""
        return self._ages.next_due()

    def _group(self, message: Message) -> Group:
        group = self._groups.get(message.group_id)
        if group is None:
            group = self._groups[message.group_id] = Group(message.group_id)
        return group

    def _goes_on(self, group: Group) -> bool:
        """Whether a receive that took from this group may take more: up to what was in flight before it."""
        place = group.ready.next_due()
        return place is not None and (self._fence is None or place < self._fence)

    def _settle(self, group: Group) -> None:
        """Give a group its turn, or take it away, after something has changed."""
        message = group.first()
        turn = None if message is None else message.turn
        if group.turn is not None and group.turn.due != turn:
            self._free.cancel(group.turn)
            group.turn = None
        if group.turn is None and turn is not None:
            group.turn = self._free.book(turn, group)
        if group.is_empty():
            self._groups.pop(group.name, None)
