"""A process of an account in which code of strangers runs: it is confined, its journal kept out here.

Only bytes come out of it, and nothing in them is run or unpickled: not even the journal is read here.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

import workbook
from workbook.confinement import Level, Limits, start
from workbook.served.account_process import OUT_OF_MEMORY, Beginning
from workbook.served.confined_account import REPLACED, UNCHANGED
from workbook.served.forked_process import COULD_NOT_WRITE, reason_of
from workbook.served.limits import AccountLimits
from workbook.served.requests import FrameError, HttpRequest, HttpResponse, read_frame

_PACKAGE = "/lab/workbook"
"""Where the package is in there."""
_HIDDEN = tuple(f"{_PACKAGE}/{name}" for name in ("grading", "room", "scenarios", "teaching"))
"""Parts of the package that a lab does not need; among them what exercises are checked by."""
_FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""Otherwise glibc sets 64 MB of addresses aside for each thread, and a lab has many that sleep."""
_FOR_EVER = 10 * 366 * 86_400
_BASE = 1 << 30
"""Bytes of addresses that Python, the package and sleeping threads take; most of them are never touched."""
_MEGABYTE = 1 << 20
_ENDS_WITHIN = 10.0


class ConfinedProcess:
    """As `processes.ForkedProcess`, under `workbook.confinement`.

    Raises:
        OSError: this machine cannot confine it so that it sees no file and no network.
    """

    def __init__(self, beginning: Beginning) -> None:
        self._journal = beginning.journal
        self._journal_bytes = 0
        self._could_not_write = False
        self._most_bytes = beginning.limits.snapshot_bytes + _MEGABYTE
        self._confined = start(
            [sys.executable, "-m", "workbook.served.confined_account"],
            readable={_PACKAGE: Path(workbook.__file__).parent},
            hidden=_HIDDEN,
            environment={"PYTHONPATH": str(Path(_PACKAGE).parent), **_FEW_ARENAS},
            limits=_limits(beginning.limits),
            level=Level.NAMESPACES,
        )
        self._channel = self._confined.channel
        self._channel.sendall(_first_frame(beginning))

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return self._confined.pid

    def is_alive(self) -> bool:
        """Whether it runs still."""
        return not self._confined.ended()

    def ask(self, frame: bytes, seconds: float) -> bytes:
        """Send a frame and wait for the answer, as `AccountProcess` says."""
        try:
            self._channel.settimeout(seconds)
            if frame:
                self._channel.sendall(frame)
            answer = self._read()
            self._keep(self._read())
        except TimeoutError:
            raise
        except (OSError, FrameError) as error:
            raise EOFError(str(error)) from error
        return answer

    def end(self) -> None:
        """Let it end in good order, and kill it if it does not."""
        try:
            self._channel.settimeout(_ENDS_WITHIN)
            self._channel.shutdown(socket.SHUT_WR)
            self._keep(self._read())
        except (OSError, EOFError, FrameError):  # it ends in bad order then, and its journal says so
            pass
        self.kill()

    def kill(self) -> None:
        """End it at once, with all that it has started."""
        self._confined.kill()

    def reason(self) -> str:
        """Why it ended, in words."""
        if self._could_not_write:
            return COULD_NOT_WRITE
        told = self._confined.ended() or "it answers no more"
        return reason_of(OUT_OF_MEMORY) if told.endswith(f"exit code {OUT_OF_MEMORY}") else told

    def _read(self) -> bytes:
        frame = read_frame(self._channel.recv)
        if frame is None:
            raise EOFError
        return frame

    def _keep(self, frame: bytes) -> None:
        """Write down what the journal has more; what it says is not looked at."""
        change = HttpResponse.of_frame(frame)
        if change.status == UNCHANGED:
            return
        kept = 0 if change.status == REPLACED else self._journal_bytes
        self._journal_bytes = kept + len(change.body)
        if self._journal_bytes > self._most_bytes:
            raise FrameError(f"its journal grew beyond {self._most_bytes} bytes, which no lab's does")
        try:
            self._write(change.body, behind=bool(kept))
        except OSError:
            self._could_not_write = True
            raise

    def _write(self, lines: bytes, *, behind: bool) -> None:
        """Write lines behind the journal's own, whole or not at all, or in their place."""
        if not behind:
            fresh = self._journal.with_suffix(".new")
            fresh.write_bytes(lines)
            fresh.replace(self._journal)
            return
        before = self._journal.stat().st_size
        try:
            with self._journal.open("ab") as journal:
                journal.write(lines)
        except OSError:
            os.truncate(self._journal, before)
            raise


def _first_frame(beginning: Beginning) -> bytes:
    told = {
        "account": beginning.account,
        "seed": beginning.seed,
        "region": beginning.region,
        "limits": beginning.limits.as_json(),
    }
    journal = beginning.journal.read_bytes() if beginning.journal.exists() else b""
    return HttpRequest("PUT", "", "/journal", json.dumps(told), (), journal).frame()


def _limits(limits: AccountLimits) -> Limits:
    """What the process may use. Its time is not limited, but that of each request is."""
    return Limits(
        cpu_seconds=_FOR_EVER,
        wall_seconds=_FOR_EVER,
        memory_bytes=limits.memory_bytes + _BASE,
        processes=512,
        file_bytes=limits.snapshot_bytes + _MEGABYTE,
        open_files=256,
        output_bytes=64 * 1024,
        scratch_bytes=2 * limits.snapshot_bytes + 64 * _MEGABYTE,
    )
