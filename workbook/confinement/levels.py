"""How well a program can be confined on this machine.

    process      a process of its own: limits, a clean environment, an empty folder
    user         besides, another user of the system, where we are root
    namespaces   besides, no network, no files but those that are named, no sight of other processes

Only the last keeps an answer from what it should not see. The others keep it from doing harm by mistake.
"""

from __future__ import annotations

import enum
import functools
import os
import shutil
import subprocess
import sys

from workbook.confinement.users import FIRST_USER


class Level(enum.IntEnum):
    """The higher the better."""

    PROCESS = 1
    USER = 2
    NAMESPACES = 3

    @property
    def words(self) -> str:
        """What it is, for people."""
        return _WORDS[self]


_WORDS = {
    Level.PROCESS: "a process of its own, with limits; it has your rights and can read your files",
    Level.USER: "another user of this system, with limits; it has a network",
    Level.NAMESPACES: "no network, no files but its own, no other processes, with limits",
}
_BUBBLEWRAP = (
    "bwrap", "--unshare-pid", "--unshare-net", "--ro-bind", "/", "/", "--proc", "/proc",
    "--size", "4096", "--tmpfs", "/tmp",  # noqa: S108 - of that world
)  # fmt: skip
"""All that older versions cannot do has to be in it."""
_THROUGH_A_SHELL = ["/bin/sh", "-c", 'exec "$@"', "sh"]
"""Because setpriv itself still has the right to run what the other user cannot even see."""
FORCED = "WORKBOOK_CONFINEMENT"
"""An environment variable that names a lower level than there is, for tests."""


def highest_level() -> Level:
    """The highest level that this machine has, tried and not guessed.

    Raises:
        OSError: there is none, as on Windows.
    """
    if sys.platform == "win32":
        message = "programs cannot be confined on Windows: use Linux, or the Linux subsystem of Windows"
        raise OSError(message)
    most = _forced(os.environ.get(FORCED, ""))
    return max(level for level in Level if level <= most and _is_there(level))


def _forced(name: str) -> Level:
    """The level that somebody has asked not to exceed."""
    names = [level.name.lower() for level in Level]
    if name and name.lower() not in names:
        message = f"the environment variable {FORCED} is {name!r}, which is no level: use {', '.join(names)}"
        raise OSError(message)
    return Level[name.upper()] if name else max(Level)


def chosen_level(wanted: Level | None) -> Level:
    """The level to use: the one that is wanted, or the highest.

    Raises:
        OSError: this machine has no such level.
    """
    highest = highest_level()
    if wanted is Level.USER and not _other_users_run([]):
        message = (
            "only root can start a program as another user, and setpriv (of util-linux) has to be there: "
            f"this machine confines programs at level {highest.name.lower()}"
        )
        raise OSError(message)
    if wanted is not None and wanted is not Level.USER and wanted > highest:
        message = (
            f"this machine confines programs at level {highest.name.lower()} at most ({highest.words}). For "
            "namespaces, install bubblewrap 0.8 or later (on Debian: apt install bubblewrap) and allow user "
            "namespaces."
        )
        raise OSError(message)
    return highest if wanted is None else wanted


@functools.cache
def _is_there(level: Level) -> bool:
    if level is Level.NAMESPACES:
        return sys.platform == "linux" and _works([*_BUBBLEWRAP, *own_users(), "true"])
    if level is Level.USER:
        return _other_users_run([sys.executable, "-I", "-S", "-c", ""])
    return True


def _other_users_run(program: list[str]) -> bool:
    """Whether we can start a program as another user, and that user can reach it."""
    return os.geteuid() == 0 and _works([*as_user(FIRST_USER), *_THROUGH_A_SHELL, *(program or ["true"])])


def as_user(user: int) -> list[str]:
    """What stands before a program that is to run as another user, without rights, and to end with us."""
    who = ["--reuid", str(user), "--regid", str(user), "--clear-groups"]
    return [
        "setpriv",
        *who,
        "--no-new-privs",
        "--inh-caps=-all",
        "--bounding-set=-all",
        "--pdeathsig",
        "KILL",
    ]


def own_users() -> list[str]:
    """What bubblewrap is told where we are not root. An old one may not know how to forbid more of them."""
    return ["--unshare-user", "--disable-userns"] if os.geteuid() else []


def with_parent() -> list[str]:
    """What stands before a program of our own user, so that it ends with us; nothing where it is missing."""
    return ["setpriv", "--no-new-privs", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


def _works(command: list[str]) -> bool:
    try:
        tried = subprocess.run(command, capture_output=True, timeout=10, check=False)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0
