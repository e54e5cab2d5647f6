"""How long a confined Python takes to say its first word, against a plain one.

Run as a program, it measures one of them in a process of its own: that process inherits all that a confined
program leaves (a subreaper), so that their processor time can be read when all have ended.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.measuring import Row
from workbook.confinement import Level, Limits, start
from workbook.confinement.copies import copies
from workbook.confinement.levels import chosen_level
from workbook.grading.learner_process import HIDDEN, PACKAGE

TIMES = 20
MOST = 0.060
"""Seconds that namespaces may add."""
LONGEST_COPY = 0.3
_BECOME_SUBREAPER = 36
_FIRST_WORD = "import os; os.write(int(os.environ.get('WORKBOOK_CHANNEL', '1')), b'1')"
_LIMITS = Limits(
    cpu_seconds=10,
    wall_seconds=30,
    memory_bytes=512 * 1024**2,
    processes=40,
    file_bytes=1024**2,
    open_files=64,
    output_bytes=2_000,
    scratch_bytes=4 * 1024**2,
)


def confinement_rows() -> list[Row]:
    """The start of a program at the highest level, where there is one, and what a copy costs at others."""
    try:
        chosen_level(Level.NAMESPACES)
    except OSError:
        return [copy_row()]
    plain, confined = _measured("plain"), _measured(Level.NAMESPACES.name)
    added = confined["wall"] - plain["wall"]
    words = ", ".join(
        f"{name} {plain[name] * 1e3:.0f} and {confined[name] * 1e3:.0f} ms" for name in ("wall", "cpu")
    )
    told = f"{added * 1e3:+.0f} ms ({words})"
    return [Row("start of Python in namespaces", "60 ms above plain", told, added < MOST), copy_row()]


def copy_row() -> Row:
    """What a start costs besides where there are no namespaces: a copy of the package."""
    hidden = [f"/course/workbook/{folder}" for folder in HIDDEN]
    seconds = []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as folder:
            used = time.process_time()
            copies({"/course/workbook": PACKAGE}, hidden, Path(folder))
            seconds.append(time.process_time() - used)
    best = min(seconds)
    return Row("... the copy at lower levels", "under 0.3 s CPU", f"{best:.2f} s", best < LONGEST_COPY)


def _measured(what: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.confining", what]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own module
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def medians(begin: Callable[[], float]) -> dict[str, float]:
    """Of the real time to the first word and of the processor time until the end, in seconds."""
    begin()
    wall, cpu = [], []
    for _ in range(TIMES):
        began, used = time.perf_counter(), _processor_time()
        wall.append(begin() - began)
        cpu.append(_processor_time() - used)
    return {"wall": statistics.median(wall), "cpu": statistics.median(cpu)}


def plain() -> float:
    """Start a Python; when it said its first word."""
    with subprocess.Popen([sys.executable, "-c", _FIRST_WORD], stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None
        process.stdout.read(1)
        return time.perf_counter()


def confined(level: Level) -> float:
    """Start a confined Python; when it said its first word."""
    program = start([sys.executable, "-c", _FIRST_WORD], readable={}, limits=_LIMITS, level=level)
    program.channel.recv(1)
    spoke = time.perf_counter()
    program.channel.recv(1)  # until it has ended by itself, for what is killed is not counted
    program.kill()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return spoke


def _processor_time() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)
    name = sys.argv[1]
    print(json.dumps(medians(plain if name == "plain" else lambda: confined(Level[name]))))
