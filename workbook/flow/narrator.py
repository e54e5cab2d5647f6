"""Makes moves of hops, and says each in a sentence.

The sentences are the one account of what happened: panels, details and text alternatives use them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.callers import Callers
from workbook.flow.contents import Change, Where
from workbook.flow.durations import duration_text
from workbook.flow.messages import Letter
from workbook.flow.moves import Move, Status
from workbook.flow.resources import label_of, node_of
from workbook.flow.wiring import Wiring

_RECEIVE = "sqs:ReceiveMessage"


class Narrator:
    """Tells what the hops of one trace were; `hops` is all of it, from the first."""

    def __init__(self, hops: Sequence[Hop], wiring: Wiring, letters: dict[str, Letter]) -> None:
        self._hops = hops
        self._wiring = wiring
        self._letters = letters
        self._brought: set[int] = {
            cause for hop in hops if hop.kind in {"receive", "expire"} for cause in hop.causes
        }
        self._callers = Callers(hops, wiring)
        self._taken: dict[str, str] = {}
        self._received: dict[str, int] = {}
        self._tell: dict[str, Callable[[Hop], Move | None]] = {
            "send": self._send,
            "deduplicate": self._deduplicate,
            "receive": self._receive,
            "return": self._return,
            "delete": self._delete,
            "hide": self._hide,
            "expire": self._expire,
            "purge": self._purge,
            "dead-letter": self._dead_letter,
            "move": self._move,
            "filter": self._filter,
            "throttle": self._throttle,
            "stop": self._stop,
            "invoke": self._invoke,
            "api-call": self._api_call,
            "launch": self._scale,
            "in-service": self._scale,
            "terminate": self._scale,
            "scale": self._scale,
        }

    def moves(self, changes: Iterable[Change]) -> list[Move]:
        """Every move, in the order in which they happened; `changes` tells which timeouts ended."""
        ended = iter([change for change in changes if change.hop is None])
        following = next(ended, None)
        moves: list[Move] = []
        for hop in self._hops:
            while following is not None and following.after < hop.number:
                moves.append(self._come_back(following))
                following = next(ended, None)
            tell = self._tell.get(hop.kind)
            move = None if tell is None else tell(hop)
            if move is not None:
                moves.append(move)
        while following is not None:
            moves.append(self._come_back(following))
            following = next(ended, None)
        return moves

    # ---- who and what

    def _name(self, hop: Hop) -> str:
        return self._letters[hop.message].name if hop.message else "a message"

    def _at(self, hop: Hop, status: Status, text: str, count: int = 1) -> Move:
        place = node_of(hop.resource)
        return Move(hop.time, hop.number, place, place, hop.message, status, text, count)

    # ---- messages in and out of queues

    def _send(self, hop: Hop) -> Move:
        sender = self._callers.sender(hop)
        text = f"{label_of(sender)} sent {self._name(hop)} to {label_of(hop.resource)}"
        available_at = hop.facts.get("available_at")
        if isinstance(available_at, int):
            text += f", which shows it in {_duration(available_at - hop.time)}"
        return Move(hop.time, hop.number, sender, hop.resource, hop.message, Status.DELIVERED, text)

    def _deduplicate(self, hop: Hop) -> Move:
        sender = self._callers.sender(hop)
        text = (
            f"{label_of(sender)} sent {self._name(hop)} again with the same deduplication id; "
            f"{label_of(hop.resource)} dropped it"
        )
        return Move(hop.time, hop.number, sender, hop.resource, hop.message, Status.DROPPED, text)

    def _receive(self, hop: Hop) -> Move:
        receiver = self._callers.receiver(hop)
        text = f"{label_of(receiver)} received {self._name(hop)} from {label_of(hop.resource)}"
        count = hop.facts.get("receive_count")
        status = Status.DELIVERED
        if isinstance(count, int) and count > 1:
            status = Status.RETRIED
            text += f", {_ordinal(count)} receive"
        if hop.facts.get("duplicate"):
            status = Status.DUPLICATE
            text += ": a second copy, as standard queues deliver now and then"
        elif hop.message is not None:
            self._taken[hop.message] = receiver
            self._received[hop.message] = hop.time
        return Move(hop.time, hop.number, hop.resource, receiver, hop.message, status, text)

    def _return(self, hop: Hop) -> Move:
        holder = self._taken.get(str(hop.message), hop.resource)
        text = f"{self._name(hop)} was not done: {hop.facts.get('reason')}"
        visible_at = hop.facts.get("visible_at")
        if isinstance(visible_at, int):
            text += f"; {label_of(hop.resource)} shows it again in {_duration(visible_at - hop.time)}"
        return Move(hop.time, hop.number, holder, holder, hop.message, Status.FAILED, text)

    def _come_back(self, change: Change) -> Move:
        """A timeout ended, or a delay; nobody did anything."""
        name, queue = self._letters[change.message].name, label_of(change.queue)
        if change.was is Where.DELAYED:
            text, status = f"the delay of {name} in {queue} is over", Status.DELIVERED
            return Move(change.time, None, change.queue, change.queue, change.message, status, text)
        holder = self._taken.pop(change.message, change.queue)
        since = _duration(change.time - self._received.get(change.message, change.time))
        text = f"{name} came back to {queue}: it was not deleted within {since}"
        return Move(change.time, None, holder, change.queue, change.message, Status.RETURNED, text)

    def _delete(self, hop: Hop) -> Move:
        holder = self._taken.get(str(hop.message))
        name, queue = self._name(hop), label_of(hop.resource)
        if hop.outcome != "ok":
            text, status = f"{name} could not be deleted from {queue}: {hop.outcome}", Status.REFUSED
        elif hop.facts.get("kept"):
            text = f"{name} stays in {queue}: it was deleted with an old receipt handle"
            status = Status.REFUSED
        elif hop.facts.get("already_deleted"):
            text, status = f"{name} was deleted again from {queue}", Status.DONE
        else:
            text, status = f"{name} is done and was deleted from {queue}", Status.DONE
            self._taken.pop(str(hop.message), None)
        place = holder or hop.resource
        return Move(hop.time, hop.number, place, place, hop.message, status, text)

    def _hide(self, hop: Hop) -> Move:
        seconds = hop.facts.get("seconds")
        if seconds == 0:
            holder = self._taken.get(str(hop.message), hop.resource)
            text = f"{self._name(hop)} was given back to {label_of(hop.resource)} at once"
            return Move(hop.time, hop.number, holder, hop.resource, hop.message, Status.RETURNED, text)
        return self._at(hop, Status.HIDDEN, f"{self._name(hop)} stays hidden for {seconds} s from now on")

    def _expire(self, hop: Hop) -> Move:
        text = f"{self._name(hop)} expired in {label_of(hop.resource)}: its retention ended"
        return self._at(hop, Status.DROPPED, text)

    def _purge(self, hop: Hop) -> Move | None:
        if hop.message is None:
            return None
        cause = self._callers.cause(hop, "purge")
        reason = "it was purged" if cause is None else str(cause.facts.get("reason"))
        return self._at(hop, Status.DROPPED, f"{self._name(hop)} is gone from its queue: {reason}")

    def _dead_letter(self, hop: Hop) -> Move:
        source, receives = str(hop.facts["source"]), hop.facts["receives"]
        times = "1 time" if receives == 1 else f"{receives} times"
        text = (
            f"{self._name(hop)} moved from {label_of(source)} to {label_of(hop.resource)}: "
            f"it was received {times} and never deleted"
        )
        self._taken.pop(str(hop.message), None)
        return Move(hop.time, hop.number, source, hop.resource, hop.message, Status.DEAD_LETTERED, text)

    def _move(self, hop: Hop) -> Move:
        source, original = str(hop.facts["source"]), self._letters[str(hop.facts["original"])].name
        text = (
            f"{original} moved back from {label_of(source)} to {label_of(hop.resource)}, as {self._name(hop)}"
        )
        return Move(hop.time, hop.number, source, hop.resource, hop.message, Status.REDRIVEN, text)

    # ---- functions

    def _filter(self, hop: Hop) -> Move:
        queue, function = self._wiring.mappings[hop.resource.rpartition(":")[2]]
        text = (
            f"no filter lets {self._name(hop)} through to {label_of(function)}; "
            f"it was deleted from {label_of(queue)}"
        )
        return Move(hop.time, hop.number, queue, function, hop.message, Status.FILTERED, text)

    def _invoke(self, hop: Hop) -> Move:
        function, failed = node_of(hop.resource), hop.outcome not in {"ok", "waits"}
        batch = self._callers.cause(hop, "batch")
        count = 1 if batch is None else _whole(batch.facts.get("messages"), 1)
        work = "" if batch is None else f" with {count} message{'s' if count > 1 else ''}"
        name = label_of(function)
        if batch is None:
            caller = self._callers.sender(hop)
            text = f"{label_of(caller)} called {name}" + (f", which failed: {hop.outcome}" if failed else "")
            status = Status.FAILED if failed else Status.DELIVERED
            return Move(hop.time, hop.number, caller, function, None, status, text)
        text = f"{name} ran{work}" + (f" and failed: {hop.outcome}" if failed else "")
        return self._at(hop, Status.FAILED if failed else Status.RUN, text, count)

    def _throttle(self, hop: Hop) -> Move:
        place = node_of(hop.resource)
        batch = self._callers.cause(hop, "batch")
        if batch is not None:
            queue, function = self._wiring.mappings[batch.resource.rpartition(":")[2]]
            text = f"{label_of(function)} was throttled ({hop.facts.get('reason')}); its poller tries again"
            count = _whole(batch.facts.get("messages"), 1)
            return Move(hop.time, hop.number, queue, function, None, Status.THROTTLED, text, count)
        caller = self._callers.sender(hop)
        text = f"{label_of(place)} refused a call of {label_of(caller)}: too many at a time"
        return Move(hop.time, hop.number, caller, place, None, Status.THROTTLED, text)

    def _stop(self, hop: Hop) -> Move:
        text = (
            f"Lambda did not run {label_of(node_of(hop.resource))}: its own output had invoked it too often"
        )
        return self._at(hop, Status.DROPPED, text)

    # ---- calls and groups

    def _api_call(self, hop: Hop) -> Move | None:
        """A call that was refused, or a receive that brought nothing; all others show by what they did."""
        queue = hop.facts.get("on")
        if not isinstance(queue, str):
            return None
        operation = hop.resource.rpartition(":")[2]
        if hop.outcome != "ok":
            caller = self._callers.caller(hop, "consumer" if operation in _CONSUMING else "producer")
            text = f"{label_of(queue)} refused {operation} of {label_of(caller)}: {hop.outcome}"
            return Move(hop.time, hop.number, caller, queue, None, Status.REFUSED, text)
        if hop.resource == _RECEIVE and hop.number not in self._brought:
            caller = self._callers.caller(hop, "consumer")
            ended = _whole(hop.facts.get("ended_at"), hop.time)
            waited = f" for {_duration(ended - hop.time)}" if ended > hop.time else ""
            text = f"{label_of(caller)} asked {label_of(queue)}{waited} in vain: nothing there to receive"
            return Move(hop.time, hop.number, queue, caller, None, Status.EMPTY, text)
        return None

    def _scale(self, hop: Hop) -> Move:
        what = str(hop.facts.get("reason") or hop.facts.get("instance") or "")
        return self._at(hop, Status.SCALED, f"{label_of(hop.resource)}: {hop.kind} {what}".rstrip())


_CONSUMING = frozenset(
    {
        "ReceiveMessage",
        "DeleteMessage",
        "DeleteMessageBatch",
        "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch",
    }
)


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise


def _duration(microseconds: int) -> str:
    return duration_text(microseconds / SECOND)


def _ordinal(count: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(count % 10 if count % 100 not in {11, 12, 13} else 0, "th")
    return f"{count}{ending}"
