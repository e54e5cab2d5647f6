"""Everything that a picture of a trace shows, found once and kept: pictures only choose how to draw it.

hops ──> Wiring ─────────────> System     who and what there is
  ├────> letters
  └────> changes ──> Narrator ─> moves ──> Timeline
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from workbook.engine.hop import Hop
from workbook.flow.contents import Change, changes_of
from workbook.flow.messages import Letter, letters_of
from workbook.flow.moves import Move
from workbook.flow.narrator import Narrator
from workbook.flow.resources import YOU, Kind, kind_of
from workbook.flow.system import System, system_of
from workbook.flow.timeline import Timeline, timeline_of
from workbook.flow.ways import Ways
from workbook.flow.wiring import Wiring

if TYPE_CHECKING:
    from workbook.flow.tallies import Tally


@dataclass(frozen=True)
class Scene:
    """What happened in a lab until the instant `now` (microseconds)."""

    hops: tuple[Hop, ...]
    """All hops of the trace, from the first."""
    now: int
    wiring: Wiring
    letters: dict[str, Letter]
    changes: tuple[Change, ...]
    """Of all queues, whatever is selected: contents are shown whole."""
    moves: tuple[Move, ...]
    """Those that are shown."""
    narrowed: bool = False
    """Whether only a part of the trace is shown."""
    places: tuple[str, ...] = ()
    """Nodes that are shown in a part even where nothing moves."""

    @classmethod
    def of(cls, hops: Sequence[Hop], now: int) -> Scene:
        """Everything that `hops` tell."""
        wiring, letters, changes = Wiring.of(hops), letters_of(hops), changes_of(hops, now)
        moves = _without_idle_alarms(Narrator(hops, wiring, letters).moves(changes), wiring)
        return cls(tuple(hops), now, wiring, letters, tuple(changes), tuple(moves))

    def narrowed_to(self, shown: Callable[[Move], bool], places: Iterable[str] = ()) -> Scene:
        """The same with only those moves for which `shown` is true, and the nodes that they touch.

        `places` are shown even where no move touches them.
        """
        moves = tuple(move for move in self.moves if shown(move))
        return replace(self, moves=moves, narrowed=True, places=tuple(places))

    @property
    def start(self) -> int:
        """When it begins: at the first move, or where nothing moves, at the first hop."""
        if self.narrowed and self.moves:
            return self.moves[0].time
        return self.hops[0].time if self.hops else self.now

    @cached_property
    def system(self) -> System:
        """The nodes and lines that are shown."""
        if not self.narrowed:
            return system_of(self.wiring, self.moves)
        places = dict.fromkeys(place for move in self.moves for place in move.line)
        places.update(dict.fromkeys(self.places))
        return system_of(self.wiring.lines_after(self.start), self.moves, places)

    @cached_property
    def ways(self) -> Ways:
        """Which line each move belongs to."""
        lines = frozenset((line.source, line.target) for line in self.system.lines)
        return Ways.of(self.hops, self.moves, lines)

    @cached_property
    def tallies(self) -> dict[int, dict[tuple[str, str], Tally]]:
        """What was counted on each line until an instant (microseconds), by that instant (see `tallies`)."""
        return {}

    @cached_property
    def timeline(self) -> Timeline:
        """When each move is shown."""
        return timeline_of(self.moves, self.start, self.now)


def _without_idle_alarms(moves: Sequence[Move], wiring: Wiring) -> list[Move]:
    """All moves but those of alarms that did nothing yet: these are no nodes (see `Wiring.places`)."""
    acting = wiring.alarms_behind(move.source for move in moves if not move.at_place)
    return [move for move in moves if move.source in acting or kind_of(move.source) is not Kind.ALARM]


__all__ = ["YOU", "Scene"]
