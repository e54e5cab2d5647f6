"""A confined program that runs: the channel to it, what it has printed, and its end.

One thread starts it, reads what it prints, looks at the clock and at what it uses, and ends all of it where
it goes too far or where its first process has ended. The thread lives as long as the program, because Linux
takes the end of the thread that started a process for the end of its parent, and would kill it.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from workbook.confinement.copies import scratch_of
from workbook.confinement.levels import Level
from workbook.confinement.limits import Limits
from workbook.confinement.scratch import FILE_BYTES, files_in_memory, folder_holds_more
from workbook.confinement.tree import ProcessTree
from workbook.confinement.users import BorrowedUser

_LOOK_EVERY = 0.25
_OF_BUBBLEWRAP = 2
"""Processes that are not the program's own."""
_WITHIN = 5.0
"""Real seconds for a killed process to be gone."""


class Confined:
    """A started program. Made by `workbook.confinement.start`."""

    level: Level
    """How well it is confined."""

    def __init__(
        self,
        launch: Callable[[], subprocess.Popen[bytes]],
        channel: socket.socket,
        *,
        level: Level,
        limits: Limits,
        mark: str,
        user: BorrowedUser | None,
        folder: Path | None,
    ) -> None:
        self.channel = channel
        """Connected to it; the only way in or out at the highest level."""
        self.level = level
        self._limits = limits
        self._user = user
        self._folder = folder
        self._scratch = scratch_of(folder) if folder else None
        self._printed = bytearray()
        self._dropped = 0
        self._why = ""
        self._looks = 0
        self._ending = threading.Lock()
        self._launched = threading.Event()
        self._failure: OSError | None = None
        self._watcher = threading.Thread(
            target=self._run, args=(launch, mark), daemon=True, name="watches a confined program"
        )
        self._watcher.start()
        self._launched.wait()
        if self._failure is not None:
            self.channel.close()
            raise self._failure

    @property
    def pid(self) -> int:
        """Of the first process, as seen from here."""
        return self._process.pid

    @property
    def output(self) -> str:
        """What it has printed so far, cut to the limit."""
        text = bytes(self._printed).decode("utf-8", "replace")
        return text if not self._dropped else f"{text}\n... and {self._dropped:,} more bytes"

    def ended(self) -> str:
        """How it ended, in words; empty while it runs."""
        status = self._process.poll()
        if status is None:
            return ""
        return self._why or _words_of(status, self._limits)

    def wait_for_looks(self, number: int) -> None:
        """Wait until the watcher has looked so many times more, or all has ended."""
        until = self._looks + number
        while self._looks < until and self._watcher.is_alive():
            self._watcher.join(_LOOK_EVERY / 5)

    def kill(self, why: str = "") -> None:
        """End it, with all that it has started; harmless when it has ended."""
        self._end_all(why)
        self._watcher.join(_WITHIN)
        self.channel.close()

    # ---- the watcher

    def _run(self, launch: Callable[[], subprocess.Popen[bytes]], mark: str) -> None:
        number = self._user.number if self._user else None
        try:
            self._process = launch()
        except OSError as error:
            self._failure = error
            self._clean_up()
            return
        finally:
            if self._failure is not None:
                self._launched.set()
        closed = self.level is Level.NAMESPACES
        self._tree = ProcessTree(self._process.pid, mark=mark, user=number, closed=closed)
        self._until = time.monotonic() + self._limits.wall_seconds
        self._launched.set()
        self._watch()
        self._end_all("")
        self._clean_up()

    def _watch(self) -> None:
        output = self._process.stdout
        assert output is not None  # noqa: S101 - it is a pipe
        with selectors.DefaultSelector() as selector, output:
            os.set_blocking(output.fileno(), False)
            selector.register(output, selectors.EVENT_READ)
            looked = 0.0
            while self._process.poll() is None:
                if not selector.get_map():  # it has closed its output, and is watched all the same
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self._process.wait(_LOOK_EVERY)
                elif selector.select(_LOOK_EVERY) and not self._read(output):
                    selector.unregister(output)
                if time.monotonic() - looked > _LOOK_EVERY:
                    self._look()
                    looked = time.monotonic()
            self._read(output)

    def _read(self, output: IO[bytes]) -> bool:
        """Take what is there; False at the end of it."""
        came = output.read(1 << 16)
        if came is None:
            return True
        room = self._limits.output_bytes - len(self._printed)
        self._printed += came[:room]
        self._dropped += len(came[room:])
        return bool(came)

    def _look(self) -> None:
        why = self._too_much()
        if why:
            self._end_all(why)
        self._looks += 1

    def _too_much(self) -> str:
        limits = self._limits
        if time.monotonic() > self._until:
            return f"it was ended after {limits.wall_seconds} s, the most that it may take"
        self._tree.look()
        if self._tree.count() > limits.processes + _OF_BUBBLEWRAP:
            return f"it was ended because it had more than {limits.processes} processes"
        if self._tree.memory() > limits.memory_bytes:
            megabytes = limits.memory_bytes // 1024**2
            return f"it was ended because its processes together held more than {megabytes:,} MB"
        return self._too_much_written()

    def _too_much_written(self) -> str:
        most = self._limits.scratch_bytes
        if self._scratch is not None and folder_holds_more(self._scratch, most):
            return f"it was ended because it had written more than {most // 1024**2:,} MB"
        if self._scratch is None and files_in_memory(self._tree.numbers()) > most // FILE_BYTES:
            return f"it was ended because it had more than {most // FILE_BYTES:,} files"
        return ""

    def _end_all(self, why: str) -> None:
        with self._ending:
            if why and not self._why and self._process.poll() is None:
                self._why = why
            self._tree.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_WITHIN)
            with contextlib.suppress(OSError):
                self.channel.shutdown(socket.SHUT_RDWR)  # who waits for an answer is told

    def _clean_up(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._user is not None:
            self._user.give_back()


def _words_of(status: int, limits: Limits) -> str:
    """What an exit status says; a shell and bubblewrap add 128 to the number of a signal."""
    number = -status if status < 0 else status - 128
    if number <= 0:
        return f"it ended by itself, with exit code {status}"
    if number == signal.SIGXCPU:
        return f"it was ended after {limits.cpu_seconds} s of processor time, the most that it may take"
    return f"it was ended by signal {number} ({_name_of(number)})"


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
