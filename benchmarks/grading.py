"""How long it takes to grade a class, and how much memory a judge needs.

Beside it, nbgrader's autograder at one exercise of the same kind, whose checks were rewritten for it: boto3
against moto in the notebook's own kernel. It is no dependency of ours; an environment for it is made once,
below the user's cache, and the row is left out where it cannot be made.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
import platformdirs
import psutil

from benchmarks.made_class import TASKS, assignment, hand_in
from benchmarks.measuring import Row

LEARNERS = 100
LONGEST = 180.0
MEMORY = 400 * 1024**2
_FEW = 6
_LOOK_EVERY = 0.2
_NBGRADER = ("nbgrader==0.9.6", "moto==5.2.5", "boto3==1.44.5")
_ANSWER = """
def send_all(orders, pre_orders):
    import boto3, json
    sqs, refused = boto3.client("sqs"), []
    for start in range(0, len(pre_orders), 10):
        some = pre_orders[start : start + 10]
        entries = [
            {"Id": str(number), "MessageBody": order["cake"], "DelaySeconds": order["delay"]}
            for number, order in enumerate(some)
        ]
        answer = sqs.send_message_batch(QueueUrl=orders, Entries=entries)
        refused += [some[int(failure["Id"])]["cake"] for failure in answer.get("Failed", [])]
    return refused
"""
_CHECK = """
import boto3, moto, os
os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1")
with moto.mock_aws():
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    assert send_all(url, [{"cake": f"cake {n}", "delay": n * 30} for n in range(1, 24)]) == []
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert int(counts["ApproximateNumberOfMessagesDelayed"]) == 23
"""


def grading_rows() -> list[Row]:
    """A class of 100 with 5 tasks each; and submissions a minute beside nbgrader's."""
    seconds, memory = _grade(LEARNERS)
    return [
        Row(
            f"grade {LEARNERS} x {len(TASKS)} tasks",
            "3 minutes on 2 cores",
            f"{seconds:.0f} s, {LEARNERS * 60 / seconds:.0f} a minute",
            seconds <= LONGEST,
        ),
        Row("... memory of a judge", "below 400 MB", f"{memory / 1024**2:.0f} MB", memory < MEMORY),
        *_beside_nbgrader(),
    ]


def _grade(learners: int, tasks: Sequence[str] = TASKS) -> tuple[float, int]:
    """Seconds for all, and the most memory of a judge with the learner's process below it, in bytes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        hand_in(learners, place / "submissions")
        file = assignment(place / "assignment.toml")
        file.write_text(f'title = "Queues"\nexercises = {json.dumps(list(tasks))}\n')
        words = [
            "grade",
            place / "submissions",
            "--out",
            place / "report",
            "--assignment",
            file,
            "--jobs",
            "2",
        ]
        begun = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", "workbook", *words], stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        memory = _MostMemory(process.pid)
        if process.wait():
            message = "workbook grade failed; run it by hand to see why"
            raise RuntimeError(message)
        return time.perf_counter() - begun, memory.most


class _MostMemory:
    """Looks at the processes below one while it runs; `most` is what any of them has held."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._pid = pid
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while psutil.pid_exists(self._pid):
            try:
                for process in psutil.Process(self._pid).children(recursive=True):
                    self.most = max(self.most, process.memory_info().rss)
            except psutil.Error:
                pass
            time.sleep(_LOOK_EVERY)


def _beside_nbgrader() -> list[Row]:
    python = _nbgrader_python()
    if python is None:
        return []
    ours, _ = _grade(_FEW, ("q-1",))
    theirs = _autograde(python)
    rates = f"{_FEW * 60 / ours:.0f} against {_FEW * 60 / theirs:.0f} submissions a minute"
    return [Row("grade one task, beside nbgrader", "faster", rates, ours < theirs)]


def _nbgrader_python() -> Path | None:
    """The Python of an environment with nbgrader in it, made when first asked for."""
    folder = Path(platformdirs.user_cache_dir("workbook")) / "nbgrader-0.9.6"
    python = folder / "bin" / "python"
    if (folder / "ready").exists():
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)  # noqa: S603 - our own words
        subprocess.run([python, "-m", "pip", "install", "-q", *_NBGRADER], check=True, capture_output=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    (folder / "ready").touch()
    return python


def _autograde(python: Path) -> float:
    """Seconds of nbgrader's autograder for a few submissions of one notebook."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder)
        source = course / "source" / "queues" / "queues.ipynb"
        source.parent.mkdir(parents=True)
        nbformat.write(_notebook(), source)
        nbgrader = [str(python), "-m", "nbgrader"]
        environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": folder}
        run = functools.partial(subprocess.run, cwd=course, env=environment, check=True, capture_output=True)
        run([*nbgrader, "generate_assignment", "queues"])
        for number in range(_FEW):
            target = course / "submitted" / f"learner{number}" / "queues" / "queues.ipynb"
            target.parent.mkdir(parents=True)
            nbformat.write(_notebook(), target)
        begun = time.perf_counter()
        run([*nbgrader, "autograde", "queues"])
        return time.perf_counter() - begun


def _notebook() -> nbformat.NotebookNode:
    answer = nbformat.v4.new_code_cell(_ANSWER)
    answer.metadata["nbgrader"] = _marks("answer", solution=True, grade=False)
    check = nbformat.v4.new_code_cell(_CHECK)
    check.metadata["nbgrader"] = {**_marks("check", solution=False, grade=True), "points": 5}
    notebook = nbformat.v4.new_notebook(cells=[answer, check])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return notebook


def _marks(name: str, *, solution: bool, grade: bool) -> dict[str, object]:
    return {
        "grade_id": name,
        "solution": solution,
        "grade": grade,
        "locked": grade,
        "task": False,
        "schema_version": 3,
    }
