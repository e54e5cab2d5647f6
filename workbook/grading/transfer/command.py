"""`workbook transfer report/ --sheet downloaded.csv --out upload.csv`, or to nbgrader's gradebook."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.grading.assignment import AssignmentError, of_exercises, read_assignment
from workbook.grading.plain_reading import FormError
from workbook.grading.reports.writing import write
from workbook.grading.results import ClassResult
from workbook.grading.transfer.marks import TransferError, Transferred, final_marks
from workbook.grading.transfer.nbgrader_gradebook import bring_to_gradebook
from workbook.grading.transfer.sheets import fill_in

if TYPE_CHECKING:
    import argparse

    from workbook.grading.assignment import Assignment


class CommandError(ValueError):
    """Nothing was transferred; the text says why, and what to do."""


def transfer(options: argparse.Namespace) -> int:
    """Bring the marks of a report to a sheet or to nbgrader, and say whose were left.

    Returns:
        0 if all are there, 1 if some were left.

    Raises:
        CommandError: nothing was transferred.
    """
    try:
        result = _result(options.report)
        done = _to_nbgrader(options, result) if options.nbgrader else _to_sheet(options, result)
    except (AssignmentError, TransferError) as error:
        raise CommandError(str(error)) from error
    for sentence in done.left:
        print(sentence, file=sys.stderr)
    print(f"{len(done.brought)} of {len(result.submissions)} learners were transferred.", file=sys.stderr)
    return 1 if done.left else 0


def _result(report: Path) -> ClassResult:
    path = report / "results.json"
    try:
        return ClassResult.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, FormError, ValueError, RecursionError) as error:
        raise CommandError(f"{path} cannot be used ({error}); run `workbook grade` again.") from error


def _assignment(options: argparse.Namespace, result: ClassResult) -> Assignment:
    if options.assignment:
        return read_assignment(options.assignment)
    found = {task.exercise for each in result.submissions for task in each.tasks}
    return of_exercises(found, title=result.assignment)


def _to_nbgrader(options: argparse.Namespace, result: ClassResult) -> Transferred:
    if not options.name:
        raise CommandError("--nbgrader needs --name: what nbgrader calls the assignment.")
    return bring_to_gradebook(options.nbgrader, options.name, result)


def _to_sheet(options: argparse.Namespace, result: ClassResult) -> Transferred:
    if options.out is None or (options.out.exists() and options.out.samefile(options.sheet)):
        raise CommandError(
            "--sheet needs --out: the name of a new file, so that the downloaded one stays as it is."
        )
    marks, left = final_marks(result, _assignment(options, result))
    content, filled = fill_in(options.sheet, marks, options.column)
    write(options.out, content)
    return Transferred(filled.brought, (*left, *filled.left))
