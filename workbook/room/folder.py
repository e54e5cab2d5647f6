"""A shared folder as a room: one small file for each thing, that only its writer ever replaces.

The folder may lie on a network disk or be copied about by a program, so there are no locks in it. A file is
written beside its place and then moved there, which is one step for whoever reads. Those who read look at the
file before they open it, and again when it is open: a link, a pipe or a file that is too long is left alone.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
from pathlib import Path

from workbook.room.transport import KEY, Received, RoomError, checked

ENDING = ".json"
MOST_NAMES = 5_000
"""Names in the folder that are looked at: a room has a few hundred, and to read a folder costs time."""
_MODE = 0o644  # an instructor has another account, and must be able to read
_SAFELY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither


class Folder:
    """A folder that carries a room.

    Args:
        path: the folder; it is there already.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).expanduser().absolute()

    @property
    def place(self) -> str:
        """The folder's path."""
        return str(self.path)

    @property
    def readers(self) -> str:
        """Who can read it."""
        return "Whoever can open that folder can read it, and sees the account whose file it is."

    def put(self, key: str, text: str) -> None:
        """Write the file of `key`, whole and at once.

        Raises:
            RoomError: the folder cannot be written to.
        """
        target = self._path(key)
        beside = self.path / f".{key}.{secrets.token_hex(6)}.new"
        try:
            self._write(beside, text)
            beside.replace(target)  # a link that lies there is replaced, not followed
        except OSError as error:
            raise self._unusable("written to", error) from error
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)

    @staticmethod
    def _write(path: Path, text: str) -> None:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFELY, _MODE)
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            if hasattr(os, "fchmod"):
                os.fchmod(number, _MODE)  # whatever the account's own habit is
            file.write(text)
            file.flush()
            os.fsync(number)

    def get(self, key: str, most: int) -> Received | None:
        """What stands in the file of `key`; see `Transport.get`.

        Raises:
            RoomError: the folder cannot be read.
        """
        path = self._path(key)
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return Received(key, "", 0.0, "it is no plain file")
            return self._read(path, key, most)
        except FileNotFoundError:
            return None
        except OSError as error:
            return Received(key, "", 0.0, _reason(error))

    @staticmethod
    def _read(path: Path, key: str, most: int) -> Received:
        with os.fdopen(os.open(path, os.O_RDONLY | _SAFELY), "rb") as file:
            status = os.fstat(file.fileno())
            age = max(0.0, time.time() - status.st_mtime)
            if not stat.S_ISREG(status.st_mode):
                return Received(key, "", age, "it is no plain file")
            content = file.read(most + 1)
        if len(content) > most:
            return Received(key, "", age, f"it is longer than {most:,} bytes")
        try:
            return Received(key, content.decode("utf-8"), age)
        except UnicodeDecodeError:
            return Received(key, "", age, "it is no text")

    def listed(self) -> list[str]:
        """The keys of all files here that belong to a room.

        Raises:
            RoomError: the folder cannot be read.
        """
        found = []
        try:
            with os.scandir(self.path) as entries:
                for _, entry in zip(range(MOST_NAMES), entries, strict=False):
                    key = entry.name.removesuffix(ENDING)
                    if key != entry.name and KEY.fullmatch(key):
                        found.append(key)
        except OSError as error:
            raise self._unusable("read", error) from error
        return sorted(found)

    def remove(self, key: str) -> bool:
        """Remove the file of `key`; whether there was one.

        Raises:
            RoomError: it cannot be removed.
        """
        path = self._path(key)
        try:
            path.unlink()
        except FileNotFoundError:
            if not self.path.is_dir():
                message = f"{self.path} is not there, so {path.name} cannot be removed from it."
                raise RoomError(message) from None
            return False
        except OSError as error:
            message = f"{path} cannot be removed: {_reason(error)}. Ask whoever owns the folder to remove it."
            raise RoomError(message) from error
        return True

    def _path(self, key: str) -> Path:
        return self.path / f"{checked(key)}{ENDING}"

    def _unusable(self, how: str, error: OSError) -> RoomError:
        return RoomError(f"The room's folder {self.path} cannot be {how}: {_reason(error)}.")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
