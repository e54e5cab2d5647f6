"""How a task waits, and how others wake it or end it.

park ──> woken by `unpark`, or the instant has come, or `throw` has doomed it
"""

from __future__ import annotations

import functools

from workbook.engine.clock import microseconds
from workbook.engine.entering import Entering
from workbook.engine.tasks import Interrupted, Task
from workbook.engine.tearing import stop_tearing, tear_out


class Waiting(Entering):
    """What the running task calls to let others run, and virtual time pass."""

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

    def join(self, task: Task) -> None:
        """Wait until `task` has ended."""
        while not task.done:
            me = self._running()
            task.joiners.append((me, me.ticket + 1))
            self.park(waiting_for=f"the end of {task.name}")

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

    def unpark(self, task: Task, ticket: int) -> bool:
        """Wake `task` from the wait that `ticket` stands for; False, and harmless, if that wait is over."""
        with self:
            return self._wake(task, ticket, woken=True)

    # ---- whether a wait is work

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

    # ---- ending waits by an error

    def throw(self, task: Task, error: BaseException) -> None:
        """Raise `error` in a task where it waits, as soon as it can run; harmless when it has ended.

        It is raised at every later wait, too, until `pardon`: code that is to end may catch everything.
        """
        with self:
            if not task.done:
                self._doom(task, error)

    def pardon(self) -> None:
        """The current task has taken what was thrown at it, and may wait again."""
        me = self._running()
        if not isinstance(me.doom, Interrupted):
            me.doom = None
            stop_tearing(me)

    def interrupt(self, error: BaseException) -> None:
        """Raise `error` on the thread that waits in here from outside, as soon as the running task waits.

        The tasks live on: what a learner calls next goes on from there.
        """
        with self:
            self._interruption = error
