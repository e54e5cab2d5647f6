"""What queues do, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from workbook.engine.hop import Hop
from workbook.flow.contents import Change, Where
from workbook.flow.delivery_teller import DeliveryTeller, reason_of, which_try
from workbook.flow.moves import Move, Status
from workbook.flow.resources import Kind, kind_of, label_of
from workbook.flow.tellers import Story, Tell, at_place, between, duration, ordinal, times, whole_fact

_CONSUMING = frozenset(
    {
        "ReceiveMessage",
        "DeleteMessage",
        "DeleteMessageBatch",
        "ChangeMessageVisibility",
        "ChangeMessageVisibilityBatch",
    }
)
"""Operations by which a call shows itself to be a consumer's."""


class QueueTeller:
    """Tells what happened to messages in queues."""

    def __init__(self, story: Story, deliveries: DeliveryTeller) -> None:
        """`deliveries` tells of messages that a service gave up and a queue keeps."""
        self._story = story
        self._deliveries = deliveries
        self._brought = {cause for hop in story.hops if hop.kind == "receive" for cause in hop.causes}

    def tells(self) -> Mapping[str, Tell]:
        """Which kinds of hops it tells, and how."""
        return {
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
            "api-call": self._api_call,
        }

    def come_back(self, change: Change) -> Move:
        """A timeout ended, or a delay; nobody did anything."""
        name, queue = self._story.name(change.message), label_of(change.queue)
        if change.was is Where.DELAYED:
            text, status = f"the delay of {name} in {queue} is over", Status.DELIVERED
            return Move(change.time, None, change.queue, change.queue, change.message, status, text)
        holder = self._story.taken.pop(change.message, change.queue)
        since = duration(change.time - self._story.received.get(change.message, change.time))
        text = f"{name} came back to {queue}: it was not deleted within {since}"
        return Move(change.time, None, holder, change.queue, change.message, Status.RETURNED, text)

    # ---- in

    def _send(self, hop: Hop) -> list[Move]:
        given_up = self._story.callers.cause(hop, "give-up")
        if given_up is not None:
            return self._deliveries.dead_lettered(hop, given_up)
        delivery = self._story.callers.cause(hop, "deliver")
        sender, verb = self._story.callers.sender(hop), "sent" if delivery is None else "delivered"
        text = f"{label_of(sender)} {verb} {self._story.name(hop.message)} to {label_of(hop.resource)}"
        if delivery is not None:
            text += which_try(delivery)
        delay = whole_fact(hop, "available_at", hop.time) - hop.time
        if delay > 0:
            text += f", which shows it in {duration(delay)}"
        return [between(hop, sender, hop.resource, Status.DELIVERED, text)]

    def _deduplicate(self, hop: Hop) -> list[Move]:
        sender = self._story.callers.sender(hop)
        verb = _verb_of(kind_of(sender), kind_of(hop.resource))
        text = (
            f"{label_of(sender)} {verb} {self._story.name(hop.message)} again with the same deduplication "
            f"id; {label_of(hop.resource)} dropped it"
        )
        return [between(hop, sender, hop.resource, Status.DROPPED, text)]

    def _dead_letter(self, hop: Hop) -> list[Move]:
        source = str(hop.facts["source"])
        text = (
            f"{self._story.name(hop.message)} moved from {label_of(source)} to {label_of(hop.resource)}: "
            f"it was received {times(whole_fact(hop, 'receives', 1))} and never deleted"
        )
        self._story.taken.pop(str(hop.message), None)
        return [between(hop, source, hop.resource, Status.DEAD_LETTERED, text)]

    def _move(self, hop: Hop) -> list[Move]:
        source, original = str(hop.facts["source"]), self._story.name(str(hop.facts["original"]))
        name, target = self._story.name(hop.message), label_of(hop.resource)
        text = f"{original} moved back from {label_of(source)} to {target}, as {name}"
        return [between(hop, source, hop.resource, Status.REDRIVEN, text)]

    # ---- out

    def _receive(self, hop: Hop) -> list[Move]:
        receiver = self._story.callers.receiver(hop)
        text = self._received_by(hop, receiver)
        count, status = whole_fact(hop, "receive_count", 1), Status.DELIVERED
        if count > 1:
            status = Status.RETRIED
            text += f", {ordinal(count)} receive"
        if hop.facts.get("duplicate"):
            status = Status.DUPLICATE
            text += ": a second copy, as standard queues deliver now and then"
        elif hop.message is not None:
            self._story.taken[hop.message] = receiver
            self._story.received[hop.message] = hop.time
        return [between(hop, hop.resource, receiver, status, text)]

    def _received_by(self, hop: Hop, receiver: str) -> str:
        """Functions do not receive: pollers of Lambda do it for them. Pipes do it themselves."""
        name, queue = self._story.name(hop.message), label_of(hop.resource)
        request = self._story.callers.cause(hop, "poller-request")
        if request is None or "pipe" in request.facts:
            return f"{label_of(receiver)} received {name} from {queue}"
        return f"Lambda's poller received {name} from {queue} for {label_of(receiver)}"

    def _return(self, hop: Hop) -> list[Move]:
        text = f"{self._story.name(hop.message)} was not done: {reason_of(hop)}"
        hidden = whole_fact(hop, "visible_at", hop.time) - hop.time
        if hidden > 0:
            text += f"; {label_of(hop.resource)} shows it again in {duration(hidden)}"
        return [at_place(hop, Status.FAILED, text, place=self._story.taken.get(str(hop.message)))]

    def _delete(self, hop: Hop) -> list[Move]:
        deleter = self._story.callers.receiver(hop)
        name, queue = self._story.name(hop.message), label_of(hop.resource)
        if hop.outcome != "ok":
            text, status = f"{name} could not be deleted from {queue}: {hop.outcome}", Status.REFUSED
        elif hop.facts.get("kept"):
            text, status = (
                f"{name} stays in {queue}: it was deleted with an old receipt handle",
                Status.REFUSED,
            )
        elif hop.facts.get("already_deleted"):
            text, status = f"{name} was deleted again from {queue}", Status.DONE
        else:
            text, status = self._deleted(hop), Status.DONE
            self._story.taken.pop(str(hop.message), None)
        return [at_place(hop, status, text, place=deleter)]

    def _deleted(self, hop: Hop) -> str:
        name, queue = self._story.name(hop.message), label_of(hop.resource)
        request = self._story.callers.cause(hop, "poller-request")
        if request is None:
            return f"{name} is done and was deleted from {queue}"
        deleter = label_of(self._story.callers.receiver(hop)) if "pipe" in request.facts else "Lambda"
        if self._story.callers.cause(request, "filter") is not None:
            return f"{deleter} deleted {name} from {queue}"
        return f"{name} is done; {deleter} deleted it from {queue}"

    def _hide(self, hop: Hop) -> list[Move]:
        name, seconds = self._story.name(hop.message), hop.facts.get("seconds")
        if seconds != 0:
            return [at_place(hop, Status.HIDDEN, f"{name} stays hidden for {seconds} s from now on")]
        holder = self._story.taken.pop(str(hop.message), hop.resource)
        text = f"{name} was given back to {label_of(hop.resource)} at once"
        return [between(hop, holder, hop.resource, Status.RETURNED, text)]

    def _expire(self, hop: Hop) -> list[Move]:
        name = self._story.name(hop.message)
        text = f"{name} expired in {label_of(hop.resource)}: its retention ended"
        return [at_place(hop, Status.DROPPED, text)]

    def _purge(self, hop: Hop) -> list[Move]:
        if hop.message is None:
            return []
        cause = self._story.callers.cause(hop, "purge")
        reason = "it was purged" if cause is None else str(cause.facts.get("reason"))
        text = f"{self._story.name(hop.message)} is gone from {label_of(hop.resource)}: {reason}"
        return [at_place(hop, Status.DROPPED, text)]

    # ---- calls

    def _api_call(self, hop: Hop) -> list[Move]:
        """A call that was refused, or a receive that brought nothing; all others show by what they did."""
        queue = hop.facts.get("on")
        if not isinstance(queue, str) or hop.facts.get("abandoned"):
            return []
        operation = hop.resource.rpartition(":")[2]
        caller = self._story.callers.caller(hop, "consumer" if operation in _CONSUMING else "producer")
        if hop.outcome not in {"ok", "waits"}:
            text = f"{label_of(queue)} refused {operation} of {label_of(caller)}: {hop.outcome}"
            return [between(hop, caller, queue, Status.REFUSED, text)]
        if operation == "ReceiveMessage" and hop.outcome == "ok" and hop.number not in self._brought:
            return [self._empty_receive(hop, queue, caller)]
        return []

    def _empty_receive(self, hop: Hop, queue: str, caller: str) -> Move:
        ended = whole_fact(hop, "ended_at", hop.time)
        waited = f" for {duration(ended - hop.time)}" if ended > hop.time else ""
        text = f"{label_of(caller)} asked {label_of(queue)}{waited} in vain: it got nothing"
        return between(hop, queue, caller, Status.EMPTY, text, time=ended)


def _verb_of(sender: Kind, taker: Kind) -> str:
    """What a sender did when a FIFO queue or a FIFO topic found that it had the message already."""
    if taker is Kind.FIFO_TOPIC:
        return "published"
    return "delivered" if sender is Kind.FIFO_TOPIC else "sent"
