"""The file of progress: read whole, changed whole, never half written.

Two notebooks are two processes, and both may note something in the same moment. So a change reads the file,
changes it and writes it back while it holds a lock beside it; and what is written goes into a new file that
takes the place of the old one at once. A file that cannot be read is moved aside under a name of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from workbook.teaching.progress.records import VERSION, RecordError, Records

PATIENCE = 10.0
"""Real seconds to wait for another process that writes; it needs a few milliseconds."""


class ProgressWarning(UserWarning):
    """Something could not be noted down, or was found unreadable; what the learner does goes on."""


class ProgressError(RuntimeError):
    """The file cannot be used; the text says why, and what to do."""


class Store:
    """The records in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Records:
        """What is known; nothing if there is no file yet.

        Raises:
            ProgressError: it was written by a newer workbook, or cannot be reached.
        """
        if not self.path.exists():
            return Records()
        with self._alone():
            return self._read()

    def change(self, change: Callable[[Records], Records]) -> Records:
        """Replace what is known by what `change` makes of it.

        Raises:
            ProgressError: as for `read`; nothing has changed then.
        """
        with self._alone():
            changed = change(self._read())
            self._write(changed)
            return changed

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        import filelock

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(f"{self.path}.lock", timeout=PATIENCE):
                yield
        except filelock.Timeout as error:
            message = f"{self.path} is in use by another process. If there is none, remove {error.lock_file}."
            raise ProgressError(message) from error
        except OSError as error:
            message = f"{self.path} cannot be used: {error}. WORKBOOK_PROGRESS can name another file."
            raise ProgressError(message) from error

    def _read(self) -> Records:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Records()
        except UnicodeDecodeError:
            return self._set_aside("it is no text")
        try:
            value = json.loads(text)
        except ValueError as error:
            return self._set_aside(f"it is no JSON ({error})")
        self._refuse_newer(value)
        try:
            return Records.from_json(value)
        except RecordError as error:
            return self._set_aside(str(error))

    def _refuse_newer(self, value: object) -> None:
        version = value.get("version") if isinstance(value, dict) else None
        if isinstance(version, int) and version > VERSION:
            message = (
                f"{self.path} was written by a newer workbook (version {version} of the file, this one knows "
                f"{VERSION}). Update this workbook, or let WORKBOOK_PROGRESS name another file."
            )
            raise ProgressError(message)

    def _set_aside(self, reason: str) -> Records:
        """Keep what cannot be read under another name, and begin anew."""
        number = 1
        while (kept := self.path.with_name(f"{self.path.stem}.unreadable-{number}.json")).exists():
            number += 1
        self.path.rename(kept)
        message = f"{self.path} could not be read: {reason}. It is kept as {kept.name}; a new one begins."
        warnings.warn(message, ProgressWarning, stacklevel=2)
        return Records()

    def _write(self, records: Records) -> None:
        text = json.dumps(records.as_json(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        new = self.path.with_name(f"{self.path.name}.new")
        with new.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
