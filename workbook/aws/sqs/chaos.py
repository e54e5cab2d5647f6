"""The chance that standard queues really have, when a lab asks for it (`Lab(chaos=...)`).

A standard queue keeps each message on several servers. One of them may miss a delete and deliver its
copy once more; a message may reach one server later than the next message; and a short poll asks only
some of them. FIFO queues have none of this. AWS publishes no rates, so the probabilities are the lab's;
what is drawn comes from the lab's seed.
Source: Amazon SQS Developer Guide, "Amazon SQS standard queues"; botocore 1.44, SQS ReceiveMessage.
"""

from __future__ import annotations

from workbook.aws.sqs.agenda import Agenda
from workbook.aws.sqs.message import Message
from workbook.engine.world import World


class Mischance:
    """Draws for one queue; with all probabilities zero it draws nothing."""

    __slots__ = ("_chance", "_copies", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.seeds.stream("sqs.chaos")
        self._copies: Agenda[Message] = Agenda()

    def comes_late(self) -> bool:
        """Whether a message is overtaken by the next one."""
        probability = self._world.chaos.reordering
        return probability > 0 and self._chance.random() < probability

    def is_missed(self) -> bool:
        """Whether a short poll does not see a message that is there."""
        probability = self._world.chaos.missed_polls
        return probability > 0 and self._chance.random() < probability

    def is_duplicated(self, message: Message, until: int) -> bool:
        """Whether a copy of a message just received will be delivered too, some time before `until`."""
        probability = self._world.chaos.duplicates
        if probability == 0 or self._chance.random() >= probability:
            return False
        self._copies.book(self._chance.randint(self._world.clock.now, until), message)
        return True

    def next_copy(self) -> int | None:
        """The instant at which the next copy can be received."""
        return self._copies.next_due()

    def take_copy(self) -> Message | None:
        """A message of which a copy can be received now."""
        due = self._copies.next_due()
        return self._copies.pop() if due is not None and due <= self._world.clock.now else None

    def clear(self) -> None:
        """Drop all copies."""
        self._copies.clear()
