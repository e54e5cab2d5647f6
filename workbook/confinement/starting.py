"""Starts a program that is not trusted."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbook.confinement.command import SCRATCH, command_for
from workbook.confinement.confined import Confined
from workbook.confinement.copies import copies, own_folder, scratch_of
from workbook.confinement.levels import Level, chosen_level
from workbook.confinement.limits import Limits
from workbook.confinement.system_calls import filter_descriptor
from workbook.confinement.tree import MARK
from workbook.confinement.users import BorrowedUser

CHANNEL = "WORKBOOK_CHANNEL"
"""The environment variable in which a program finds the number of its file descriptor."""


def start(
    program: Sequence[str],
    *,
    readable: Mapping[str, Path],
    hidden: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    limits: Limits,
    level: Level | None = None,
) -> Confined:
    """Start a program with a channel to it and nothing else.

    Args:
        program: its command line. This process's Python is there, with its packages, at the same path.
        readable: what it can read besides: path there to path here. Below the highest level there is one
            world only, so a copy is made for it, without what is hidden; paths in `environment` lead there.
        hidden: folders below those, or elsewhere there, that are empty for it.
        environment: its environment variables; it has no others but a PATH and a HOME.
        limits: how much it may use.
        level: how well it has to be confined; as well as this machine can, if not given.

    Raises:
        OSError: this machine cannot confine it so, or the program is not there.
    """
    level = chosen_level(level)
    mark = secrets.token_hex(16)
    with contextlib.ExitStack() as undone, contextlib.ExitStack() as inherited:
        place = _place_for(level, readable, hidden, undone)
        ours, theirs = socket.socketpair()
        undone.callback(ours.close)
        inherited.callback(theirs.close)
        passed = [theirs.fileno()]
        filtered = filter_descriptor() if level is Level.NAMESPACES else None
        if filtered is not None:
            inherited.callback(os.close, filtered)
            passed.append(filtered)
        number = place.user.number if place.user else None
        command = command_for(
            level, program, limits, user=number, readable=readable, hidden=hidden, filtered=filtered
        )
        variables = _environment(environment or {}, theirs.fileno(), place) | {MARK: mark}
        confined = Confined(
            lambda: _launched(command, variables, passed, place.scratch),
            ours,
            level=level,
            limits=limits,
            mark=mark,
            user=place.user,
            folder=place.folder,
        )
        undone.pop_all()  # all of it is the program's now, and goes when it ends
        return confined


@dataclass(frozen=True)
class _Place:
    """What a program has on the disk and in the system: nothing, where it gets a world of its own."""

    user: BorrowedUser | None
    folder: Path | None
    copied: Mapping[str, Path]

    @property
    def scratch(self) -> Path | None:
        return None if self.folder is None else scratch_of(self.folder)


def _place_for(
    level: Level, readable: Mapping[str, Path], hidden: Sequence[str], undone: contextlib.ExitStack
) -> _Place:
    """Make it; `undone` takes it back."""
    user = _borrowed(level, undone)
    if level is Level.NAMESPACES:
        return _Place(user, None, {})
    folder = own_folder(user)
    undone.callback(shutil.rmtree, folder, ignore_errors=True)
    return _Place(user, folder, copies(readable, hidden, folder))


def _borrowed(level: Level, undone: contextlib.ExitStack) -> BorrowedUser | None:
    if level < Level.USER or os.geteuid() != 0:
        return None
    user = BorrowedUser()
    undone.callback(user.give_back)
    return user


def _launched(
    command: Sequence[str], variables: Mapping[str, str], passed: Sequence[int], scratch: Path | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - to run what is not trusted is what this is for
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=scratch or "/",
        env=variables,
        pass_fds=passed,
        start_new_session=True,
    )


def _environment(given: Mapping[str, str], channel: int, place: _Place) -> dict[str, str]:
    home = SCRATCH if place.scratch is None else str(place.scratch)
    made = {"PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", CHANNEL: str(channel)}
    for name, value in given.items():
        made[name] = ":".join(str(_found(part, place.copied)) for part in value.split(":"))
    return made


def _found(path: str, copied: Mapping[str, Path]) -> str:
    """Where a path of the program's world lies, if there is no such world."""
    for inside, outside in copied.items():
        if Path(inside) == Path(path):
            return str(outside)
        if Path(path) in Path(inside).parents:
            return f"{outside}".removesuffix(inside) + path
    return path
