"""A condition in virtual time: wait until somebody says that something may have changed."""

from __future__ import annotations

from workbook.engine.kernel import Kernel
from workbook.engine.tasks import Task


class Signal:
    """What long polls and pollers wait for.

    Those who wait are woken in the order in which they came. A signal carries no state: who is woken
    looks again whether what it waits for is there.
    """

    __slots__ = ("_kernel", "_waiters", "name")

    def __init__(self, kernel: Kernel, name: str = "a signal") -> None:
        """`name` says in an error's text what is waited for."""
        self._kernel = kernel
        self.name = name
        self._waiters: list[tuple[Task, int]] = []

    def wait(self, until: int | None = None, *, daemon: bool | None = None) -> bool:
        """Wait; True when notified, False when the instant `until` came first.

        With `daemon`, the deadline does not count as work for `run_until_idle`; without, it does; None leaves
        that to the task.
        """
        with self._kernel:
            waiter = self._kernel.ticket()
            self._waiters.append(waiter)
            try:
                return self._kernel.park(until, waiting_for=self.name, daemon=daemon)
            finally:
                if waiter in self._waiters:
                    self._waiters.remove(waiter)

    def notify_all(self) -> None:
        """Wake all who wait now."""
        waiters, self._waiters = self._waiters, []
        for task, ticket in waiters:
            self._kernel.unpark(task, ticket)
