"""What the kernel runs: tasks, the timers that start or wake them, and the ways in which they end."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable


class Interrupted(BaseException):
    """Ctrl-C, `lab.reset()` or `lab.close()` ends this task.

    It is not an `Exception`, so that `except Exception` in a Lambda handler does not swallow it.
    """


class Stuck(BaseException):
    """A task ran for too long in real time without giving way to virtual time."""


class Closed(RuntimeError):
    """The lab was closed, or reset, while a call from another thread waited for its turn."""


class ForkedAway(RuntimeError):
    """A process made by fork called into its copy of a lab, whose threads stayed with the original."""


class Deadlock(RuntimeError):
    """Nothing is left that could happen, but somebody still waits. The text says who waits for what."""


class Livelock(RuntimeError):
    """Things go on happening at one instant, and time does not move. The text says who is busy."""


class TaskFailed(RuntimeError):
    """A background task of the simulation ended with an error; the error is its `__cause__`."""


class Task:
    """One thread of control in virtual time. Only the kernel touches its fields."""

    __slots__ = (
        "baton",
        "done",
        "doom",
        "error",
        "function",
        "joined",
        "joiners",
        "looks_for_work_by",
        "name",
        "pending",
        "result",
        "shielded",
        "thread",
        "thrown",
        "ticket",
        "torn",
        "waiting_for",
        "woken",
        "works",
    )

    def __init__(self, name: str, function: Callable[[], object] | None = None) -> None:
        self.name = name
        self.function = function
        self.baton: threading.Lock | None = None
        self.thread: ctypes.c_ulong | None = None
        """The identity of the OS thread that it runs on, as C wants it."""
        self.thrown = False
        """An exception was thrown into its thread, and may not have been raised yet."""
        self.torn = 0
        """How often it went on although it was to end; it is traced, to be torn out at a line."""
        self.ticket = 0
        """Counts the waits of this task, so that a late wake-up for an earlier wait is ignored."""
        self.woken: bool | None = None
        self.waiting_for = ""
        self.done = False
        self.joined = False
        self.doom: BaseException | None = None
        """What is raised in this task wherever it waits, because it is to end."""
        self.shielded = 1
        """0 while the task runs a learner's code, and not the kernel inside that: it can be torn out."""
        self.result: object = None
        self.error: BaseException | None = None
        self.pending: BaseException | None = None
        """An exception to be raised once, when this task next gets the baton."""
        self.joiners: list[tuple[Task, int]] = []
        self.looks_for_work_by: int | None = None
        """Of a task that goes on for ever, as a worker at a queue does: when it must have begun to."""
        self.works: bool | None = None
        """Of such a task: it has found something to do, and has not finished it; None while it starts."""

    def rests(self, now: int) -> bool:
        """Whether what it waits for is no work, so that `run_until_idle` need not wait for it."""
        if self.looks_for_work_by is None:
            return False
        return now > self.looks_for_work_by if self.works is None else not self.works

    def __repr__(self) -> str:
        state = "done" if self.done else (f"waits for {self.waiting_for}" if self.waiting_for else "runs")
        return f"<Task {self.name}: {state}>"


class Timer:
    """Something that will happen at an instant, unless it is cancelled first."""

    __slots__ = ("_cancel", "callback", "cancelled", "daemon", "instant")

    def __init__(
        self, instant: int, callback: Callable[[], object], *, daemon: bool, cancel: Callable[[Timer], None]
    ) -> None:
        self.instant = instant
        self.callback = callback
        self.daemon = daemon
        self.cancelled = False
        self._cancel = cancel

    def cancel(self) -> None:
        """Make sure that this does not happen; harmless when it already has."""
        if not self.cancelled:
            self.cancelled = True
            self._cancel(self)
