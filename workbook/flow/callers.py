"""Who is behind what happened: found by following a hop's causes.

A call has whom it names (`lab.actor`), or was made by the function whose invocation caused it, by the server
outside AWS whose request did, by the state machine whose execution did, by the schedule whose target it is,
or else by you. One person plays both parts
in most notebooks, so you are two nodes: the producer at the left and the consumer at the right. Whoever has a
name is one node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbook.engine.hop import Hop
from workbook.flow.resources import YOU, node_of
from workbook.flow.wiring import Wiring


class Callers:
    """Finds the node behind a hop; `hops` is the whole trace, from the first."""

    def __init__(self, hops: Sequence[Hop], wiring: Wiring) -> None:
        self._hops = hops
        self._wiring = wiring
        self._instances = _instances_of(hops)

    def cause(self, hop: Hop, *kinds: str) -> Hop | None:
        """The nearest direct cause of one of these kinds."""
        found = [self._hops[cause - 1] for cause in hop.causes if self._hops[cause - 1].kind in kinds]
        return found[-1] if found else None

    def caller(self, call: Hop, role: str) -> str:
        """The node of whoever made a call; `role` is "producer" or "consumer"."""
        by = call.facts.get("by")
        if isinstance(by, str):
            return self._instances.get(by, f"actor:{by}")
        delivery = self.cause(call, "deliver")  # to a universal target of Scheduler, which is a call
        if delivery is not None:
            return self.source(delivery)
        # a function, a server outside AWS, or a state machine whose state calls
        within = self.cause(call, "invoke", "request", "enter-state")
        return f"{role}:{YOU}" if within is None else node_of(within.resource)

    def sender(self, hop: Hop) -> str:
        """The node that sent a message, or called a function."""
        # what happens now is the last of a hop's causes: a message published again was delivered before
        present = self.cause(hop, "deliver", "give-up", "enrich", "transform", "flush", "api-call")
        if present is not None:
            return self.caller(present, "producer") if present.kind == "api-call" else self.source(present)
        # of what calls a function for somebody, or a state that starts a job
        above = self.cause(hop, "invoke", "request", "trigger", "enter-state")
        return f"producer:{YOU}" if above is None else node_of(above.resource)

    def source(self, hop: Hop) -> str:
        """The node for which a service delivers: a topic, a rule ...; of what waits at a function, itself."""
        return node_of(str(hop.facts.get("source", hop.resource)))

    def receiver(self, hop: Hop) -> str:
        """The node that received a message: whoever called, or the function for which a poller did."""
        request = self.cause(hop, "poller-request")
        if request is not None:
            return self._reader(request)
        call = self.cause(hop, "api-call")
        return f"consumer:{YOU}" if call is None else self.caller(call, "consumer")

    def _reader(self, request: Hop) -> str:
        """Whose poller asked: a pipe's, or that of a mapping, which reads for its function."""
        pipe = request.facts.get("pipe")
        if isinstance(pipe, str):
            return self._wiring.pipes[pipe]
        return node_of(str(request.facts["function"]))


def _instances_of(hops: Iterable[Hop]) -> dict[str, str]:
    """The Auto Scaling group of each instance, by the instance's id."""
    return {
        str(hop.facts["instance"]): hop.resource
        for hop in hops
        if hop.kind == "launch" and "instance" in hop.facts
    }
