"""A module that looks like `threading`, whose threads are tasks of the kernel.

Code that starts threads and waits for them, moto's Step Functions interpreter and learners' handlers
among it, then runs in virtual time and in the same order each time, without a change.
"""

from __future__ import annotations

import itertools
import threading as real_threading
import types
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType

from workbook.engine.clock import microseconds
from workbook.engine.kernel import Kernel
from workbook.engine.lookalikes import copy_of
from workbook.engine.signals import Signal
from workbook.engine.tasks import Task


class _Kerneled:
    """What all look-alikes know: the kernel whose tasks they hold up."""

    _kernel: Kernel

    def _deadline(self, timeout: float | None) -> int | None:
        if timeout is None or timeout < 0:
            return None
        return self._kernel.clock.now + microseconds(timeout)


class _Event(_Kerneled):
    """As `threading.Event`."""

    def __init__(self) -> None:
        self._flag = False
        self._signal = Signal(self._kernel, "an Event")

    def is_set(self) -> bool:
        return self._flag

    def set(self) -> None:
        self._flag = True
        self._signal.notify_all()

    def clear(self) -> None:
        self._flag = False

    def wait(self, timeout: float | None = None) -> bool:
        return self._flag or self._signal.wait(self._deadline(timeout))


class _Lock(_Kerneled):
    """As `threading.Lock`; first come, first served."""

    _reentrant = False

    def __init__(self) -> None:
        self._owner: Task | None = None
        self._depth = 0
        self._waiters: deque[tuple[Task, int]] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - threading's signature
        with self._kernel:
            until = self._deadline(timeout)
            me, _ = self._kernel.ticket()
            while self._owner is not None and not (self._reentrant and self._owner is me):
                if not blocking:
                    return False
                if not self._wait(until):
                    return False
            self._owner = me
            self._depth += 1
            return True

    def release(self) -> None:
        if self._owner is None and not self._reentrant:
            message = "release unlocked lock"
            raise RuntimeError(message)
        with self._kernel:
            me, _ = self._kernel.ticket()
        if self._reentrant and self._owner is not me:
            if me.doom is not None:  # it was ended while it waited to take this lock back
                return
            message = "cannot release un-acquired lock"
            raise RuntimeError(message)
        self._depth -= 1
        if self._depth == 0:
            self._hand_on()

    def locked(self) -> bool:
        return self._owner is not None

    def give_up(self) -> int:
        """Release whatever the depth, which is returned; for a Condition that waits."""
        depth, self._depth = self._depth, 0
        self._hand_on()
        return depth

    def take_back(self, depth: int) -> None:
        """Acquire again at the depth of before."""
        self.acquire()
        self._depth = depth

    def _wait(self, until: int | None) -> bool:
        waiter = self._kernel.ticket()
        self._waiters.append(waiter)
        try:
            return self._kernel.park(until, waiting_for="a Lock")
        except BaseException:
            if self._owner is None:  # it may have been this task's turn
                self._hand_on()
            raise
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def _hand_on(self) -> None:
        self._owner = None
        while self._waiters:
            if self._kernel.unpark(*self._waiters.popleft()):
                return

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


class _RLock(_Lock):
    """As `threading.RLock`."""

    _reentrant = True


class _Condition(_Kerneled):
    """As `threading.Condition`."""

    _make_lock: Callable[[], _RLock]

    def __init__(self, lock: _Lock | None = None) -> None:
        self._lock = lock or self._make_lock()
        self._waiters: deque[tuple[Task, int]] = deque()
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    def wait(self, timeout: float | None = None) -> bool:
        with self._kernel:
            self._waiters.append(self._kernel.ticket())
            depth = self._lock.give_up()
            try:
                return self._kernel.park(self._deadline(timeout), waiting_for="a Condition")
            finally:
                self._lock.take_back(depth)

    def wait_for(self, predicate: Callable[[], bool], timeout: float | None = None) -> bool:
        until = self._deadline(timeout)
        while not predicate():
            left = None if until is None else (until - self._kernel.clock.now) / 1_000_000
            if left is not None and left <= 0:
                break
            self.wait(left)
        return predicate()

    def notify(self, n: int = 1) -> None:
        while n and self._waiters:
            n -= self._kernel.unpark(*self._waiters.popleft())  # who waits no more does not count

    def notify_all(self) -> None:
        self.notify(len(self._waiters))

    def __enter__(self) -> bool:
        return self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()


class _Semaphore(_Kerneled):
    """As `threading.Semaphore`."""

    _make_condition: Callable[[], _Condition]

    def __init__(self, value: int = 1) -> None:
        self._value = value
        self._condition = self._make_condition()

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:  # noqa: FBT001, FBT002 - threading's signature
        with self._condition:
            free = self._value > 0 or (
                blocking and self._condition.wait_for(lambda: self._value > 0, timeout)
            )
            self._value -= bool(free)
            return bool(free)

    def release(self, n: int = 1) -> None:
        with self._condition:
            self._value += n
            self._condition.notify(n)

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


class _Thread(_Kerneled):
    """As `threading.Thread`: a task of the kernel."""

    _numbers = itertools.count(1)

    def __init__(
        self,
        group: None = None,  # noqa: ARG002
        target: Callable[..., object] | None = None,
        name: str | None = None,
        args: Iterable[object] = (),
        kwargs: Mapping[str, object] | None = None,
        *,
        daemon: bool | None = None,
    ) -> None:
        self._target, self._arguments, self._options = target, tuple(args), dict(kwargs or {})
        self.ident = self.native_id = next(self._numbers)
        self.name = name or f"Thread-{self.ident}"
        self.daemon = bool(daemon)
        self._task: Task | None = None

    def run(self) -> None:
        if self._target is not None:
            self._target(*self._arguments, **self._options)

    def start(self) -> None:
        if self._task is not None:
            message = "threads can only be started once"
            raise RuntimeError(message)
        with self._kernel:
            self._task = self._kernel.spawn(self.run, name=self.name)

    def is_alive(self) -> bool:
        return self._task is not None and not self._task.done

    def join(self, timeout: float | None = None) -> None:
        if self._task is None:
            message = "cannot join thread before it is started"
            raise RuntimeError(message)
        with self._kernel:
            until = self._deadline(timeout)
            while not self._task.done:
                self._task.joiners.append(self._kernel.ticket())
                if not self._kernel.park(until, waiting_for=f"the end of {self.name}"):
                    return


def virtual_threading_module(kernel: Kernel) -> types.ModuleType:
    """A `threading` module on `kernel`. Names that it does not replace are the real ones."""

    def bound(base: type, **members: object) -> type:
        return type(
            base.__name__.lstrip("_"), (base,), {"_kernel": kernel, "__module__": "threading", **members}
        )

    rlock = bound(_RLock)
    condition = bound(_Condition, _make_lock=staticmethod(rlock))
    semaphore = bound(_Semaphore, _make_condition=staticmethod(condition))
    return copy_of(
        real_threading,
        Event=bound(_Event),
        Lock=bound(_Lock),
        RLock=rlock,
        Condition=condition,
        Semaphore=semaphore,
        BoundedSemaphore=semaphore,
        Thread=bound(_Thread),
    )
