"""What a sequence draws, each in a row of its own: every move, and who asked for what.

    move                              step
    a message goes somewhere          the same
    delete, hide                      an arrow from whoever asked, to the queue
    a call of a function ends         an arrow back to whoever called
    a long poll is over               an arrow when it began, too
    an event is throttled             a mark at its function: nobody sends it again, it waits there

A step is put where it happened: a message that expired while nobody looked is shown when it expired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workbook.engine.hop import Hop
from workbook.flow.callers import Callers
from workbook.flow.moves import Move, Status
from workbook.flow.resources import label_of
from workbook.flow.scene import Scene
from workbook.flow.sequence_words import short_text
from workbook.flow.tellers import whole_fact


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
    """None for a question that another step answers."""
    text: str
    """A few words."""
    sentence: str
    """What happened, without its full stop."""
    messages: tuple[str, ...]
    """The ids of the messages that it is about."""
    hop: int | None
    """The hop that it shows, None for what time alone does."""
    begins: bool = True
    """Whether it stands where its hop does; False where it shows the end of what its hop began."""

    @property
    def line(self) -> tuple[str, str]:
        """The places between which it goes."""
        return self.source, self.target


def steps_of(scene: Scene, callers: Callers) -> list[Step]:
    """The steps of a scene, in the order in which they happened."""
    maker = _Maker(scene, callers)
    steps = [step for move in scene.moves for step in maker.steps(move)]
    return sorted(steps, key=lambda step: step.time)


class _Maker:
    def __init__(self, scene: Scene, callers: Callers) -> None:
        self._scene = scene
        self._callers = callers
        self._asked: set[int] = set()
        self._received: dict[str, int] = {}

    def steps(self, move: Move) -> Iterator[Step]:
        """The step that shows a move, and before it the question that it answers."""
        if move.hop is None:
            yield self._step(move, None, move.time, move.line)
            return
        hop = self._scene.hops[move.hop - 1]
        yield from self._question(hop)
        if hop.kind == "receive" and hop.message is not None and not hop.facts.get("duplicate"):
            self._received[hop.message] = hop.time
        time = whole_fact(hop, "expired_at", move.time) if hop.kind == "expire" else move.time
        yield self._step(move, hop, time, self._line(move, hop))

    def _line(self, move: Move, hop: Hop) -> tuple[str, str]:
        if hop.kind in {"delete", "hide"}:
            return self._callers.receiver(hop), hop.resource
        if hop.kind == "invoke" and move.at_place and self._answers(hop):
            return move.target, self._callers.sender(hop)
        if hop.kind == "throttle" and self._callers.cause(hop, "enqueue") is not None:
            return move.target, move.target
        return move.line

    def _answers(self, invocation: Hop) -> bool:
        """Whether somebody waits for what the function returns: no poller, and nobody asynchronously."""
        return self._callers.cause(invocation, "batch", "enqueue") is None

    def _step(self, move: Move, hop: Hop | None, time: int, line: tuple[str, str]) -> Step:
        message = move.message
        letter = None if message is None else self._scene.letters[message]
        text = short_text(move, hop, letter, self._received.get(message or ""))
        messages = (message,) if message is not None else () if hop is None else self._batch_of(hop)
        begins = hop is None or time == hop.time or hop.kind == "expire"
        return Step(time, *line, move.status, text, move.text, messages, move.hop, begins)

    def _batch_of(self, hop: Hop) -> tuple[str, ...]:
        """The messages with which a function runs, or would have run."""
        event = self._callers.cause(hop, "enqueue")
        if event is not None and event.message is not None:
            return (event.message,)
        batch = self._callers.cause(hop, "batch")
        found = () if batch is None else (self._scene.hops[cause - 1].message for cause in batch.causes)
        return tuple(dict.fromkeys(message for message in found if message is not None))

    def _question(self, hop: Hop) -> Iterator[Step]:
        """The beginning of the long poll that a hop ends; nothing for the second message that it brought."""
        poll = hop if hop.kind == "api-call" else self._callers.cause(hop, "api-call")
        if poll is None or poll.resource != "sqs:ReceiveMessage" or poll.number in self._asked:
            return
        queue = poll.facts.get("on")
        if whole_fact(poll, "ended_at", poll.time) > poll.time and isinstance(queue, str):
            self._asked.add(poll.number)
            who = self._callers.caller(poll, "consumer")
            sentence = f"{label_of(who)} asked {label_of(queue)} for messages and waited"
            yield Step(poll.time, who, queue, None, "asks, and waits", sentence, (), poll.number)
