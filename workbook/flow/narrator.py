"""Makes moves of all hops, and says each in a sentence.

The sentences are the one account of what happened: panels, details and text alternatives use them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbook.engine.hop import Hop
from workbook.flow.callers import Callers
from workbook.flow.contents import Change
from workbook.flow.delivery_teller import DeliveryTeller
from workbook.flow.function_teller import FunctionTeller
from workbook.flow.group_teller import GroupTeller
from workbook.flow.messages import Letter
from workbook.flow.moves import Move, Status
from workbook.flow.queue_teller import QueueTeller
from workbook.flow.request_teller import RequestTeller
from workbook.flow.state_teller import StateTeller
from workbook.flow.storage_teller import StorageTeller
from workbook.flow.tellers import Story, Tell
from workbook.flow.wiring import Wiring

Placed = tuple[int, float, Move]
"""A move with what puts it in order: its time, and the hop at or after which it comes."""


class Narrator:
    """Tells the hops of one trace; `hops` is all of it, from the first."""

    def __init__(self, hops: Sequence[Hop], wiring: Wiring, letters: Mapping[str, Letter]) -> None:
        story = Story(hops, wiring, letters, Callers(hops, wiring))
        self._hops = hops
        self._letters = letters
        self._tokens: defaultdict[object, list[str]] = defaultdict(list)
        for hop in hops:
            if hop.kind == "issue-token" and hop.message is not None:
                self._tokens[hop.facts["execution"]].append(hop.message)
        deliveries = DeliveryTeller(story)
        self._queues = QueueTeller(story, deliveries)
        self._tells: dict[str, Tell] = {
            **deliveries.tells(),
            **RequestTeller(story).tells(),
            **StorageTeller(story).tells(),
            **StateTeller(story).tells(),
            **self._queues.tells(),
            **FunctionTeller(story, deliveries).tells(),
            **GroupTeller(story).tells(),
        }

    def moves(self, changes: Iterable[Change]) -> list[Move]:
        """Every move, in the order in which they happened; `changes` tells which timeouts ended.

        A hop is written when something begins; a move that shows its end comes later in this order.
        """
        return [move for _, _, move in sorted(self._placed(changes), key=lambda placed: placed[:2])]

    def _placed(self, changes: Iterable[Change]) -> Iterator[Placed]:
        ended = [change for change in changes if change.hop is None]
        ended.reverse()
        for hop in self._hops:
            while ended and ended[-1].after < hop.number:
                yield self._come_back(ended.pop())
            tell = self._tells.get(hop.kind)
            if tell is not None:
                yield from ((move.time, self._order(hop, move), move) for move in tell(hop))
        while ended:
            yield self._come_back(ended.pop())

    def _order(self, hop: Hop, move: Move) -> float:
        """The end of an execution comes after all that it did, and after the answer that it waited for."""
        ends = move.at_place and move.status is not Status.DUPLICATE
        if hop.kind == "start-execution" and ends and hop.message is not None:
            own = (hop.message, *self._tokens.get(hop.message, ()))
            return max(max(self._letters[name].hops) for name in own) + 0.25
        return hop.number

    def _come_back(self, change: Change) -> Placed:
        return change.time, change.after + 0.5, self._queues.come_back(change)
