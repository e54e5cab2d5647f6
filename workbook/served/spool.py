"""The file in which a journal grows, so that it takes no memory.

Each line is handed to the operating system before its request is answered: what kills the process does not
take
it away. One that grows beyond what is allowed is given up, for the file is not to fill the disk; then the lab
goes on, and can be neither saved nor brought back.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workbook.served.journal import SnapshotError


class NotWritten(OSError):
    """A journal could not be written: the disk is full, say. The file is as it was before."""


class Spool:
    """A journal in a file.

    Args:
        path: The file; its folder exists.
        most: Bytes that it may take.
    """

    def __init__(self, path: Path, most: int) -> None:
        self._path = path
        self._most = most
        self._file: BinaryIO | None = None
        self._given_up = False
        self.size = 0
        """Bytes written."""
        self.requests = 0
        """Requests written."""

    def is_there(self) -> bool:
        """Whether the file holds a journal of before."""
        return self._path.is_file() and self._path.stat().st_size > 0

    def begin(self, beginning: bytes, *requests: bytes) -> None:
        """Begin with a first line, and requests that were answered already; what was there is replaced.

        Raises:
            NotWritten: there is no room for it, say.
        """
        self.close()
        self._given_up = False
        fresh = self._path.with_suffix(".new")
        with _telling(), fresh.open("wb") as file:
            file.write(beginning)
            file.writelines(requests)
        fresh.replace(self._path)  # at no instant is there half a journal under the name
        self.requests = len(requests)
        self.size = self._path.stat().st_size
        self._file = self._path.open("ab", buffering=0)

    def write(self, line: bytes) -> None:
        """Add the line of a request, whole or not at all.

        Raises:
            NotWritten: there is no room for it, say.
        """
        if self._file is None:
            return
        if self.size + len(line) > self._most:
            self._give_up()
            return
        with _telling():
            if self._file.write(line) != len(line):  # what comes behind half a line would not be read
                os.ftruncate(self._file.fileno(), self.size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += len(line)
        self.requests += 1

    def _give_up(self) -> None:
        self.close()
        self._given_up = True
        self._path.unlink()

    def read(self) -> bytes:
        """All lines.

        Raises:
            SnapshotError: the journal was given up.
        """
        if self._given_up:
            raise SnapshotError(
                f"this lab was asked so much that its journal grew beyond {self._most} bytes "
                "(snapshot_bytes) and was given up: POST /workbook/v1/reset begins a lab that can be saved, "
                "or start the server with more"
            )
        return self.read_all()

    def read_all(self) -> bytes:
        """What is in the file."""
        return self._path.read_bytes()

    def close(self) -> None:
        """Write no more; the file stays."""
        if self._file is not None:
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotWritten(str(error)) from error
