"""What a picture counts: messages along each line by how they fared, and what each node does at an instant.

What arrived is counted once, whatever became of it afterwards: "12, of which 2 failed and 1 came back".
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

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
    """What a function, a state machine or a group of instances does."""

    running: int = 0
    """Invocations or executions that have begun and not ended; instances in service."""
    errors: int = 0
    """Invocations or executions that have failed so far; programs on instances that ended with an error."""


RUNS = frozenset({"invoke", "start-execution", "redrive-execution"})
"""Kinds of hops that begin something that runs, and are amended when it ends."""
ENDED_WELL = frozenset({"ok", "ABORTED"})
"""Outcomes of what ran that are no errors: somebody wanted the execution to end."""
NOTHING = Counts(0, 0, 0)


def tallies_of(scene: Scene, instant: int) -> dict[Pair, Tally]:
    """What went along every line of the scene's system until an instant (microseconds).

    A picture is drawn wide and narrow and told in words, all of which count the same.
    """
    if instant not in scene.tallies:
        scene.tallies[instant] = _counted(scene, instant)
    return scene.tallies[instant]


def _counted(scene: Scene, instant: int) -> dict[Pair, Tally]:
    tallies = {(line.source, line.target): Tally() for line in scene.system.lines}
    for move in scene.moves:
        if move.time > instant:
            continue
        pair = line_of(move, scene, tallies)
        if pair is not None:
            _count(tallies[pair], move, on_its_way=pair == move.line)
    for tally in tallies.values():
        tally.by_status = {status: tally.by_status[status] for status in Status if status in tally.by_status}
    return tallies


def line_of(move: Move, scene: Scene, lines: Container[Pair]) -> Pair | None:
    """Which of `lines` a move counts on, if it counts on any: see `Ways`."""
    pair = scene.ways.line_of(move)
    return pair if pair in lines else None


def _count(tally: Tally, move: Move, *, on_its_way: bool) -> None:
    tally.by_status[move.status] = tally.by_status.get(move.status, 0) + move.count
    if on_its_way and move.status in ARRIVED:
        tally.arrived += move.count


def contents_of(scene: Scene, instant: int) -> dict[str, Counts]:
    """What each queue that is shown holds at an instant."""
    counts = counts_at(scene.changes, instant)
    return {node.place: counts.get(node.place, NOTHING) for node in scene.system.nodes if node.kind.is_queue}


def work_of(scene: Scene, instant: int) -> dict[str, Work]:
    """What each function, state machine and group of instances does at an instant."""
    running: dict[str, set[object]] = {}
    errors: dict[str, int] = {}
    for hop in scene.hops:
        if hop.time > instant:
            break
        place = node_of(hop.resource)
        if hop.kind in RUNS:
            ended = hop.facts.get("ended_at")
            if not isinstance(ended, int) or ended > instant:
                running.setdefault(place, set()).add(hop.number)
            elif hop.outcome not in ENDED_WELL:
                errors[place] = errors.get(place, 0) + 1
        elif hop.kind == "in-service":
            running.setdefault(place, set()).add(hop.facts.get("instance"))
        elif hop.kind == "terminate":
            running.setdefault(place, set()).discard(hop.facts.get("instance"))
        elif hop.kind == "fail":
            errors[place] = errors.get(place, 0) + 1
    places = dict.fromkeys([*running, *errors])
    return {place: Work(len(running.get(place, ())), errors.get(place, 0)) for place in places}
