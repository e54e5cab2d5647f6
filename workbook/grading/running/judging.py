"""The orchestrator's end of a judging process: a request in, an outcome out, whatever happens in between."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading

from workbook.grading.request import GradingRequest
from workbook.grading.running.judging_process import READY
from workbook.grading.running.outcomes import Outcome, failed

_FAREWELL = 5.0
"""Real seconds for a judging process to end; it needs a few milliseconds."""
JUDGE = "workbook.grading.judge:grade_notebook"


class NoJudge(RuntimeError):
    """No judging process can be started, so nothing can be graded; the text says why."""


class Judging:
    """A judging process; another one takes its place when it ends.

    Args:
        judge: what judges, "module:function".
    """

    def __init__(self, judge: str = JUDGE) -> None:
        self._judge = judge
        self._process: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()
        self._closed = False

    def outcome_of(self, request: GradingRequest) -> Outcome:
        """Have a submission judged, and wait for it.

        Raises:
            NoJudge: no process can be started.
        """
        process = self._running()
        answer = _asked(process, request)
        if answer is None:
            self._end()
            return failed("The process that starts the judges was ended from outside.")
        try:
            return Outcome.from_line(answer).checked(request)
        except ValueError as error:
            return failed(f"The judge's result cannot be read ({error}).")

    def close(self) -> None:
        """End it, with what it is judging; whoever waits for an outcome gets a failure."""
        with self._starting:
            self._closed = True
        self._end()

    def _running(self) -> subprocess.Popen[str]:
        with self._starting:
            if self._closed:
                raise NoJudge("Grading was stopped.")
            if self._process is None:
                self._process = _started(self._judge)
            return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _ended(process)


def _started(judge: str) -> subprocess.Popen[str]:
    if not hasattr(os, "fork"):
        raise NoJudge("Grading needs Linux or macOS; on Windows, run it in WSL.")
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "workbook.grading.running.judging_process", judge],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONHASHSEED": "0", "WORKBOOK_PROGRESS": "off"},
        start_new_session=True,  # Ctrl-C reaches the orchestrator, which ends the judges itself
    )
    first = (process.stdout.readline() if process.stdout else "").strip()
    if first != READY:
        process.kill()
        process.wait()
        raise NoJudge(f"The judge cannot be loaded: {first or 'its process ended at once'}.")
    return process


def _ended(process: subprocess.Popen[str]) -> None:
    """End it: the end of its input tells it to end what it is judging, and then itself."""
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        process.wait(_FAREWELL)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    with contextlib.suppress(OSError):
        if process.stdout is not None:
            process.stdout.close()


def _asked(process: subprocess.Popen[str], request: GradingRequest) -> str | None:
    """The answer to a request; None if the process has ended."""
    try:
        if process.stdin is None or process.stdout is None:
            return None
        process.stdin.write(json.dumps(request.as_json()) + "\n")
        process.stdin.flush()
        return process.stdout.readline() or None
    except (OSError, ValueError):
        return None
