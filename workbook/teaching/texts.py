"""What learners read of an exercise: task, hints, solution, explanation.

`workbook build` takes them from the authors' notebooks in `solutions/`, so nobody writes them twice, and a
learner who installed the package has them without those notebooks.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise

VERSION = 1


@dataclass(frozen=True)
class Submission:
    """An answer as it crosses processes: the source of functions, or a value."""

    source: str | None = None
    value: object = None
    prelude: str = ""
    """Imports and helpers that an answer in a file may take for granted, as one in the notebook does."""

    @property
    def text(self) -> str:
        """The answer as one text; the same answer gives the same text."""
        return json.dumps(self.value, sort_keys=True) if self.source is None else self.source


@dataclass(frozen=True)
class Texts:
    """What the authors wrote about one exercise."""

    task: str
    given: str
    """Code that the learner begins with, the placeholder in it."""
    hints: tuple[str, ...]
    """The easiest first."""
    explanation: str
    placeholder: Submission
    solution: Submission
    mistakes: Mapping[str, Submission]
    solution_code: str
    """What is shown as the solution."""


def texts_of(exercise: Exercise) -> Texts:
    """What the authors wrote about an exercise.

    Raises:
        LookupError: the notebook of its lesson was not built, or lacks the exercise.
    """
    lesson = _read(exercise.lesson)
    if exercise.id not in lesson["exercises"]:
        notebook = f"solutions/{exercise.lesson}.ipynb"
        message = f"{notebook} has no cells of {exercise.id}; write them, then `workbook build`"
        raise LookupError(message)
    return _texts(exercise, lesson["prelude"], lesson["exercises"][exercise.id])


def prelude_of(exercise: Exercise) -> str:
    """The imports and helpers that stand before the tasks of its notebook.

    Raises:
        LookupError: the notebook of its lesson was not built.
    """
    return str(_read(exercise.lesson)["prelude"])


def _texts(exercise: Exercise, prelude: str, written: Mapping[str, Any]) -> Texts:
    def submission(part: object) -> Submission:
        if not isinstance(exercise.asks, Code):
            return Submission(value=part)
        return Submission(source="\n\n".join(filter(None, (prelude, written["given"], str(part)))))

    solution = written["solution"]
    return Texts(
        task=written["task"],
        given=written["given"],
        hints=tuple(written["hints"]),
        explanation=written["explanation"],
        placeholder=submission("" if isinstance(exercise.asks, Code) else None),
        solution=submission(solution),
        mistakes={name: submission(part) for name, part in written["mistakes"].items()},
        solution_code=solution if isinstance(solution, str) else json.dumps(solution),
    )


@functools.cache
def _read(lesson: str) -> Mapping[str, Any]:
    file = resources.files(__package__) / "texts" / f"{lesson}.json"
    if not file.is_file():
        message = f"there are no texts of {lesson}; run `workbook build`"
        raise LookupError(message)
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if read["version"] != VERSION:
        message = f"texts of {lesson} have version {read['version']}, not {VERSION}; run `workbook build`"
        raise LookupError(message)
    return read
