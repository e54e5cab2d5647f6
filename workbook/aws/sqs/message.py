"""What lies in a queue: a message from its sending to its end, and one delivery of it.

A `Draft` is what a producer asks for, checked already. A `Message` is the draft once a queue has
accepted it: it has an identity, a clock reading and a count of receives. A `Delivery` is one receive of
one message; it is frozen, because a consumer keeps it while the message goes on changing.

All instants are microseconds since the Unix epoch, all sizes are bytes.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from workbook.aws.sqs.agenda import Appointment


class State(enum.Enum):
    """Where a message is in its life."""

    DELAYED = "delayed"
    VISIBLE = "visible"
    IN_FLIGHT = "in flight"
    GONE = "gone"


@dataclass(slots=True)
class Draft:
    """A message as a producer sends it; the API layer has validated every part.

    `delay_seconds` is None where the producer leaves the delay to the queue.
    """

    body: str
    attributes: Mapping[str, Any]
    system_attributes: Mapping[str, Any]
    sender_id: str
    size: int
    md5_of_body: str
    md5_of_attributes: str | None = None
    md5_of_system_attributes: str | None = None
    group_id: str | None = None
    deduplication_id: str | None = None
    delay_seconds: int | None = None


@dataclass(slots=True, eq=False)
class Message(Draft):
    """A message that a queue has accepted.

    `sent` is the enqueue time, from which retention counts; `arrived` is when it came into the queue
    where it is now. `receive_count` is ApproximateReceiveCount, which goes on counting in a dead-letter
    queue; `receives_here` starts again there. `generation` numbers the receives so that a receipt handle
    can be told from those of earlier receives. `place` orders the messages of a queue, `turn` orders them by
    when they last became visible.
    """

    message_id: str = ""
    sent: int = 0
    sequence_number: str | None = None
    receive_count: int = 0
    first_received: int | None = None
    dead_letter_source: str | None = None

    arrived: int = field(default=0, repr=False)
    received: int = field(default=0, repr=False)
    visible_at: int = field(default=0, repr=False)
    receives_here: int = field(default=0, repr=False)
    generation: int = field(default=0, repr=False)
    place: int = field(default=0, repr=False)
    turn: int = field(default=0, repr=False)
    state: State = State.GONE
    appointment: Appointment[Message] | None = field(default=None, repr=False)
    expiry: Appointment[Message] | None = field(default=None, repr=False)
    aging: Appointment[Message] | None = field(default=None, repr=False)
    flight: Appointment[Message] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, draft: Draft, message_id: str, sent: int, sequence_number: str | None) -> Message:
        """The message that `draft` becomes when a queue accepts it at the instant `sent`."""
        return cls(
            draft.body,
            draft.attributes,
            draft.system_attributes,
            draft.sender_id,
            draft.size,
            draft.md5_of_body,
            draft.md5_of_attributes,
            draft.md5_of_system_attributes,
            draft.group_id,
            draft.deduplication_id,
            draft.delay_seconds,
            message_id,
            sent,
            sequence_number,
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One receive of one message.

    `receive_count`, `first_received` and `generation` are as they were at this receive; `visible_at` is
    the instant at which the message will show itself again if nobody changes its visibility.
    """

    message: Message
    receipt_handle: str
    receive_count: int
    first_received: int
    visible_at: int
    generation: int


class Counts(NamedTuple):
    """How many messages a queue holds: ApproximateNumberOfMessages, ...NotVisible, ...Delayed."""

    visible: int
    in_flight: int
    delayed: int


class Snapshot(NamedTuple):
    """One message in a queue, seen without receiving it, as nobody on AWS can see it.

    `available_at` is the instant at which the message becomes visible by itself; None when it is visible.
    """

    message_id: str
    state: State
    body: str
    size: int
    sent: int
    available_at: int | None
    expires_at: int
    receive_count: int
    group_id: str | None
    sequence_number: str | None
