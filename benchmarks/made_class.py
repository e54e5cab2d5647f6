"""A class that hands in: the exercises' notebooks, with solutions, typical mistakes and empty answers."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbook.teaching.asked import Code
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.texts import texts_of

TASKS = ("q-1", "q-2", "vt-1", "dlq-1", "dlq-2")
NOTEBOOKS = ("01_queues", "02_visibility_timeout", "03_dead_letter_queues")
ROOT = Path(__file__).resolve().parent.parent
Notebook = dict[str, Any]


def hand_in(learners: int, folder: Path) -> None:
    """Write the submissions of so many learners, three notebooks each."""
    given = {name: json.loads((ROOT / "exercises" / f"{name}.ipynb").read_text()) for name in NOTEBOOKS}
    for number, answers in zip(range(learners), _answers(), strict=False):
        for name, notebook in given.items():
            path = folder / f"learner-{number:03}" / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(_answered(notebook, answers)))


def assignment(path: Path) -> Path:
    """Write the file that says what is graded."""
    path.write_text(f'title = "Queues"\nexercises = {json.dumps(TASKS)}\n')
    return path


def _answers() -> Iterator[dict[str, str]]:
    """For ever: the code of each task's answer cell, in turn right, with each typical mistake, and empty."""
    cycles = {task: itertools.cycle(_versions_of(task)) for task in TASKS}
    while True:
        yield {task: next(versions) for task, versions in cycles.items()}


def _versions_of(task: str) -> list[str]:
    exercise = find_exercise(task)
    texts = texts_of(exercise)
    submissions = [texts.solution, texts.solution, *texts.mistakes.values()]
    if isinstance(exercise.asks, Code):
        return [str(each.source) for each in submissions] + [texts.given]
    return [f"check({task!r}, {each.value!r})" for each in submissions]


def _answered(notebook: Notebook, answers: dict[str, str]) -> Notebook:
    copied = copy.deepcopy(notebook)
    for cell in copied["cells"]:
        task = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if task in answers:
            cell["source"] = answers[task].replace("choose", "check")
    return copied
