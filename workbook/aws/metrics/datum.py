"""One published value of a metric, and the sum of values that it is made of.

CloudWatch keeps of many values their count, sum, extremes and, for percentiles, how often each value came.
Percentiles of AWS are close estimates from a histogram; these are exact, which differs in the last digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from workbook.engine.clock import SECOND

MINUTE = 60 * SECOND
"""Microseconds: the resolution of the metrics of AWS's services."""

Dimensions = tuple[tuple[str, str], ...]
"""Names and values, in order of names."""


def dimensions_of(named: Mapping[str, str]) -> Dimensions:
    """Dimensions from names to values, as a metric's identity."""
    return tuple(sorted(named.items()))


class Tally:
    """Values that were put together: their statistics, and how often each occurred."""

    __slots__ = ("counts", "largest", "samples", "smallest", "total")

    def __init__(self, value: float, times: float = 1) -> None:
        """One value, so many times."""
        self.total = value * times
        self.smallest = self.largest = value
        self.samples = times
        self.counts: dict[float, float] | None = {value: times}
        """None where only statistics were given, and the values themselves are unknown."""

    @classmethod
    def of_statistics(cls, total: float, smallest: float, largest: float, samples: float) -> Tally:
        """Values of which only these statistics are known."""
        tally = cls(smallest, samples)
        tally.total, tally.largest, tally.counts = total, largest, None
        # Percentiles are known also where all values are the same.
        if smallest == largest:
            tally.counts = {smallest: samples}
        return tally

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> Tally:
        """Some tallies, at least one, together."""
        first, *rest = tallies
        whole = cls.of_statistics(first.total, first.smallest, first.largest, first.samples)
        whole.counts = None if first.counts is None else dict(first.counts)
        for each in rest:
            whole.merge(each)
        return whole

    def add(self, value: float, times: float = 1) -> None:
        """Put one more value in, so many times."""
        self.total += value * times
        self.samples += times
        self.smallest = min(self.smallest, value)
        self.largest = max(self.largest, value)
        if self.counts is not None:
            self.counts[value] = self.counts.get(value, 0) + times

    def merge(self, other: Tally) -> None:
        """Put all values of another tally in."""
        self.total += other.total
        self.samples += other.samples
        self.smallest = min(self.smallest, other.smallest)
        self.largest = max(self.largest, other.largest)
        if self.counts is None or other.counts is None:
            self.counts = None
            return
        for value, times in other.counts.items():
            self.counts[value] = self.counts.get(value, 0) + times


class Datum(NamedTuple):
    """The values of one metric in one minute, as a service publishes them."""

    namespace: str
    name: str
    dimensions: Dimensions
    begin: int
    """The instant at which the minute began."""
    unit: str
    tally: Tally
