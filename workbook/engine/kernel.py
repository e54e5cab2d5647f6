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
"""

from __future__ import annotations

import contextvars
import functools
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from workbook.engine.clock import SECOND, Clock, microseconds
from workbook.engine.entrance import Entrance
from workbook.engine.interrupts import ctrl_c, on_main_thread
from workbook.engine.tasks import Closed, Deadlock, ForkedAway, Interrupted, Livelock, Task, TaskFailed, Timer
from workbook.engine.tearing import stop_tearing, take_back, tear_out
from workbook.engine.timers import Timers
from workbook.engine.watch import Watch
from workbook.engine.workers import Workers

Result = TypeVar("Result")

_YEAR = 366 * 24 * 3600.0
_STARTING = 600 * SECOND
"""Microseconds after which an endless task that has not looked for work yet is taken not to do so."""


class Kernel:
    """Runs tasks on virtual time. See the module's text for the picture."""

    def __init__(
        self, clock: Clock, *, real_time_limit: float = 10.0, most_at_one_instant: int = 1_000_000
    ) -> None:
        """Run on `clock`.

        A task that runs `real_time_limit` real seconds without waiting is stopped. When `most_at_one_instant`
        timers have gone off without time moving, something is busy for nothing: an error, not a hang.
        """
        self.clock = clock
        self.real_time_limit = real_time_limit
        self.most_at_one_instant = most_at_one_instant
        self.switches = 0
        self._timers = Timers()
        self._ready: deque[tuple[Task, int]] = deque()
        self._parked: dict[Task, None] = {}
        self._failures: list[Task] = []
        self._workers = Workers(self._task_ended)
        self._entrance = Entrance()
        self._root: Task | None = None
        self._root_thread: int | None = None
        self._depth = 0
        self._current: Task | None = None
        self._interruption: BaseException | None = None
        self._stopping = False
        self._closed = False
        self._happened_now = 0
        self._process = os.getpid()

    # ---- entering from outside

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

    # ---- what tasks ask for

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

    def sleep(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass for the current task; whatever is due happens meanwhile."""
        with self:
            self.sleep_until(self.clock.now + microseconds(max(seconds, 0.0)))

    def sleep_until(self, instant: int) -> None:
        """Let virtual time pass until `instant`; if it has come, only what is ready happens."""
        with self:
            if self._nothing_happens_before(instant):
                if instant > self.clock.now:
                    self._move_to(instant)
            else:
                self.park(max(instant, self.clock.now), waiting_for="time to pass")
            self._raise_failures()

    def advance(self, seconds: float) -> None:
        """Let virtual time pass, and all that is due by then happen, the last instant included."""
        with self:
            self.sleep(seconds)
            while self._ready or self._timers.next_instant() == self.clock.now:
                self.park(self.clock.now, waiting_for="this instant to be over", daemon=True)
                self._raise_failures()

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

    def at_work(self, *, works: bool) -> None:
        """Say of the current task, if it is endless, whether what it waits for from now on is work.

        Whoever hands out work says so: a queue when it is asked, and when it has an answer.
        """
        if self._current is not None:
            self._current.works = works

    @property
    def found_work(self) -> bool:
        """Whether the current task has said so last."""
        return bool(self._running().works)

    def join(self, task: Task) -> None:
        """Wait until `task` has ended."""
        while not task.done:
            me = self._running()
            task.joiners.append((me, me.ticket + 1))
            self.park(waiting_for=f"the end of {task.name}")

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

    # ---- waiting

    def park(self, until: int | None = None, *, waiting_for: str = "", daemon: bool | None = None) -> bool:
        """Wait to be woken, or until an instant; True when woken, False when the instant came first.

        A `daemon` wait is no work; None leaves that to the task: only an endless one that rests does no work.

        Raises:
            Deadlock: nothing is left to happen that could end the wait.
        """
        me = self._running()
        if me.doom is not None:
            tear_out(me, me.doom)  # code that takes no notice gets no further than its next line
            raise me.doom.with_traceback(None)
        me.shielded += 1
        me.ticket += 1
        me.woken = None
        me.waiting_for = waiting_for
        wake_up = functools.partial(self._wake, me, me.ticket, woken=False)
        idle = me.rests(self.clock.now) if daemon is None else daemon
        timer = None if until is None else self._timers.add(until, wake_up, daemon=idle)
        self._parked[me] = None
        try:
            self._pass_baton(me)
        finally:
            self._parked.pop(me, None)
            me.ticket += 1
            me.waiting_for = ""
            if timer is not None:
                timer.cancel()
            me.shielded -= 1
        return bool(me.woken)

    def ticket(self) -> tuple[Task, int]:
        """What `unpark` needs to wake the current task from the wait that it is about to begin."""
        me = self._running()
        return me, me.ticket + 1

    def throw(self, task: Task, error: BaseException) -> None:
        """Raise `error` in a task where it waits, as soon as it can run; harmless when it has ended.

        It is raised at every later wait, too, until `pardon`: code that is to end may catch everything.
        """
        with self:
            if not task.done:
                self._doom(task, error)

    def interrupt(self, error: BaseException) -> None:
        """Raise `error` on the thread that waits in here from outside, as soon as the running task waits.

        The tasks live on: what a learner calls next goes on from there.
        """
        with self:
            self._interruption = error

    def pardon(self) -> None:
        """The current task has taken what was thrown at it, and may wait again."""
        me = self._running()
        if not isinstance(me.doom, Interrupted):
            me.doom = None
            stop_tearing(me)

    def unpark(self, task: Task, ticket: int) -> bool:
        """Wake `task` from the wait that `ticket` stands for; False, and harmless, if that wait is over."""
        with self:
            return self._wake(task, ticket, woken=True)

    # ---- what the lab asks for

    def running(self) -> list[str]:
        """The names of tasks that could run at this instant."""
        return [task.name for task, ticket in list(self._ready) if not task.done and task.ticket == ticket]

    def waiting(self) -> list[tuple[str, str]]:
        """Who waits for what."""
        return [(task.name, task.waiting_for) for task in list(self._parked)]

    def next_instant(self) -> int | None:
        """When the next thing is due to happen."""
        return self._timers.peek()

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

    @property
    def forked_away(self) -> bool:
        """Whether this is a copy in a process that was made by fork."""
        return os.getpid() != self._process

    @property
    def closed(self) -> bool:
        """Whether it has come to its end."""
        return self._closed

    def close(self) -> None:
        """Stop, and let the pooled threads end. Nobody can enter any more."""
        if not self._closed:
            with self:
                self.stop()
                self._closed = True
                self._workers.close()

    # ---- the scheduler

    def _running(self) -> Task:
        if self._current is None:
            message = "this can only be called inside `with kernel:` or from a task of the kernel"
            raise RuntimeError(message)
        return self._current

    def _nothing_happens_before(self, instant: int) -> bool:
        if self._ready or self._is_interrupted() or self._running().doom is not None:
            return False
        following = self._timers.next_instant()
        return following is None or following > instant

    def _is_interrupted(self) -> bool:
        return self._interruption is not None or ctrl_c.pressed(self._root_thread)

    def _wake(self, task: Task, ticket: int, *, woken: bool) -> bool:
        waits = task.ticket == ticket and task.woken is None
        if waits:
            task.woken = woken
            self._ready.append((task, ticket))
        return waits

    def _doom(self, task: Task, error: BaseException) -> None:
        task.doom = error
        task.woken = None
        self._wake(task, task.ticket, woken=True)

    def _kill(self, task: Task) -> None:
        if not task.done and task is not self._root and not isinstance(task.doom, Interrupted):
            self._doom(task, Interrupted())

    def _kill_all_that_wait(self) -> None:
        for task in list(self._parked):
            self._kill(task)

    def _next(self) -> Task:
        """Choose who runs next, and move the clock there. Raises Deadlock when nobody ever will."""
        while True:
            if self._root is not None and not self._stopping and self._is_interrupted():
                return self._interrupted_root(self._root)
            while self._ready:
                task, ticket = self._ready.popleft()
                if not task.done and task.ticket == ticket:
                    return task
            timer = self._timers.pop()
            if timer is None:
                raise Deadlock(self._deadlock_text())
            self._move_to(timer.instant)
            timer.callback()

    def _move_to(self, instant: int) -> None:
        if instant > self.clock.now:
            self.clock.move_to(instant)
            self._happened_now = 0
            return
        self._happened_now += 1
        if self._happened_now > self.most_at_one_instant:
            self._happened_now = 0
            busy = ", ".join(repr(name) for name, _ in self.waiting())
            raise Livelock(f"{self.most_at_one_instant:,} things happened at one instant; among {busy}")

    def _interrupted_root(self, root: Task) -> Task:
        root.pending = self._interruption or KeyboardInterrupt()
        self._interruption = None
        ctrl_c.take()
        return root

    def _deadlock_text(self) -> str:
        waits = ", ".join(f"{name!r} waits for {what or 'an event'}" for name, what in self.waiting())
        return f"nothing is left that could happen: {waits or 'no task waits'}"

    def _choose(self) -> Task:
        """As `_next`, but that time cannot go on is told to the root task, whoever found it."""
        try:
            return self._next()
        except (Deadlock, Livelock) as problem:
            if self._root is None:
                raise
            self._root.pending = problem
            return self._root

    def _pass_baton(self, me: Task) -> None:
        following = self._choose()
        if following is not me:
            is_root = me is self._root
            self._hand_over(following)
            if is_root:
                self._wait_as_root(me)
            else:
                self._workers.wait(me)
        self._current = me
        if me.pending is not None:
            error, me.pending = me.pending, None
            raise error
        if me.doom is not None:
            raise me.doom.with_traceback(None)

    def _hand_over(self, following: Task) -> None:
        self.switches += 1
        self._current = following
        if following.baton is not None:
            following.baton.release()
        elif not self._workers.start(following):
            self._task_ended(following)

    def _task_ended(self, task: Task) -> None:
        """Called on the worker's own thread, which still holds the baton."""
        if isinstance(task.error, Exception) and not task.joined:
            self._failures.append(task)
        for joiner, ticket in task.joiners:
            self.unpark(joiner, ticket)
        self._hand_over(self._choose())

    def _raise_failures(self) -> None:
        if self._failures and self._current is self._root:
            task = self._failures.pop(0)
            message = f"the background task {task.name!r} failed: {type(task.error).__name__}: {task.error}"
            raise TaskFailed(message) from task.error

    def _wait_as_root(self, me: Task) -> None:
        """Wait for the baton on a thread from outside, with an eye on Ctrl-C and on tasks that spin."""
        assert me.baton is not None  # noqa: S101 - every root task is made with a baton
        watch = Watch(self.real_time_limit)
        while True:
            try:
                if me.baton.acquire(timeout=watch.look_after):
                    watch.end()
                    return
                # What is read here without the baton may be old at once; to look again mends that.
                progress = (self.switches, self.clock.now)
                watch.look(progress, self._current, interrupted=self._is_interrupted())
            except BaseException as error:  # noqa: BLE001 - a signal handler of the learner's own has raised it
                self._interruption = error


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
