"""Long polls that wait for a message, first come, first served.

Each has a signal of its own, so that an arrival wakes one of them and not a thousand. Whoever leaves wakes
the one behind: it either takes what is left or learns that it is now the first, who also keeps an eye on
delays and visibility timeouts that end by themselves.
"""

from __future__ import annotations

from collections import deque

from workbook.engine.kernel import Kernel
from workbook.engine.signals import Signal


class WaitingLine:
    """Who waits at one queue."""

    __slots__ = ("_kernel", "_line", "_name")

    def __init__(self, kernel: Kernel, name: str) -> None:
        """`name` says in errors what is waited for."""
        self._kernel = kernel
        self._name = name
        self._line: deque[Signal] = deque()

    def join(self) -> Signal:
        """Stand at the end of the line; the signal says when to look again."""
        signal = Signal(self._kernel, self._name)
        self._line.append(signal)
        return signal

    def leave(self, signal: Signal) -> None:
        """Step out of the line."""
        was_first = self.is_first(signal)
        self._line.remove(signal)
        if was_first:
            self.wake_first()

    def is_first(self, signal: Signal) -> bool:
        """Whether nobody stands before this one."""
        return bool(self._line) and self._line[0] is signal

    def wake_first(self) -> None:
        """Let the first look again."""
        if self._line:
            self._line[0].notify_all()

    def wake_all(self) -> None:
        """Let all look again: the queue is gone."""
        for signal in list(self._line):
            signal.notify_all()
