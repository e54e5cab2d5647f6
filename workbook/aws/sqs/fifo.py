"""Whose turn it is in a FIFO queue: the oldest message of the oldest group that is free.

    group A:  A1 in flight | A2 A3        blocked: something of A is in flight
    group B:  B1 B2                       free; its turn comes by B1's place in the queue

A group is one entry in the agenda of free groups, however many messages it has; so a receive costs
O(log n) even when thousands of groups are blocked.
Source of the rules: Amazon SQS Developer Guide, "FIFO queue delivery logic"; botocore 1.44, ReceiveMessage.
"""

from __future__ import annotations

from workbook.aws.sqs.agenda import Agenda, Appointment
from workbook.aws.sqs.message import Message


class Group:
    """The visible messages of one message group, and how many of its messages are in flight."""

    __slots__ = ("in_flight", "name", "ready", "turn")

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.ready: Agenda[Message] = Agenda()
        self.in_flight = 0
        self.turn: Appointment[Group] | None = None


class FifoOrder:
    """Strict order within a group; a group with a message in flight gives nothing more."""

    __slots__ = ("_ages", "_free", "_groups", "groups_in_flight")

    def __init__(self) -> None:
        self._groups: dict[str | None, Group] = {}
        self._free: Agenda[Group] = Agenda()
        self._ages: Agenda[Message] = Agenda()
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
        group = self._groups.get(message.group_id)
        if group is None:
            group = self._groups[message.group_id] = Group(message.group_id)
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
        if group is None or not len(group.ready):
            group = self._free.peek()
        if group is None:
            return None
        message = group.ready.pop()
        self._settle(group)
        return message

    def depart(self, message: Message) -> None:
        """A message that was taken is in flight."""
        group = self._groups.get(message.group_id)
        if group is None:
            group = self._groups[message.group_id] = Group(message.group_id)
        self.groups_in_flight += group.in_flight == 0
        group.in_flight += 1
        self._settle(group)

    def land(self, message: Message, now: int) -> None:  # noqa: ARG002 - as StandardOrder.land
        """A message is no longer in flight: deleted, timed out or expired."""
        group = self._groups[message.group_id]
        group.in_flight -= 1
        self.groups_in_flight -= group.in_flight == 0
        self._settle(group)

    def oldest(self) -> int | None:
        """The instant at which the oldest message came in."""
        return self._ages.next_due()

    def _settle(self, group: Group) -> None:
        """Give a group its turn, or take it away, after something has changed."""
        turn = group.ready.next_due() if group.in_flight == 0 else None
        if group.turn is not None and group.turn.due != turn:
            self._free.cancel(group.turn)
            group.turn = None
        if group.turn is None and turn is not None:
            group.turn = self._free.book(turn, group)
        if turn is None and group.in_flight == 0:
            self._groups.pop(group.name, None)
