"""What a cell does about the task it waits for: it stops what spins.

Code that neither waits nor calls AWS cannot be asked to give way, so an exception is thrown into its
thread. Only while that runs a learner's code, and not the kernel or a service inside it (that is what
`Task.shielded` counts), for there it would lose the baton, or leave half a change behind. Who presses Ctrl-C
and sees nothing happen for five seconds gets it all the same: then a service is in a loop, which is our bug.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable

from workbook.engine.patience import is_too_long
from workbook.engine.tasks import Interrupted, Stuck, Task
from workbook.engine.tearing import throw_into

_LOOK_EVERY = 0.2
"""Real seconds between two looks of a waiting cell at what runs, and for Ctrl-C."""
_INSIST_EVERY = 0.0001
"""Between two looks at a task that has caught what was thrown at it: sooner or later one hits a place that is
in no `try`, though that may be one byte code in a thousand. The interpreter must switch as often, too."""
_POLITE = 5
"""So many times it is tried at the slower pace, for who is ending may need a moment."""
_DOOMED_LIMIT = 1.0
"""Seconds for a task that has been told to end, at every wait, and goes on."""
_MOST = 12
"""So many times the limit in real time is too long for anybody."""

_FORCE_AFTER = 5.0
"""Real seconds after which Ctrl-C spares nobody."""


class Watch:
    """Looks on while a cell waits for the baton."""

    def __init__(
        self,
        real_time_limit: float,
        clock: Callable[[], float] = time.monotonic,
        processor_clock: Callable[[], float] = time.process_time,
    ) -> None:
        """A task that computes for `real_time_limit` seconds without progress is stuck; infinity: never."""
        self._limit = real_time_limit
        self._clock = clock
        self._processor_clock = processor_clock
        self._progress: tuple[int, int] | None = None
        self._begin()
        self._thrown = 0
        self._switch_interval: float | None = None

    def end(self) -> None:
        """The wait is over."""
        if self._switch_interval is not None:
            sys.setswitchinterval(self._switch_interval)
            self._switch_interval = None

    @property
    def look_after(self) -> float:
        """Real seconds until the next look."""
        return _LOOK_EVERY if self._thrown < _POLITE else _INSIST_EVERY

    def look(self, progress: tuple[int, int], current: Task | None, *, interrupted: bool) -> None:
        """Stop `current` if it spins; `progress` changes whenever tasks or the time have moved."""
        if progress != self._progress:
            self._progress, self._thrown = progress, 0
            self._begin()
        elif interrupted:
            self._throw(current, Interrupted, by_force=self._waited() > _FORCE_AFTER)
        elif current is not None and self._is_too_long(self._patience(current)):
            self._throw(current, Stuck)

    def _begin(self) -> None:
        self._since, self._computed = self._clock(), self._processor_clock()

    def _waited(self) -> float:
        return self._clock() - self._since

    def _patience(self, task: Task) -> float:
        if task.doom is None or self._limit == math.inf:
            return self._limit
        return min(self._limit, _DOOMED_LIMIT)

    def _is_too_long(self, patience: float) -> bool:
        waited = self._waited()
        computed = min(waited, self._processor_clock() - self._computed)  # other threads may compute, too
        return is_too_long(waited, computed, busy=patience, silent=patience, most=_MOST * patience)

    def _throw(self, task: Task | None, error: type[BaseException], *, by_force: bool = False) -> None:
        self._thrown += 1
        if self._thrown == _POLITE and self._switch_interval is None:
            self._switch_interval = sys.getswitchinterval()
            sys.setswitchinterval(_INSIST_EVERY / 10)
        if task is not None:
            throw_into(task, error, by_force=by_force)
