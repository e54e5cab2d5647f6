"""Which exercises there are. A module of checks is loaded when one of its exercises is asked for first."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from workbook.teaching import exercises
from workbook.teaching.contract import Exercise


def find_exercise(exercise_id: str) -> Exercise:
    """The exercise that learners call by this id.

    Raises:
        LookupError: there is none; the text lists those there are.
    """
    known = all_exercises()
    if exercise_id not in known:
        message = f"there is no exercise {exercise_id!r}; there are {', '.join(known)}"
        raise LookupError(message)
    return known[exercise_id]


@functools.cache
def all_exercises() -> dict[str, Exercise]:
    """All exercises by id, in the order of the lessons.

    Raises:
        ValueError: two have the same id.
    """
    found: dict[str, Exercise] = {}
    for module in sorted(pkgutil.iter_modules(exercises.__path__), key=lambda module: module.name):
        loaded = importlib.import_module(f"{exercises.__name__}.{module.name}")
        for exercise in loaded.EXERCISES:
            if exercise.id in found:
                where = f"in {found[exercise.id].lesson} and in {exercise.lesson}"
                message = f"two exercises are called {exercise.id!r}: {where}"
                raise ValueError(message)
            found[exercise.id] = exercise
    return dict(sorted(found.items(), key=lambda item: item[1].lesson))
