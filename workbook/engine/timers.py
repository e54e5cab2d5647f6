"""The future: timers in the order in which they will happen.

Order is by instant, then by who asked first. Cancelled timers stay in the heap until they surface or
until they are the majority, so cancelling is cheap and memory stays bounded.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from workbook.engine.tasks import Timer

_COMPACT_ABOVE = 256


class Timers:
    """A heap of timers that knows how many of them are work and how many go on for ever."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._sequence = itertools.count()
        self._cancelled = 0
        self.work = 0
        """How many live timers count as work, that is, are not daemons."""

    def add(self, instant: int, callback: Callable[[], object], *, daemon: bool) -> Timer:
        """Let `callback` happen at `instant`."""
        timer = Timer(instant, callback, daemon=daemon, cancel=self._forget)
        heapq.heappush(self._heap, (instant, next(self._sequence), timer))
        self.work += not daemon
        return timer

    def next_instant(self) -> int | None:
        """When the next live timer is due, or None."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
            self._cancelled -= 1
        return self._heap[0][0] if self._heap else None

    def peek(self) -> int | None:
        """As `next_instant`, but changes nothing: for those who look on from another thread."""
        live = [instant for instant, _, timer in list(self._heap) if not timer.cancelled]
        return min(live, default=None)

    def pop(self) -> Timer | None:
        """Take the next live timer out, or return None when nothing is left to happen."""
        if self.next_instant() is None:
            return None
        timer = heapq.heappop(self._heap)[2]
        timer.cancelled = True
        self.work -= not timer.daemon
        return timer

    def clear(self) -> None:
        """Forget the whole future."""
        for _, _, timer in self._heap:
            timer.cancelled = True
        self._heap.clear()
        self._cancelled = self.work = 0

    def _forget(self, timer: Timer) -> None:
        self.work -= not timer.daemon
        self._cancelled += 1
        if self._cancelled > _COMPACT_ABOVE and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if not entry[2].cancelled]
            heapq.heapify(self._heap)
            self._cancelled = 0
