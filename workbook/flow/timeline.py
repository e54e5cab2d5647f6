"""When each move is shown: AWS's time stretched where much happens at once, and folded where nothing does.

    AWS time   |send send receive|            30 s            |receive delete|
    on stage   0 ──── a burst ──── 3.1 ── "30 s later" ── 4.2 ──── a burst ──── 6

What happens within a quarter of a second is a *burst*: its moves follow each other, a little apart, each
after the move that brought its message. Between two bursts lies a *fold*: a short pause, however long it was.
Stage time is in seconds at normal speed. A burst of thousands is played faster, so that none takes minutes.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbook.engine.clock import SECOND
from workbook.flow.durations import duration_text
from workbook.flow.moves import Move

QUIET = SECOND // 4
"""Microseconds without a move after which a burst is over."""
TRAVEL = 1.0
"""Stage seconds from node to node."""
PULSE = 0.6
"""Stage seconds of what happens at a place."""
APART = 0.35
"""Stage seconds from the start of one move to that of the next."""
STREAM = 3.0
"""Stage seconds in which a row of like moves starts, however many they are."""
SHORTEST = 0.2
"""Stage seconds for which even the quickest move can be seen."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A quiet time that is folded away."""

    start: float
    end: float
    text: str
    """ "30 s later"."""


@dataclass
class Timeline:
    """Stage times of the moves of a scene, and AWS's time at each of them."""

    spans: list[tuple[float, float]] = field(default_factory=list)
    """Start and end of each move, in stage seconds."""
    folds: list[Fold] = field(default_factory=list)
    clock: list[tuple[float, int]] = field(default_factory=list)
    """Stage seconds and AWS time (microseconds), both growing; between two of them time runs evenly."""

    @property
    def length(self) -> float:
        """Stage seconds in all."""
        return self.clock[-1][0] if self.clock else 0.0

    def aws_time(self, stage: float) -> int:
        """AWS's time (microseconds) at a stage time."""
        return round(_between([point[0] for point in self.clock], [point[1] for point in self.clock], stage))

    def stage_time(self, instant: int) -> float:
        """The stage time at an instant of AWS's time (microseconds)."""
        return _between([point[1] for point in self.clock], [point[0] for point in self.clock], instant)


def timeline_of(moves: Sequence[Move], start: int, now: int) -> Timeline:
    """Place `moves`, which are in order, on a stage that shows the time from `start` to `now`."""
    timeline = Timeline(clock=[(0.0, start)])
    for burst in _bursts(moves):
        begin = _fold(timeline, burst[0].time)
        offsets = _offsets(burst)
        timeline.spans += [(begin + first, begin + last) for first, last in offsets]
        end = max(last for _, last in timeline.spans[-len(burst) :])
        timeline.clock.append((end, burst[-1].time))
    _fold(timeline, now)
    return timeline


def _fold(timeline: Timeline, instant: int) -> float:
    """Let time pass on the stage until an instant; returns the stage time then."""
    stage, before = timeline.clock[-1]
    quiet = instant - before
    if quiet <= 0:
        return stage
    seconds = quiet / SECOND
    end = stage + min(1.6, max(0.3, 0.8 + 0.2 * math.log10(seconds)))
    if quiet > QUIET:
        timeline.folds.append(Fold(stage, end, f"{duration_text(seconds)} later"))
    timeline.clock.append((end, instant))
    return end


def _bursts(moves: Sequence[Move]) -> Iterator[list[Move]]:
    burst: list[Move] = []
    for move in moves:
        if burst and move.time - burst[-1].time > QUIET:
            yield burst
            burst = []
        burst.append(move)
    if burst:
        yield burst


def _offsets(burst: Sequence[Move]) -> list[tuple[float, float]]:
    """Start and end of the moves of a burst, in stage seconds from its beginning."""
    arrived: dict[str, float] = {}
    free: dict[str, float] = {}
    offsets: list[tuple[float, float]] = []
    start = -APART
    for move, apart in zip(burst, _distances(burst), strict=True):
        begin = start + apart
        if move.message is not None:
            begin = max(begin, free.get(move.message, 0.0))
        else:
            begin = max(begin, arrived.get(move.source, 0.0))
        end = begin + (PULSE if move.at_place else TRAVEL)
        if move.message is not None:
            free[move.message] = end
        if not move.at_place:
            arrived[move.target] = end
        offsets.append((begin, end))
        start = begin
    return _hurried(offsets)


def _distances(burst: Sequence[Move]) -> Iterator[float]:
    """How far apart from the one before each move starts; a long row of like moves becomes a stream."""
    for _, row in itertools.groupby(burst, key=lambda move: (move.line, move.status)):
        alike = list(row)
        yield APART
        for _ in alike[1:]:
            yield min(APART, STREAM / len(alike))


def _hurried(offsets: list[tuple[float, float]]) -> list[tuple[float, float]]:
    length = max(end for _, end in offsets)
    longest = 6 + 2 * math.log2(len(offsets) + 1)
    if length <= longest:
        return offsets
    pace = longest / length
    return [(start * pace, max(end * pace, start * pace + SHORTEST)) for start, end in offsets]


def _between(known: Sequence[float], values: Sequence[float], wanted: float) -> float:
    place = bisect.bisect_right(known, wanted)
    if place == 0:
        return values[0]
    if place == len(known):
        return values[-1]
    left, right = known[place - 1], known[place]
    share = (wanted - left) / (right - left)
    return values[place - 1] + share * (values[place] - values[place - 1])
