"""Hops as a spectator sees them: a message goes from one place to another, or something happens at a place.

    hop (what AWS did)                      move (what is drawn)
    send, deduplicate                       producer -> queue
    receive                                 queue -> consumer, or queue -> function by its pollers
    return; a timeout that ends             back to the queue
    dead-letter, move                       queue -> queue
    filter, throttle, stop                  queue -> function, and no further
    publish, put-event                      producer -> topic, producer -> bus
    match, filter                           bus -> rule
    deliver, drop                           topic or rule -> target, where nothing else tells it
    invoke by a call                        caller -> function
    delete, expire, purge, hide, invoke     at the place

One hop is one move at most. Calls that only look or set something up are no moves.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from workbook.flow.resources import Kind, kind_of


class Status(enum.Enum):
    """How a move ended; the value is the word for it. Pictures give each a colour, a shape and this word."""

    DELIVERED = "delivered"
    RETRIED = "delivered again"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    RETURNED = "came back"
    DEAD_LETTERED = "dead-lettered"
    REDRIVEN = "redriven"
    REPLAYED = "replayed"
    FILTERED = "filtered out"
    DROPPED = "dropped"
    THROTTLED = "throttled"
    REFUSED = "refused"
    EMPTY = "got nothing"
    DONE = "done"
    HIDDEN = "hidden longer"
    RUN = "ran"
    SCALED = "scaling"

    @property
    def is_failure(self) -> bool:
        """Whether somebody who looks for what went wrong wants to stop here."""
        return self in _FAILURES


_FAILURES = frozenset(
    {
        Status.DUPLICATE,
        Status.FAILED,
        Status.RETURNED,
        Status.DEAD_LETTERED,
        Status.DROPPED,
        Status.THROTTLED,
        Status.REFUSED,
    }
)


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to see."""

    time: int
    """When, in microseconds since the Unix epoch, in AWS time."""
    hop: int | None
    """The hop that it shows; None for what time alone does: a timeout ends."""
    source: str
    """The node where it begins; see `resources`."""
    target: str
    """The node where it ends; the same for what happens at a place."""
    message: str | None
    status: Status
    text: str
    """What happened, as a sentence without its full stop."""
    count: int = 1
    """How many messages it is about."""

    @property
    def at_place(self) -> bool:
        """Whether nothing moves."""
        return self.source == self.target

    @property
    def calls_itself(self) -> bool:
        """Whether it is a function's call of that function: nothing goes elsewhere, but a line is drawn."""
        return self.at_place and self.status is Status.DELIVERED and kind_of(self.source) is Kind.FUNCTION

    @property
    def line(self) -> tuple[str, str]:
        """The nodes between which it goes."""
        return self.source, self.target
