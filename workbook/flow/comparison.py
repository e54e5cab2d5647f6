"""Two runs beside each other, and the first thing in which they differ.

    first run                      second run
    1  you sent message 1          1  you sent message 1
    2  you received message 1      2  you received message 1
    3  message 1 came back         3  message 1 is done              <- the first difference

Ids differ between any two runs. What is compared is what a spectator sees: which message by its number, from
where to where, how it fared, and how long after the start.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from workbook.engine.clock import SECOND
from workbook.flow.bundle import Picture
from workbook.flow.durations import duration_text
from workbook.flow.flow import Flow
from workbook.flow.moves import Move
from workbook.flow.picture import draw
from workbook.flow.prose import remains
from workbook.flow.resources import kind_of
from workbook.flow.scene import Scene
from workbook.flow.settings import differing_settings
from workbook.flow.side_by_side import Panel, beside, stacked
from workbook.flow.timeline import QUIET

WIDE = 960.0
"""Units for two pictures beside each other."""
SAME_TIME = QUIET / SECOND
"""Seconds by which moves may lie apart and still be the same: those of a burst are shown as one.

A call that only looks takes a millisecond, and starts of functions are never equally fast.
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that happened in one run and not in the other."""

    number: int
    """Its place among what happened, from 1."""
    one: Move | None
    """What the one run shows there; None where it is over."""
    other: Move | None
    """What the other run shows there."""


def first_difference(one: Flow, other: Flow, tolerance: float = SAME_TIME) -> Difference | None:
    """The first place at which two runs differ; times within `tolerance` seconds are the same.

    Times count from the first move, since what is set up before it is another matter.
    """
    moves = itertools.zip_longest(one.moves, other.moves)
    begin = [flow.moves[0].time if flow.moves else 0 for flow in (one, other)]
    for number, (here, there) in enumerate(moves, start=1):
        if here is None or there is None:
            return Difference(number, here, there)
        late = abs((here.time - begin[0]) - (there.time - begin[1]))
        if late > tolerance * SECOND or _sight(here, one.scene) != _sight(there, other.scene):
            return Difference(number, here, there)
    return None


def _sight(move: Move, scene: Scene) -> tuple[object, ...]:
    """What a spectator sees of a move, but for its time."""
    letter = scene.letters.get(move.message) if move.message is not None else None
    ends = [(kind_of(place), scene.wiring.label(place)) for place in move.line]
    return (letter.number if letter else None, *ends, move.status, move.count, move.hop is None)


class Comparison(Picture):
    """Two flows beside each other; made by `Flow.compare`.

    Args:
        one: The one run.
        other: The other.
        names: What to call them.
        tolerance: Seconds by which the same move may be earlier or later in one of them.
        width: Units that both may take beside each other; below 700 they are stacked.
    """

    def __init__(
        self,
        one: Flow,
        other: Flow,
        *,
        names: tuple[str, str] = ("first run", "second run"),
        tolerance: float = SAME_TIME,
        width: float = WIDE,
    ) -> None:
        self.one = one
        self.other = other
        self.names = names
        self.width = width
        self.tolerance = tolerance
        self.difference = first_difference(one, other, tolerance)

    def narrow(self) -> Comparison:
        """The same for a narrow window: one picture above the other."""
        return Comparison(self.one, self.other, names=self.names, tolerance=self.tolerance, width=464)

    def _draw(self) -> str:
        difference = self.difference
        one = self._panel(self.one, self.names[0], difference.one if difference else None)
        other = self._panel(self.other, self.names[1], difference.other if difference else None)
        arrange = stacked if self.width < 700 else beside
        return arrange((one, other), self._verdict(), "Two flows of messages")

    def _panel(self, flow: Flow, name: str, move: Move | None) -> Panel:
        room = self.width if self.width < 700 else (self.width - 16) / 2
        picture = draw(
            flow.scene,
            instant=flow.instant,
            caption=flow.caption,
            width=room,
            marked=None if move is None else place_of(move, flow.scene),
        )
        return Panel(name, picture, self._said(flow, move))

    def _said(self, flow: Flow, move: Move | None) -> str:
        if self.difference is None:
            return ""
        return "Nothing more happens." if move is None else f"{_when(move, flow.scene)}: {move.text}."

    def _verdict(self) -> str:
        if self.difference is None:
            return f"No difference: {_things(len(self.one.moves))} happened in both."
        same = self.difference.number - 1
        return f"The first difference comes after {_things(same)} that happened in both."

    def _describe(self) -> str:
        lines = [f"Two flows of messages: {self.names[0]} and {self.names[1]}.", self._verdict()]
        if self.difference is not None:
            pairs = ((self.one, self.difference.one), (self.other, self.difference.other))
            for name, (flow, move) in zip(self.names, pairs, strict=True):
                said = self._said(flow, move)
                lines.append(f"{name}: {said[0].lower()}{said[1:]}")
        lines += differing_settings(self.one.scene, self.other.scene, self.names)
        for name, flow in zip(self.names, (self.one, self.other), strict=True):
            wrong = sum(move.status.is_failure for move in flow.moves)
            rest = " ".join(remains(flow.scene, flow.instant))
            lines.append(f"At the end of {name}: {_things(wrong)} went wrong. {rest}".rstrip())
        return "\n".join(lines)


def place_of(move: Move, scene: Scene) -> tuple[str, str]:
    """Where a picture shows a move: the ends of a line of its system, or a node twice."""
    return scene.ways.line_of(move) or (move.source, move.source)


def _when(move: Move, scene: Scene) -> str:
    return f"After {duration_text((move.time - scene.start) / SECOND)}"


def _things(count: int) -> str:
    return "1 thing" if count == 1 else f"{count} things"
