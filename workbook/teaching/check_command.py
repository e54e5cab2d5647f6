"""`workbook check dlq-1 answer.py`: the check of a notebook, for a terminal and for other programs.

    workbook check                             every exercise, with what it asks for
    workbook check dlq-1 answer.py             the verdict in words
    workbook check vt-1 - --json < value.json  the verdict as JSON, of an answer that comes through a pipe

The exit code is 0 for a right answer, 1 for any other, 2 where there was nothing to judge.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from workbook.teaching.asked import Code
from workbook.teaching.catalogue import all_exercises, find_exercise
from workbook.teaching.checking import verdict_on
from workbook.teaching.contract import Exercise
from workbook.teaching.texts import prelude_of
from workbook.teaching.verdict import Verdict
from workbook.teaching.verdict_text import verdict_text


class CommandError(ValueError):
    """There is nothing to judge; the text says why, and what to give instead."""


def verdict_of(exercise_id: str, file: str | None, *, seed: int) -> Verdict:
    """The verdict on the answer in a file.

    Args:
        exercise_id: which exercise.
        file: the path of the answer, or "-" for the standard input.
        seed: of the labs.

    Raises:
        CommandError: there is no such exercise, no such file, or no answer in it.
    """
    exercise = _exercise(exercise_id)
    submission = {**_submission(exercise, file), "seed": seed}
    return verdict_on(exercise, lambda: submission)


def printed(verdict: Verdict, *, as_json: bool) -> str:
    """The verdict for people, or for other programs."""
    return json.dumps(verdict.as_json(), indent=2, ensure_ascii=False) if as_json else verdict_text(verdict)


def listing() -> str:
    """Every exercise with its lesson, its level and the form of its answer."""
    return "\n\n".join(
        f"{each.id}  {each.title}\n  lesson {each.lesson}, level {each.level}, {each.points} points\n"
        f"  answer: {each.asks.form}"
        for each in all_exercises().values()
    )


def _exercise(exercise_id: str) -> Exercise:
    try:
        return find_exercise(exercise_id)
    except LookupError as error:
        raise CommandError(str(error.args[0])) from error


def _submission(exercise: Exercise, file: str | None) -> dict[str, Any]:
    is_code = isinstance(exercise.asks, Code)
    if file is None:
        ending = "py" if is_code else "json"
        message = f"give a file, too: workbook check {exercise.id} answer.{ending}, with {exercise.asks.form}"
        raise CommandError(message)
    text = _read(file)
    if is_code:
        return {"source": text, "prelude": prelude_of(exercise)}
    return {"value": _value(exercise, text, file)}


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read: {error}"
        raise CommandError(message) from error


def _value(exercise: Exercise, text: str, file: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        message = f"{file} holds no JSON ({error}); {exercise.id} asks for {exercise.asks.form}"
        raise CommandError(message) from error
