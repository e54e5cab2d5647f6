"""When, on the stage, a change is to be seen: contents of queues, functions at work.

    the move that shows it       |------------->|
    leaves where it was          ^ at its beginning
    is where it goes                            ^ at its end

A picture is looked at in two ways, so a cue has two answers. While it plays, what counts is stage time. Who
steps from hop to hop wants the state after exactly this hop, although others happened at the same instant of
AWS's time: then what counts is the move with which a change is told.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from typing import NamedTuple

from workbook.engine.hop import Hop
from workbook.flow.contents import Change, Where
from workbook.flow.resources import node_of
from workbook.flow.scene import Scene
from workbook.flow.tallies import ENDED_WELL, RUNS


class Cue(NamedTuple):
    """When something is to be seen."""

    stage: float
    """In stage seconds."""
    told: int
    """The index of the move with which it is told; that of none where it comes after the last."""


class Run(NamedTuple):
    """A function that works on an event, or an instance of a group that is in service."""

    place: str
    begin: Cue
    end: Cue | None
    """None: it goes on."""
    failed: bool


class Cues:
    """Finds the cues of one scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._timeline = scene.timeline
        self._times = [move.time for move in scene.moves]
        self._first: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._of_time: dict[tuple[str | None, int], int] = {}
        for index, move in enumerate(scene.moves):
            if move.hop is None:
                self._of_time[move.message, move.time] = index
            else:
                self._first.setdefault(move.hop, index)
                self._last[move.hop] = index

    # ---- contents

    def changes(self) -> list[tuple[Cue, Change]]:
        """Every change with its cue, in the order of the stage; those of one message stay in their order."""
        placed: list[tuple[Cue, Change]] = []
        last: dict[str, Cue] = {}
        for change in self._scene.changes:
            cue = _not_before(last.get(change.message), self._of_change(change))
            last[change.message] = cue
            placed.append((cue, change))
        placed.sort(key=lambda pair: pair[0].stage)
        return placed

    def _of_change(self, change: Change) -> Cue:
        if change.hop is None:
            index = self._of_time.get((change.message, change.time))
        else:
            index = self._first.get(change.hop)
        # An expiry is told when it is noticed, which may be later than it happened.
        if index is None or self._times[index] != change.time:
            return self._of_instant(change.time)
        begin, end = self._timeline.spans[index]
        arrives = change.state in {Where.VISIBLE, Where.DELAYED}
        return Cue(end if arrives else begin, index)

    def _of_instant(self, instant: int) -> Cue:
        """For what no move shows: told with the last move of this instant, or else with the next one."""
        last = bisect.bisect_right(self._times, instant) - 1
        told = last if last >= 0 and self._times[last] == instant else last + 1
        return Cue(self._timeline.stage_time(instant), told)

    # ---- work

    def runs(self) -> Iterator[Run]:
        """Every invocation, every execution, and every time that an instance was in service."""
        serving: dict[object, Hop] = {}
        for hop in self._scene.hops:
            if hop.kind in RUNS:
                yield self._invocation(hop)
            elif hop.kind == "in-service":
                serving[hop.facts.get("instance")] = hop
            elif hop.kind == "terminate" and (began := serving.pop(hop.facts.get("instance"), None)):
                yield Run(hop.resource, self._begin(began), self._begin(hop), failed=False)
        for began in serving.values():
            yield Run(began.resource, self._begin(began), None, failed=False)

    def _invocation(self, hop: Hop) -> Run:
        """It is told when it begins, if it takes its time, and when it ends; see `FunctionTeller`."""
        ended, failed = hop.facts.get("ended_at"), hop.outcome not in {*ENDED_WELL, "waits"}
        if not isinstance(ended, int):
            return Run(node_of(hop.resource), self._begin(hop), None, failed)
        index = self._last.get(hop.number)
        if index is None or self._times[index] != ended:
            end = self._of_instant(ended)
        else:
            end = Cue(self._timeline.spans[index][1], index)
        return Run(node_of(hop.resource), self._begin(hop), end, failed)

    def _begin(self, hop: Hop) -> Cue:
        index = self._first.get(hop.number)
        if index is None:
            return self._of_instant(hop.time)
        begin, end = self._timeline.spans[index]
        return Cue(begin if self._scene.moves[index].at_place else end, index)


def _not_before(earlier: Cue | None, cue: Cue) -> Cue:
    return cue if earlier is None else Cue(max(earlier.stage, cue.stage), max(earlier.told, cue.told))
