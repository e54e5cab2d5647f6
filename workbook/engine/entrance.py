"""The door of the kernel: one OS thread is inside, the others wait in the order in which they came.

A plain lock is not fair: a thread that calls again and again takes it each time, and a widget's callback
beside it would never get in.
"""

from __future__ import annotations

import threading
from collections import deque

from workbook.engine.interrupts import ctrl_c

_LOOK_EVERY = 0.2
"""Real seconds between two looks for Ctrl-C, where a lock cannot be interrupted (Windows)."""


class Entrance:
    """A lock that is handed over to whoever has waited longest."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._queue: deque[threading.Lock] = deque()

    def acquire(self) -> bool:
        """Wait for the turn of this thread; False when Ctrl-C was pressed first."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        while not turn.acquire(timeout=_LOOK_EVERY):
            if ctrl_c.pressed(threading.get_ident()) and self._leave(turn):
                return False
        return True

    def release(self) -> None:
        """Let the next one in."""
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._taken = False

    def locked(self) -> bool:
        """Whether somebody is inside."""
        return self._taken

    def _leave(self, turn: threading.Lock) -> bool:
        """Wait no more; False when the turn came at the last moment, and is to be taken."""
        with self._guard:
            if turn not in self._queue:
                return False
            self._queue.remove(turn)
            return True
