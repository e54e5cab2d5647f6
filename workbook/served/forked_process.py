"""The process of one account, as the front holds it: forked from one that has everything imported.

That one is multiprocessing's fork server, so a process costs milliseconds instead of a second, and shares its
memory. Where the system cannot fork, processes are spawned. Frames cross, never objects: what comes from a
process in which a learner's code runs is only read.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerContext, SpawnContext
from typing import Protocol

from workbook.served.account_process import (
    FAILED,
    FRONT_IS_GONE,
    NOT_REPLAYED,
    NOT_WRITTEN,
    OUT_OF_MEMORY,
    Beginning,
    run,
)
from workbook.served.requests import LARGEST_BODY, LARGEST_HEADER

_LARGEST_FRAME = LARGEST_HEADER + LARGEST_BODY + 64
COULD_NOT_WRITE = "its journal could not be written, as when the disk is full; it is as it was before"
"""Why a process ended; then the journal is not to blame."""
_ENDS_WITHIN = 10.0
"""Seconds for a process to end in good order, until it is killed."""
_one_at_a_time = threading.Lock()


class AccountProcess(Protocol):
    """A process that holds the lab of one account; methods may wait, and are called from threads."""

    def is_alive(self) -> bool:
        """Whether it runs still."""

    def ask(self, frame: bytes, seconds: float) -> bytes:
        """Send a frame and wait for the answer; `b""` waits for the word that it is ready.

        Raises:
            EOFError: the process ended.
            TimeoutError: no answer came in time.
        """

    def end(self) -> None:
        """Let it end in good order, and kill it if it does not."""

    def kill(self) -> None:
        """End it at once."""

    def reason(self) -> str:
        """Why it ended, in words; only for one that has."""


Starter = Callable[[Beginning], AccountProcess]
"""Starts the process of an account; returns before it is ready."""


class ForkedProcess:
    """A process of multiprocessing: forked from one that has everything imported, or spawned."""

    def __init__(self, beginning: Beginning) -> None:
        context = _context()
        self._channel, theirs = context.Pipe()
        their_lifeline, self._lifeline = context.Pipe(duplex=False)
        name = f"account {beginning.account}"
        arguments = (beginning, theirs, their_lifeline)
        self._process = context.Process(target=run, args=arguments, name=name, daemon=True)
        with _few_arenas():
            self._process.start()
        theirs.close()
        their_lifeline.close()

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it runs still."""
        return self._process.is_alive()

    def ask(self, frame: bytes, seconds: float) -> bytes:
        """Send a frame and wait for the answer, as `AccountProcess` says."""
        try:
            if frame:
                self._channel.send_bytes(frame)
            answer = self._channel.recv_bytes(_LARGEST_FRAME) if self._channel.poll(seconds) else None
        except OSError as error:  # a broken pipe, or a frame that is larger than any may be
            raise EOFError(str(error)) from error
        if answer is None:
            raise TimeoutError
        return answer

    def end(self) -> None:
        """Let it end in good order, and kill it if it does not."""
        self._channel.close()
        self._process.join(_ENDS_WITHIN)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._channel.close()
        self._lifeline.close()

    def reason(self) -> str:
        """Why it ended, in words."""
        self._process.join(_ENDS_WITHIN)
        return reason_of(self._process.exitcode)


def reason_of(exit_status: int | None) -> str:
    """What an exit status says, in words; a negative one is the number of a signal."""
    if exit_status is None:
        return "it answers no more"
    if exit_status < 0:
        name = signal.Signals(-exit_status).name
        return f"it was killed by signal {-exit_status} ({name}), by a person, or by a system without memory"
    return {
        OUT_OF_MEMORY: "it needed more memory than an account may take (memory_bytes)",
        FAILED: "something went wrong in it that should not; its last words are in the server's output",
        FRONT_IS_GONE: "the server ended",
        NOT_WRITTEN: COULD_NOT_WRITE,
        NOT_REPLAYED: "its journal was changed, or is of other versions; the server's output says more",
    }.get(exit_status, f"it ended by itself, with status {exit_status}")


def _context() -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["workbook.served.preload"])
    return context


@contextmanager
def _few_arenas() -> Iterator[None]:
    """Start the fork server with few arenas: glibc sets 64 MB of addresses aside for each thread otherwise.

    That would count as memory, of which an account has a limit, and it has many threads that sleep.
    """
    with _one_at_a_time:  # processes are started from threads, and there is one environment
        before = os.environ.get("MALLOC_ARENA_MAX")
        os.environ["MALLOC_ARENA_MAX"] = "2"
        try:
            yield
        finally:
            if before is None:
                del os.environ["MALLOC_ARENA_MAX"]
            else:
                os.environ["MALLOC_ARENA_MAX"] = before
