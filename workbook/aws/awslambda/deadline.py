"""The timeout of a function, and of its init phase: a lifetime whose last instant is known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar

from workbook.aws.lifetimes import Lifetime, Stopped
from workbook.engine.kernel import Kernel


class TimedOut(Stopped):
    """The time of an invocation (or of an init phase) is over."""


class Deadline(Lifetime):
    """The instant at which what runs now must have ended, in microseconds since the Unix epoch."""

    __slots__ = ("instant",)

    ending: ClassVar[type[Stopped]] = TimedOut

    def __init__(self, kernel: Kernel, instant: int, at_the_end: Callable[[], object] | None = None) -> None:
        """`at_the_end` is called when the instant comes, before the handler is unwound."""
        super().__init__(kernel, at_the_end)
        self.instant = instant

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Raise TimedOut in the current task when the instant comes before the block has ended."""
        with self.lived():
            timer = self._kernel.at(self.instant, self.end, name="a function's timeout")
            try:
                yield
            finally:
                timer.cancel()
