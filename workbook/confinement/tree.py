"""All processes of a confined program: what they use, and how they are ended.

In namespaces the kernel ends every process with the first. Below, three marks find those that have left their
session: descent, the user that only this program has, and a word in their environment. A process that sheds
the last two is found only if it was seen while its parent lived; docs/confinement.md says so.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil

from workbook.confinement.levels import as_user

MARK = "WORKBOOK_CONFINED"
"""The environment variable by whose value the processes of one program are known."""
_ROUNDS = 20
"""How often new processes are looked for: one that forks while it is ended leaves another."""


class ProcessTree:
    """The processes that came of one."""

    def __init__(self, first: int, *, mark: str, user: int | None, closed: bool) -> None:
        """`closed`: whether the kernel ends them all with the first."""
        self._first = first
        self._mark = mark
        self._user = user
        self._closed = closed
        self._seen: dict[int, psutil.Process] = {}

    def look(self) -> None:
        """Remember who is there."""
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(self._first)
            for process in (first, *first.children(recursive=True)):
                self._seen.setdefault(process.pid, process)
        if not self._closed:
            for process in self._marked():
                self._seen.setdefault(process.pid, process)

    def count(self) -> int:
        """Processes that live."""
        return sum(1 for process in self._living())

    def numbers(self) -> list[int]:
        """Of those that live, as seen from here."""
        return [process.pid for process in self._living()]

    def memory(self) -> int:
        """Bytes that they hold together; what copies share is counted for each."""
        total = 0
        for process in self._living():
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def kill(self) -> None:
        """End all, and again those that were started meanwhile."""
        for _ in range(1 if self._closed else _ROUNDS):
            self.look()
            living = list(self._living())
            with contextlib.suppress(OSError):
                os.killpg(self._first, signal.SIGKILL)
            for process in living:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            if self._user is not None and not self._closed:
                self._kill_all_of_user(self._user)
            if not living:
                return

    def _living(self) -> Iterator[psutil.Process]:
        for process in list(self._seen.values()):
            with contextlib.suppress(psutil.Error):
                if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    yield process

    def _marked(self) -> Iterator[psutil.Process]:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if self._is_marked(process):
                    yield process

    def _is_marked(self, process: psutil.Process) -> bool:
        if self._user is not None and process.uids().real == self._user:
            return True
        environment = Path(f"/proc/{process.pid}/environ")
        if environment.exists():  # far cheaper than a dictionary of it
            return f"{MARK}={self._mark}".encode() in environment.read_bytes()
        return bool(process.environ().get(MARK) == self._mark)

    @staticmethod
    def _kill_all_of_user(user: int) -> None:
        """The kernel ends all processes of a user at once, so that none can fork away."""
        command = [*as_user(user), "/bin/sh", "-c", "kill -9 -1"]
        subprocess.run(command, capture_output=True, timeout=10, check=False)  # noqa: S603 - our own words
