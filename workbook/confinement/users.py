"""A user of the system for each confined program, whom no other program has at the same time.

The kernel counts processes by user, so two programs of one user would take each other's share; and to end all
processes of a user is the one way, below namespaces, from which nothing escapes. Which numbers are taken is
told by locks on files, for callers may be copies of one process and would count alike.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

import psutil

FIRST_USER = 60_600
"""Numbers of users from here on are nobody's on Debian and most others."""
USERS = 500


class BorrowedUser:
    """A number of a user, ours until `give_back`."""

    def __init__(self) -> None:
        """Take one.

        Raises:
            OSError: all are taken.
        """
        import fcntl  # noqa: PLC0415 - Windows has none, and is to be refused by name and not by this

        folder = _lock_folder()
        first = secrets.randbelow(USERS)
        for offset in range(USERS):
            self.number = FIRST_USER + (first + offset) % USERS
            self._lock = os.open(folder / str(self.number), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(self._lock)
            else:
                if not _has_processes(self.number):
                    return
                os.close(self._lock)
        message = f"all {USERS} users for confined programs are taken: wait until some have ended"
        raise OSError(message)

    def give_back(self) -> None:
        """Let others have it; harmless a second time."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _has_processes(number: int) -> bool:
    """Whether something lives of an earlier program, whose caller was killed: it could attack the next."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if number in process.uids():
                return True
    return False


def _lock_folder() -> Path:
    """The folder of the locks: root's alone, or anybody could hold them all."""
    folder = Path(tempfile.gettempdir()) / "workbook-confined-users"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        message = f"{folder} is not ours alone, and others could take all users: remove it"
        raise OSError(message)
    return folder
