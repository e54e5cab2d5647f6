"""A confined program that runs: the channel to it, what it has printed, and its end.

A thread reads what it prints, looks at the clock and at its memory, and ends it where it goes too far. To end
it means all of it: at the highest level the kernel ends every process of its world with the first; below, its
session and whatever descends from it are looked for and ended, which one that hides well enough can escape.
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
from pathlib import Path
from typing import IO

import psutil

from workbook.confinement.levels import Level
from workbook.confinement.limits import Limits

_LOOK_EVERY = 0.25
_WITHIN = 5.0
"""Real seconds for a killed process to be gone."""


class Confined:
    """A started program. Made by `workbook.confinement.start`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        channel: socket.socket,
        *,
        level: Level,
        limits: Limits,
        scratch: Path | None,
    ) -> None:
        self.channel = channel
        """Connected to it; the only way in or out at the highest level."""
        self.level = level
        self._process = process
        self._limits = limits
        self._scratch = scratch
        self._printed = bytearray()
        self._dropped = 0
        self._why = ""
        self._descendants: dict[int, psutil.Process] = {}
        self._until = time.monotonic() + limits.wall_seconds
        self._watcher = threading.Thread(target=self._watch, daemon=True, name="watches a confined program")
        self._watcher.start()

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
        if self._why:
            return self._why
        if status < 0 or status > 128:
            number = -status if status < 0 else status - 128
            return f"it was ended by signal {number} ({_name_of(number)})"
        return f"it ended by itself, with exit code {status}"

    def kill(self, why: str = "") -> None:
        """End it, with all that it has started; harmless when it has ended."""
        self._why = self._why or (why if self._process.poll() is None else "")
        self._note_descendants()
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for process in self._descendants.values():
            with contextlib.suppress(psutil.Error):
                process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_WITHIN)
        self.channel.close()
        if threading.current_thread() is not self._watcher:
            self._watcher.join(_WITHIN)
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    # ---- the watcher

    def _watch(self) -> None:
        output = self._process.stdout
        assert output is not None  # noqa: S101 - it is a pipe
        with selectors.DefaultSelector() as selector, output:
            os.set_blocking(output.fileno(), False)
            selector.register(output, selectors.EVENT_READ)
            looked = 0.0
            while self._process.poll() is None:
                if selector.select(_LOOK_EVERY) and not self._read(output):
                    selector.unregister(output)
                    self._process.wait()
                if time.monotonic() - looked > _LOOK_EVERY:
                    looked = time.monotonic()
                    self._look()
            self._read(output)

    def _read(self, output: IO[bytes]) -> bool:
        """Take what is there; False at the end of it."""
        try:
            came = output.read(1 << 16)
        except (OSError, ValueError):
            return False
        if came is None:
            return True
        room = self._limits.output_bytes - len(self._printed)
        self._printed += came[:room]
        self._dropped += len(came[room:])
        return bool(came)

    def _look(self) -> None:
        if time.monotonic() > self._until:
            self.kill(f"it was ended after {self._limits.wall_seconds} s, the most that it may take")
            return
        self._note_descendants()
        if self._memory() > self._limits.memory_bytes:
            megabytes = self._limits.memory_bytes // 1024**2
            self.kill(f"it was ended because its processes together held more than {megabytes:,} MB")

    def _memory(self) -> int:
        total = 0
        for process in self._descendants.values():
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def _note_descendants(self) -> None:
        """Remember who descends from it, for who has left its session is found no other way."""
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(self._process.pid).children(recursive=True):
                self._descendants.setdefault(process.pid, process)


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
