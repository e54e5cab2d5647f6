"""Ways to time a thing on a machine that is busy with other things.

The minimum over many repetitions is the figure to compare: everything that a busy machine does makes a
repetition slower, and nothing makes it faster.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

Measurement = dict[str, float]


def best_of(
    repetitions: int, action: Callable[[], object], prepare: Callable[[], object] | None = None
) -> float:
    """The shortest time of `action` in seconds; `prepare` runs before each repetition and is not counted."""
    best = float("inf")
    for _ in range(repetitions):
        if prepare is not None:
            prepare()
        start = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - start)
    return best


def in_a_fresh_process(workload: str) -> Measurement:
    """Run one workload of `benchmarks.workloads` in a process of its own; returns what it measured."""
    command = [sys.executable, "-m", "benchmarks.workloads", workload]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if result.returncode:
        message = f"the workload {workload!r} failed:\n{result.stderr}"
        raise RuntimeError(message)
    measured: Measurement = json.loads(result.stdout.splitlines()[-1])
    return measured


def best_of_processes(times: int, workload: str) -> Measurement:
    """Run a workload in several fresh processes, and keep the smallest value of each figure."""
    runs = [in_a_fresh_process(workload) for _ in range(times)]
    return {name: min(run[name] for run in runs) for name in runs[0]}


@dataclass(frozen=True)
class Row:
    """One promise and what was measured."""

    work: str
    promise: str
    measured: str
    kept: bool
