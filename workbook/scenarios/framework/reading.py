"""Looking things up in a trace, as scenarios need them to answer their questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.engine.story import short_name

Hops = Sequence[Hop]


def hops_of(trace: Iterable[Hop], *kinds: str, at: str | None = None) -> Iterator[Hop]:
    """The hops of these kinds, in order; with `at` only those at the resource of that short name."""
    return (hop for hop in trace if hop.kind in kinds and at in {None, short_name(hop.resource)})


def call_of(trace: Hops, hop: Hop) -> Hop | None:
    """The boto3 call within which `hop` happened."""
    causes = (trace[number - 1] for number in hop.causes)
    return next((cause for cause in causes if cause.kind == "api-call"), None)


def caller_of(trace: Hops, hop: Hop) -> str:
    """Who made the call within which `hop` happened; empty where nobody has a name."""
    call = call_of(trace, hop)
    return "" if call is None else str(call.facts.get("by", ""))


def seconds_from(beginning: Hop, hop: Hop) -> float:
    """Seconds of AWS time between two hops, to the tenth."""
    return round((hop.time - beginning.time) / SECOND, 1)


def instant_fact(hop: Hop, name: str) -> int:
    """A fact that is an instant or a count; 0 where the hop has none of that name."""
    value = hop.facts.get(name, 0)
    return value if isinstance(value, int) else 0


def lives(trace: Iterable[Hop]) -> dict[str, list[Hop]]:
    """What happened to each message, by its id, in the order in which they first appeared."""
    found: dict[str, list[Hop]] = {}
    for hop in trace:
        if hop.message is not None:
            found.setdefault(hop.message, []).append(hop)
    return found


def whereabouts(life: Sequence[Hop]) -> str:
    """Where a message is after all that happened to it: "deleted", "expired", or the name of a queue."""
    for hop in reversed(life):
        if hop.kind == "delete" and not hop.facts.get("kept"):
            return "deleted"
        if hop.kind == "expire":
            return "expired"
        if hop.kind in {"dead-letter", "send"}:
            return f"in {short_name(hop.resource)}"
    return ""


def fates(trace: Iterable[Hop], target: str) -> dict[str, str]:
    """What became of each message that a service had for the target of this short name, by its id.

    It is "delivered", "dead-lettered", "lost", or "on its way" where it is to be tried again.
    """
    found: dict[str, str] = {}
    for hop in hops_of(trace, *_FATES, at=target):
        if hop.message is not None:
            delivered = hop.kind == "deliver" and hop.outcome == "ok"
            found[hop.message] = "delivered" if delivered else _FATES[hop.kind]
    return found


_FATES = {"deliver": "on its way", "give-up": "dead-lettered", "drop": "lost"}
"""What a hop says of its message, unless it is a delivery that went well."""
