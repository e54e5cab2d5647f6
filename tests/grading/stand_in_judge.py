"""Judges that know nothing of AWS, for what surrounds a judge. Each does what the answer to vt-2 says."""

import json
import os
import signal
import sys
import time

import psutil

from workbook.grading.results import GRADED, TaskResult, missing


def grade_notebook(request):
    answer = answer_in(request)
    if answer in DEEDS:
        DEEDS[answer]()
    return tuple(result(name, answer) for name in request.exercises)


POINTS = {"vt-1": 4, "vt-2": 7, "dlq-1": 7}  # as in the course, which takes half a second to load


def result(name, answer):
    of = POINTS[name]
    if answer == "no answer":
        return missing(name, name, of, "There is none.")
    return TaskResult(name, name, GRADED, of, of if answer == "right" else 0, feedback=(answer,))


def answer_in(request):
    cells = [cell for _, text in request.notebooks for cell in json.loads(text)["cells"]]
    return next(
        cell["source"] for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == "vt-2"
    )


def wait_for_ever():
    while True:
        time.sleep(3600)


def tell_and_wait_for_ever():
    """Lets the one who reads the pipe know that it is being judged."""
    os.close(os.open(os.environ["STAND_IN_MARK"], os.O_WRONLY))
    wait_for_ever()


def leave_something_behind():
    """A process that outlives the judge, if it is let, and holds what the judge holds."""
    if os.fork() == 0:
        wait_for_ever()


def raise_an_error():
    message = "out of\ncakes"
    raise ValueError(message)


def kill_the_worker_once():
    """Ends the Dask worker that this runs for, at its first try only."""
    mark = os.environ["STAND_IN_MARK"]
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    starter = psutil.Process(os.getppid()).parent()
    os.kill(starter.pid, signal.SIGKILL)
    wait_for_ever()


DEEDS = {
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(3),
    "sys.exit": lambda: sys.exit(0),
    "hang": wait_for_ever,
    "tell and hang": tell_and_wait_for_ever,
    "leave": leave_something_behind,
    "raise": raise_an_error,
    "eat memory": lambda: bytearray(1 << 40),
    "print": lambda: os.write(1, b'{"tasks": [], "failure": ""}\n'),
    "kill the worker": kill_the_worker_once,
}


def answers_something_else(request):
    return (result("dlq-1", "right"),)


def answers_no_results(request):
    return ("full marks",)
