"""What ends a learner's code that would not end by itself: a handler at its timeout, an instance's program.

AWS kills a process. Here the code is a call on a task of the kernel, so the end is an exception, raised at
the place where the code waits: in `time.sleep`, or deep inside a boto3 call that polls a queue. What a killed
process cannot do, code that is being unwound must not do either: from then on it calls AWS no more, and its
`finally` prints nothing.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from botocore.client import BaseClient

from workbook.engine.kernel import Kernel
from workbook.engine.patches import Patches
from workbook.engine.tasks import Task
from workbook.engine.tearing import tear_out


class Stopped(BaseException):
    """The code that runs on this task has been stopped. Not an Exception: learners' code catches those."""


class Lifetime:
    """One run of a learner's code on a task, from `lived` until it ends by itself or is ended."""

    __slots__ = ("_at_the_end", "_kernel", "_task", "over")

    ending: ClassVar[type[Stopped]] = Stopped
    """What is raised in code that is ended."""

    def __init__(self, kernel: Kernel, at_the_end: Callable[[], object] | None = None) -> None:
        """`at_the_end` is called when the code is ended, before it is unwound."""
        self._kernel = kernel
        self._at_the_end = at_the_end
        self._task: Task | None = None
        self.over = False
        """True once the code was ended, or has been stopped for another reason."""

    @contextmanager
    def lived(self) -> Iterator[None]:
        """The block is the code: `end` raises `ending` inside, on the current task."""
        self._task, _ = self._kernel.ticket()
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)
            self._task = None
            self._kernel.pardon()

    def end(self) -> None:
        """Stop the code where it waits; harmless when it does not run."""
        task = self._task
        if task is not None:
            self.over = True
            if self._at_the_end is not None:
                self._at_the_end()
            self._kernel.throw(task, self.ending())

    def is_of_this_task(self) -> bool:
        """Whether the code that it ends runs on the current task; other tasks only inherit the context."""
        return self._task is self._kernel.ticket()[0]

    def tear_out(self, error: Stopped) -> None:
        """Raise `error` at one of the next lines of the code, too, if it goes on."""
        if self._task is not None:
            tear_out(self._task, error)


_current: contextvars.ContextVar[Lifetime | None] = contextvars.ContextVar("lifetime", default=None)


def inside_learners_code() -> bool:
    """Whether the current task runs such code (or was started by it)."""
    return _current.get() is not None


def stop_calls_of_the_dead(patches: Patches) -> None:
    """Patch: code that was stopped calls AWS no more, whatever its `except` and `finally` blocks do."""
    make_api_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - the one method all calls pass

    @functools.wraps(make_api_call)
    def make_api_call_if_alive(client: BaseClient, operation: str, parameters: object) -> object:
        lifetime = _current.get()
        if lifetime is not None and lifetime.over and lifetime.is_of_this_task():
            error = lifetime.ending()
            lifetime.tear_out(error)  # it may catch this, and call again and again
            raise error
        return make_api_call(client, operation, parameters)

    patches.set(BaseClient, "_make_api_call", make_api_call_if_alive)
