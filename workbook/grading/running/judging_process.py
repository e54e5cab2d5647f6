"""A process that judges: it loads all that judges need, once, and forks a fresh copy for each submission.

    orchestrator ──a request, a line──> this process ──fork──> judges one submission, and ends
         │ <──────an outcome, a line──────── │ <──its result, by a pipe──┘  or it crashes, or takes too long

A copy begins in the same state as every other, so nothing that one submission did can be seen by the next,
and the order in which they are judged changes nothing. Whatever ends a copy ends only that. This process ends
with the one that started it, and takes its copy along.
"""

from __future__ import annotations

import contextlib
import enum
import importlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from workbook.grading.request import GradingRequest
from workbook.grading.results import TaskResult
from workbook.grading.running.outcomes import Outcome, failed

Judge = Callable[[GradingRequest], tuple[TaskResult, ...]]
READY = "ready"
MEMORY = 3 << 30
"""Bytes of address space that the judging of one submission may take."""
LARGEST = 64_000_000
"""Bytes of one result; those with pictures stay far below 1 MB."""
_FAREWELL = 2.0
"""Real seconds for a copy to end after its pipe has ended."""


def main() -> None:
    """Judge what comes on the standard input, until it ends."""
    requests, answers = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "w")
    _close_standard_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us
    try:
        judge = load(sys.argv[1])
        _load_what_it_needs(judge)
    except Exception as error:
        _say(answers, f"{type(error).__name__}: {error}")
        raise SystemExit(1) from error
    _say(answers, READY)
    for line in iter(requests.readline, b""):
        request = GradingRequest.from_json(json.loads(line))
        _say(answers, _judged_in_a_copy(judge, request, requests.fileno()).as_line())


def load(name: str) -> Judge:
    """The judge of this name, "module:function"."""
    module, _, function = name.partition(":")
    judge: Judge = getattr(importlib.import_module(module), function)
    return judge


def _load_what_it_needs(judge: Judge) -> None:
    """Load once what each copy would load; a judge of a test needs none of it."""
    if judge.__module__.startswith("workbook."):
        from workbook.lab import Lab  # noqa: PLC0415 - half a second
        from workbook.teaching.catalogue import all_exercises  # noqa: PLC0415

        all_exercises()
        Lab().close()


def _say(answers: object, text: str) -> None:
    print(text.replace("\n", " "), file=answers, flush=True)  # type: ignore[call-overload]  # a text file


def _close_standard_streams() -> None:
    """What a library or a learner prints must not stand among the answers."""
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)


class Course(enum.Enum):
    """How the judging of a submission went."""

    TOLD = "a whole line came"
    ENDED = "the copy ended without one"
    LATE = "it took too long"
    ALONE = "whoever asked is gone"


def _judged_in_a_copy(judge: Judge, request: GradingRequest, alive: int) -> Outcome:
    reading, writing = os.pipe()
    parent = os.getpid()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _be_the_copy(judge, request, writing, parent)
    os.close(writing)
    received, course = _received(reading, alive, time.monotonic() + request.wall_seconds)
    os.close(reading)
    status = _ended(process, patience=_FAREWELL if course is Course.ENDED else 0)
    if course is Course.LATE:
        return failed(f"It was not judged within {request.wall_seconds} seconds, and was stopped.")
    return _outcome(received, status)


def _be_the_copy(judge: Judge, request: GradingRequest, writing: int, parent: int) -> NoReturn:
    try:
        os.setsid()
        _end_with(parent)
        _limit_memory()
        try:
            outcome = Outcome(judge(request))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told, and this process ends
            outcome = failed(f"The judge failed: {type(error).__name__}: {str(error)[:500]}")
        with os.fdopen(writing, "w") as pipe:
            pipe.write(outcome.as_line() + "\n")
    finally:
        os._exit(0)


def _end_with(parent: int) -> None:
    """End when the parent does, even by SIGKILL; other systems than Linux know no such thing."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:  # it ended before we had said so
        os._exit(0)


def _limit_memory() -> None:
    import resource  # noqa: PLC0415 - Windows has none, and no fork either

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _received(reading: int, alive: int, deadline: float) -> tuple[bytes, Course]:
    """What a copy wrote, to the end of its line, and how that went."""
    received = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([reading, alive], [], [], left)
        if reading in ready:
            piece = os.read(reading, 1 << 16)
            received += piece
            if not piece or len(received) > LARGEST:
                return bytes(received), Course.ENDED
            if piece.endswith(b"\n"):
                return bytes(received), Course.TOLD
        elif alive in ready:  # nothing is asked meanwhile, so this is the end of the input
            return b"", Course.ALONE
    return b"", Course.LATE


def _ended(process: int, *, patience: float) -> int:
    """Wait so long for a copy to end by itself, end it with all that it started, and say how it ended."""
    until = time.monotonic() + patience
    while os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() >= until:
            break
        select.select([], [], [], 0.005)
    for end in (os.killpg, os.kill):  # it may not have begun a group of its own yet
        with contextlib.suppress(ProcessLookupError, PermissionError):
            end(process, signal.SIGKILL)
    return os.waitpid(process, 0)[1]


def _outcome(received: bytes, status: int) -> Outcome:
    if not received:
        return failed(_how(status))
    try:
        return Outcome.from_line(received.decode())
    except ValueError as error:
        return failed(f"The judge's result cannot be read ({error}). {_how(status)}")


def _how(status: int) -> str:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name
        hint = ", perhaps because memory ran out" if number == signal.SIGKILL else ""
        return f"The judge's process was ended by {name}{hint}."
    return f"The judge's process ended with exit code {os.WEXITSTATUS(status)} and without a result."


if __name__ == "__main__":
    main()
