"""Tries, from inside, what a confined program must not be able to do; `self_testing` starts it and hears it.

It stands alone, with nothing but the standard library, for it is run from its text. Every line that it sends
is one attempt: [name, whether the confinement held, what was seen].
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

OWN_VARIABLES = {"PATH", "HOME", "TMPDIR", "LANG", "PWD", "WORKBOOK_CHANNEL", "WORKBOOK_CONFINED", "LC_CTYPE",
                 "OLDPWD", "__CF_USER_TEXT_ENCODING"}  # fmt: skip
Attempt = tuple[bool, str]
_NEW_USER = 0x10000000
_NOT_TRIED = 100
_MADE = {
    1: "a user namespace",
    2: "memory that nobody counts",
    3: "a user namespace, and memory that nobody counts",
}
OUTLIVES = "import os, sys; line = int(sys.argv[1]); os.read(line, 1) and os.write(line, b'!')"
"""What the process does that tries to outlive the program: it answers who asks whether it is there."""


def network(facts: dict[str, Any]) -> Attempt:
    """Connect to a port of this computer on which someone listens."""
    try:
        with socket.create_connection(("127.0.0.1", facts["port"]), timeout=1):
            return False, "it reached a port of this computer"
    except OSError as error:
        return True, f"no port was reached: {error}"


def home(facts: dict[str, Any]) -> Attempt:
    """Read a file that is the caller's alone."""
    try:
        Path(facts["secret"]).read_bytes()
    except OSError as error:
        return True, f"a private file could not be read: {error.strerror}"
    return False, "it read a private file of the user who started it"


def other_processes(facts: dict[str, Any]) -> Attempt:
    """See the process of the caller, or reach it with a signal."""
    process, began = facts["process"], facts["began"]
    seen = False
    with contextlib.suppress(OSError):
        seen = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").split(")")[-1].split()[19] == began
    if not began:  # a system without /proc
        with contextlib.suppress(OSError):
            os.kill(process, 0)
            seen = True
    return not seen, "it saw other processes" if seen else "it saw no processes but its own"


def environment(facts: dict[str, Any]) -> Attempt:  # noqa: ARG001 - all attempts are called alike
    """Find a variable that was not given to it."""
    more = sorted(set(os.environ) - OWN_VARIABLES)
    return not more, f"it found {', '.join(more)}" if more else "it found no variables but its own"


def writing(facts: dict[str, Any]) -> Attempt:
    """Write anywhere but in its temporary folder."""
    written = []
    for folder in (str(Path(facts["secret"]).parent), "/usr", "/etc", "/var/tmp"):  # noqa: S108 - these are tried
        attempt = Path(folder) / f"confined-{os.getpid()}"
        with contextlib.suppress(OSError):
            attempt.write_bytes(b"x")
            attempt.unlink()
            written.append(folder)
    return not written, f"it wrote to {', '.join(written)}" if written else "it could write nowhere else"


def memory(facts: dict[str, Any]) -> Attempt:
    """Take twice the memory that it may have."""
    try:
        bytearray(2 * facts["memory_bytes"])
    except MemoryError:
        return True, "more memory than the limit was refused"
    return False, "it got more memory than the limit"


def file_size(facts: dict[str, Any]) -> Attempt:
    """Write a longer file than it may."""
    attempt = Path(os.environ["TMPDIR"]) / "long"
    try:
        with attempt.open("wb", buffering=0) as file:
            for _ in range(3):
                file.write(bytes(facts["file_bytes"] // 2 + 1))
    except OSError as error:
        return True, f"a longer file than the limit was refused: {error.strerror}"
    finally:
        attempt.unlink(missing_ok=True)
    return False, "it wrote a longer file than the limit"


def system_calls(facts: dict[str, Any]) -> Attempt:  # noqa: ARG001 - all attempts are called alike
    """Make a user namespace, in which a program has all rights, or memory that belongs to no process."""
    child = os.fork()
    if child == 0:  # in a namespace of its own, the attempts that follow would mean something else
        with contextlib.suppress(Exception):
            os._exit(make_what_is_not_counted())
        os._exit(_NOT_TRIED)
    made = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if made == 0:
        return True, "dangerous calls to the kernel were refused"
    if made not in _MADE:
        return False, "dangerous calls to the kernel could not be tried"
    return False, f"it made {_MADE[made]}"


def make_what_is_not_counted() -> int:
    """What of it could be made: 1 for a user namespace, 2 for memory, 3 for both."""
    import ctypes  # noqa: PLC0415 - a Python may have been built without it, and the other attempts go on

    kernel = ctypes.CDLL(None)
    made = int(hasattr(kernel, "unshare") and kernel.unshare(_NEW_USER) == 0)
    if hasattr(os, "memfd_create"):
        with contextlib.suppress(OSError):
            os.close(os.memfd_create("hidden"))
            made += 2
    return made


def fork_bomb(facts: dict[str, Any]) -> Attempt:
    """Have more processes than it may; those that there are stay until this one ends."""
    wait, end = os.pipe()
    most = facts["processes"] + 10
    for count in range(most):
        try:
            child = os.fork()
        except OSError:
            os.close(end)
            return True, f"no more than {count} processes could be started"
        if child == 0:
            os.close(end)
            os.read(wait, 1)  # until the first process is gone
            os._exit(0)
    return False, f"it started {most} processes"


def hide(lifeline: int) -> None:
    """Leave a process that has another parent, another session and no environment, and holds `lifeline`."""
    hidden, hiding = os.pipe()
    if os.fork():
        os.close(hiding)
        os.wait()
        os.read(hidden, 1)  # until it runs another program, which has nothing of this one but `lifeline`
        return
    os.setsid()
    if os.fork() == 0:
        os.set_inheritable(lifeline, True)  # noqa: FBT003 - the only parameter of a system call
        program = [sys.executable, "-I", "-S", "-c", OUTLIVES, str(lifeline)]
        os.execve(sys.executable, program, {})  # noqa: S606 - our own
    os._exit(0)


ATTEMPTS: tuple[Callable[[dict[str, Any]], Attempt], ...] = (
    network, home, other_processes, environment, writing, memory, file_size, system_calls
)  # fmt: skip


def main() -> None:
    """Try everything, the most harmful last."""
    channel = socket.socket(fileno=int(os.environ["WORKBOOK_CHANNEL"]))
    text, (lifeline,), _, _ = socket.recv_fds(channel, 1 << 16, 1)
    facts = json.loads(text)
    for attempt in ATTEMPTS:
        say(channel, attempt.__name__, *attempt(facts))
    hide(lifeline)
    os.close(lifeline)
    say(channel, "outliving", held=False, seen="a process has hidden")
    say(channel, "fork_bomb", *fork_bomb(facts))
    channel.recv(1)  # where the kernel has let the bomb go off, the watcher has to see it, and ends all


def say(channel: socket.socket, name: str, held: bool, seen: str) -> None:  # noqa: FBT001 - an Attempt
    """Send one attempt."""
    channel.sendall(json.dumps([name, held, seen]).encode() + b"\n")


if __name__ == "__main__":
    main()
