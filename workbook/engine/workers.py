"""The OS threads on which tasks run: pooled, because starting one costs thirty times as much as a switch."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

from workbook.engine.tasks import Task
from workbook.engine.tearing import stop_tearing


class _Worker:
    __slots__ = ("baton", "task")

    def __init__(self, task: Task) -> None:
        self.task: Task | None = task
        self.baton = threading.Lock()
        self.baton.acquire()


class Workers:
    """A pool of threads, of which at most one has the baton."""

    def __init__(self, task_ended: Callable[[Task], None]) -> None:
        """`task_ended(task)` is called on the worker's thread while it still holds the baton."""
        self._task_ended = task_ended
        self._idle: list[_Worker] = []
        self._idents: set[int] = set()
        self._count = 0

    def is_worker(self, thread_ident: int) -> bool:
        """Whether an OS thread is one of this pool."""
        return thread_ident in self._idents

    def start(self, task: Task) -> bool:
        """Give a new task a thread, and the thread the baton; False when there is none, and it has failed."""
        if self._idle:
            worker = self._idle.pop()
            worker.task = task
            task.baton = worker.baton
            worker.baton.release()
            return True
        worker = _Worker(task)
        task.baton = worker.baton
        self._count += 1
        name = f"workbook-task-{self._count}"
        try:
            threading.Thread(target=self._work, args=(worker,), daemon=True, name=name).start()
        except RuntimeError as error:  # the operating system has no more
            task.error, task.done = error, True
            return False
        return True

    def wait(self, task: Task) -> None:
        """Wait on a worker's own thread until its task gets the baton back."""
        assert task.baton is not None  # noqa: S101 - a task that runs has got one in `start`
        task.baton.acquire()

    def close(self) -> None:
        """Let idle threads end."""
        while self._idle:
            worker = self._idle.pop()
            worker.task = None
            worker.baton.release()

    def _work(self, worker: _Worker) -> None:
        ident = threading.get_ident()
        self._idents.add(ident)
        while worker.task is not None:
            task = worker.task
            task.thread = ctypes.c_ulong(ident)
            _run(task)
            stop_tearing(task)
            task.thread = None
            task.done = True
            self._idle.append(worker)
            self._task_ended(task)
            worker.baton.acquire()
        self._idents.discard(ident)


def _run(task: Task) -> None:
    assert task.function is not None  # noqa: S101 - only root tasks have none, and they never get here
    if task.doom is not None:
        return
    try:
        task.result = task.function()
    except BaseException as error:  # noqa: BLE001 - whoever joins the task gets it, else the root task
        task.error = error
