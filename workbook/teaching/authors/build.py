"""From the authors' notebooks to what learners get: `workbook build`.

    solutions/NN_name.ipynb ─┬─> exercises/NN_name.ipynb                the same without hints and solutions
                             └─> workbook/teaching/texts/NN_name.json   what a check shows, one at a time

Learners' notebooks are made by deletion only, so nothing can stand in them that its author has not written
and run. All is written once, in `solutions/`; the rest is made from it, and a test holds it in step.
"""

from __future__ import annotations

import ast
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.teaching.asked import Code
from workbook.teaching.authors import nbgrader
from workbook.teaching.authors.cells import (
    AuthorError,
    Written,
    check_calls,
    exercise_of,
    exercises_in,
    joined,
    mistake_of,
    part_of,
)
from workbook.teaching.authors.definitions import definitions_in
from workbook.teaching.catalogue import all_exercises
from workbook.teaching.texts import VERSION

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from workbook.teaching.contract import Exercise

SOLUTIONS, EXERCISES, TEXTS = Path("solutions"), Path("exercises"), Path("workbook", "teaching", "texts")


@dataclass(frozen=True)
class Step:
    """A file as it should be; `content` is None for one that should not be there."""

    path: Path
    content: str | None

    def account(self, *, done: bool) -> str:
        """What was done, or has to be done, in one line."""
        what = (
            ("removed" if done else "has to go")
            if self.content is None
            else ("written" if done else "out of step")
        )
        return f"{self.path.as_posix()}: {what}"

    def is_taken(self, root: Path) -> bool:
        """Whether the file is already so."""
        path = root / self.path
        if self.content is None:
            return not path.exists()
        return path.is_file() and path.read_bytes() == self.content.encode()

    def take(self, root: Path) -> None:
        """Make it so."""
        path = root / self.path
        if self.content is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content.encode())  # bytes, so that no system puts its own line endings in


def out_of_step(root: Path) -> list[Step]:
    """What has to change so that everything made from `solutions/` is in step with it.

    Args:
        root: the checkout.

    Raises:
        AuthorError: a notebook cannot be read, or there is no folder of solutions.
    """
    if not (root / SOLUTIONS).is_dir():
        message = f"There is no folder {SOLUTIONS} in {root}; run this in a checkout of the workbook."
        raise AuthorError(message)
    return [step for step in _steps(root) if not step.is_taken(root)]


def _steps(root: Path) -> Iterator[Step]:
    sources = sorted((root / SOLUTIONS).glob("*.ipynb"))
    for source in sources:
        yield from _made_from(source, root)
    lessons = {source.stem for source in sources}
    made = [*sorted((root / EXERCISES).glob("*.ipynb")), *sorted((root / TEXTS).glob("*.json"))]
    yield from (Step(path.relative_to(root), None) for path in made if path.stem not in lessons)


def _made_from(source: Path, root: Path) -> Iterator[Step]:
    import nbformat

    notebook = nbformat.read(source, as_version=4)
    name = source.relative_to(root).as_posix()
    written = exercises_in(notebook, name)
    for each in written:
        nbgrader.stamp(each, _known(each, source.stem, name).points)
    yield Step(source.relative_to(root), nbformat.writes(notebook) + "\n")
    texts = json.dumps(texts_from(notebook, written), ensure_ascii=False, indent=1, sort_keys=True)
    yield Step(TEXTS / f"{source.stem}.json", texts + "\n")
    yield Step(EXERCISES / source.name, nbformat.writes(for_learners(notebook)) + "\n")


def _known(written: Written, lesson: str, name: str) -> Exercise:
    exercise = all_exercises().get(written.id)
    if exercise is None:
        message = f"{name}: no module in workbook/teaching/exercises has an exercise {written.id!r}"
        raise AuthorError(message)
    if exercise.lesson != lesson:
        message = f"{name}: {written.id} says that its lesson is {exercise.lesson}"
        raise AuthorError(message)
    return exercise


def for_learners(notebook: NotebookNode) -> NotebookNode:
    """A copy without the cells that give something away, and as if it had never run.

    Nothing else changes: what stays is as its author wrote it, to the cell's id.
    """
    learners = copy.deepcopy(notebook)
    learners.cells = [cell for cell in learners.cells if part_of(cell) in {None, "task"}]
    for cell in learners.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return learners


def texts_from(notebook: NotebookNode, written: list[Written]) -> dict[str, Any]:
    """What `workbook.teaching.texts` reads of a notebook.

    Raises:
        AuthorError: a solution or mistake of an exercise without code gives no value.
    """
    own = [cell for cell in notebook.cells if cell.cell_type == "code" and exercise_of(cell) is None]
    return {
        "version": VERSION,
        "prelude": definitions_in(joined(own)),
        "exercises": {each.id: _texts(each) for each in written},
    }


def _texts(written: Written) -> dict[str, Any]:
    [*_, solution] = written.part("solution")
    return {
        "task": written.prose,
        "given": definitions_in(joined(written.given)),
        "hints": [cell.source for cell in written.part("hint")],
        "solution": _answer(written, solution),
        "explanation": joined(written.part("explanation")),
        "mistakes": {mistake_of(cell): _answer(written, cell) for cell in written.part("mistake")},
    }


def _answer(written: Written, cell: NotebookNode) -> object:
    """The functions that a cell defines; where the exercise asks for a value, the one that it checks."""
    if isinstance(all_exercises()[written.id].asks, Code):
        return definitions_in(cell.source)
    for call in check_calls(cell.source):
        if len(call.args) > 1:
            return ast.literal_eval(call.args[1])
    message = f'{written.id}: a {part_of(cell)} should end in check("{written.id}", and the value it answers)'
    raise AuthorError(message)
