"""What stands beside an arrow: a few words, where the sentence of the move would be too long."""

from __future__ import annotations

from collections.abc import Callable

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.durations import duration_text
from workbook.flow.messages import Letter
from workbook.flow.moves import Move, Status
from workbook.flow.tellers import ordinal, whole_fact


def short_text(move: Move, hop: Hop | None, letter: Letter | None, received: int | None) -> str:
    """The few words for a move, the hop that it shows, the message, and when that was received last."""
    if hop is None:
        return _time_alone(move, received)
    tell = _WORDS.get(hop.kind)
    return move.text if tell is None else tell(move, hop, letter)


def _time_alone(move: Move, received: int | None) -> str:
    if move.status is not Status.RETURNED:
        return "the delay is over"
    if received is None:
        return "visible again"
    return f"visible again after {duration_text((move.time - received) / SECOND)}"


def _send(_move: Move, hop: Hop, letter: Letter | None) -> str:
    text = _content(_move, hop, letter)
    available_at = hop.facts.get("available_at")
    return f"delayed {_until(hop, available_at)}: {text}" if isinstance(available_at, int) else text


def _deduplicate(_move: Move, _hop: Hop, _letter: Letter | None) -> str:
    return "dropped: same deduplication id"


def _receive(move: Move, hop: Hop, _letter: Letter | None) -> str:
    if move.status is Status.DUPLICATE:
        return "a second copy"
    count, visible_at = hop.facts.get("receive_count"), hop.facts.get("visible_at")
    text = f"{ordinal(count)} receive" if isinstance(count, int) and count > 1 else "receive"
    return f"{text}, hidden {_until(hop, visible_at)}" if isinstance(visible_at, int) else text


def _return(_move: Move, hop: Hop, _letter: Letter | None) -> str:
    visible_at = hop.facts.get("visible_at")
    if not isinstance(visible_at, int) or visible_at <= hop.time:
        return "not done"
    return f"not done, visible in {_until(hop, visible_at)}"


def _delete(_move: Move, hop: Hop, _letter: Letter | None) -> str:
    if hop.outcome != "ok":
        return f"delete refused: {hop.outcome}"
    if hop.facts.get("kept"):
        return "delete with an old handle: stays"
    return "deleted again" if hop.facts.get("already_deleted") else "delete"


def _hide(move: Move, hop: Hop, _letter: Letter | None) -> str:
    if move.status is Status.RETURNED:
        return "given back, visible again"
    seconds = hop.facts.get("seconds")
    return f"hide {duration_text(seconds)} from now" if isinstance(seconds, int) else "hide longer"


def _dead_letter(_move: Move, hop: Hop, _letter: Letter | None) -> str:
    receives = hop.facts.get("receives")
    return (
        f"dead letter, instead of a {ordinal(receives + 1)} receive"
        if isinstance(receives, int)
        else "dead letter"
    )


def _invoke(move: Move, hop: Hop, _letter: Letter | None) -> str:
    if not move.at_place:
        return "calls"
    ended = hop.facts.get("ended_at")
    if move.time == hop.time and ended != hop.time:
        return "runs"
    if move.status is Status.FAILED:
        retry_at = hop.facts.get("retry_at")
        again = f", again in {_after(retry_at - move.time)}" if isinstance(retry_at, int) else ""
        return f"failed: {hop.outcome}{again}"
    took = whole_fact(hop, "ended_at", hop.time) - hop.time
    return f"ran {duration_text(took / SECOND)}" if took else "ran"


def _api_call(move: Move, hop: Hop, _letter: Letter | None) -> str:
    operation = hop.resource.rpartition(":")[2]
    return f"{operation}: {hop.outcome}" if move.status is Status.REFUSED else "got nothing"


def _throttle(_move: Move, _hop: Hop, _letter: Letter | None) -> str:
    return "throttled"


def _content(_move: Move, _hop: Hop, letter: Letter | None) -> str:
    if letter is None:
        return ""
    group = "" if letter.group_id is None else f"{letter.group_id}: "
    return f"{group}“{letter.gist}”"


def _filter(_move: Move, hop: Hop, _letter: Letter | None) -> str:
    return "no filter lets it through" if "event-source-mapping" in hop.resource else "filtered out"


def _notify(_move: Move, hop: Hop, _letter: Letter | None) -> str:
    return str(hop.facts.get("event", "notifies"))


def _deliver(move: Move, hop: Hop, _letter: Letter | None) -> str:
    attempt = whole_fact(hop, "attempt", 1)
    which = f"{ordinal(attempt)} try" if attempt > 1 else "delivery"
    why = hop.outcome.lower().replace("_", " ")  # NO_PERMISSION, UNAVAILABLE: the trace's words for why
    return which if not move.status.is_failure else f"{which} failed: {why}"


def _request(move: Move, hop: Hop, _letter: Letter | None) -> str:
    """What calls a function is seen twice; when it is asked, its answer is not there yet."""
    method, status = hop.facts.get("method"), hop.facts.get("status", "no answer")
    if "path" not in hop.facts:
        return f"{method}: {status}"
    return f"answers {status}" if move.at_place else f"{method} {hop.facts['path']}"


def _execution(move: Move, hop: Hop, _letter: Letter | None) -> str:
    if move.status is Status.DUPLICATE:
        return "runs once more"
    return f"ended: {hop.facts.get('status')}" if move.at_place else "starts an execution"


_WORDS: dict[str, Callable[[Move, Hop, Letter | None], str]] = {
    "send": _send,
    "deduplicate": _deduplicate,
    "receive": _receive,
    "return": _return,
    "delete": _delete,
    "hide": _hide,
    "dead-letter": _dead_letter,
    "invoke": _invoke,
    "api-call": _api_call,
    "throttle": _throttle,
    "publish": _content,
    "put-event": _content,
    "match": lambda *_: "matches",
    "fire": lambda *_: "fires",
    "notify": _notify,
    "enqueue": lambda *_: "event, to be run later",
    "deliver": _deliver,
    "put-object": lambda *_: "object",
    "delete-object": lambda *_: "delete",
    "tag-object": lambda *_: "tags",
    "start-execution": _execution,
    "enter-state": lambda _move, hop, _letter: f"enters {hop.facts['state']}",
    "fail-state": lambda _move, hop, _letter: f"{hop.facts['state']} failed: {hop.outcome}",
    "issue-token": lambda *_: "waits for a task token",
    "take-task": lambda *_: "takes the task",
    "answer-token": lambda _move, hop, _letter: str(hop.facts["operation"]),
    "redrive-execution": lambda *_: "redrives an execution",
    "put-record": lambda *_: "record",
    "flush": lambda *_: "cannot write",
    "read": lambda *_: "reads",
    "put-log-event": lambda *_: "log",
    "replay": lambda *_: "replay",
    "enrich": _deliver,
    "request": _request,
    "drop": lambda _move, hop, _letter: f"lost: {hop.facts.get('reason')}",
    "expire": lambda *_: "expired",
    "purge": lambda *_: "purged",
    "move": lambda *_: "moved back",
    "filter": _filter,
    "stop": lambda *_: "stopped: it would go round for ever",
}


def _after(microseconds: int) -> str:
    return duration_text(microseconds / SECOND)


def _until(hop: Hop, instant: object) -> str:
    return duration_text((instant - hop.time) / SECOND) if isinstance(instant, int) else ""
