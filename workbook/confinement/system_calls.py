"""The calls to the kernel that a confined program is refused, as a filter that bubblewrap installs (seccomp).

A program needs few of the doors that Linux has. Shut are those behind which something is that our limits do
not see: worlds of its own, in which it could mount folders in memory; memory and keys that belong to no
process, and would be found by the next program of the same user; bubblewrap's own process, for which this
filter is not in force; and parts of the kernel in which faults are often found. Everything else stays open,
so that Python and its packages work as they do elsewhere.

The numbers are Linux's (asm/unistd_64.h, asm-generic/unistd.h); each processor has its own. On one that is
not listed here there is no filter, which the self-test tells.
"""

from __future__ import annotations

import errno
import os
import platform
import struct
import sys
from collections.abc import Mapping

PROCESSORS: Mapping[str, int] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""What `uname` calls them, and what the kernel does (linux/audit.h)."""
_REFUSED: Mapping[str, tuple[int, int]] = {
    "setns": (308, 268),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
}
"""Refused whatever they ask: the numbers on the processors, in their order."""
_MAKE_WORLDS: Mapping[str, tuple[int, int]] = {"clone": (56, 220), "unshare": (272, 97)}
"""Refused where they ask for a user namespace, without which a program without rights gets no other."""
_CLONE3 = 435
"""Its question lies in memory, where a filter cannot look; told that it is not there, all use `clone`."""
_NEW_USER = 0x10000000
_OTHER_TABLE = 0x40000000
"""On x86-64, numbers from here on are the same calls once more, under other names (x32)."""

_NUMBER, _PROCESSOR, _FIRST_ARGUMENT = 0, 4, 16
"""Where these lie in what the kernel shows the filter (linux/seccomp.h)."""
_LOAD, _EQUAL, _AT_LEAST, _HAS_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions (linux/bpf_common.h)."""
_ALLOW, _END_IT, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000


def filter_program(processor: str = "") -> bytes:
    """The filter for a processor, this one if none is named; empty where there is none."""
    name = processor or platform.machine()
    if name not in PROCESSORS or sys.maxsize < 1 << 32:
        return b""
    which = list(PROCESSORS).index(name)
    words = [_word(_LOAD, _PROCESSOR), _word(_EQUAL, PROCESSORS[name], 1, 0), _word(_RETURN, _END_IT)]
    words += [_word(_LOAD, _NUMBER)]
    if name == "x86_64":
        words += _when(_AT_LEAST, _OTHER_TABLE, errno.EPERM)
    for numbers in _REFUSED.values():
        words += _when(_EQUAL, numbers[which], errno.EPERM)
    words += _when(_EQUAL, _CLONE3, errno.ENOSYS)
    for numbers in _MAKE_WORLDS.values():
        question = [_word(_LOAD, _FIRST_ARGUMENT), *_when(_HAS_BIT, _NEW_USER, errno.EPERM)]
        answer = [*question, _word(_RETURN, _ALLOW)]
        words += [_word(_EQUAL, numbers[which], 0, len(answer)), *answer]
    return b"".join([*words, _word(_RETURN, _ALLOW)])


def filter_descriptor() -> int | None:
    """A descriptor from which bubblewrap can read the filter, to be closed; None where there is none."""
    program = filter_program()
    if not program:
        return None
    read, write = os.pipe()
    os.write(write, program)  # a few hundred bytes, which a pipe holds
    os.close(write)
    return read


def _when(test: int, value: int, error: int) -> list[bytes]:
    """Fail with an error if the test of what was loaded is true."""
    return [_word(test, value, 0, 1), _word(_RETURN, _FAIL | error)]


def _word(code: int, value: int, jump_if_true: int = 0, jump_if_false: int = 0) -> bytes:
    """One instruction (struct sock_filter)."""
    return struct.pack("HBBI", code, jump_if_true, jump_if_false, value)
