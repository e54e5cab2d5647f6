"""What a handler could do to its whole process, which on AWS is its own and here is the notebook's.

processes     starting, replacing and killing them is refused by name
threads       can be made and not started; locks and events wait in virtual time
signals       a handler for one can be set and is never called; sending them is refused
interpreter   settings such as the recursion limit are taken and change nothing for the notebook
"""

from __future__ import annotations

import _thread
import os
import re
import signal
import sys
import threading
import types
from collections.abc import Callable

from workbook.engine.lookalikes import copy_of

_PROCESSES = re.compile(
    r"fork|forkpty|system|popen|startfile|exec[lv]\w*|spawn[lv]\w*|posix_spawnp?|kill|killpg|f?chdir|chroot"
)
_SENDING = re.compile(
    r"alarm|setitimer|raise_signal|pthread_kill|pidfd_send_signal|pause|sigwait\w*|sigtimedwait"
)


def refused(name: str) -> Callable[..., object]:
    """A function that says that `name` is not simulated."""

    def refuse(*_arguments: object, **_options: object) -> object:
        message = (
            f"{name} works on AWS, but this workbook does not simulate it inside handlers and workers, where "
            "it would reach the notebook's own process: leave it out"
        )
        raise RuntimeError(message)

    return refuse


def os_functions() -> dict[str, Callable[..., object]]:
    """Those of `os` that a handler may not have."""
    return {name: refused(f"os.{name}") for name in dir(os) if _PROCESSES.fullmatch(name)}


def without_threads(module: types.ModuleType) -> types.ModuleType:
    """A `threading` module that starts none.

    Without other threads a barrier is never passed; what else waits, waits for its timeout.
    """
    vars(module).update(Thread=_NoThread, Timer=_NoThread, Barrier=refused("threading.Barrier"))
    return module


def no_threads() -> dict[str, Callable[..., object]]:
    """Those of `_thread` that a handler may not have."""
    starting = [name for name in dir(_thread) if name.startswith("start_")]
    return {name: refused(f"_thread.{name}") for name in starting}


class _NoThread(threading.Thread):
    """A thread that can be made but not started."""

    def start(self) -> None:
        """Say that it is not simulated."""
        message = (
            "threads work on AWS, but this workbook does not simulate them inside handlers and workers: "
            "do one thing after the other"
        )
        raise RuntimeError(message)


def signal_module() -> types.ModuleType:
    """A `signal` module that reaches no process. Lambda sends SIGTERM only to functions with extensions."""
    names = {name: refused(f"signal.{name}") for name in dir(signal) if _SENDING.fullmatch(name)}
    return copy_of(signal, **names, signal=_set_no_handler, siginterrupt=_ignore, set_wakeup_fd=_ignore)


def interpreter_settings() -> dict[str, Callable[..., object]]:
    """Those of `sys` that set something for all of the process."""
    limit = sys.getrecursionlimit()

    def set_recursion_limit(new_limit: int) -> None:
        nonlocal limit
        limit = new_limit

    ignored = ("settrace", "setprofile", "setswitchinterval", "set_int_max_str_digits")
    return {
        **dict.fromkeys(ignored, _ignore),
        "setrecursionlimit": set_recursion_limit,
        "getrecursionlimit": lambda: limit,
    }


def _set_no_handler(_signal: int, _handler: object) -> signal.Handlers:
    return signal.SIG_DFL


def _ignore(*_arguments: object) -> None:
    """Stands in for what would change the process."""
