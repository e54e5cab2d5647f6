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
_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives")
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
) -> list[str]:
    """The whole command line."""
    begins = as_user(user) if user is not None else with_parent()
    alone = user is not None or level is Level.NAMESPACES
    limited = [*begins, *_limited(limits, 0 if alone else _processes_of_ours()), *program]
    if level is Level.NAMESPACES:
        return [*_bubblewrap(limits, user, readable, hidden), *limited]
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
    words = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if user is None:
        words += own_users()
    else:
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
    words += ["--proc", "/proc", "--dev", "/dev", "--size", str(1024 * 1024), "--tmpfs", "/dev/shm"]  # noqa: S108
    words += ["--size", str(limits.scratch_bytes), "--perms", "1777", "--tmpfs", SCRATCH]
    words += [word for folder in _parents(mounts) for word in ("--perms", "0755", "--dir", folder)]
    words += [word for inside, outside in mounts.items() for word in _mount(inside, outside)]
    hidden = [*hidden, *_shown_twice(mounts, readable)]
    words += [word for folder in hidden for word in ("--size", "4096", "--perms", "0555", "--tmpfs", folder)]
    return [*words, "--remount-ro", "/", "--chdir", SCRATCH, "--"]


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
