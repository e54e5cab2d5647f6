"""Runs a learner's notebook, and hands in what its tasks ask for: the source of functions, or a value.

The cells run from the top, in a shell of IPython's and with a lab of their own, as *Run All* would; one that
fails does not keep the next from running. Nothing of this counts but what is handed in: the functions as they
are when the task's cells have run, or when `check("dlq-1")` is called, whichever is later. So two tasks may
ask for a function of one name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

import workbook.teaching
from workbook.grading.frames import Channel
from workbook.grading.plain import to_plain
from workbook.teaching.asked import AnswerError
from workbook.teaching.gathering import source_from

_NOTHING = object()
_SAID = "Handed in. This is the grader: the verdict comes with the report."


class HandedIn:
    """What stands for `workbook.teaching` while a notebook is graded: it takes answers, and judges none."""

    def __init__(self, channel: Channel, asked: Mapping[str, list[str]], names: Mapping[str, Any]) -> None:
        self._channel = channel
        self._asked = asked
        self._names = names

    def check(self, exercise_id: str, answer: object = _NOTHING) -> str:
        """Hand in a value, or the functions as they are now."""
        if answer is _NOTHING or (callable(answer) and self._asked.get(exercise_id)):
            self.hand_in(exercise_id, self._with(exercise_id, answer))
        else:
            self._send(exercise_id, value=to_plain(answer))
        return _SAID

    def exercise(self, exercise_id: str) -> Callable[[Any], Any]:
        """Hand a function in, each time its cell is run."""

        def taken(function: Any) -> Any:  # noqa: ANN401 - a learner's
            self.hand_in(exercise_id, {**self._names, function.__name__: function})
            return function

        return taken

    def nothing(self, *_arguments: object, **_options: object) -> None:
        """Panels, hints and the quiz have nothing to do here."""

    def hand_in(self, exercise_id: str, names: Mapping[str, Any]) -> None:
        """Hand in the functions that the task asks for, if they are all there."""
        functions = self._asked.get(exercise_id)
        if not functions or not all(name in names for name in functions):
            return
        try:
            self._send(exercise_id, source=source_from(tuple(functions), names))
        except AnswerError as error:
            self._send(exercise_id, problem=str(error))

    def _with(self, exercise_id: str, answer: object) -> Mapping[str, Any]:
        functions = self._asked.get(exercise_id)
        return {**self._names, functions[0]: answer} if functions and callable(answer) else self._names

    def _send(self, exercise_id: str, **facts: object) -> None:
        self._channel.send({"handed in": str(exercise_id), **facts})


def run_notebook(channel: Channel, facts: Mapping[str, Any]) -> None:
    """Run the cells, and tell what is handed in as it comes.

    Args:
        channel: to the judge.
        facts: `cells`, each with its `source` and the `exercise` that it belongs to, if to any; and `asked`,
            the names of the functions that each exercise asks for.
    """
    os.environ["WORKBOOK_PROGRESS"] = "off"
    shell = InteractiveShell.instance()
    desk = HandedIn(channel, facts["asked"], shell.user_ns)
    _stand_in(desk)
    for number, cell in enumerate(facts["cells"], start=1):
        channel.send({"begins": number})
        run: Any = shell.run_cell
        result = run(cell["source"], store_history=True)
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            channel.send({"failed": number, "text": f"{type(error).__name__}: {error}"[:500]})
        if cell["exercise"] is not None:
            desk.hand_in(cell["exercise"], shell.user_ns)
    for exercise_id in _left(facts):
        desk.hand_in(exercise_id, shell.user_ns)
    channel.send({"finished": True})


def _left(facts: Mapping[str, Any]) -> Iterator[str]:
    """Exercises none of whose cells is marked as theirs any more."""
    marked = {cell["exercise"] for cell in facts["cells"]}
    return (exercise_id for exercise_id in facts["asked"] if exercise_id not in marked)


def _stand_in(desk: HandedIn) -> None:
    for name in workbook.teaching.__all__:
        setattr(workbook.teaching, name, desk.nothing)
    workbook.teaching.check = desk.check
    workbook.teaching.exercise = desk.exercise
