"""The command lines of the levels: what stands before a program's own.

At the highest level bubblewrap makes an empty world and puts into it, read only, the system's programs, this
Python and what the caller names. Where we are root, the program runs as a user whom nobody else is: limits on
processes do not hold for root.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import psutil

from workbook.confinement.levels import Level, as_user, own_users, with_parent
from workbook.confinement.limits import Limits

SCRATCH = "/tmp"  # noqa: S108 - of the program's own world
_SHARED = "/dev/shm"  # noqa: S108 - of that world, too; Python's locks between processes lie there
_SHARED_BYTES = 1024**2
_NAMESPACES = (
    "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
    "--die-with-parent", "--new-session",
)  # fmt: skip
_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")
_FIRST_PROCESS = "/proc/1"
"""Bubblewrap's own. Where a program is of the same user, it could write into that one's memory."""
_SHELL = (
    "ulimit -c 0; ulimit -S -t {cpu}; ulimit -H -t {cpu_at_most}; "
    "ulimit -f {file_blocks}; ulimit -n {files}; "
    "ulimit -v {memory} 2>/dev/null; "
    '{{ ulimit -u {processes} || ulimit -p {processes}; }} 2>/dev/null; exec "$@"'
)


def command_for(
    level: Level,
    program: Sequence[str],
    limits: Limits,
    *,
    user: int | None,
    readable: Mapping[str, Path],
    hidden: Iterable[str],
    filtered: int | None = None,
) -> list[str]:
    """The whole command line; `filtered` is a descriptor from which bubblewrap reads a filter."""
    begins = as_user(user) if user is not None else with_parent()
    alone = user is not None or level is Level.NAMESPACES
    limited = [*begins, *_limited(limits, 0 if alone else _processes_of_ours()), *program]
    if level is Level.NAMESPACES:
        filters = [] if filtered is None else ["--seccomp", str(filtered)]
        return [*_bubblewrap(limits, user, readable, hidden), *filters, "--", *limited]
    return limited


def python_paths() -> list[Path]:
    """The folders that this Python needs."""
    found = {Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix)}
    return sorted(path for path in found if not _is_in(path, Path("/usr")))


def _processes_of_ours() -> int:
    """Processes and threads that this user has; the kernel counts them, where the program is theirs, too."""
    total = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            total += process.num_threads() if process.uids().real == os.getuid() else 0
    return total


def _limited(limits: Limits, processes_before: int) -> list[str]:
    script = _SHELL.format(
        cpu=limits.cpu_seconds,
        cpu_at_most=limits.cpu_seconds + 1,
        file_blocks=max(1, limits.file_bytes // 512),
        files=limits.open_files,
        memory=limits.memory_bytes // 1024,
        processes=limits.processes + processes_before,
    )
    return ["/bin/sh", "-c", script, "confined"]


def _bubblewrap(
    limits: Limits, user: int | None, readable: Mapping[str, Path], hidden: Iterable[str]
) -> list[str]:
    mounts = {**{str(path): path for path in (*map(Path, _SYSTEM), *python_paths())}, **readable}
    empty = (*hidden, *_shown_twice(mounts, readable), _FIRST_PROCESS)
    words = ["bwrap", *_NAMESPACES, *_rights(user), "--proc", "/proc", "--dev", "/dev"]
    for folder, size in ((_SHARED, _SHARED_BYTES), (SCRATCH, limits.scratch_bytes)):
        words += ["--size", str(size), "--perms", "1777", "--tmpfs", folder]
    words += [word for folder in _parents(mounts) for word in ("--perms", "0755", "--dir", folder)]
    words += [word for inside, outside in mounts.items() for word in _mount(inside, outside)]
    words += [word for folder in empty for word in ("--size", "4096", "--perms", "0555", "--tmpfs", folder)]
    words += [word for folder in ("/", "/dev", *empty) for word in ("--remount-ro", folder)]
    return [*words, "--chdir", SCRATCH]


def _rights(user: int | None) -> list[str]:
    """None; where root starts it, setpriv needs some to become the user, and drops them."""
    if user is not None:
        needed = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
        return ["--cap-drop", "ALL", *(word for right in needed for word in ("--cap-add", right))]
    return ["--cap-drop", "ALL", *own_users()]


def _shown_twice(mounts: Mapping[str, Path], readable: Mapping[str, Path]) -> list[str]:
    """Where what is readable could be read once more, with what is hidden of it: in a folder of Python."""
    twice = set()
    for there in mounts.keys() - readable.keys():
        folder = mounts[there].resolve()
        for outside in (path.resolve() for path in readable.values()):
            if outside != folder and _is_in(outside, folder):
                twice.add(str(PurePosixPath(there) / outside.relative_to(folder)))
    return sorted(twice - readable.keys())


def _mount(inside: str, outside: Path) -> list[str]:
    if outside.is_symlink() and str(outside) in _SYSTEM:
        return ["--symlink", str(outside.readlink()), inside]
    return ["--ro-bind-try", str(outside), inside]


def _parents(mounts: Mapping[str, Path]) -> list[str]:
    """The folders above the mounts, the highest first; bubblewrap would make them for nobody but root."""
    folders = {str(parent) for inside in mounts for parent in PurePosixPath(inside).parents}
    return sorted(folders - {"/", SCRATCH, *mounts}, key=lambda folder: (folder.count("/"), folder))


def _is_in(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents
