"""Ctrl-C at safe places only.

Python raises KeyboardInterrupt between any two byte codes of the main thread: after a lock was taken but
before that was noted, between the two halves of a change. While the main thread is inside the simulation,
Ctrl-C is therefore only noted. The kernel raises it where a cell waits, or else on the way out, when every
field is in order again. So a call of moto, or the opening of a lab, happens whole or is not begun.

Signals are a matter of the main thread, which alone receives them; on other threads nothing is to be held.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class CtrlC:
    """Holds Ctrl-C back from the main thread while it must not be torn out of what it does."""

    def __init__(self) -> None:
        self._depth = 0
        self._handler: Callable[..., Any] | None = None
        self._noted = False

    def hold(self) -> None:
        """From here until `release`, note Ctrl-C. Holds can be nested."""
        if not on_main_thread():
            return
        if self._depth == 0:
            self._noted = False
            handler = signal.getsignal(signal.SIGINT)
            if callable(handler):  # else Ctrl-C is ignored, or ends the process without asking Python
                # First remembered, then replaced: from the call on, an interrupt can no longer get between.
                self._handler = handler
                signal.signal(signal.SIGINT, self._note)
        self._depth += 1

    def release(self) -> None:
        """End a hold.

        Raises:
            KeyboardInterrupt: it was the outermost one, and Ctrl-C was pressed meanwhile.
        """
        if not on_main_thread():
            return
        self._depth -= 1
        if self._depth:
            return
        if self._handler is not None:
            handler, self._handler = self._handler, None
            signal.signal(signal.SIGINT, handler)
        if self.take():
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold during a block; KeyboardInterrupt, if any, comes at its end."""
        self.hold()
        try:
            yield
        finally:
            self.release()

    def pressed(self, thread_ident: int | None) -> bool:
        """Whether an interrupt is noted for a thread; it can only be for the main one."""
        return self._noted and thread_ident == threading.main_thread().ident

    def take(self) -> bool:
        """Whether an interrupt was noted; it is from now on the caller's to raise."""
        noted, self._noted = self._noted, False
        return noted

    def _note(self, _number: int, _frame: object) -> None:
        self._noted = True


def on_main_thread() -> bool:
    """Whether this is the thread of the cells, the one that gets signals."""
    return threading.get_ident() == threading.main_thread().ident


ctrl_c = CtrlC()
"""One a process, as there is one main thread."""
