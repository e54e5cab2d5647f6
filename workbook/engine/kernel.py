r"""Virtual time, one task at a time.

    a cell, a widget      -> the root task of that OS thread \
    a handler, a poller   -> a task on a pooled OS thread     > exactly one of them holds the baton
    a sleep, a deadline   -> a timer on the virtual clock    /

A task runs until it waits; then the next ready task gets the baton, and when none is ready the clock
jumps to the next timer. So order depends on (instant, who asked first) and on nothing else.

Tasks are real threads because a learner's Lambda handler is plain code that calls `time.sleep(5)` and
boto3: a generator-based scheduler cannot stop inside those, and greenlets cannot be entered from the
other OS threads on which JupyterLab runs widget callbacks.

Three rules keep this free of races. Whoever holds the baton owns every field of the kernel. Everything
is decided *before* the baton is handed over, for afterwards another thread runs. And nothing tears a
thread out of the kernel's own code: Ctrl-C is held back (see `interrupts`), and an exception is thrown into
a worker only where its task runs a learner's code (see `expose`).

It is made of four layers, each on top of the one before: `scheduler` (the baton), `entering` (threads from
outside), `waiting` (of tasks), and here what is started, run and stopped.
"""

from __future__ import annotations

import contextvars
import functools
import threading
from collections.abc import Callable
from typing import TypeVar

from workbook.engine.clock import SECOND, microseconds
from workbook.engine.tasks import Interrupted, Task, Timer
from workbook.engine.tearing import stop_tearing, take_back
from workbook.engine.waiting import Waiting

Result = TypeVar("Result")

_YEAR = 366 * 24 * 3600.0
_STARTING = 600 * SECOND
"""Microseconds after which an endless task that has not looked for work yet is taken not to do so."""


class Kernel(Waiting):
    """Runs tasks on virtual time. See the module's text for the picture."""

    # ---- starting tasks

    def spawn(
        self,
        function: Callable[..., object],
        *arguments: object,
        name: str,
        endless: bool = False,
        starting: int = _STARTING,
    ) -> Task:
        """Start a task at the present instant; it inherits the caller's context, and so its cause.

        An `endless` task is expected to go on for ever. By `at_work` it says whether it has found something
        to do; while it has not, what it waits for is no work that `run_until_idle` would wait for. Until it
        first says so it counts as at work, for at most `starting` microseconds.
        """
        context = contextvars.copy_context()
        task = Task(name, functools.partial(context.run, function, *arguments))
        if endless:
            task.looks_for_work_by = self.clock.now + starting
        with self:
            self._ready.append((task, 0))
        return task

    def at(
        self,
        instant: int,
        function: Callable[..., object],
        *arguments: object,
        name: str,
        daemon: bool = False,
    ) -> Timer:
        """Start a task at `instant` (or now, if that has passed).

        A `daemon` timer belongs to an endless schedule: `run_until_idle` does not wait for it.
        """
        context = contextvars.copy_context()
        body = functools.partial(context.run, function, *arguments)

        def start() -> None:
            self._ready.append((Task(name, body), 0))

        with self:
            return self._timers.add(max(instant, self.clock.now), start, daemon=daemon)

    def call(self, function: Callable[..., Result], *arguments: object, name: str) -> Result:
        """Run `function` on a task of its own and wait for what it returns.

        A cell's thread never runs a learner's handler itself: Ctrl-C and the real-time limit can stop a
        worker at any place, but must not break this kernel's own thread of control.
        """
        with self:
            if self._workers.is_worker(threading.get_ident()):
                return function(*arguments)
            task = self.spawn(function, *arguments, name=name)
            task.joined = True
            try:
                self.join(task)
            except BaseException:
                self._kill(task)
                self.join(task)  # what it held, such as a function's concurrency, is free again
                raise
            if task.error is not None:
                raise task.error
            return task.result  # type: ignore[return-value]  # the task ran `function`, so this is its Result

    def expose(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call code that is a learner's, on the current task: it can be torn out of that, if it spins.

        What a service does around it is shielded, and always carried through.
        """
        me = self._running()
        shielded = me.shielded
        try:  # between the end of the function and the shield, CPython looks for no thrown exception
            me.shielded = 0
            result = function(*arguments)
            me.shielded = shielded
        except BaseException:
            me.shielded = shielded
            raise
        finally:
            if me.thrown:
                take_back(me.thread, None)
                me.thrown = False
            stop_tearing(me)
        return result

    # ---- letting time pass

    def advance(self, seconds: float) -> None:
        """Let virtual time pass, and all that is due by then happen, the last instant included."""
        with self:
            self.sleep(seconds)
            while self._ready or self._timers.next_instant() == self.clock.now:
                self.park(self.clock.now, waiting_for="this instant to be over", daemon=True)
                self._raise_failures()

    def run_until_idle(self, limit: float = _YEAR) -> bool:
        """Let time pass until no work is left, at most `limit` virtual seconds; True when idle.

        Work is: a task that can run, and a timer that is not a daemon. A task that waits for an event
        which nobody has announced is no work, else an idle poller would keep the lab busy for ever.
        """
        with self:
            end = self.clock.now + microseconds(limit)
            while self._ready or self._timers.work:
                instant = self._timers.next_instant()
                instant = self.clock.now if self._ready or instant is None else instant
                if instant > end:
                    self.sleep_until(end)
                    return False
                self.park(instant, waiting_for="the lab to be idle", daemon=True)
                self._raise_failures()
            return True

    # ---- the end

    def stop(self) -> None:
        """End every task and forget the future; the clock stands still meanwhile.

        Ctrl-C does not end this half-way: it stops what spins instead of ending, and is raised afterwards.
        """
        with self:
            self._stopping = True
            self._timers.clear()
            self._ready.clear()
            self._kill_all_that_wait()
            while self._ready:
                self.park(self.clock.now, waiting_for="tasks to stop", daemon=True)
                self._kill_all_that_wait()  # what the tasks that ended have started, if anything
            self._timers.clear()
            self._failures.clear()
            self._stopping = False

    def close(self) -> None:
        """Stop, and let the pooled threads end. Nobody can enter any more."""
        if not self._closed:
            with self:
                self.stop()
                self._closed = True
                self._workers.close()

    def _kill(self, task: Task) -> None:
        if not task.done and task is not self._root and not isinstance(task.doom, Interrupted):
            self._doom(task, Interrupted())

    def _kill_all_that_wait(self) -> None:
        for task in list(self._parked):
            self._kill(task)
