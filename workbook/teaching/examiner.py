"""The process in which answers are judged: plain JSON in, plain JSON out.

    notebook ──{"exercise": "dlq-1", "source": "..."}──> examiner ──{"passed": false, ...}──> notebook

There is one AWS in a process, and the learner's own is not to be touched; and what an answer does to its
process (ends it, fills it, never lets go) shall not happen to the notebook. So each answer is judged by a
process of its own. Starting one takes a second, most of it imports: while the learner reads, the next one is
already waiting. This is practice: the answer runs with the learner's own rights.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any, TextIO

PATIENCE = 60.0
"""Real seconds for one answer. The lab's kernel stops a busy loop long before; this is for what it cannot
stop, such as one inside of a C function."""


class ExaminerLost(RuntimeError):
    """The process ended without a verdict, or had to be ended; `late` says which."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("no verdict in time" if late else "the examiner's process ended")
        self.late = late


class Examiner:
    """A process that judges one answer."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workbook.teaching.examiner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=environment,
        )

    def ask(self, request: Mapping[str, Any], patience: float = PATIENCE) -> dict[str, Any]:
        """Send an answer and wait for its verdict.

        Raises:
            ExaminerLost: there is none.
        """
        timer = threading.Timer(patience, self._process.kill)
        timer.start()
        try:
            answer, _ = self._process.communicate(json.dumps(request) + "\n")
        finally:
            late = timer.finished.is_set()
            timer.cancel()
            self.close()
        if not answer:
            raise ExaminerLost(late=late)
        verdict: dict[str, Any] = json.loads(answer)
        return verdict

    @property
    def is_alive(self) -> bool:
        """Whether it waits for an answer."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, if it has not ended."""
        with contextlib.suppress(OSError):
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()


class Waiting:
    """The examiner that waits for the next answer."""

    def __init__(self) -> None:
        self._examiner: Examiner | None = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def prepare(self) -> None:
        """Start one, if none waits."""
        with self._lock:
            if self._examiner is None or not self._examiner.is_alive:
                self._examiner = Examiner()

    def take(self) -> Examiner:
        """The one that waits, or a new one."""
        self.prepare()
        with self._lock:
            taken, self._examiner = self._examiner, None
        return taken or Examiner()

    def close(self) -> None:
        """End the one that waits."""
        with self._lock:
            if self._examiner is not None:
                self._examiner.close()
                self._examiner = None


waiting = Waiting()


def examine(request: Mapping[str, Any]) -> dict[str, Any]:
    """Judge one answer in this process, which has no other lab open; returns the verdict as JSON.

    Args:
        request: `exercise`, and `source` or `value`; `seed` if it is to be another than usual. With `look`
            nothing is judged: the system is played as it is, and what is returned is a `Look`.
    """
    from workbook.teaching.catalogue import find_exercise
    from workbook.teaching.judge import judge
    from workbook.teaching.looking import look_at
    from workbook.teaching.texts import Submission

    if request.get("look"):
        return look_at(find_exercise(request["exercise"])).as_json()
    submission = Submission(source=request.get("source"), value=request.get("value"))
    verdict = judge(find_exercise(request["exercise"]), submission, seed=request.get("seed", 0))
    return verdict.as_json()


def _serve(requests: TextIO, answers: TextIO) -> None:
    import workbook.teaching.judge  # noqa: F401 - what takes long is done before somebody waits

    line = requests.readline()
    if line:
        answers.write(json.dumps(examine(json.loads(line))) + "\n")
        answers.flush()


def main() -> None:
    """Judge the answer that comes, and end; end also when the notebook does."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what an answer prints is no part of the protocol
    _serve(sys.stdin, answers)
    os._exit(0)  # threads that an answer has left behind are nobody's any more


if __name__ == "__main__":
    main()
