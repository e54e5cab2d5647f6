"""Which tasks stand in a notebook, and what was done to their cells beside answering them.

A cell says itself which task it belongs to, by the marks that `workbook build` wrote into its metadata. Where
an editor dropped those, a call of `check("dlq-1")` still tells. A changed task is noted and not punished: a
learner may have typed into the wrong cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbook.grading.submissions.notebooks import Notebook
from workbook.teaching.asked import Code
from workbook.teaching.authors.definitions import definitions_in
from workbook.teaching.catalogue import all_exercises
from workbook.teaching.texts import texts_of

_CALL = re.compile(r"""\b(?:check|choose|arrange|mark|exercise)\(\s*["']([\w-]{1,40})["']""")
_HANDED_IN = re.compile(r"""\bcheck\(\s*["'][\w-]{1,40}["']\s*,""")
"""A call that hands in a value."""
Cell = Mapping[str, Any]


def exercises_in(notebook: Notebook) -> frozenset[str]:
    """The ids of the exercises that have a cell in a notebook."""
    return frozenset(each for cell in notebook.cells for each in _ids(cell)) & all_exercises().keys()


def name_of_the_lesson(notebook: Notebook) -> str | None:
    """How the course calls this notebook; None if it has tasks of no lesson, or of several."""
    lessons = {all_exercises()[each].lesson for each in exercises_in(notebook)}
    return f"{lessons.pop()}.ipynb" if len(lessons) == 1 else None


def _ids(cell: Cell) -> Iterator[str]:
    marked = _marked(cell)
    if marked is not None:
        yield marked
    elif cell["cell_type"] == "code":
        yield from _CALL.findall(cell["source"])


def _marked(cell: Cell) -> str | None:
    own = cell["metadata"].get("workbook")
    found = own.get("exercise") if isinstance(own, dict) else None
    return found if isinstance(found, str) else None


def _grading(cell: Cell) -> Mapping[str, Any]:
    """Nbgrader's marks, which say what part of its task a cell is."""
    found = cell["metadata"].get("nbgrader")
    return found if isinstance(found, dict) else {}


def is_as_given(notebook: Notebook) -> bool:
    """Whether no task in it was answered: the places for code are as they were, and no value is handed in."""
    code = [cell for cell in notebook.cells if cell["cell_type"] == "code"]
    if any(_HANDED_IN.search(cell["source"]) for cell in code):
        return False
    answers = [(_grading(cell).get("grade_id"), cell["source"]) for cell in code]
    known = [(all_exercises()[each], source) for each, source in answers if each in all_exercises()]
    return bool(known) and all(
        _is_given(each.id, source) and (bool(definitions_in(source)) or not isinstance(each.asks, Code))
        for each, source in known
    )


def changes(exercise: str, notebook: Notebook) -> Iterator[str]:
    """What was done to the cells of a task, each as a sentence for the instructor."""
    cells = [cell for cell in notebook.cells if _marked(cell) == exercise]
    if not cells:
        yield f"{exercise}: its cells have lost their marks; an answer is looked for by the calls of check."
        return
    answers = [cell for cell in cells if _grading(cell).get("grade_id") == exercise]
    if not answers:
        yield f"{exercise}: the cell for the answer was deleted."
    if len(answers) > 1:
        yield f"{exercise}: the cell for the answer stands {len(answers)} times."
    yield from _changed_words(exercise, cells)
    yield from _changed_code(exercise, [cell for cell in cells if cell not in answers])


def _changed_words(exercise: str, cells: Iterable[Cell]) -> Iterator[str]:
    prose = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    if not prose:
        yield f"{exercise}: the words of the task were deleted."
    elif _words("\n\n".join(prose)) != _words(texts_of(all_exercises()[exercise]).task):
        yield f"{exercise}: the words of the task were edited."


def _changed_code(exercise: str, cells: Iterable[Cell]) -> Iterator[str]:
    """Code that came with the task, and is no place for an answer."""
    code = [
        cell["source"] for cell in cells if cell["cell_type"] == "code" and not _CALL.search(cell["source"])
    ]
    if not all(_is_given(exercise, source) for source in code):
        yield f"{exercise}: code that came with the task was edited."


def _is_given(exercise: str, source: str) -> bool:
    """Whether all that is defined there came with the task."""
    try:
        kept = definitions_in(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        kept = source
    return kept in texts_of(all_exercises()[exercise]).given


def _words(text: str) -> list[str]:
    return text.split()


def deleted(exercises: Iterable[str], notebooks: Iterable[Notebook]) -> Iterator[str]:
    """The tasks of which nothing is left, though others of their lesson are there, each as a sentence."""
    there = {each for notebook in notebooks for each in exercises_in(notebook)}
    lessons = {all_exercises()[each].lesson for each in there}
    for each in exercises:
        if each not in there and all_exercises()[each].lesson in lessons:
            yield f"{each}: all cells of the task were deleted."
