"""The system as a graph: who and what there is, and the lines along which messages go.

A line is drawn where a message went or where the wiring says that it would go: an event source mapping whose
queue is empty is a line, too. Lines that lead back (to where a message was before) are feedback.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbook.flow.moves import Move, Status
from workbook.flow.resources import Kind, kind_of
from workbook.flow.wiring import Wiring


class Way(enum.Enum):
    """What kind of line it is; the value is the word for it."""

    CALL = "call"
    RECEIVE = "receive"
    POLL = "poll"
    ROUTE = "route"
    REDRIVE = "dead letters"
    MOVE = "redrive"


@dataclass(frozen=True, slots=True)
class Node:
    """One resource, person or program."""

    place: str
    """Its ARN or name; see `resources`."""
    kind: Kind
    label: str
    dead_letter: bool = False
    """Whether a redrive policy names it."""
    gone: bool = False
    """Whether it has been deleted."""

    @property
    def word(self) -> str:
        """What stands under its name."""
        word = f"dead-letter {self.kind.value}" if self.dead_letter else self.kind.value
        return f"{word}, deleted" if self.gone else word


@dataclass(frozen=True, slots=True)
class Line:
    """A way along which messages go, from a node to another."""

    source: str
    target: str
    way: Way

    @property
    def feedback(self) -> bool:
        """Whether it leads aside or back, not on."""
        return self.way in {Way.REDRIVE, Way.MOVE}


@dataclass(frozen=True, slots=True)
class System:
    """Nodes and lines, each in the order in which they appeared."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]

    def node(self, place: str) -> Node:
        """The node of an ARN or name."""
        return next(node for node in self.nodes if node.place == place)


def system_of(wiring: Wiring, moves: Iterable[Move], places: Iterable[str] | None = None) -> System:
    """What the wiring and the moves show; of all resources, or only of `places` and whom they deal with."""
    lines = _lines_of(wiring, list(moves))
    if places is None:
        shown = dict.fromkeys(wiring.places())
        shown.update(dict.fromkeys(place for line in lines for place in (line.source, line.target)))
    else:
        shown = dict.fromkeys(places)
    kept = [line for line in lines if line.source in shown and line.target in shown]
    return System(tuple(_node(place, wiring) for place in _ordered(shown)), tuple(kept))


def _node(place: str, wiring: Wiring) -> Node:
    history = wiring.settings.get(place)
    gone = bool(history) and history is not None and history[-1].settings is None
    return Node(place, kind_of(place), wiring.label(place), place in wiring.dead_letter_queues, gone)


def _ordered(places: Iterable[str]) -> list[str]:
    """Producers first, then resources as they were made, then consumers: a stable start for the layout."""
    return sorted(places, key=lambda place: {Kind.PRODUCER: 0, Kind.CONSUMER: 2}.get(kind_of(place), 1))


def _lines_of(wiring: Wiring, moves: Sequence[Move]) -> list[Line]:
    lines: dict[tuple[str, str], Line] = {}
    moving = {place for move in moves for place in move.line}
    for pair in wiring.polls:
        lines.setdefault(pair, Line(*pair, Way.POLL))
    for pair in wiring.joints:
        if kind_of(pair[1]) is not Kind.ALARM or (pair[0] in wiring.settings and pair[1] in moving):
            lines.setdefault(pair, Line(*pair, Way.ROUTE))
    for pair in wiring.redrives:
        lines.setdefault(pair, Line(*pair, Way.REDRIVE))
    for move in moves:
        if move.calls_itself or (not move.at_place and move.status is not Status.RETURNED):
            lines.setdefault(move.line, Line(*move.line, _way_of(move)))
    return list(lines.values())


def _way_of(move: Move) -> Way:
    if move.status is Status.DEAD_LETTERED:
        return Way.REDRIVE
    if move.status is Status.REDRIVEN:
        return Way.MOVE
    if kind_of(move.source).is_queue:
        return Way.RECEIVE
    return Way.CALL
