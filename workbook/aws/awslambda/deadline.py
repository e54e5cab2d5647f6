"""What ends a handler that would not end by itself.

AWS kills the process of a function that runs into its timeout. Here the handler is a call on a task of
the kernel, so the end is an exception, raised at the place where the handler waits: in `time.sleep`, or
deep inside a boto3 call that polls a queue. What a killed process cannot do, a handler that is being
unwound must not do either: from then on it calls AWS no more, and its `finally` prints nothing.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from botocore.client import BaseClient

from workbook.engine.kernel import Kernel
from workbook.engine.patches import Patches
from workbook.engine.tasks import Task
from workbook.engine.tearing import tear_out


class TimedOut(BaseException):
    """The time of an invocation (or of an init phase) is over. Not an Exception: handlers catch those."""


class Deadline:
    """The instant at which what runs now must have ended, in microseconds since the Unix epoch."""

    __slots__ = ("_at_the_end", "_kernel", "_task", "instant", "over")

    def __init__(self, kernel: Kernel, instant: int, at_the_end: Callable[[], object] | None = None) -> None:
        """`at_the_end` is called when the instant comes, before the handler is unwound."""
        self.instant = instant
        self._at_the_end = at_the_end
        self.over = False
        """True once time ran out, or once the handler has been stopped for another reason."""
        self._kernel = kernel
        self._task: Task | None = None

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Raise TimedOut in the current task when the instant comes before the block has ended."""
        self._task, _ = self._kernel.ticket()
        timer = self._kernel.at(self.instant, self._expire, name="a function's timeout")
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)
            timer.cancel()
            self._task = None
            self._kernel.pardon()

    def is_of_this_task(self) -> bool:
        """Whether the handler that it ends runs on the current task; other tasks only inherit the context."""
        return self._task is self._kernel.ticket()[0]

    def tear_out(self, error: TimedOut) -> None:
        """Raise `error` at one of the next lines of the handler, too, if it goes on."""
        if self._task is not None:
            tear_out(self._task, error)

    def _expire(self) -> None:
        task = self._task
        if task is not None:
            self.over = True
            if self._at_the_end is not None:
                self._at_the_end()
            self._kernel.throw(task, TimedOut())


_current: contextvars.ContextVar[Deadline | None] = contextvars.ContextVar("deadline", default=None)


def inside_a_function() -> bool:
    """Whether the current task runs a handler (or was started by one)."""
    return _current.get() is not None


def stop_calls_of_the_dead(patches: Patches) -> None:
    """Patch: a function that was stopped calls AWS no more, whatever its `except` and `finally` blocks do."""
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - the one method all calls pass

    @functools.wraps(make_api_call)
    def make_api_call_if_alive(client: BaseClient, operation: str, parameters: object) -> object:
        deadline = _current.get()
        if deadline is not None and deadline.over and deadline.is_of_this_task():
            error = TimedOut()
            deadline.tear_out(error)  # it may catch this, and call again and again
            raise error
        return make_api_call(client, operation, parameters)

    patches.set(BaseClient, "_make_api_call", make_api_call_if_alive)
