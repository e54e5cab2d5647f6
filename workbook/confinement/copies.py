"""A program's own folders where it has no world of its own: one to write to, and copies of what it reads.

To make a file costs more than to fill it, so bytecode is left out. Links are, too: where root copies, what
they lead to would be shown to somebody who may not read it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbook.confinement.users import BorrowedUser

_READABLE, _SCRATCH = "readable", "scratch"


def own_folder(user: BorrowedUser | None) -> Path:
    """A new folder, which nobody but that user and we can enter; what is in `scratch_of` it is the user's."""
    folder = Path(tempfile.mkdtemp(prefix="workbook-confined-"))
    scratch = scratch_of(folder)
    scratch.mkdir()
    if user is not None:
        os.chown(folder, -1, user.number)
        folder.chmod(0o710)
        os.chown(scratch, user.number, user.number)
    return folder


def scratch_of(folder: Path) -> Path:
    """Where the program writes."""
    return folder / _SCRATCH


def copies(readable: Mapping[str, Path], hidden: Sequence[str], folder: Path) -> dict[str, Path]:
    """Copies of what is readable, each at its path below one place, without what is hidden."""
    made = {}
    for inside, outside in readable.items():
        below = [Path(path) for path in hidden if Path(path).is_relative_to(inside)]
        left_out = {outside / path.relative_to(inside) for path in below}
        copy = folder / _READABLE / inside.lstrip("/")
        _make_with_parents(copy.parent)
        _copy(outside, copy, left_out)
        made[inside] = copy
    return made


def _copy(outside: Path, copy: Path, left_out: set[Path]) -> None:
    if outside.is_file():
        _copy_file(outside, copy)
        return
    _make(copy)
    for entry in outside.iterdir():
        if entry.is_symlink() or entry in left_out or entry.name == "__pycache__":
            continue
        if entry.is_dir():
            _copy(entry, copy / entry.name, left_out)
        elif entry.is_file():
            _copy_file(entry, copy / entry.name)


def _copy_file(outside: Path, copy: Path) -> None:
    shutil.copyfile(outside, copy)
    copy.chmod(0o644)


def _make(folder: Path) -> None:
    """For all, whatever others get otherwise: the folder around it is closed."""
    folder.mkdir()
    folder.chmod(0o755)


def _make_with_parents(folder: Path) -> None:
    for path in (*reversed(folder.parents), folder):
        if not path.is_dir():
            _make(path)
