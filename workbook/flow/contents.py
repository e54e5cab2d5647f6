"""What lay in each queue at any instant, found by going through the trace once.

                 send, move, dead-letter                receive
    (nowhere) ───────────────────────> delayed, visible ───────> in flight ──delete──> (nowhere)
                                            ^                        │
                                            └── the timeout ends ────┘

A queue writes no hop when a timeout or a delay ends: nothing happens then except that time passes. So each
change that time will make is put on an agenda, and made before the next hop that is later. As in the queue
itself, a timeout that ends at an instant has ended before anything else happens at it.
"""

from __future__ import annotations

import enum
import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from workbook.engine.hop import Hop


class Where(enum.Enum):
    """How a message lies in a queue."""

    VISIBLE = "visible"
    IN_FLIGHT = "in flight"
    DELAYED = "delayed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """From `time` (microseconds) on, a message lies in a queue in another way, or no longer."""

    time: int
    queue: str
    message: str
    was: Where
    state: Where
    hop: int | None
    """The hop that changed it; None where time did."""
    after: int
    """The last hop before it, or the one that changed it: its place in the trace."""


class Counts(NamedTuple):
    """How many messages a queue holds."""

    visible: int
    in_flight: int
    delayed: int


_ARRIVALS = frozenset({"send", "move", "dead-letter"})
_HIDINGS = frozenset({"receive", "hide"})
_ENDS = frozenset({"delete", "expire", "purge"})


def changes_of(hops: Iterable[Hop], now: int) -> list[Change]:
    """Every change of every queue until the instant `now`, in order."""
    replay = _Replay()
    ordered = sorted(hops, key=lambda hop: (_instant_of(hop), hop.number))
    for hop in ordered:
        replay.pass_time(_instant_of(hop))
        replay.see(hop)
    replay.pass_time(now)
    return replay.changes


def counts_at(changes: Iterable[Change], instant: int) -> dict[str, Counts]:
    """How many messages each queue held at an instant, when all that happened at it had happened."""
    states: dict[str, dict[str, Where]] = {}
    for change in changes:
        if change.time > instant:
            break
        states.setdefault(change.queue, {})[change.message] = change.state
    return {queue: _counts(list(messages.values())) for queue, messages in states.items()}


def _counts(states: list[Where]) -> Counts:
    return Counts(states.count(Where.VISIBLE), states.count(Where.IN_FLIGHT), states.count(Where.DELAYED))


def _instant_of(hop: Hop) -> int:
    """When it happened: an expiry is written down when the queue is next touched."""
    return _whole(hop, "expired_at", hop.time) if hop.kind == "expire" else hop.time


def _whole(hop: Hop, fact: str, otherwise: int) -> int:
    value = hop.facts.get(fact, otherwise)
    return value if isinstance(value, int) else otherwise


class _Replay:
    """Queues as they were, hop by hop."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self._place: dict[str, str] = {}
        self._due: dict[str, int] = {}
        self._state: dict[str, Where] = {}
        self._agenda: list[tuple[int, int, str]] = []
        self._booked = 0
        self._last = 0

    def pass_time(self, until: int) -> None:
        """Make every change that time makes until an instant, this included."""
        while self._agenda and self._agenda[0][0] <= until:
            due, _, message = heapq.heappop(self._agenda)
            if self._due.get(message) == due:
                del self._due[message]
                self._set(due, message, Where.VISIBLE, None)

    def see(self, hop: Hop) -> None:
        """Make the change that a hop makes."""
        message = hop.message
        if hop.kind != "expire":  # its number says when it was noticed, not when it happened
            self._last = hop.number
        if message is None:
            return
        if hop.kind in _ARRIVALS:
            self._arrive(hop, message)
        elif hop.kind in _HIDINGS and not hop.facts.get("duplicate"):
            self._hide(hop, message, Where.IN_FLIGHT, _whole(hop, "visible_at", hop.time))
        elif hop.kind == "delay":
            self._hide(hop, message, Where.DELAYED, _whole(hop, "available_at", hop.time))
        elif hop.kind in _ENDS and hop.outcome == "ok" and not _left_it_there(hop):
            self._leave(hop, message)

    def _arrive(self, hop: Hop, message: str) -> None:
        original = hop.facts.get("original")
        self._leave(hop, original if isinstance(original, str) else message)
        self._place[message] = hop.resource
        available_at = _whole(hop, "available_at", hop.time)
        if available_at > hop.time:
            self._hide(hop, message, Where.DELAYED, available_at)
        else:
            self._set(hop.time, message, Where.VISIBLE, hop.number)

    def _hide(self, hop: Hop, message: str, state: Where, until: int) -> None:
        if self._place.get(message) != hop.resource:
            return
        if hop.kind == "hide" and until <= hop.time:  # given back: that is visible at once, by the hop itself
            self._due.pop(message, None)
            self._set(hop.time, message, Where.VISIBLE, hop.number)
            return
        until = max(until, hop.time)  # a FIFO queue's delay that was shortened may be over already
        self._due[message] = until
        self._booked += 1
        heapq.heappush(self._agenda, (until, self._booked, message))
        self._set(hop.time, message, state, hop.number)
        self.pass_time(hop.time)  # a timeout of 0 seconds is over at once

    def _leave(self, hop: Hop, message: str) -> None:
        if message in self._place and (hop.kind in _ARRIVALS or self._place[message] == hop.resource):
            self._due.pop(message, None)
            self._set(_instant_of(hop), message, Where.GONE, hop.number)
            del self._place[message]

    def _set(self, time: int, message: str, state: Where, hop: int | None) -> None:
        was = self._state.get(message, Where.GONE)
        self._state[message] = state
        self.changes.append(Change(time, self._place[message], message, was, state, hop, self._last))


def _left_it_there(hop: Hop) -> bool:
    return bool(hop.facts.get("kept") or hop.facts.get("already_deleted"))
