"""Keeps a live picture up with the trace, without slowing down what it shows.

    hop, hop, hop ... ──> is it time? ──no──> remember that something is new
                              │ yes                     │
                              v                         v
                           update              end of the cell: update

Real time is read here, which nothing in the simulation may do: how often a person's screen is brought up to
date is a matter of that person's time, and no outcome depends on it. An update comes at most five times a
second, and never takes more than a fifth of the time: what is slow to draw is drawn more rarely.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from workbook.flow.notebook import shell_of_this_kernel

PAUSE = 0.2
"""Seconds of real time between two updates, at least."""
SHARE = 4
"""An update is followed by a pause of so many times its own length, at least."""


class Follower:
    """Calls `update` when there is something new and it is time.

    Whoever wants to be followed holds the follower; traces and the shell hold it weakly.

    Args:
        update: Brings the picture up to date; what it raises is its own affair to show.
        wanted: Whether anybody sees the picture.
        now: AWS's time; it may pass without a hop, and timeouts end in it.
        clock: Real time in seconds.
    """

    def __init__(
        self,
        update: Callable[[], None],
        wanted: Callable[[], bool],
        now: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._update = update
        self._wanted = wanted
        self._now = now
        self._clock = clock
        self._shown_until = now()
        self._not_before = clock() + PAUSE
        self._one_at_a_time = threading.Lock()
        self._timer: threading.Timer | None = None
        self._heard = False
        """Whether hops came since the last `refresh`. An update amid them may have seen them unfinished."""
        self.in_cell = True
        """Whether a cell runs, whose end will bring the last update."""

    @property
    def late(self) -> bool:
        """Whether there may be something that is not shown yet."""
        return self._heard or self._now() != self._shown_until

    def hear(self) -> None:
        """Something happened."""
        self._heard = True
        if not self._wanted():
            return
        if self._clock() >= self._not_before and not self._one_at_a_time.locked():
            self._update_now()
        elif not self.in_cell:
            self._refresh_soon()

    def catch_up(self) -> None:
        """Update now if there is anything new and anybody sees it."""
        if self.late and self._wanted():
            self.refresh()

    def refresh(self) -> None:
        """Update now, all hops being finished."""
        self._heard = False
        self._update_now()

    def _update_now(self) -> None:
        with self._one_at_a_time:
            begin = self._clock()
            self._shown_until = self._now()
            self._update()
            end = self._clock()
            self._not_before = end + max(PAUSE, SHARE * (end - begin))

    def _refresh_soon(self) -> None:
        """For callbacks of widgets: when they end, nobody is told."""
        if self._timer is None or not self._timer.is_alive():
            pause = max(PAUSE, self._not_before - self._clock())
            self._timer = threading.Timer(pause, _weakly(self.catch_up))
            self._timer.daemon = True
            self._timer.start()

    # ---- cells

    def watch_cells(self) -> None:
        """Update at the end of each cell of the notebook that this process is the kernel of, if it is one."""
        shell = shell_of_this_kernel()
        if shell is not None:
            _call_weakly(shell.events, "pre_run_cell", self._cell_begins)
            _call_weakly(shell.events, "post_run_cell", self._cell_ends)

    def _cell_begins(self) -> None:
        self.in_cell = True

    def _cell_ends(self) -> None:
        self.in_cell = False
        self.catch_up()


def _weakly(method: Callable[[], None]) -> Callable[[], None]:
    known = weakref.WeakMethod(method)

    def call() -> None:
        living = known()
        if living is not None:
            living()

    return call


def _call_weakly(events: Any, event: str, method: Callable[[], None]) -> None:  # noqa: ANN401 - IPython's
    """Register a method for an event of IPython until its object is gone."""
    known = weakref.WeakMethod(method, lambda _: events.unregister(event, call))

    def call(*_: object) -> None:
        living = known()
        if living is not None:
            living()

    events.register(event, call)
