"""Who has the baton, and who gets it next.

    the running task waits ──> the next ready one, or else the clock moves to the next timer ──> hand over

All state is made here, also that of the layers above: whoever has the baton owns every field of it. And
everything is decided before the baton is handed over, for afterwards another thread runs.
"""

from __future__ import annotations

import os
from collections import deque

from workbook.engine.clock import Clock
from workbook.engine.entrance import Entrance
from workbook.engine.interrupts import ctrl_c
from workbook.engine.tasks import Deadlock, Livelock, Task, TaskFailed
from workbook.engine.timers import Timers
from workbook.engine.watch import Watch
from workbook.engine.workers import Workers


class Scheduler:
    """Passes the baton among tasks, in the order of (instant, who asked first)."""

    def __init__(
        self, clock: Clock, *, real_time_limit: float = 10.0, most_at_one_instant: int = 1_000_000
    ) -> None:
        """Run on `clock`.

        A task that computes for `real_time_limit` seconds without waiting is stopped: seconds of processor
        time, since a busy machine makes nobody endless; see `Watch`. When `most_at_one_instant` timers have
        gone off without time moving, something is busy for nothing: an error, not a hang.
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

    # ---- looking on, from any thread

    def running(self) -> list[str]:
        """The names of tasks that could run at this instant."""
        return [task.name for task, ticket in list(self._ready) if not task.done and task.ticket == ticket]

    def waiting(self) -> list[tuple[str, str]]:
        """Who waits for what."""
        return [(task.name, task.waiting_for) for task in list(self._parked)]

    def next_instant(self) -> int | None:
        """When the next thing is due to happen."""
        return self._timers.peek()

    # ---- choosing

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

    # ---- handing over

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
            self._wake(joiner, ticket, woken=True)
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
