"""The way in: a cell, a widget's callback or a learner's thread becomes the root task while it is inside.

    with kernel:      the thread waits for its turn, is the root task in the block, and goes out at its end

Tasks enter as well, whenever they call the kernel. They are inside already; for them it only means that
nothing may be thrown into them until they are out again.
"""

from __future__ import annotations

import os
import threading
import time
from types import TracebackType
from typing import Self

from workbook.engine.interrupts import ctrl_c, on_main_thread
from workbook.engine.scheduler import Scheduler
from workbook.engine.tasks import Closed, ForkedAway, Task
from workbook.engine.tearing import take_back


class Entering(Scheduler):
    """A scheduler that one thread at a time can enter from outside."""

    def __enter__(self) -> Self:
        """Enter from any OS thread; others wait outside, in the order in which they came.

        Raises:
            Closed: the kernel was closed while this thread waited for its turn.
            ForkedAway: this is another process than the one that made it.
            RuntimeError: a signal handler called while its thread waits inside already.
        """
        me = threading.get_ident()
        if self._workers.is_worker(me):
            task = self._running()
            task.shielded += 1
            if task.thrown:
                take_back(task.thread, None)
                task.thrown = False
        elif self._root_thread != me:
            self._come_in(me)
        elif self._current is not self._root:
            message = "this thread waits inside the lab already; a signal handler cannot call it meanwhile"
            raise RuntimeError(message)
        else:
            self._depth += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._workers.is_worker(threading.get_ident()):
            self._running().shielded -= 1
            return
        self._depth -= 1
        if self._depth == 0:
            self._go_out()

    @property
    def forked_away(self) -> bool:
        """Whether this is a copy in a process that was made by fork."""
        return os.getpid() != self._process

    @property
    def closed(self) -> bool:
        """Whether it has come to its end."""
        return self._closed

    def _come_in(self, me: int) -> None:
        if self.forked_away:
            message = (
                "the lab lives in the process that made it. This is another one, made by fork: what it sent "
                "would reach nobody. Use threads, or call lab.close() here and make a Lab of its own."
            )
            raise ForkedAway(message)
        ctrl_c.hold()
        if not self._entrance.acquire():
            ctrl_c.release()  # raises KeyboardInterrupt: it was pressed while waiting
        if self._closed:
            self._entrance.release()
            ctrl_c.release()
            message = "the lab was closed or reset while this call waited for its turn"
            raise Closed(message)
        self._root_thread = me
        self._current = self._root = _root_task()
        self._depth = 1

    def _go_out(self) -> None:
        interruption, self._interruption = self._interruption, None
        self._root = self._root_thread = self._current = None
        self._entrance.release()
        _give_way_to_the_cell()
        ctrl_c.release()
        if interruption is not None:
            raise interruption


def _give_way_to_the_cell() -> None:
    """On a thread that a learner started: let the main thread have the interpreter.

    A call of real AWS waits for the network, and other threads run meanwhile. A simulated one never waits, so
    a thread that polls in a loop would keep the interpreter's lock. CPython takes it away after 5 ms, and the
    cell loses it again at each file that it opens: making one boto3 client would take it ten seconds.
    """
    if not on_main_thread():
        time.sleep(0)


def _root_task() -> Task:
    task = Task("the cell")
    task.baton = threading.Lock()
    task.baton.acquire()
    return task
