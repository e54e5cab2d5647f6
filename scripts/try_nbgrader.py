"""Tries the transfer to nbgrader with the real one: `pip install nbgrader`, activate, then run this.

It is no test of the suite, because nbgrader brings a hundred packages. It makes a gradebook with the cells of
the notebook of lesson 2, brings points into it, and says what nbgrader makes of them.
"""

import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from nbgrader.api import Gradebook

from workbook.grading.results import (
    GRADED,
    ClassResult,
    FileRecord,
    SubmissionResult,
    TaskResult,
    ungradable,
)
from workbook.grading.transfer.nbgrader_gradebook import bring_to_gradebook

ROOT = Path(__file__).resolve().parent.parent
LESSON, WEEK = "02_visibility_timeout", "week2"


def make(path: Path) -> None:
    """A gradebook as nbgrader makes it of our notebook: its graded cells, two students."""
    cells = json.loads((ROOT / "exercises" / f"{LESSON}.ipynb").read_text(encoding="utf-8"))["cells"]
    marks = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
    with Gradebook(f"sqlite:///{path}") as gradebook:
        gradebook.add_assignment(WEEK)
        gradebook.add_notebook(LESSON, WEEK)
        for mark in marks:
            if mark["grade"]:
                points = mark["points"]
                gradebook.add_grade_cell(mark["grade_id"], LESSON, WEEK, max_score=points, cell_type="code")
        for student in ("ada", "bob"):
            gradebook.add_student(student)


def result_of(learner: str, *tasks: TaskResult) -> SubmissionResult:
    """What became of a learner."""
    return SubmissionResult(learner, tasks, (FileRecord("02.ipynb", "", used=True),))


def main() -> None:
    """Make a gradebook, bring points into it, and look."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gradebook.db"
        make(path)
        four = TaskResult("vt-1", "", GRADED, of=4, points=4)
        three = TaskResult("vt-2", "", GRADED, of=7, points=3)
        lost = ungradable("vt-2", "", 7, "It crashed.")
        result = ClassResult("", (result_of("ada", four, three), result_of("bob", four, lost)))
        done = bring_to_gradebook(path, WEEK, result)
        again = bring_to_gradebook(path, WEEK, result)
        with Gradebook(f"sqlite:///{path}") as gradebook:
            ada, bob = (gradebook.find_submission(WEEK, name) for name in ("ada", "bob"))
            print(f"nbgrader {version('nbgrader')}: brought {done.brought}, left {done.left}")
            print(f"ada: {ada.score} of {ada.max_score}, by hand still: {ada.needs_manual_grade}")
            print(f"bob: {bob.score} of {bob.max_score}, by hand still: {bob.needs_manual_grade}")
            found = (done == again, ada.score, ada.max_score, ada.needs_manual_grade, bob.score)
            is_right = found == (True, 7, 11, False, 4) and bob.needs_manual_grade
    sys.exit(None if is_right else "this is not as it should be")


if __name__ == "__main__":
    main()
