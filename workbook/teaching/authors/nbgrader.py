"""nbgrader's metadata on the cells that a learner gets, so that a school which runs it can import them.

The cell for the answer is nbgrader's "manually graded answer": a placeholder that was left as it was earns
nothing, and anything else is for a person to grade. Its "autograder tests" would give full marks for every
check that raises nothing, and a verdict of "wrong" is no exception. The schema is version 3 of nbgrader's
cell metadata (nbgrader/nbgraderformat/v3.json).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from workbook.teaching.authors.cells import Written

SCHEMA_VERSION = 3


def stamp(written: Written, points: int) -> None:
    """Write nbgrader's metadata on the cells of an exercise; those that learners do not get have none.

    Args:
        written: the exercise; its cells are changed.
        points: what a right answer is worth.
    """
    for cell in written.cells:
        cell.metadata.pop("nbgrader", None)
    answer = written.given[-1] if written.given else written.check
    for number, cell in enumerate(written.part("task"), start=1):
        if cell is not answer:
            _put(cell, f"{written.id}-task-{number}")
    if written.check is not answer:
        _put(written.check, f"{written.id}-check")
    _put(answer, written.id, points)


def _put(cell: NotebookNode, grade_id: str, points: int | None = None) -> None:
    is_answer = points is not None
    metadata: dict[str, Any] = {
        "grade": is_answer,
        "grade_id": grade_id,
        "locked": not is_answer,
        "schema_version": SCHEMA_VERSION,
        "solution": is_answer,
        "task": False,
    }
    if is_answer:
        metadata["points"] = points
    cell.metadata["nbgrader"] = metadata
