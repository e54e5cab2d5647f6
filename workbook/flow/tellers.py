"""What all tellers share: a teller makes moves of the hops of one part of AWS, and says each in a sentence.

`Narrator` asks them all; a new service brings a teller of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.callers import Callers
from workbook.flow.durations import duration_text
from workbook.flow.messages import Letter
from workbook.flow.moves import Move, Status
from workbook.flow.resources import node_of
from workbook.flow.wiring import Wiring

Tell = Callable[[Hop], list[Move]]
"""Makes the moves of a hop; called once for each hop, in the order of the trace."""


@dataclass
class Story:
    """What is known about the trace that is told."""

    hops: Sequence[Hop]
    """All of it, from the first."""
    wiring: Wiring
    letters: Mapping[str, Letter]
    callers: Callers
    taken: dict[str, str] = field(default_factory=dict)
    """Who has which message in hand at this point of the story."""
    received: dict[str, int] = field(default_factory=dict)
    """When each message was received for the last time, in microseconds."""

    def name(self, message: str | None) -> str:
        """What a sentence calls a message."""
        return self.letters[message].name if message else "a message"


def at_place(
    hop: Hop, status: Status, text: str, *, count: int = 1, place: str | None = None, time: int | None = None
) -> Move:
    """Something that happened at the hop's resource, or another `place`; at the hop's time, or another."""
    where = place or node_of(hop.resource)
    when = hop.time if time is None else time
    return Move(when, hop.number, where, where, hop.message, status, text, count)


def between(
    hop: Hop,
    source: str,
    target: str,
    status: Status,
    text: str,
    *,
    count: int = 1,
    time: int | None = None,
) -> Move:
    """Something that went from a place to another."""
    when = hop.time if time is None else time
    return Move(when, hop.number, source, target, hop.message, status, text, count)


def whole_fact(hop: Hop, name: str, otherwise: int) -> int:
    """A fact that is a whole number."""
    value = hop.facts.get(name, otherwise)
    return value if isinstance(value, int) else otherwise


def duration(microseconds: int) -> str:
    """A duration for a sentence."""
    return duration_text(microseconds / SECOND)


def times(count: int) -> str:
    """How often."""
    return "1 time" if count == 1 else f"{count} times"


def messages(count: int) -> str:
    """How many messages."""
    return "1 message" if count == 1 else f"{count} messages"


def ordinal(count: int) -> str:
    """1st, 2nd, 3rd ..."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(count % 10 if count % 100 not in {11, 12, 13} else 0, "th")
    return f"{count}{ending}"
