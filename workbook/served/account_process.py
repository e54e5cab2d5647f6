"""What runs in the process of one account: it opens the lab, and answers frames until the front is gone.

    front ── frame ──> [ this process: Account ] ── frame ──> front
       └──── lifeline: a pipe that nobody writes to; it ends when the front does

Whoever holds the other end is trusted, what runs in here is not: a learner's handlers do. So nothing that
this process sends is more than bytes to the front, and memory is limited before the first request.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from workbook.served.journal import SnapshotError
from workbook.served.limits import AccountLimits
from workbook.served.spool import NotWritten

OUT_OF_MEMORY = 71
"""Exit status of a process that has come to its limit of memory."""
FAILED = 72
"""Of one in which something went wrong that should not; the reason is on its standard error."""
FRONT_IS_GONE = 73
"""Of one whose front has ended while it was busy."""
NOT_WRITTEN = 74
"""Of one that could not write its journal, which is as it was before."""
NOT_REPLAYED = 75
"""Of one whose journal cannot be replayed; the reason is on its standard error."""
READY = b"ready"
_STACK = 1 << 20
"""Bytes for the stack of a thread: a thousand functions at a time take what an account may have."""


@dataclass(frozen=True)
class Beginning:
    """What a process needs to know of its account."""

    account: str
    journal: Path
    seed: int
    region: str
    limits: AccountLimits


def run(beginning: Beginning, channel: Connection, lifeline: Connection) -> None:
    """The life of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the front, which ends us in good order
    _die_with(lifeline)
    try:
        _serve(beginning, channel)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except NotWritten:
        os._exit(NOT_WRITTEN)
    except SnapshotError as error:
        sys.stderr.write(f"account {beginning.account}: {error}\n")
        sys.stderr.flush()
        os._exit(NOT_REPLAYED)
    except Exception:  # noqa: BLE001 - told where somebody sees it, and by the exit status
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(FAILED)
    os._exit(0)  # not by way of threads that sleep in learners' code


def _serve(beginning: Beginning, channel: Connection) -> None:
    from workbook.served.account import Account  # noqa: PLC0415 - the front holds no AWS
    from workbook.served.aws_requests import answer_aws  # noqa: PLC0415 - as above
    from workbook.served.requests import HttpRequest  # noqa: PLC0415 - as above

    _limit_memory(beginning.limits.memory_bytes)
    account = Account(
        beginning.account,
        answer=answer_aws,
        journal=beginning.journal,
        seed=beginning.seed,
        region=beginning.region,
        limits=beginning.limits,
    )
    channel.send_bytes(READY)
    while True:
        try:
            frame = channel.recv_bytes()
        except EOFError:  # the front wants no more
            account.close()
            return
        channel.send_bytes(account.handle(HttpRequest.of_frame(frame)).frame())


def _limit_memory(more: int) -> None:
    """Let the process take `more` bytes of memory than it has now, where the system can tell and limit it.

    What counts are addresses, so each function that runs counts with the whole stack of its thread: that is
    made smaller than the 8 MB which systems set aside.
    """
    threading.stack_size(_STACK)
    try:
        import resource  # noqa: PLC0415 - not on Windows

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):
        return
    most = pages * os.sysconf("SC_PAGE_SIZE") + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _die_with(lifeline: Connection) -> None:
    """End this process when the front ends, even while it is busy.

    On Linux the kernel sends a signal when the pipe ends, which nothing in Python must be able to catch: a
    learner's code may hold the interpreter. Elsewhere a thread waits for the end.
    """
    if sys.platform != "linux":
        threading.Thread(target=_wait_for_the_end, args=(lifeline,), daemon=True).start()
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    signal.signal(signal.SIGIO, signal.SIG_DFL)  # it ends the process
    fcntl.fcntl(lifeline.fileno(), fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline.fileno(), fcntl.F_SETFL, os.O_ASYNC)
    if lifeline.poll():  # it had ended before
        os._exit(FRONT_IS_GONE)


def _wait_for_the_end(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os._exit(FRONT_IS_GONE)
