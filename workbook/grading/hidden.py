"""Hidden situations: a file of the instructor's, outside of the package and of the course's folder.

    from workbook.teaching.contract import Situation
    HIDDEN = {"dlq-1": (Situation(name="tuesday", set_up="...", play=a_worse_tuesday),)}

A situation is judged by the properties that the exercise judges in a situation of that name; one with a name
of its own, by those that are judged in all.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.teaching.contract import Situation

if TYPE_CHECKING:
    from workbook.teaching.contract import Exercise


class HiddenError(ValueError):
    """The file of hidden situations cannot be used; the text says what is wrong with it."""


def hidden_situations(path: str | None, exercise: Exercise) -> tuple[Situation, ...]:
    """Those of an exercise; none where there is no file, or nothing about the exercise in it.

    Raises:
        HiddenError: the file cannot be used.
    """
    if path is None:
        return ()
    situations = _read(path).get(exercise.id, ())
    if not all(isinstance(each, Situation) for each in situations):
        message = f"{path}: HIDDEN[{exercise.id!r}] should be a tuple of Situation"
        raise HiddenError(message)
    return tuple(situations)


@functools.cache
def _read(path: str) -> Mapping[str, Any]:
    if not Path(path).is_file():
        message = f"there is no file {path}; leave `hidden` out of the assignment, or write it"
        raise HiddenError(message)
    spec = importlib.util.spec_from_file_location("hidden_situations", path)
    if spec is None or spec.loader is None:
        message = f"{path} is no Python file"
        raise HiddenError(message)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        message = f"{path} cannot be run: {type(error).__name__}: {error}"
        raise HiddenError(message) from error
    hidden = getattr(module, "HIDDEN", None)
    if not isinstance(hidden, Mapping):
        message = f"{path} has no HIDDEN: a mapping from exercises to tuples of Situation"
        raise HiddenError(message)
    return hidden
