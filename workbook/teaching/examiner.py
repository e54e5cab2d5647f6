"""The process in which answers are judged: plain JSON in, plain JSON out.

    notebook ──{"exercise": "dlq-1", "source": "..."}──> examiner ──{"passed": false, ...}──> notebook
                                                            │ forks
                                                            └─> judges one answer, and ends

There is one AWS in a process, and the learner's own is not to be touched; and what an answer does to its
process (ends it, fills it, never lets go) shall not happen to the notebook. So each answer is judged by a
process of its own. To start one takes a second, nearly all of it imports. On Linux the examiner therefore
stays, with everything imported and not a thread started, and forks for each answer; elsewhere it judges one
answer and ends, and while the learner reads, the next one is already waiting. This is practice: the answer
runs with the learner's own rights.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any, TextIO

PATIENCE = 60.0
"""Real seconds for one answer. The lab's kernel stops a busy loop long before; this is for what it cannot
stop, such as one inside of a C function."""
FORKS = sys.platform == "linux"
"""Whether a process can be forked safely: macOS's own libraries do not bear it, and Windows cannot."""


class ExaminerLost(RuntimeError):
    """The process ended without a verdict, or had to be ended; `late` says which."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("no verdict in time" if late else "the examiner's process ended")
        self.late = late


class Examiner:
    """A process that judges answers."""

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
            start_new_session=FORKS,  # so that what it forks can be ended with it
        )

    def ask(self, request: Mapping[str, Any], patience: float = PATIENCE) -> dict[str, Any]:
        """Send an answer and wait for its verdict.

        Raises:
            ExaminerLost: there is none.
        """
        timer = threading.Timer(patience, self._kill)
        timer.start()
        try:
            verdict = self._exchange(json.dumps(request))
        finally:
            late = timer.finished.is_set()
            timer.cancel()
            if not FORKS:
                self.close()
        if not verdict:
            raise ExaminerLost(late=late)
        answer: dict[str, Any] = json.loads(verdict)
        return answer

    def _exchange(self, request: str) -> str:
        """The line that comes back; empty where an answer has ended its process before there was one."""
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        try:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
        except OSError:  # it is not there any more
            return ""
        verdict = self._process.stdout.readline().strip()
        if verdict:
            self._process.stdout.readline()  # the empty line that ends each exchange
        return verdict

    @property
    def is_alive(self) -> bool:
        """Whether it waits for an answer."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, and what it has forked."""
        self._kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if FORKS:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()


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

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the one that waits, or a new one.

        Raises:
            ExaminerLost: there is no verdict.
        """
        examiner = self._take()
        try:
            return examiner.ask(request)
        finally:
            self._give_back(examiner)
            self.prepare()

    def _take(self) -> Examiner:
        self.prepare()
        with self._lock:
            taken, self._examiner = self._examiner, None
        return taken or Examiner()

    def _give_back(self, examiner: Examiner) -> None:
        with self._lock:
            if FORKS and self._examiner is None and examiner.is_alive:
                self._examiner = examiner
                return
        examiner.close()

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
        request: `exercise`, and `source` (with a `prelude` where it needs one) or `value`; `seed` if it is to
            be another than usual. With `look` nothing is judged: the system is played as it is, and what is
            returned is a `Look`. Or `question`, whose evidence is run; what is returned is what it shows.
    """
    from workbook.teaching.catalogue import find_exercise
    from workbook.teaching.judge import judge
    from workbook.teaching.looking import look_at
    from workbook.teaching.quizzes.bank import find_question
    from workbook.teaching.quizzes.showing import show
    from workbook.teaching.texts import Submission

    if "question" in request:
        return show(find_question(request["question"]))
    if request.get("look"):
        return look_at(find_exercise(request["exercise"])).as_json()
    submission = Submission(
        source=request.get("source"), value=request.get("value"), prelude=request.get("prelude", "")
    )
    verdict = judge(find_exercise(request["exercise"]), submission, seed=request.get("seed", 0))
    return verdict.as_json()


def _serve(requests: TextIO, answers: TextIO) -> None:
    import workbook.teaching.judge  # noqa: F401 - what takes long is done before somebody waits

    for line in iter(requests.readline, ""):
        if not FORKS:
            _judge(line, answers)
        elif child := os.fork():
            os.waitpid(child, 0)
        else:
            _judge(line, answers)
            os._exit(0)  # threads that an answer has left behind are nobody's any more
        answers.write("\n")
        answers.flush()
        if not FORKS:
            return


def _judge(line: str, answers: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # what else is asked is no answer's business
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - open as long as the process
    answers.write(json.dumps(examine(json.loads(line))) + "\n")
    answers.flush()


def main() -> None:
    """Judge what comes; end when the notebook does."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what an answer prints is no part of the protocol
    _serve(sys.stdin, answers)
    os._exit(0)


if __name__ == "__main__":
    main()
