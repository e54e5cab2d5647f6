"""The bars on the lanes of a sequence: what goes on for a while.

    in flight    on the consumer's lane, from the receive to the delete, or to the end of the timeout
    delayed      on the queue's lane, until the delay is over
    running      on the lane of a function or a state machine, from the beginning to the end
    waiting      on the consumer's lane, while a long poll waits

How a bar ends is what a reader looks for: was the message deleted in time, or did the timeout run out?
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace

from workbook.engine.hop import Hop
from workbook.flow.callers import Callers
from workbook.flow.contents import Change, Where
from workbook.flow.resources import node_of
from workbook.flow.scene import Scene
from workbook.flow.tallies import ENDED_WELL, RUNS


class Stay(enum.Enum):
    """What goes on; the value is the word for it."""

    IN_FLIGHT = "in flight"
    DELAYED = "delayed"
    RUNNING = "running"
    WAITING = "waiting"


class End(enum.Enum):
    """How it ended; the value is the word for it."""

    OPEN = "goes on"
    DELETED = "deleted in time"
    RAN_OUT = "the timeout ran out"
    GIVEN_BACK = "given back"
    GONE = "gone"
    OVER = "over"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing that goes on at a place."""

    stay: Stay
    place: str
    start: int
    """Microseconds since the Unix epoch."""
    end: int | None
    """The same; None while it goes on."""
    ending: End
    messages: tuple[str, ...]
    first: int | None
    """The hop with which it began."""
    last: int | None
    """The hop that ended it; None where time did, or nothing has."""
    until: int | None = None
    """When it will end if nobody does anything."""


def bars_of(scene: Scene, callers: Callers) -> list[Bar]:
    """Every bar of the whole trace, in the order in which they began."""
    bars = [*_stays(scene, callers), *_runs(scene), *_waits(scene, callers)]
    return sorted(bars, key=lambda bar: (bar.start, bar.first or 0))


def _stays(scene: Scene, callers: Callers) -> Iterator[Bar]:
    """The times for which messages were in flight or delayed."""
    going_on: dict[str, Bar] = {}
    for change in scene.changes:
        hop = None if change.hop is None else scene.hops[change.hop - 1]
        bar = going_on.pop(change.message, None)
        if bar is not None and hop is not None and _goes_on(bar, change, hop):
            going_on[change.message] = replace(bar, until=_until(hop))
            continue
        if bar is not None:
            yield replace(bar, end=change.time, ending=_ending(bar, hop), last=change.hop)
        if hop is not None and change.state in _STAYS:
            going_on[change.message] = _begun(change, hop, callers)
    yield from going_on.values()


_STAYS = {Where.IN_FLIGHT: Stay.IN_FLIGHT, Where.DELAYED: Stay.DELAYED}


def _begun(change: Change, hop: Hop, callers: Callers) -> Bar:
    stay = _STAYS[change.state]
    place = change.queue if stay is Stay.DELAYED else callers.receiver(hop)
    return Bar(stay, place, change.time, None, End.OPEN, (change.message,), change.hop, None, _until(hop))


def _goes_on(bar: Bar, change: Change, hop: Hop) -> bool:
    """Whether a message stays with the same consumer: hidden longer, a repeated receive, another delay."""
    if _STAYS.get(change.state) is not bar.stay:
        return False
    return hop.kind in {"hide", "delay"} or bool(hop.facts.get("repeated"))


def _until(hop: Hop) -> int | None:
    value = hop.facts.get("available_at" if "available_at" in hop.facts else "visible_at")
    return value if isinstance(value, int) else None


def _ending(bar: Bar, hop: Hop | None) -> End:
    if hop is None:
        return End.RAN_OUT if bar.stay is Stay.IN_FLIGHT else End.OVER
    return {"delete": End.DELETED, "hide": End.GIVEN_BACK}.get(hop.kind, End.GONE)


def _runs(scene: Scene) -> Iterator[Bar]:
    for hop in scene.hops:
        if hop.kind in RUNS:
            ended = hop.facts.get("ended_at")
            end = ended if isinstance(ended, int) else None
            ending = End.OPEN if end is None else End.OVER if hop.outcome in ENDED_WELL else End.FAILED
            yield Bar(Stay.RUNNING, node_of(hop.resource), hop.time, end, ending, (), hop.number, hop.number)


def _waits(scene: Scene, callers: Callers) -> Iterator[Bar]:
    for hop in scene.hops:
        ended = hop.facts.get("ended_at")
        if hop.resource == "sqs:ReceiveMessage" and isinstance(ended, int) and ended > hop.time:
            place = callers.caller(hop, "consumer")
            yield Bar(Stay.WAITING, place, hop.time, ended, End.OVER, (), hop.number, hop.number)
