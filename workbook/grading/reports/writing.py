"""Writes a report into a folder: each file whole or not at all, and nothing that is not ours is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from workbook.grading.assignment import Assignment
from workbook.grading.reports.pages import class_page, file_name, learner_page
from workbook.grading.reports.table import grades_csv
from workbook.grading.results import ClassResult

LEARNERS = "learners"
MARK = "<!-- made by workbook grade -->"
"""Stands on each page, so that an old one can be told from what an instructor put beside it."""


def write_report(folder: Path, result: ClassResult, assignment: Assignment) -> None:
    """Write `grades.csv`, `class.html`, `results.json`, and a page for each learner.

    Pages of learners who are no more among the results are removed.
    """
    written = set()
    for name, text in files_of(result, assignment):
        write(folder / name, text.encode("utf-8", "replace"))
        written.add(name)
    for page in sorted((folder / LEARNERS).glob("*.html")):
        if f"{LEARNERS}/{page.name}" not in written and MARK.encode() in page.read_bytes()[:200]:
            page.unlink()


def files_of(result: ClassResult, assignment: Assignment) -> Iterator[tuple[str, str]]:
    """The files of a report: their names and what is in them."""
    yield "results.json", json.dumps(result.as_json(), indent=1, sort_keys=True) + "\n"
    yield "grades.csv", grades_csv(result, assignment)
    yield "class.html", class_page(result, assignment)
    for submission in result.submissions:
        yield f"{LEARNERS}/{file_name(submission.learner)}", learner_page(submission, assignment)


def write(path: Path, content: bytes) -> None:
    """Put a file in its place at once, so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)
