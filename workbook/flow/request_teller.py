"""Requests from the web, and what calls a function for whoever asks, in sentences.

A front of Lambda (a function URL, an API, a load balancer) is seen twice: when it is asked and when it
answers, for in between the function runs. A server outside AWS is told where a delivery does not name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbook.engine.hop import Hop
from workbook.flow.moves import Move, Status
from workbook.flow.resources import Kind, kind_of, node_of
from workbook.flow.tellers import Story, Tell, at_place, between, whole_fact

WAITS = "waits"
"""The outcome of a request that was not answered yet."""
FRONTS = frozenset({Kind.FUNCTION_URL, Kind.API, Kind.LOAD_BALANCER})


class RequestTeller:
    """Tells who asked over HTTP, and what was answered."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def tells(self) -> Mapping[str, Tell]:
        """Which kinds of hops it tells, and how."""
        return {"request": self._request, "trigger": self._trigger, "user": self._user}

    def _request(self, hop: Hop) -> list[Move]:
        if kind_of(hop.resource) in FRONTS:
            return [self._asked(hop), *([] if hop.outcome == WAITS else [self._answered(hop)])]
        delivery = self._story.callers.cause(hop, "deliver", "enrich", "request")
        if delivery is None or delivery.resource == hop.resource or hop.outcome == WAITS:
            return []
        destination, ended = node_of(delivery.resource), whole_fact(hop, "ended_at", hop.time)
        answer = f"which answered {hop.facts.get('status')}"
        text = f"{self._label(destination)} asked {self._label(hop.resource)}, {answer}"
        status = Status.DELIVERED if hop.outcome == "ok" else Status.FAILED
        move = between(hop, destination, hop.resource, status, text, time=ended)
        return [replace(move, message=delivery.message)]

    def _asked(self, hop: Hop) -> Move:
        callers = self._story.callers
        who = callers.caller(hop, "producer") if "by" in hop.facts else callers.sender(hop)
        what = f"{hop.facts.get('method')} {hop.facts.get('path', '/')}"
        text = f"{self._label(who)} asked {self._called(hop.resource)}: {what}"
        return between(hop, who, hop.resource, Status.DELIVERED, text)

    def _answered(self, hop: Hop) -> Move:
        ended = whole_fact(hop, "ended_at", hop.time)
        text = f"{self._called(hop.resource)} answered {hop.facts.get('status', 'nothing yet')}"
        reason = hop.facts.get("reason")
        if reason:
            text += f": {str(reason).rstrip('.')}"
        status = Status.DONE if hop.outcome == "ok" else _STATUSES.get(hop.outcome, Status.FAILED)
        return at_place(hop, status, text, time=ended)

    def _label(self, place: str) -> str:
        return self._story.wiring.label(place)

    def _called(self, resource: str) -> str:
        return f"{kind_of(resource).value} {self._label(resource)}"

    def _trigger(self, hop: Hop) -> list[Move]:
        """A user pool asks a function of its own before it goes on."""
        what = f"{self._called(hop.resource)} asked its {hop.facts.get('trigger')} function"
        if hop.outcome == "ok":
            return [at_place(hop, Status.RUN, what)]
        text = f"{what}, in vain: {str(hop.facts.get('reason')).rstrip('.')}"
        return [at_place(hop, Status.FAILED, text, time=whole_fact(hop, "ended_at", hop.time))]

    def _user(self, hop: Hop) -> list[Move]:
        """Somebody signed a user up, confirmed it, or the like."""
        who = self._story.callers.sender(hop)
        what = f"user {hop.facts.get('user')} of {self._called(hop.resource)} was {hop.facts.get('reason')}"
        state = f"; the user is {hop.facts['status']}" if "status" in hop.facts else ""
        text = f"{self._label(who)}: {what}{state}"
        return [between(hop, who, hop.resource, Status.DELIVERED, text)]


_STATUSES = {"401": Status.REFUSED, "403": Status.REFUSED, "429": Status.THROTTLED}
