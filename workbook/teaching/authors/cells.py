"""The cells of an authors' notebook, exercise by exercise.

An exercise is a run of neighbouring cells, each with a tag that says its part and with the exercise's id:

    task (prose) · task (code) · hint · hint · mistake · solution · explanation · task (code: the check)

The order is fixed, because the notebook runs from top to bottom: the solution is the last that defines the
functions before the check looks at them, so the authors' copy ends each exercise with a verdict of "right".
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

PARTS = ("task", "hint", "mistake", "solution", "explanation")
CHECKS = frozenset({"check", "choose", "arrange", "mark"})
"""The functions by which a learner has an answer judged."""

_IN_ORDER = re.compile(r"T+C*H+M*S+E+K")
_ORDER_IN_WORDS = (
    "task (prose), task (code, if any), at least one hint, mistakes, solution, explanation, and a last code "
    "cell of the task that checks"
)


class AuthorError(ValueError):
    """An authors' notebook is not of the form that `workbook build` reads; the text says where and why."""


@dataclass(frozen=True)
class Written:
    """One exercise as it stands in its notebook."""

    id: str
    cells: tuple[NotebookNode, ...]

    def part(self, name: str) -> list[NotebookNode]:
        """Its cells of one part, in their order; those of the task without the check."""
        return [cell for cell in self.cells if part_of(cell) == name and cell is not self.check]

    @property
    def check(self) -> NotebookNode:
        """The cell in which a learner asks for the verdict: the last one."""
        return self.cells[-1]

    @property
    def prose(self) -> str:
        """The task in words."""
        return "\n\n".join(cell.source for cell in self.part("task") if cell.cell_type == "markdown")

    @property
    def given(self) -> list[NotebookNode]:
        """The code that a learner begins with; the placeholder is in the last of these."""
        return [cell for cell in self.part("task") if cell.cell_type == "code"]


def part_of(cell: NotebookNode) -> str | None:
    """The part of an exercise that a cell is; None for a cell of the notebook's own."""
    return next((tag for tag in cell.metadata.get("tags", ()) if tag in PARTS), None)


def exercise_of(cell: NotebookNode) -> str | None:
    """The id of the exercise that a cell belongs to."""
    found = cell.metadata.get("workbook", {}).get("exercise")
    return None if found is None else str(found)


def mistake_of(cell: NotebookNode) -> str:
    """The name of the mistake that a cell makes."""
    return str(cell.metadata.workbook["mistake"])


def exercises_in(notebook: NotebookNode, name: str) -> list[Written]:
    """The exercises of a notebook, in their order.

    Args:
        notebook: the authors' copy.
        name: how errors call it.

    Raises:
        AuthorError: a part without an exercise, an exercise in two places, a part missing or misplaced.
    """
    _find_strays(notebook.cells, name)
    runs = [
        Written(exercise, tuple(cells))
        for exercise, cells in itertools.groupby(notebook.cells, key=exercise_of)
        if exercise is not None
    ]
    ids = [written.id for written in runs]
    for written in runs:
        if ids.count(written.id) > 1:
            message = f"{name}: the cells of {written.id} stand in two places; put them together"
            raise AuthorError(message)
        _find_disorder(written, name)
    return runs


def _find_strays(cells: Sequence[NotebookNode], name: str) -> None:
    for position, cell in enumerate(cells, start=1):
        part, exercise = part_of(cell), exercise_of(cell)
        if (part is None) != (exercise is None):
            message = (
                f"{name}, cell {position}: it has the tag {part!r} and the exercise {exercise!r}; a part of "
                'an exercise has both, like {"tags": ["hint"], "workbook": {"exercise": "dlq-1"}}'
            )
            raise AuthorError(message)
        if part == "mistake" and "mistake" not in cell.metadata.workbook:
            message = (
                f'{name}, cell {position}: say which mistake it makes: "workbook": {{"mistake": "its name"}}'
            )
            raise AuthorError(message)


def _find_disorder(written: Written, name: str) -> None:
    order = "".join(map(_letter, written.cells[:-1]))
    if not _IN_ORDER.fullmatch(f"{order}K"):
        parts = " · ".join(str(part_of(cell)) for cell in written.cells)
        message = f"{name}, {written.id}: its cells are {parts}; they should be {_ORDER_IN_WORDS}"
        raise AuthorError(message)
    if not checks(written.check, written.id):
        message = f'{name}, {written.id}: its last cell should be code of the task, check("{written.id}")'
        raise AuthorError(message)


def _letter(cell: NotebookNode) -> str:
    part = part_of(cell)
    return "C" if part == "task" and cell.cell_type == "code" else str(part)[0].upper()


def checks(cell: NotebookNode, exercise: str) -> bool:
    """Whether a cell of the task has an answer to this exercise judged."""
    if cell.cell_type != "code" or part_of(cell) != "task":
        return False
    return any(
        isinstance(call.args[0], ast.Constant) and call.args[0].value == exercise
        for call in check_calls(cell.source)
    )


def check_calls(source: str) -> list[ast.Call]:
    """The calls of `check` and its kin in some source, each with at least one argument."""
    return [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in CHECKS
        and node.args
    ]


def joined(cells: Iterable[NotebookNode]) -> str:
    """The text of some cells, a blank line between them."""
    return "\n\n".join(cell.source for cell in cells)
