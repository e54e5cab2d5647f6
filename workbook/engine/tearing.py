"""Tears a task out of a learner's code that does not end by itself.

    it neither waits nor calls AWS    an exception is thrown into its thread, by the cell that waits for it
    it catches what tells it to end   it raises at its next line, by a trace function, as a debugger's

An exception thrown into a thread is raised where CPython next looks for one. Up to 3.12 that is the place
where the thread stood when it was thrown. From 3.13 on it is the next such place, and by then the task may
be inside the kernel, or in a service around the learner's code. So who raises the shield takes back what may
still be on its way; up to 3.12 nothing is, and to take back would leave all threads looking for it for ever,
at each step. CPython looks after calls, at the start of functions and where loops begin again, so
there must be none of these between looking at the shield and throwing, nor between raising it and taking
back.
"""

from __future__ import annotations

import ctypes
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbook.engine.tasks import Task

_MOST_LINES_PASSED = 200
"""More than lie between a wait and the code that has called boto3."""

_ARRIVES_LATE = sys.version_info >= (3, 13)

_set_async_exc = ctypes.pythonapi.PyThreadState_SetAsyncExc

take_back = _set_async_exc
"""`take_back(task.thread, None)`, right after the shield is raised: what has not arrived never will. It is
the function of C itself, because CPython would look for an exception at the start of one of Python's."""


def throw_into(task: Task, error: type[BaseException], *, by_force: bool = False) -> None:
    """Throw into the thread of a task, if it runs a learner's code now, or else `by_force`."""
    thread, kind = task.thread, ctypes.py_object(error)
    if thread is not None and (task.shielded == 0 or by_force):
        task.thrown = _ARRIVES_LATE
        _set_async_exc(thread, kind)


def tear_out(task: Task, error: BaseException) -> None:
    """Called by a task in a wait: raise `error` at a line that it runs without a shield.

    The first such lines may lie on the way out of the call that ended in `error`; then it is caught again. So
    each time that the task comes back, one line more is let pass.
    """
    if task.thread is None:  # a cell's own thread is never traced
        return
    lines_to_pass = task.torn % _MOST_LINES_PASSED
    task.torn += 1

    def tear(_frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401 - as sys.settrace has it
        nonlocal lines_to_pass
        if event == "line" and task.shielded == 0:
            lines_to_pass -= 1
            if lines_to_pass < 0:
                raise error.with_traceback(None)
        return tear

    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - as debuggers do
    while frame is not None:
        frame.f_trace = tear
        frame = frame.f_back
    sys.settrace(tear)


def stop_tearing(task: Task) -> None:
    """The task has come to an end, or may go on."""
    if task.torn:
        task.torn = 0
        sys.settrace(None)
