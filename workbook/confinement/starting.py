"""Starts a program that is not trusted."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbook.confinement.command import SCRATCH, command_for
from workbook.confinement.confined import Confined
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
    user = BorrowedUser() if level >= Level.USER and os.geteuid() == 0 else None
    scratch = None if level is Level.NAMESPACES else _scratch_folder(user)
    copied = {} if scratch is None else _copies(readable, hidden, scratch)
    ours, theirs = socket.socketpair()
    number = user.number if user else None
    mark = secrets.token_hex(16)
    variables = _environment(environment or {}, theirs.fileno(), scratch, copied) | {MARK: mark}

    filtered = filter_descriptor() if level is Level.NAMESPACES else None
    command = command_for(
        level, program, limits, user=number, readable=readable, hidden=hidden, filtered=filtered
    )
    inherited = [theirs.fileno(), *([] if filtered is None else [filtered])]

    def launch() -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - to run what is not trusted is what this is for
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=scratch or "/",
            env=variables,
            pass_fds=inherited,
            start_new_session=True,
        )

    with theirs, contextlib.ExitStack() as opened:
        if filtered is not None:
            opened.callback(os.close, filtered)
        return Confined(launch, ours, level=level, limits=limits, mark=mark, user=user, scratch=scratch)


def _environment(
    given: Mapping[str, str], channel: int, scratch: Path | None, copied: Mapping[str, Path]
) -> dict[str, str]:
    home = SCRATCH if scratch is None else str(scratch)
    made = {"PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home, "LANG": "C.UTF-8", CHANNEL: str(channel)}
    for name, value in given.items():
        made[name] = ":".join(str(_place(part, copied)) for part in value.split(":"))
    return made


def _place(path: str, copied: Mapping[str, Path]) -> str:
    """Where a path of the program's world lies, if there is no such world."""
    for inside, outside in copied.items():
        if Path(inside) == Path(path):
            return str(outside)
        if Path(path) in Path(inside).parents:
            return f"{outside}".removesuffix(inside) + path
    return path


def _scratch_folder(user: BorrowedUser | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="workbook-confined-"))
    if user is not None:
        os.chown(folder, user.number, user.number)
    return folder


def _copies(readable: Mapping[str, Path], hidden: Sequence[str], scratch: Path) -> dict[str, Path]:
    """Copies of what is readable, each at its path below the scratch folder, without what is hidden."""
    copies = {}
    for inside, outside in readable.items():
        copy = scratch / inside.lstrip("/")
        below = [Path(path) for path in hidden if Path(path).is_relative_to(inside)]
        left_out = {outside / path.relative_to(inside) for path in below}

        def ignored(folder: str, names: list[str], left_out: set[Path] = left_out) -> set[str]:
            return {name for name in names if Path(folder) / name in left_out or name == "__pycache__"}

        shutil.copytree(outside, copy, ignore=ignored, copy_function=shutil.copyfile)
        copies[inside] = copy
    return copies
