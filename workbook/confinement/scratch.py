"""What a program has written into the folder that it may write to.

In a world of its own that folder lies in memory and has a size, but empty files have none: each takes about a
kilobyte of the kernel, and there would be room for millions. Below, it is a folder among others. Both are
measured from outside, four times a second.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

FILE_BYTES = 1024
"""What a file in memory takes, without its content."""
_IN_MEMORY = ("tmp", "dev/shm")


def folder_holds_more(folder: Path, most: int) -> bool:
    """Whether the files below a folder take more than so many bytes; stops where they do."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += max(4096, (Path(place) / name).lstat().st_blocks * 512)
            if total > most:
                return True
    return False


def files_in_memory(processes: Iterable[int]) -> int:
    """How many files the world of these processes has in memory; 0 where we cannot look into it."""
    for process in processes:
        root = Path(f"/proc/{process}/root")
        with contextlib.suppress(OSError):
            if root.samefile("/"):
                continue  # bubblewrap's own, outside
            found = [os.statvfs(root / folder) for folder in _IN_MEMORY]
            return sum(status.f_files - status.f_ffree for status in found)
    return 0
