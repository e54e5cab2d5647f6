"""What functions do, in sentences.

A run that takes a while is seen twice: when it begins and when it ends, since an error is not there before
the end. A short one is seen at its end only.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbook.engine.hop import Hop
from workbook.flow.delivery_teller import DeliveryTeller
from workbook.flow.moves import Move, Status
from workbook.flow.resources import Kind, kind_of, label_of, node_of
from workbook.flow.tellers import Story, Tell, at_place, between, duration, messages, ordinal, whole_fact
from workbook.flow.timeline import QUIET


class FunctionTeller:
    """Tells how functions were called, ran, failed or were held back."""

    def __init__(self, story: Story, deliveries: DeliveryTeller) -> None:
        """`deliveries` tells of filters that are no mapping's."""
        self._story = story
        self._deliveries = deliveries

    def tells(self) -> Mapping[str, Tell]:
        """Which kinds of hops it tells, and how."""
        return {
            "invoke": self._invoke,
            "filter": self._filter,
            "throttle": self._throttle,
            "stop": self._stop,
        }

    def _invoke(self, hop: Hop) -> list[Move]:
        batch = self._story.callers.cause(hop, "batch")
        if batch is None and "attempt" in hop.facts:  # asynchronous: `enqueue` has told who called
            return [*self._begin(hop, 1, _which_try(hop)), *self._end(hop, 1, _which_try(hop))]
        if batch is None:
            return [self._call(hop), *self._end(hop, 1, "")]
        count = whole_fact(batch, "messages", 1)
        load = f" with {messages(count)}"
        return [*self._begin(hop, count, load), *self._end(hop, count, load)]

    def _call(self, hop: Hop) -> Move:
        caller, function = self._story.callers.sender(hop), node_of(hop.resource)
        text = f"{self._caller(caller)} called {label_of(function)}"
        return between(hop, caller, function, Status.DELIVERED, text)

    def _caller(self, place: str) -> str:
        """Who calls; a function URL has the name of its function, so its kind is said, too."""
        kind = kind_of(place)
        word = f"{kind.value} " if kind in {Kind.FUNCTION_URL, Kind.API} else ""
        return f"{word}{self._story.wiring.label(place)}"

    def _begin(self, hop: Hop, count: int, load: str) -> list[Move]:
        ended = hop.facts.get("ended_at")
        if isinstance(ended, int) and ended - hop.time <= QUIET:
            return []
        text = f"{label_of(node_of(hop.resource))} began to run{load}"
        return [at_place(hop, Status.RUN, text, count=count)]

    def _end(self, hop: Hop, count: int, load: str) -> list[Move]:
        ended = hop.facts.get("ended_at")
        if not isinstance(ended, int):
            return []
        took = f" for {duration(ended - hop.time)}" if ended - hop.time > QUIET else ""
        text = f"{label_of(node_of(hop.resource))} ran{load}{took}"
        status = Status.RUN
        if hop.outcome != "ok":
            text += f" and failed: {hop.outcome}{_next_try(hop, ended)}"
            status = Status.FAILED
        return [at_place(hop, status, text, count=count, time=ended)]

    def _filter(self, hop: Hop) -> list[Move]:
        if "event-source-mapping" not in hop.resource:
            return self._deliveries.filtered_out(hop)
        queue, function = self._story.wiring.source(hop), node_of(str(hop.facts["function"]))
        text = (
            f"no filter lets {self._story.name(hop.message)} of {label_of(queue)} through "
            f"to {label_of(function)}"
        )
        return [between(hop, queue, function, Status.FILTERED, text)]

    def _throttle(self, hop: Hop) -> list[Move]:
        place, batch = node_of(hop.resource), self._story.callers.cause(hop, "batch")
        if batch is None:
            caller = self._story.callers.sender(hop)
            text = f"{self._turned_away(hop, caller)}: too many at a time{_next_try(hop, hop.time)}"
            return [between(hop, caller, place, Status.THROTTLED, text)]
        queue = self._story.wiring.source(batch)
        text = f"{label_of(place)} was throttled ({hop.facts.get('reason')}); its poller tries again"
        count = whole_fact(batch, "messages", 1)
        return [between(hop, queue, place, Status.THROTTLED, text, count=count)]

    def _turned_away(self, hop: Hop, caller: str) -> str:
        """A call is refused to its caller; an event waits in Lambda, which calls for nobody any more."""
        function, event = label_of(node_of(hop.resource)), self._story.callers.cause(hop, "enqueue")
        if event is None:
            return f"{function} refused a call of {self._caller(caller)}"
        return f"{function} could not take {self._story.name(event.message)}"

    def _stop(self, hop: Hop) -> list[Move]:
        name = label_of(node_of(hop.resource))
        text = f"Lambda did not run {name}: its own output had invoked it too often"
        return [at_place(hop, Status.DROPPED, text)]


def _which_try(hop: Hop) -> str:
    attempt = whole_fact(hop, "attempt", 1)
    which = ordinal(attempt)
    article = "an" if which.startswith(("8", "11th", "18th")) else "a"
    return f" in {article} {which} try" if attempt > 1 else ""


def _next_try(hop: Hop, ended: int) -> str:
    retry_at = hop.facts.get("retry_at")
    return f"; it is tried again in {duration(retry_at - ended)}" if isinstance(retry_at, int) else ""
