"""The one record of what happened.

    api-call ──> send ──> receive ──> batch ──> invoke ──> api-call ──> send ...
                   message id carries the cause over a queue; a batch has many causes: a graph, not a tree

Every picture, table, check and count is derived from this list. A hop is immutable, and its number never
changes. None is taken out, but by a trace that was told to keep the newest only (see `retention`). Its cause
inside one call is a context variable; over a queue it is the message's last hop.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, overload

from workbook.engine.amended import Amended
from workbook.engine.clock import Clock
from workbook.engine.facts import written_settings
from workbook.engine.hop import Hop
from workbook.engine.observers import Observers
from workbook.engine.readable import Readable
from workbook.engine.retention import Retention, Weights
from workbook.engine.selection import find_message
from workbook.engine.story import Story

if TYPE_CHECKING:
    import networkx


_NO_FACTS: Mapping[str, object] = MappingProxyType({})


FORGOTTEN = "forgotten"
"""The kind of what stands for a hop that is kept no longer."""


class Trace(Readable, Sequence[Hop]):
    """All hops so far, in the order in which they happened.

    Indexes and `len` count all that ever happened. A trace with a retention iterates over what it has kept,
    and shows a forgotten hop as one of kind "forgotten", without causes.
    """

    def __init__(self, clock: Clock) -> None:
        """Hops are stamped with the time of `clock`."""
        self.observers = Observers()
        """Who is told of each new hop: pictures that follow."""
        self._clock = clock
        self._hops: list[Hop] = []
        self._forgotten = 0
        self._begin: int | None = None
        self._weights: Weights | None = None
        self.amended = Amended()
        """Which hops were completed after somebody had read them."""
        self._last_of: dict[str, int] = {}
        self._cause: contextvars.ContextVar[int | None] = contextvars.ContextVar("cause", default=None)
        self._actor: contextvars.ContextVar[str | None] = contextvars.ContextVar("actor", default=None)

    @classmethod
    def made_of(cls, hops: Sequence[Hop]) -> Trace:
        """A trace of hops that are numbered from 1; its time is that of the last."""
        trace = cls(Clock(hops[-1].time if hops else 0))
        trace._hops = list(hops)
        trace._last_of = {hop.message: hop.number for hop in hops if hop.message is not None}
        return trace

    # ---- recording

    def record(
        self,
        kind: str,
        resource: str,
        *,
        message: str | None = None,
        causes: Iterable[Hop | int] | None = None,
        outcome: str = "ok",
        size: int = 0,
        **facts: object,
    ) -> Hop:
        """Write down that something happened, now.

        Without `causes`, it was caused by the hop in progress and by what last happened to the message.
        """
        number = self._forgotten + len(self._hops) + 1
        if causes is None:
            because = self._present_causes(message)
        else:
            because = tuple([cause if isinstance(cause, int) else cause.number for cause in causes])
        if "settings" in facts:
            facts["settings"] = written_settings(facts["settings"])
        details = MappingProxyType(facts) if facts else _NO_FACTS
        hop = Hop(number, self._clock.now, kind, resource, message, because, outcome, size, details)
        self._hops.append(hop)
        if message is not None:
            self._last_of[message] = number
        if self._weights is not None:
            self._forget(self._weights.surplus(self._hops, hop))
        if self.observers.methods:
            self.observers.tell()
        return hop

    def amend(self, hop: Hop, *, outcome: str, **facts: object) -> Hop:
        """Complete a hop that was recorded when it began and whose outcome is known only at its end."""
        details = MappingProxyType({**hop.facts, **facts}) if facts else hop.facts
        completed = hop._replace(outcome=outcome, facts=details)
        place = hop.number - 1 - self._forgotten
        if place >= 0:
            if self._weights is not None:
                self._weights.replace(self._hops[place], completed)
            self._hops[place] = completed
            self.amended.note(hop.number)
        return completed

    def note(self, **facts: object) -> None:
        """Add facts to the hop in progress, for what is found out only while it goes on."""
        cause = self._cause.get()
        if cause is not None:
            hop = self[cause - 1]
            self.amend(hop, outcome=hop.outcome, **facts)

    def wait(self) -> None:
        """The call in progress goes on for a while: its outcome is "waits" until it is amended."""
        cause = self._cause.get()
        if cause is not None and self[cause - 1].kind == "api-call":
            self.amend(self[cause - 1], outcome="waits")

    def under(self, hop: Hop) -> Under:
        """What is recorded inside is caused by `hop`."""
        return Under(self._cause, hop.number)

    @contextmanager
    def from_nothing(self) -> Iterator[None]:
        """What is recorded inside is not caused by the call in progress: a poller outlives who started it."""
        token = self._cause.set(None)
        try:
            yield
        finally:
            self._cause.reset(token)

    @contextmanager
    def acting(self, name: str) -> Iterator[None]:
        """Calls made inside, and not by a function that they invoke, are made by `name`."""
        token = self._actor.set(name)
        try:
            yield
        finally:
            self._actor.reset(token)

    @property
    def actor(self) -> str | None:
        """Who is named as making the calls in progress; None when nobody is, or a hop is what makes them."""
        return self._actor.get() if self._cause.get() is None else None

    @property
    def cause(self) -> int | None:
        """The number of the hop in progress."""
        return self._cause.get()

    def last_of(self, message_id: str) -> int | None:
        """The number of the last hop about a message."""
        return self._last_of.get(message_id)

    def _present_causes(self, message: str | None) -> tuple[int, ...]:
        cause = self._cause.get()
        last = None if message is None else self._last_of.get(message)
        if last is None or last == cause:
            return () if cause is None else (cause,)
        return (last,) if cause is None else (last, cause)

    # ---- forgetting

    def keep(self, retention: Retention) -> None:
        """From now on, keep the newest hops only; for a trace in which nothing has happened yet.

        Raises:
            ValueError: something has happened already.
        """
        if len(self):
            raise ValueError(f"keep({retention}): the trace has {len(self)} hops; say it before the first")
        self._weights = Weights(retention)

    def _forget(self, count: int) -> None:
        if count <= 0 or self._weights is None:
            return
        self._begin = self.start
        for hop in self._hops[:count]:
            self._weights.forget(hop)
            if hop.message is not None and self._last_of.get(hop.message) == hop.number:
                del self._last_of[hop.message]
        del self._hops[:count]
        self._forgotten += count
        self.amended.forget(self._forgotten)

    @property
    def forgotten(self) -> int:
        """How many of the oldest hops are kept no longer."""
        return self._forgotten

    @property
    def standing(self) -> list[Hop]:
        """Of what is forgotten, the last hop that set each resource that still exists, in order."""
        return [] if self._weights is None else self._weights.standing()

    @property
    def start(self) -> int:
        """When the first hop of all happened (microseconds); now, if there is none yet."""
        if self._begin is not None:
            return self._begin
        return self._hops[0].time if self._hops else self._clock.now

    # ---- reading

    def __len__(self) -> int:
        return self._forgotten + len(self._hops)

    @overload
    def __getitem__(self, index: int) -> Hop: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Hop]: ...
    def __getitem__(self, index: int | slice) -> Hop | Sequence[Hop]:
        if not self._forgotten:
            return self._hops[index]
        if isinstance(index, slice):
            places = range(*index.indices(len(self)))
            return [self._hops[place - self._forgotten] for place in places if place >= self._forgotten]
        place = range(len(self))[index] - self._forgotten
        return self._hops[place] if place >= 0 else self._stand_in(place + self._forgotten + 1)

    def _stand_in(self, number: int) -> Hop:
        return Hop(number, self.start, FORGOTTEN, "", None, (), "ok", 0, _NO_FACTS)

    def __iter__(self) -> Iterator[Hop]:
        return iter(self._hops)

    def __reversed__(self) -> Iterator[Hop]:
        return reversed(self._hops)

    def __repr__(self) -> str:
        if self._forgotten:
            return f"<Trace: {len(self)} hops, of which the first {self._forgotten} are forgotten>"
        return f"<Trace: {len(self._hops)} hops>"

    @property
    def _reading(self) -> tuple[Sequence[Hop], int]:
        return self._hops, self.start

    def of(self, message: str | Mapping[str, object]) -> Story:
        """The whole life of a message, across queues and functions.

        `message` is what boto3 returned when it was sent, one of the "Messages" that were received, or its
        id; the beginning of an id is enough where only one message has it.

        Raises:
            LookupError: nothing with that id ever happened here, or it stands for several messages.
        """
        wanted = find_message(message, self._last_of)
        return Story(_life_of(wanted, self), self.start)

    def text(self) -> str:
        """The trace for people: one line a hop; first how many are forgotten, if any are."""
        told = f"(the first {self._forgotten} hops are forgotten)\n" if self._forgotten else ""
        return told + Story(self._hops, self.start).text()

    def graph(self) -> networkx.DiGraph[int]:
        """The trace as a graph from cause to effect. Nodes are hop numbers, with the hop as attribute."""
        return Story(self._hops, self.start).graph()


class Under:
    """The block inside which hops come from one cause. A message meets several, so it is no generator."""

    __slots__ = ("_cause", "_number", "_token")

    def __init__(self, cause: contextvars.ContextVar[int | None], number: int) -> None:
        self._cause = cause
        self._number = number

    def __enter__(self) -> None:
        self._token = self._cause.set(self._number)

    def __exit__(self, *_error: object) -> None:
        self._cause.reset(self._token)


def _life_of(message_id: str, hops: Trace) -> list[Hop]:
    """What happened to a message, what that caused, and what had directly caused it.

    A message that was born from this one (a handler sent it on) belongs to the story; one that merely
    shared a batch with it does not.
    """
    known: set[str] = set()
    ours = {message_id}
    chosen: set[int] = set()
    for hop in hops:
        caused_by_ours = any(cause in chosen for cause in hop.causes)
        if hop.message is not None and hop.message not in known:
            known.add(hop.message)
            if caused_by_ours:
                ours.add(hop.message)
        if hop.message in ours or (hop.message is None and caused_by_ours):
            chosen.add(hop.number)
    context = {
        cause for number in chosen for cause in hops[number - 1].causes if hops[cause - 1].message is None
    }
    return [hop for hop in hops if hop.number in chosen or hop.number in context]
