"""Which line a move belongs to: its own, or the one on which its message or its call had come.

A message that comes back came back from somewhere; a run that fails was called, or got a batch, from
somewhere. On that line it counts: "12, of which 2 failed and 1 came back". So does an event that Lambda took
and lost: whoever handed it over was answered long before, and sees nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook.engine.hop import Hop
from workbook.flow.moves import Move, Status

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ways:
    """Finds the line of each move of a scene."""

    hops: Sequence[Hop]
    lines: frozenset[Pair]
    """The lines that are shown, from a node to another."""
    calls: Mapping[int, Pair]
    """The line of each call of a function, by its hop."""
    handed_over: Mapping[tuple[str | None, str], Pair]
    """The line on which each event came that a function runs asynchronously, by message and function."""

    @classmethod
    def of(cls, hops: Sequence[Hop], moves: Sequence[Move], lines: frozenset[Pair]) -> Ways:
        """The ways of `moves`, which show `hops` (all of the trace)."""
        calls = {
            move.hop: move.line
            for move in moves
            if move.hop is not None and hops and hops[move.hop - 1].kind == "invoke" and _goes(move)
        }
        handed_over = {
            (move.message, move.target): move.line
            for move in moves
            if move.hop is not None and hops and hops[move.hop - 1].kind == "enqueue"
        }
        return cls(hops, lines, calls, handed_over)

    def line_of(self, move: Move) -> Pair | None:
        """The line on which a move counts, if there is one."""
        pair = move.line if _goes(move) else self._way_here(move)
        return pair if pair in self.lines else None

    def _way_here(self, move: Move) -> Pair | None:
        if move.status is Status.RETURNED:
            return move.target, move.source
        if move.status is Status.DROPPED:
            return self.handed_over.get((move.message, move.source))
        if move.status is not Status.FAILED or move.hop is None:
            return None
        if move.message is None:
            return self.calls.get(move.hop)
        return self.hops[move.hop - 1].resource, move.source


def _goes(move: Move) -> bool:
    return move.calls_itself or (not move.at_place and move.status is not Status.RETURNED)
