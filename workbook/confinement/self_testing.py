"""Tries what a confined program must not be able to do, here and now, and says what held.

Which level a machine has can be looked up; whether it does what it promises can only be tried: a kernel may
forbid what bubblewrap needs, a container may have been given more than it should. So a confined program is
started that attacks, and its attempts are counted.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.confinement.confined import Confined
from workbook.confinement.levels import Level, chosen_level
from workbook.confinement.limits import Limits
from workbook.confinement.starting import start

NAMES = (
    "network", "home", "other_processes", "environment", "writing", "fork_bomb", "memory", "file_size",
    "system_calls", "outliving",
)  # fmt: skip
"""What is tried, in the order in which it is told."""
_PROBE = Path(__file__).with_name("probe.py")
_WAIT = 10.0
"""Real seconds until a probe that says nothing counts as failed; it takes less than one."""
_LOOKS = 2
"""So many times the watcher looks before it counts as blind: one look may have begun too early."""
_LIMITS = Limits(
    cpu_seconds=5,
    wall_seconds=10,
    memory_bytes=256 * 1024**2,
    processes=12,
    file_bytes=64 * 1024,
    open_files=64,
    output_bytes=16 * 1024,
    scratch_bytes=1024**2,
)


@dataclass(frozen=True)
class Check:
    """One thing that was tried."""

    name: str
    """One of `NAMES`."""
    held: bool
    """Whether the confinement held."""
    words: str
    """What was seen, for people."""


@dataclass(frozen=True)
class Assessment:
    """What confinement does on this machine."""

    level: Level
    checks: tuple[Check, ...]

    @property
    def held(self) -> bool:
        """Whether everything held: what graded work that counts should ask for."""
        return all(check.held for check in self.checks)

    @property
    def words(self) -> str:
        """The level in force and what of it did not hold, in one line."""
        open_ = [check.name.replace("_", " ") for check in self.checks if not check.held]
        lacks = f" (open when tried: {', '.join(open_)})" if open_ else ""
        return f"{self.level.name.lower()}: {self.level.words}{lacks}"

    def __str__(self) -> str:
        lines = [f"confinement: {self.level.name.lower()} ({self.level.words})"]
        for check in self.checks:
            name = check.name.replace("_", " ")
            lines.append(f"  {'held' if check.held else 'OPEN'}  {name:16} {check.words}")
        return "\n".join(lines)


def self_test(level: Level | None = None, *, python: str = sys.executable) -> Assessment:
    """Attack a confined program's borders from inside; takes less than two seconds.

    Args:
        level: the level to try; the highest that this machine has, if not given.
        python: the interpreter that is confined.

    Raises:
        OSError: this machine has no such level.
    """
    level = chosen_level(level)
    with _bait() as facts, contextlib.closing(_Lifeline()) as lifeline:
        program = [python, "-I", "-S", "-c", _PROBE.read_text(encoding="utf-8")]
        confined = start(program, readable={}, limits=_LIMITS, level=level)
        try:
            socket.send_fds(confined.channel, [json.dumps(facts).encode()], [lifeline.theirs])
            lifeline.hand_over()
            seen = _hear(confined)
            if "fork_bomb" in seen and not seen["fork_bomb"][0]:
                confined.wait_for_looks(_LOOKS)
        finally:
            confined.kill()
        if seen.pop("outliving", None):
            seen["outliving"] = lifeline.attempt()
        if not seen.get("fork_bomb", (False,))[0]:
            seen["fork_bomb"] = _of_the_end(confined.ended())
    silent = (False, f"it was not tried: {confined.ended()}; {confined.output[-500:]}")
    return Assessment(level, tuple(Check(name, *seen.get(name, silent)) for name in NAMES))


def _hear(confined: Confined) -> dict[str, tuple[bool, str]]:
    """All attempts that are told, until the last or the end of the program."""
    confined.channel.settimeout(_WAIT)
    seen: dict[str, tuple[bool, str]] = {}
    with contextlib.suppress(OSError), confined.channel.makefile("rb") as lines:
        for line in lines:
            if line.endswith(b"]\n"):
                name, held, words = json.loads(line)
                seen[name] = bool(held), str(words)
            if "fork_bomb" in seen:
                break
    return seen


def _of_the_end(how: str) -> tuple[bool, str]:
    """Where the kernel let processes be started, the watcher must have ended them."""
    return "processes" in how, how or "what it started was let be"


@contextlib.contextmanager
def _bait() -> Iterator[Mapping[str, Any]]:
    """What a program must not reach: a private file, a port on which someone listens, this process."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        secret = Path(folder) / "secret"
        secret.write_text(secrets.token_hex(8), encoding="utf-8")
        secret.chmod(0o600)
        yield {
            "secret": str(secret),
            "port": server.getsockname()[1],
            "process": os.getpid(),
            "began": _began(os.getpid()),
            "memory_bytes": _LIMITS.memory_bytes,
            "file_bytes": _LIMITS.file_bytes,
            "processes": _LIMITS.processes,
        }


def _began(process: int) -> str:
    """When a process began, as Linux writes it; with its number it is that process and no other."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").split(")")[-1].split()[19]
    return ""


class _Lifeline:
    """A connection that ends when the last process that holds its other end is gone, and else is answered.

    So what has outlived its program is known by its word, and not by how long it takes to be gone.
    """

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        self.theirs = theirs.detach()

    def hand_over(self) -> None:
        os.close(self.theirs)
        self.theirs = -1

    def attempt(self) -> tuple[bool, str]:
        self._ours.settimeout(_WAIT)
        with contextlib.suppress(ConnectionError):
            self._ours.sendall(b"?")
            try:
                answer = self._ours.recv(1)
            except TimeoutError:
                return False, "a process that had hidden is neither gone nor answers"
            if answer:
                return False, "a process that had hidden went on after all was ended"
        return True, "a process that had hidden was gone with the others"

    def close(self) -> None:
        self._ours.close()
        if self.theirs >= 0:
            os.close(self.theirs)
