"""What a chart shows, as numbers over AWS time: each changes at instants and keeps its value in between.

Found from the changes of the queues and from the hops, going through each once. A value at an instant is the
one when all that happened at it had happened, as everywhere here.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field

from workbook.engine.clock import SECOND


@dataclass(slots=True)
class Measure:
    """One number over time."""

    name: str
    """What it is, in words: "visible"."""
    column: str
    """What its column in a frame is called: "visible"."""
    times: list[int] = field(default_factory=list)
    """Instants (microseconds) at which it changed, each later than the one before."""
    values: list[int | None] = field(default_factory=list)
    """What it was from then on; for an age, since when (microseconds), and None while there is nothing."""
    is_age: bool = False
    """Whether it grows with time: what is shown are seconds since `values`."""

    def note(self, time: int, value: int | None) -> None:
        """It is `value` from an instant on, which is none before the last one that was noted."""
        if self.times and self.times[-1] == time:
            self.times.pop()
            self.values.pop()
        if not self.values or self.values[-1] != value:
            self.times.append(time)
            self.values.append(value)

    def raw_at(self, instant: int) -> int | None:
        """The value that holds at an instant; before the first, nothing."""
        place = bisect.bisect_right(self.times, instant)
        if place == 0:
            return None if self.is_age else 0
        return self.values[place - 1]

    def at(self, instant: int) -> float | None:
        """What is shown at an instant: a count, or an age in seconds, None while there is nothing."""
        value = self.raw_at(instant)
        return (instant - value) / SECOND if self.is_age and value is not None else value

    def most(self, first: int, last: int) -> float:
        """The largest value between two instants."""
        values = [self.at(first), self.at(last)]
        for place in range(bisect.bisect_right(self.times, first), bisect.bisect_right(self.times, last)):
            values.append(self.at(self.times[place]))
            if self.is_age:  # it is oldest just before it leaves
                before = self.raw_at(self.times[place] - 1)
                values.append(None if before is None else (self.times[place] - before) / SECOND)
        return max((value for value in values if value is not None), default=0)

    @property
    def is_flat(self) -> bool:
        """Whether it never was anything but nothing."""
        return not any(value is not None and (value or self.is_age) for value in self.values)


@dataclass(slots=True)
class Happenings:
    """Instants at which something happened, such as a failed run."""

    name: str
    column: str
    glyph: str
    """The name of the status by which it is drawn."""
    times: list[int] = field(default_factory=list)
    """Microseconds, in order; several at one instant are there several times."""

    def until(self, instant: int) -> int:
        """How many there had been, those at the instant included."""
        return bisect.bisect_right(self.times, instant)

    def between(self, first: int, last: int) -> int:
        """How many there were between two instants, both included."""
        return bisect.bisect_right(self.times, last) - bisect.bisect_left(self.times, first)


def counted(name: str, column: str, spans: Iterable[tuple[int, int | None]]) -> Measure:
    """How many of these spans (first instant, last instant or None) there were at a time."""
    steps: list[tuple[int, int]] = []
    for begin, end in spans:
        steps.append((begin, 1))
        if end is not None:
            steps.append((end, -1))
    measure, number = Measure(name, column), 0
    for time, step in sorted(steps):
        number += step
        measure.note(time, number)
    return measure
