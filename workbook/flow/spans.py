"""Hops as spans: which span stands under which, how long it lasts, what it is linked to, and whose it is.

    you        SendMessage orders ── create orders
                                        ^ link
    pollers    ReceiveMessage orders ─┬─┴ receive orders
                                      └─ process orders ── work ── SendMessage invoices ── create invoices
                                                           └ the service is the function from here on

One span a hop. A span stands under the call or the batch in which it happened; with the message's creation,
which may be days ago and in another program, it is linked: so the conventions of OpenTelemetry want it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbook.aws.api_calls import ROUND_TRIP
from workbook.engine.clock import microseconds
from workbook.engine.hop import Hop
from workbook.engine.naming import short_name
from workbook.flow.resources import YOU, node_of
from workbook.flow.sessions import POLLERS

CREATIONS = frozenset({"send", "move"})
"""Kinds of hops that make a message."""

_BY_POLLERS = frozenset({"poller-request", "long-poll", "batch", "filter", "return"})
_BY_THE_SERVICE = frozenset({"expire", "dead-letter", "duplicate", "delay"})


class Link(NamedTuple):
    """A span that another one is linked to, which may stand in another trace."""

    hop: Hop
    root: Hop


@dataclass(frozen=True, slots=True)
class Span:
    """One hop as a span."""

    hop: Hop
    parent: Hop | None
    root: Hop
    """The first span of its trace."""
    ended: int
    """Microseconds since the Unix epoch; of what happens in an instant, that instant."""
    links: tuple[Link, ...]
    service: str
    """Who did it: you, an actor, a function, Lambda's pollers, or a service of AWS."""
    messages: tuple[Hop, ...]
    """What it did to messages; of a batch, the receives of its messages."""


def spans_of(hops: Sequence[Hop]) -> list[Span]:
    """A span for every hop. Causes that are not among `hops` are left out."""
    return list(_Tree(hops).spans())


class _Tree:
    """What is found in one pass over the hops: causes come before effects."""

    def __init__(self, hops: Sequence[Hop]) -> None:
        self._hops = hops
        self._numbered = {hop.number: hop for hop in hops}
        self._parents: dict[int, Hop | None] = {}
        self._roots: dict[int, Hop] = {}
        self._services: dict[int, str] = {}
        self._creation: dict[str, Hop] = {}
        self._effects: dict[int, list[Hop]] = {}
        self._ends: dict[int, int] = {}
        for hop in hops:
            self._place(hop)

    def spans(self) -> Iterator[Span]:
        for hop in self._hops:
            yield Span(
                hop,
                self._parents[hop.number],
                self._roots[hop.number],
                self._ends[hop.number],
                tuple(self._links(hop)),
                self._services[hop.number],
                tuple(self._messages(hop)),
            )

    def _place(self, hop: Hop) -> None:
        parent = self._parent(hop)
        self._parents[hop.number] = parent
        self._roots[hop.number] = hop if parent is None else self._roots[parent.number]
        self._services[hop.number] = self._service(hop, parent)
        self._ends[hop.number] = self._end(hop)
        if parent is not None and parent.kind == "batch":  # processing lasts as long as the invocation
            self._ends[parent.number] = max(self._ends[parent.number], self._ends[hop.number])
        if hop.message is not None:
            if hop.kind in CREATIONS:
                self._creation[hop.message] = hop
            for cause in hop.causes:
                self._effects.setdefault(cause, []).append(hop)

    def _causes(self, hop: Hop) -> list[Hop]:
        return [self._numbered[cause] for cause in hop.causes if cause in self._numbered]

    def _parent(self, hop: Hop) -> Hop | None:
        causes = self._causes(hop)
        if not causes:
            return None
        if hop.kind == "batch":  # beside the receives of its messages, not under one of them
            return self._parents[causes[-1].number] or causes[-1]
        return causes[-1]  # the trace names the call in progress last

    def _service(self, hop: Hop, parent: Hop | None) -> str:
        if hop.kind == "invoke":
            return short_name(node_of(hop.resource))
        if hop.kind in _BY_POLLERS:
            return POLLERS
        if hop.kind in _BY_THE_SERVICE:
            return hop.resource.split(":")[2] if hop.resource.startswith("arn:") else YOU
        if "by" in hop.facts:
            return str(hop.facts["by"])
        return YOU if parent is None else self._services[parent.number]

    def _end(self, hop: Hop) -> int:
        ended = hop.facts.get("ended_at")
        if hop.outcome == "waits":
            return self._hops[-1].time
        end = ended if isinstance(ended, int) else hop.time
        return end + microseconds(ROUND_TRIP) if hop.kind == "api-call" else end

    def _messages(self, hop: Hop) -> list[Hop]:
        if hop.kind == "batch":
            return self._causes(hop)
        return self._effects.get(hop.number, []) if hop.kind in {"api-call", "poller-request"} else []

    def _links(self, hop: Hop) -> list[Link]:
        """The creations of the messages it is about; where a creation is not here, the cause that is."""
        about = [*self._messages(hop), hop]
        created = [self._creation[one.message] for one in about if one.message in self._creation]
        causes = [] if hop.kind == "batch" and created else self._causes(hop)
        parent = self._parents[hop.number]
        linked = {one.number: one for one in (*causes, *created) if one not in (parent, hop)}
        return [Link(one, self._roots[number]) for number, one in linked.items()]
