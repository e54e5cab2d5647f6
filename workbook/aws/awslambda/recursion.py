"""Recursive loops: a function that its own output invokes is stopped in the 17th round.

    invoke ── sends ──> queue ── batch ──> invoke ── sends ──> ...        and functions that invoke each other

AWS lets a trace header travel with what a function sends, and counts in it how often each function was
invoked in this chain. Here the trace knows what led to what. Delivering a message again is no other round.
The chain goes through SQS, SNS, S3 and functions themselves; a loop that another service is part of, such as
EventBridge, is not found, and goes on.
Source: "Use Lambda recursive loop detection to prevent infinite loops", developer guide, which says
approximately 16 times. That of a batch the longest chain counts is ours (unverified).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from workbook.aws.awslambda.errors import RecursiveInvocation

if TYPE_CHECKING:
    from workbook.engine.hop import Hop
    from workbook.engine.trace import Trace
    from workbook.engine.world import World

ROUNDS = 16
"""Invocations of one function in one chain."""

Lineage = Mapping[str, int]
"""How often each function was invoked in a chain, by its unqualified ARN."""

_NONE: Lineage = {}
_NOT_FOLLOWED = frozenset({"put-event", "put-record", "start-execution"})
"""How messages begin in the services through which Lambda follows no chain."""


class Lineages:
    """The chains of one world that have more than their beginning, by invocation and by message."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._of_invocations: dict[int, Lineage] = {}
        self._of_messages: dict[str, Lineage] = {}
        self._forgotten = 0

    def next_round(self, function_arn: str, causes: Iterable[Hop | int] | None) -> Lineage:
        """The chain with one more invocation of a function; `causes` are those of the invocation.

        Raises:
            RecursiveInvocation: the function was invoked 16 times in this chain.
        """
        before = self._longest(map(self._of, self._present(causes)))
        rounds = before.get(function_arn, 0) + 1
        if rounds > ROUNDS:
            raise RecursiveInvocation
        return {**before, function_arn: rounds}

    def remember(self, invocation: Hop, lineage: Lineage) -> None:
        """Note to which chain an invocation belongs."""
        self._forget()
        self._of_invocations[invocation.number] = lineage

    def _forget(self) -> None:
        """Forget what the trace has forgotten."""
        if self._forgotten == self._trace.forgotten:
            return
        self._forgotten = self._trace.forgotten
        self._of_invocations = {
            number: lineage for number, lineage in self._of_invocations.items() if number > self._forgotten
        }
        self._of_messages = {
            message: lineage
            for message, lineage in self._of_messages.items()
            if self._trace.last_of(message) is not None
        }

    def _present(self, causes: Iterable[Hop | int] | None) -> Iterator[Hop]:
        if causes is None:
            causes = () if self._trace.cause is None else (self._trace.cause,)
        for cause in causes:
            yield self._trace[cause - 1] if isinstance(cause, int) else cause

    def _of(self, hop: Hop) -> Lineage:
        if hop.kind == "invoke":
            return self._of_invocations.get(hop.number, _NONE)
        if hop.message is None:
            return self._longest(map(self._of, self._present(hop.causes)))
        if hop.message not in self._of_messages:
            self._of_messages[hop.message] = self._of_sending(hop)
        return self._of_messages[hop.message]

    def _of_sending(self, hop: Hop) -> Lineage:
        """The chain of the call that sent a message; `hop` is a later one of its life."""
        earlier: Hop | None = hop
        while earlier is not None:
            hop = earlier
            earlier = next((each for each in self._present(hop.causes) if each.message == hop.message), None)
        if hop.kind in _NOT_FOLLOWED:
            return _NONE
        return self._longest(map(self._of, self._present(hop.causes)))

    @staticmethod
    def _longest(lineages: Iterable[Lineage]) -> Lineage:
        longest: dict[str, int] = {}
        for lineage in lineages:
            for function_arn, rounds in lineage.items():
                longest[function_arn] = max(rounds, longest.get(function_arn, 0))
        return longest or _NONE


def lineages_of(world: World) -> Lineages:
    """The chains of a world, kept for its life."""
    return world.kept("lambda.lineages", lambda: Lineages(world.trace))
