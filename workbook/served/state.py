"""The folder in which a server keeps its labs, and what a server that did not end well left there.

    state/
      running              while a server runs; it stays behind where one was killed
      keys.json            keys that were given out
      123456789012.jsonl   the journal of a lab

Without a folder of its own a server has one for as long as it runs.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

_JOURNAL = re.compile(r"([0-9]{12})\.jsonl")
_LAST_BYTES = 4096
"""The last line of a journal that ended well is shorter."""


class StateError(RuntimeError):
    """The folder cannot be used; the text says why."""


class State:
    """A folder that one server uses at a time, from `begin` to `end`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys.json"
        self._running = folder / "running"
        self._lock = FileLock(folder / "lock")

    def begin(self) -> list[str]:
        """Take the folder, making it where there is none; lines that say what the last run left behind.

        Raises:
            StateError: another server uses it, or it cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            left_behind = list(self._left_behind())
            started = f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
            self._running.write_text(json.dumps({"pid": os.getpid(), "started": started}), encoding="utf-8")
        except Timeout:
            message = f"{self.folder} is in use by a server that runs: end it first, or name another folder"
            raise StateError(message) from None
        except OSError as error:
            raise StateError(f"{self.folder} cannot be used as a state folder: {error}") from error
        return left_behind

    def end(self) -> None:
        """Give the folder back: this run ended well."""
        self._running.unlink(missing_ok=True)
        self._lock.release()

    def accounts(self) -> list[str]:
        """The accounts of which there is a journal."""
        found = (_JOURNAL.fullmatch(path.name) for path in sorted(self.folder.iterdir()))
        return [match[1] for match in found if match]

    def _left_behind(self) -> Iterator[str]:
        if not self._running.exists():
            return
        started = _told(self._running).get("started", "an unknown time")
        yield (
            f"The last run, begun at {started}, ended without a clean stop. Requests that it had answered "
            "are kept; one that it was busy with, if any, is lost."
        )
        for account in self.accounts():
            lines = _lines_without_end(self.folder / f"{account}.jsonl")
            if lines:
                yield f"  account {account}: its {lines - 1} requests are replayed when it is next asked"


def _told(file: Path) -> dict[str, str]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _lines_without_end(journal: Path) -> int:
    """Whole lines of a journal; 0 where its last line says that it ended well."""
    with journal.open("rb") as lines:
        count = sum(1 for line in lines if line.endswith(b"\n"))
        lines.seek(max(0, journal.stat().st_size - _LAST_BYTES))
        last = lines.read().rstrip(b"\n").rpartition(b"\n")[2]
    return 0 if last.startswith(b'{"end"') else count
