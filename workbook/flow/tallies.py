"""What a picture counts: messages along each line by how they fared, and what each node does at an instant.

What arrived is counted once, whatever became of it afterwards: "12, of which 2 failed and 1 came back".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbook.engine.hop import Hop
from workbook.flow.contents import Counts, counts_at
from workbook.flow.moves import Move, Status
from workbook.flow.resources import node_of
from workbook.flow.scene import Scene

Pair = tuple[str, str]

ARRIVED = frozenset(
    {Status.DELIVERED, Status.RETRIED, Status.DUPLICATE, Status.DEAD_LETTERED, Status.REDRIVEN}
)


@dataclass(slots=True)
class Tally:
    """What went along one line."""

    arrived: int = 0
    """Messages, or calls of a function, that reached its end; each delivery counts."""
    by_status: dict[Status, int] = field(default_factory=dict)
    """The same and all that did not arrive, by how it fared, in the order of `Status`."""

    @property
    def remarks(self) -> dict[Status, int]:
        """What is worth a mark of its own: all but plain deliveries."""
        return {status: count for status, count in self.by_status.items() if status is not Status.DELIVERED}


@dataclass(frozen=True, slots=True)
class Work:
    """What a function or a group of instances does."""

    running: int = 0
    """Invocations that have begun and not ended; instances in service."""
    errors: int = 0
    """Invocations that have failed so far."""


NOTHING = Counts(0, 0, 0)


def tallies_of(scene: Scene, instant: int) -> dict[Pair, Tally]:
    """What went along every line of the scene's system until an instant (microseconds)."""
    tallies = {(line.source, line.target): Tally() for line in scene.system.lines}
    ways = Ways.of(scene)
    for move in scene.moves:
        if move.time > instant:
            continue
        pair = ways.line_of(move)
        if pair is not None:
            _count(tallies[pair], move, on_its_way=pair == move.line)
    for tally in tallies.values():
        tally.by_status = {status: tally.by_status[status] for status in Status if status in tally.by_status}
    return tallies


@dataclass(frozen=True, slots=True)
class Ways:
    """Which line a move belongs to: its own, or the one on which its message or its call had come."""

    hops: Sequence[Hop]
    lines: frozenset[Pair]
    calls: Mapping[int, Pair]
    """The line of each call of a function, by its hop."""

    @classmethod
    def of(cls, scene: Scene) -> Ways:
        """The ways of a scene's moves."""
        calls = {
            move.hop: move.line
            for move in scene.moves
            if move.hop is not None
            and scene.hops
            and scene.hops[move.hop - 1].kind == "invoke"
            and _goes(move)
        }
        lines = frozenset((line.source, line.target) for line in scene.system.lines)
        return cls(scene.hops, lines, calls)

    def line_of(self, move: Move) -> Pair | None:
        """The line on which a move counts, if there is one."""
        if _goes(move):
            return move.line
        pair = self._way_here(move)
        return pair if pair in self.lines else None

    def _way_here(self, move: Move) -> Pair | None:
        if move.status is Status.RETURNED:
            return move.target, move.source
        if move.status is not Status.FAILED or move.hop is None:
            return None
        if move.message is None:
            return self.calls.get(move.hop)
        return self.hops[move.hop - 1].resource, move.source


def _goes(move: Move) -> bool:
    return move.calls_itself or (not move.at_place and move.status is not Status.RETURNED)


def _count(tally: Tally, move: Move, *, on_its_way: bool) -> None:
    tally.by_status[move.status] = tally.by_status.get(move.status, 0) + move.count
    if on_its_way and move.status in ARRIVED:
        tally.arrived += move.count


def contents_of(scene: Scene, instant: int) -> dict[str, Counts]:
    """What each queue that is shown holds at an instant."""
    counts = counts_at(scene.changes, instant)
    return {node.place: counts.get(node.place, NOTHING) for node in scene.system.nodes if node.kind.is_queue}


def work_of(scene: Scene, instant: int) -> dict[str, Work]:
    """What each function and each group of instances does at an instant."""
    running: dict[str, int] = {}
    errors: dict[str, int] = {}
    for hop in scene.hops:
        if hop.time > instant:
            break
        if hop.kind == "invoke":
            place, ended = node_of(hop.resource), hop.facts.get("ended_at")
            if isinstance(ended, int) and ended <= instant:
                errors[place] = errors.get(place, 0) + (hop.outcome != "ok")
            else:
                running[place] = running.get(place, 0) + 1
        elif hop.kind in _STEPS:
            running[hop.resource] = running.get(hop.resource, 0) + _STEPS[hop.kind]
    return {place: Work(running.get(place, 0), errors.get(place, 0)) for place in _all(running, errors)}


_STEPS = {"in-service": 1, "terminate": -1}


def _all(*counts: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(place for some in counts for place in some)
