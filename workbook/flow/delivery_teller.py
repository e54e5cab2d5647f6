"""What topics, event buses, rules, schedules and all else that delivers do, in sentences.

A delivery is told by what the target took, where that is a hop of its own (a queue's `send`, a function's
`enqueue`); else by the try itself. A failure is told by the try, for then there is nothing else. Only where
the last try fails and nothing keeps the message, its loss tells both: so each try counts once in a picture.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbook.engine.hop import Hop
from workbook.flow.moves import Move, Status
from workbook.flow.resources import Kind, bus_of, kind_of, label_of, node_of, topic_of
from workbook.flow.tellers import Story, Tell, at_place, between, duration, ordinal, whole_fact

_TAKEN = frozenset(
    {"send", "deduplicate", "enqueue", "publish", "put-event", "put-record", "start-execution"}
)
"""What a target does with what is delivered to it."""
_REFUSED = frozenset({"NO_PERMISSION", "NO_ROLE"})

_REASONS = {
    "RetriesExhausted": "its retries are used up, and nothing keeps it",
    "EventAgeExceeded": "it became too old, and nothing keeps it",
}
"""Lambda's words for why it gave an asynchronous event up."""


class DeliveryTeller:
    """Tells how messages and events are published, routed, delivered, given up and lost."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._taken = {cause for hop in story.hops if hop.kind in _TAKEN for cause in hop.causes}
        last_tries = (self._last_try(hop) for hop in story.hops if hop.kind == "drop")
        self._told_by_loss = {hop.number for hop in last_tries if hop is not None}

    def tells(self) -> Mapping[str, Tell]:
        """Which kinds of hops it tells, and how."""
        return {
            "publish": self._publish,
            "mqtt": self._publish,
            "put-event": self._put_event,
            "match": self._match,
            "fire": self._fire,
            "notify": self._notify,
            "replay": self._replay,
            "enqueue": self._enqueue,
            "start-execution": self._start_execution,
            "redrive-execution": self._redrive_execution,
            "start-task": self._start_task,
            "deliver": self._deliver,
            "enrich": self._enrich,
            "drop": self._drop,
            "outage": self._outage,
            "recover": self._recover,
        }

    def filtered_out(self, hop: Hop) -> list[Move]:
        """A subscription, a rule or a pipe did not let a message through."""
        name, bus = self._story.name(hop.message), bus_of(hop.resource)
        if bus is not None:
            text = f"rule {label_of(hop.resource)} did not match {name}"
            return [between(hop, bus, hop.resource, Status.FILTERED, text)]
        topic = topic_of(hop.resource)
        if topic is not None:
            endpoint = self._story.wiring.endpoint(hop.resource) or topic
            what = "replay" if "ReplayPolicy" in str(hop.facts.get("reason")) else "filter policy"
            text = f"the {what} of {label_of(endpoint)} did not let {name} through"
            return [between(hop, topic, endpoint, Status.FILTERED, text)]
        text = f"the filter of {label_of(hop.resource)} did not let {name} through"
        return [at_place(hop, Status.FILTERED, text)]

    # ---- in

    def _publish(self, hop: Hop) -> list[Move]:
        return self._taken_in(hop, "published {name} to {place}")

    def _put_event(self, hop: Hop) -> list[Move]:
        source = str(hop.facts.get("source"))
        if source.startswith("aws.") and self._story.callers.cause(hop, "deliver") is None:
            return [self._emitted(hop, source)]
        return self._taken_in(hop, "put {name} on bus {place}")

    def _emitted(self, hop: Hop, service: str) -> Move:
        """A service of AWS tells of a resource of its own, from where the line begins, if there is one."""
        causes = [node_of(self._story.hops[cause - 1].resource) for cause in hop.causes]
        emitter = next((place for place in causes if kind_of(place) is not Kind.OTHER), hop.resource)
        text = f"{service} emitted {self._story.name(hop.message)} on bus {label_of(hop.resource)}"
        return between(hop, emitter, hop.resource, Status.DELIVERED, text)

    def _enqueue(self, hop: Hop) -> list[Move]:
        return self._taken_in(hop, "handed {name} to {place}, to be run asynchronously")

    def _start_execution(self, hop: Hop) -> list[Move]:
        if hop.causes and self._story.hops[hop.causes[-1] - 1].kind == "duplicate":
            return [self._run_twice(hop), *self._end(hop)]
        return self._taken_in_until_end(hop, "started an execution of {place}")

    def _run_twice(self, hop: Hop) -> Move:
        """The second run of an express execution, which nobody has asked for."""
        name, place = self._story.name(hop.message), label_of(hop.resource)
        text = f"Step Functions ran {name} of {place} once more, as it may of an express workflow"
        return at_place(hop, Status.DUPLICATE, text)

    def _redrive_execution(self, hop: Hop) -> list[Move]:
        return self._taken_in_until_end(hop, "redrove {name} of {place}")

    def _taken_in_until_end(self, hop: Hop, words: str) -> list[Move]:
        """Its start, and its end, which may come days later; that of an item is left to its Map."""
        if "/" in hop.resource:  # behind the slash: the run of a distributed Map
            return []
        return [*self._taken_in(hop, words), *self._end(hop)]

    def _end(self, hop: Hop) -> list[Move]:
        ended = hop.facts.get("ended_at")
        if not isinstance(ended, int):
            return []
        text = f"{self._story.name(hop.message)} of {label_of(hop.resource)} ended: {hop.facts['status']}"
        failed = hop.facts["status"] in {"FAILED", "TIMED_OUT"}
        return [at_place(hop, Status.FAILED if failed else Status.RUN, text, time=ended)]

    def _start_task(self, hop: Hop) -> list[Move]:
        return self._taken_in(hop, "started {place}")

    def _taken_in(self, hop: Hop, words: str) -> list[Move]:
        sender, place = self._story.callers.sender(hop), node_of(hop.resource)
        text = words.format(name=self._story.name(hop.message), place=label_of(place))
        return [between(hop, sender, place, Status.DELIVERED, f"{label_of(sender)} {text}")]

    # ---- on the way

    def _match(self, hop: Hop) -> list[Move]:
        bus = bus_of(hop.resource) or hop.resource
        text = f"rule {label_of(hop.resource)} matched {self._story.name(hop.message)}"
        return [between(hop, bus, hop.resource, Status.DELIVERED, text)]

    def _fire(self, hop: Hop) -> list[Move]:
        return [at_place(hop, Status.RUN, f"{_called(hop.resource)} fired")]

    def _notify(self, hop: Hop) -> list[Move]:
        event = hop.facts.get("event", "a change")
        text = f"bucket {label_of(hop.resource)} tells of {event}"
        return [at_place(hop, Status.RUN, text)]

    def _replay(self, hop: Hop) -> list[Move]:
        topic = topic_of(hop.resource)
        if topic is not None:
            endpoint = self._story.wiring.endpoint(hop.resource) or hop.resource
            text = f"{label_of(topic)} replays its archive for {label_of(endpoint)}"
            return [at_place(hop, Status.REPLAYED, text, place=topic)]
        name, replay = self._story.name(hop.message), label_of(str(hop.facts.get("replay")))
        text = f"replay {replay} put {name} on bus {label_of(hop.resource)} again"
        return [at_place(hop, Status.REPLAYED, text)]

    def _deliver(self, hop: Hop) -> list[Move]:
        if hop.number in self._told_by_loss or (hop.outcome == "ok" and hop.number in self._taken):
            return []
        if hop.outcome == "waits":  # for the target's answer: nothing has arrived
            return []
        source, target = self._story.callers.source(hop), node_of(hop.resource)
        name = self._story.name(hop.message)
        if hop.outcome == "ok":
            ended = whole_fact(hop, "ended_at", hop.time)
            text = f"{label_of(source)} delivered {name} to {label_of(target)}{which_try(hop)}"
            return [between(hop, source, target, Status.DELIVERED, text, time=ended)]
        return [self._failed(hop, f"deliver {name} to {label_of(target)}")]

    def _enrich(self, hop: Hop) -> list[Move]:
        """A pipe could not invoke its enrichment; what became of a run, the function tells."""
        if hop.outcome in {"ok", "REJECTED"}:
            return []
        return [self._failed(hop, f"invoke {label_of(node_of(hop.resource))}")]

    def _failed(self, hop: Hop, action: str) -> Move:
        source, target = self._story.callers.source(hop), node_of(hop.resource)
        ended = whole_fact(hop, "ended_at", hop.time)
        text = f"{label_of(source)} could not {action}{which_try(hop)}: {reason_of(hop)}"
        retry_at = hop.facts.get("retry_at")
        if isinstance(retry_at, int):
            text += f"; it tries again in {duration(retry_at - ended)}"
        status = Status.REFUSED if hop.outcome in _REFUSED else Status.FAILED
        return between(hop, source, target, status, text, time=ended)

    # ---- out

    def dead_lettered(self, hop: Hop, given_up: Hop) -> list[Move]:
        """A queue took what a sender gave up."""
        source, lost = self._story.callers.source(given_up), node_of(given_up.resource)
        tries = _tries(whole_fact(given_up, "attempts", 1))
        text = (
            f"{label_of(source)} gave up {self._story.name(given_up.message)} for {label_of(lost)} after "
            f"{tries}; {label_of(hop.resource)} keeps it"
        )
        return [between(hop, source, hop.resource, Status.DEAD_LETTERED, text)]

    def _drop(self, hop: Hop) -> list[Move]:
        source, target = self._story.callers.source(hop), node_of(hop.resource)
        reason = _REASONS.get(reason_of(hop), reason_of(hop))
        tried = self._last_try(hop)
        after = "" if tried is None else _after_tries(whole_fact(tried, "attempt", 1))
        text = f"{self._story.name(hop.message)} for {label_of(target)} is lost{after}: {reason}"
        if tried is not None:
            text += f" ({reason_of(tried)})"
        return [between(hop, source, target, Status.DROPPED, text)]

    def _last_try(self, drop: Hop) -> Hop | None:
        """The try that failed before a message was lost; None where it was lost on another way."""
        given_up = self._story.callers.cause(drop, "give-up")
        tried = self._story.callers.cause(given_up or drop, "deliver")
        return tried if tried is not None and tried.resource == drop.resource else None

    # ---- outages

    def _outage(self, hop: Hop) -> list[Move]:
        if kind_of(hop.resource) is Kind.OTHER:  # a whole service is no node
            return []
        until = hop.facts.get("until_at")
        lasts = f" for {duration(until - hop.time)}" if isinstance(until, int) else ""
        text = f"{label_of(hop.resource)} is down{lasts}: it takes no deliveries"
        return [at_place(hop, Status.FAILED, text)]

    def _recover(self, hop: Hop) -> list[Move]:
        if kind_of(hop.resource) is Kind.OTHER:
            return []
        return [at_place(hop, Status.RUN, f"{label_of(hop.resource)} takes deliveries again")]


def reason_of(hop: Hop) -> str:
    """Why something failed, as part of a sentence: texts of AWS often end in a full stop of their own."""
    return str(hop.facts.get("reason")).rstrip(".")


def which_try(hop: Hop) -> str:
    """Which try of a delivery it was, after the first: ", 3rd try"."""
    attempt = whole_fact(hop, "attempt", 1)
    return f", {ordinal(attempt)} try" if attempt > 1 else ""


def _tries(count: int) -> str:
    return "1 try" if count == 1 else f"{count} tries"


def _after_tries(count: int) -> str:
    return f" after {_tries(count)}" if count > 1 else ""


def _called(resource: str) -> str:
    kind = kind_of(resource)
    return f"{kind.value} {label_of(resource)}"
