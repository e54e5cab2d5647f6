"""What a sequence draws, each in a row of its own: every move, and what a move does not show.

    move                                    steps
    a message goes somewhere                one arrow
    delete, hide                            an arrow from whoever asked, to the queue
    a long poll                             an arrow when it begins, and one when it comes back with nothing
    a function runs                         a mark when it begins, one at its end if nothing else shows it
    a call of a function                    an arrow there, and one back with the answer

A step is put where it happened: a message that expired while nobody looked is shown when it expired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbook.engine.clock import SECOND
from workbook.engine.hop import Hop
from workbook.flow.durations import duration_text
from workbook.flow.moves import Move, Status
from workbook.flow.narrator import Narrator
from workbook.flow.resources import label_of, node_of
from workbook.flow.scene import Scene
from workbook.flow.sequence_words import short_text


@dataclass(frozen=True, slots=True)
class Step:
    """One thing in a sequence."""

    time: int
    """Microseconds since the Unix epoch, in AWS time."""
    source: str
    """The place where it begins."""
    target: str
    """The place where it ends; the same for what happens at a place."""
    status: Status | None
    """None where it only begins or ends something whose status another step shows."""
    text: str
    """A few words."""
    sentence: str
    """What happened, without its full stop."""
    messages: tuple[str, ...]
    """The ids of the messages that it is about."""
    hop: int | None
    """The hop that it shows, None for what time alone does."""
    begins: bool = True
    """Whether it stands where its hop is; other steps show the end of what their hop began."""

    @property
    def line(self) -> tuple[str, str]:
        """The places between which it goes."""
        return self.source, self.target


def steps_of(scene: Scene, narrator: Narrator) -> list[Step]:
    """The steps of a scene, in the order in which they happened."""
    maker = _Maker(scene, narrator)
    placed = [
        (step.time, place, step)
        for index, move in enumerate(scene.moves)
        for place, step in maker.steps(index, move)
    ]
    return [step for _, _, step in sorted(placed, key=lambda entry: entry[:2])]


class _Maker:
    """Makes steps; each comes with its place among those of the same instant."""

    def __init__(self, scene: Scene, narrator: Narrator) -> None:
        self._scene = scene
        self._narrator = narrator
        self._asked: set[int] = set()
        self._received: dict[str, int] = {}
        self._shown = {(move.time, move.source) for move in scene.moves}

    def steps(self, index: int, move: Move) -> Iterator[tuple[float, Step]]:
        """The steps that show a move."""
        hop = None if move.hop is None else self._scene.hops[move.hop - 1]
        if hop is None:
            yield index, self._step(move, None)
            return
        for step in self._asking(hop):
            yield index - 0.5, step
        if hop.kind == "invoke":
            yield from self._run(index, move, hop)
        elif move.status is Status.EMPTY:
            yield index + 0.5, self._step(move, hop, time=_whole(hop.facts.get("ended_at"), hop.time))
        elif hop.kind in {"delete", "hide"}:
            yield index, self._step(move, hop, line=(self._narrator.receiver(hop), hop.resource))
        else:
            yield index, self._step(move, hop, time=_whole(hop.facts.get("expired_at"), hop.time))

    def _step(
        self, move: Move, hop: Hop | None, *, time: int | None = None, line: tuple[str, str] | None = None
    ) -> Step:
        message = move.message
        letter = None if message is None else self._scene.letters[message]
        if hop is not None and hop.kind == "receive" and message is not None:
            self._received[message] = hop.time
        text = short_text(move, hop, letter, self._received.get(message or ""))
        when = move.time if time is None else time
        source, target = line or move.line
        messages = () if message is None else (message,)
        begins = hop is None or hop.kind != "api-call" or when == move.time
        return Step(when, source, target, move.status, text, move.text, messages, move.hop, begins)

    def _run(self, index: int, move: Move, hop: Hop) -> Iterator[tuple[float, Step]]:
        """A function begins to run, and ends; that it went well is said only where need be."""
        messages, name = self._batch_of(hop), label_of(move.target)
        if move.at_place:
            begun, status, text = f"{name} began to run with {_many(move.count)}", Status.RUN, "runs"
        else:
            begun, status, text = f"{label_of(move.source)} called {name}", Status.DELIVERED, "calls"
        yield index, Step(move.time, *move.line, status, text, begun, messages, hop.number)
        ended = hop.facts.get("ended_at")
        if not isinstance(ended, int):
            return
        if not move.at_place or hop.outcome != "ok" or (ended, move.target) not in self._shown:
            yield index + 0.5, _end_of(hop, move, messages, ended)

    def _asking(self, hop: Hop) -> Iterator[Step]:
        """The beginning of the long poll that brought a message, or nothing."""
        call = self._call_of(hop)
        if call is None or call.number in self._asked:
            return
        ended, queue = call.facts.get("ended_at"), call.facts.get("on")
        if isinstance(ended, int) and ended > call.time and isinstance(queue, str):
            self._asked.add(call.number)
            who = self._narrator.caller(call, "consumer")
            sentence = f"{label_of(who)} asked {label_of(queue)} for messages and waited"
            yield Step(call.time, who, queue, None, "asks, and waits", sentence, (), call.number)

    def _call_of(self, hop: Hop) -> Hop | None:
        if hop.kind == "api-call" and hop.resource == "sqs:ReceiveMessage" and hop.outcome == "ok":
            return hop
        if hop.kind != "receive":
            return None
        causes = [self._scene.hops[cause - 1] for cause in hop.causes]
        return next((cause for cause in reversed(causes) if cause.kind == "api-call"), None)

    def _batch_of(self, hop: Hop) -> tuple[str, ...]:
        """The messages with which a function runs."""
        hops = self._scene.hops
        batches = [hops[cause - 1] for cause in hop.causes if hops[cause - 1].kind == "batch"]
        found = [hops[cause - 1].message for batch in batches for cause in batch.causes]
        return tuple(dict.fromkeys(message for message in found if message is not None))


def _end_of(hop: Hop, move: Move, messages: tuple[str, ...], ended: int) -> Step:
    failed = hop.outcome != "ok"
    text = f"failed: {hop.outcome}" if failed else "done" if move.at_place else "answers"
    took = duration_text((ended - hop.time) / SECOND)
    sentence = f"{label_of(node_of(hop.resource))} ended after {took}" + (
        f": {hop.outcome}" if failed else ""
    )
    status = Status.FAILED if failed else None
    return Step(ended, move.target, move.source, status, text, sentence, messages, hop.number, begins=False)


def _many(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
