"""Calls in the order in which one caller made them: what a batch or a long poll could have put together.

A session is one line of calls, each made after the one before had returned: those of one invocation of a
function, those of one program with a name (`lab.actor`), and those that you make in cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbook.aws.api_calls import ROUND_TRIP
from workbook.aws.billable import chunks, sqs_operation
from workbook.engine.clock import microseconds
from workbook.engine.hop import Hop
from workbook.flow.resources import YOU, label_of, node_of

POLLERS = "Lambda's pollers"
PIPES = "pollers of pipes"
"""Who makes the requests of event source mappings."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a session."""

    hop: Hop
    operation: str | None
    """The operation of SQS that succeeded; None for all else, which only stands between."""
    queue: str
    """The ARN of the queue that was asked; empty where there is none."""
    ended: int
    """The instant at which SQS answered: at once, or after a wait."""
    effects: tuple[Hop, ...]
    """What it did to messages."""

    def messages(self, kind: str) -> list[Hop]:
        """The hops of one kind among its effects."""
        return [hop for hop in self.effects if hop.kind == kind]

    @property
    def returned(self) -> int:
        """The instant at which the caller went on."""
        return self.ended + microseconds(ROUND_TRIP)

    @property
    def units(self) -> int:
        """What is billed for it."""
        return chunks(sum(hop.size for hop in self.effects if hop.kind in {"send", "receive", "deduplicate"}))

    @property
    def is_empty_receive(self) -> bool:
        """Whether it asked for messages and got none."""
        return self.operation == "ReceiveMessage" and not self.messages("receive")


Session = list[Call]
Group = list[Call]
"""Calls of one session to one queue that one call could have been."""


class Who:
    """Tells who made a call or a request, in the words of a bill: `who(hop)`."""

    def __init__(self, hops: Sequence[Hop]) -> None:
        self._numbered = {hop.number: hop for hop in hops}
        self._groups = {
            str(hop.facts["instance"]): label_of(hop.resource) for hop in hops if "instance" in hop.facts
        }

    def __call__(self, hop: Hop) -> str:
        """Pollers; a function, schedule, actor or Auto Scaling group by its name; or you."""
        if hop.kind in {"poller-request", "long-poll"}:
            return PIPES if "pipe" in hop.facts else POLLERS
        invocation, delivery = self.invocation(hop), self._cause(hop, "deliver")
        if invocation is not None:
            return label_of(node_of(invocation.resource))
        if delivery is not None:  # to a universal target of Scheduler, which is a call
            return label_of(node_of(str(delivery.facts["source"])))
        by = str(hop.facts.get("by", YOU))
        return self._groups.get(by, by)

    def invocation(self, call: Hop) -> Hop | None:
        """The invocation in which a call was made; None for one that no function made."""
        return self._cause(call, "invoke")

    def _cause(self, hop: Hop, kind: str) -> Hop | None:
        causes = [self._numbered[cause] for cause in hop.causes if cause in self._numbered]
        return next((cause for cause in causes if cause.kind == kind), None)


def sessions_of(hops: Sequence[Hop]) -> list[Session]:
    """All calls of boto3, by session; sessions in the order of their first calls."""
    effects, who = _effects(hops), Who(hops)
    sessions: dict[object, Session] = {}
    for hop in hops:
        if hop.kind == "api-call":
            invocation = who.invocation(hop)
            key = hop.facts.get("by") if invocation is None else invocation.number
            sessions.setdefault(key, []).append(_call(hop, tuple(effects[hop.number])))
    return list(sessions.values())


def by_queue(groups: Iterable[Group]) -> dict[str, list[Group]]:
    """Groups by the ARN of their queue, in the order of their first calls."""
    grouped: dict[str, list[Group]] = {}
    for group in groups:
        grouped.setdefault(group[0].queue, []).append(group)
    return grouped


def units_of(calls: Iterable[Call]) -> int:
    """What is billed for several calls."""
    return sum(call.units for call in calls)


def _call(hop: Hop, effects: tuple[Hop, ...]) -> Call:
    ended = hop.facts.get("ended_at", hop.time)
    assert isinstance(ended, int)  # noqa: S101 - an instant
    operation = sqs_operation(hop) if hop.outcome == "ok" else None
    queue = str(hop.facts.get("on", ""))
    return Call(hop, operation, queue, ended, effects)


def _effects(hops: Sequence[Hop]) -> defaultdict[int, list[Hop]]:
    """What happened to messages because of each hop, by its number."""
    effects: defaultdict[int, list[Hop]] = defaultdict(list)
    for hop in hops:
        if hop.message is not None:
            for cause in hop.causes:
                effects[cause].append(hop)
    return effects
