"""`workbook progress`: the records in a terminal, and what can be done with them."""

from __future__ import annotations

import argparse
import json

from workbook.teaching.catalogue import all_exercises
from workbook.teaching.progress import book
from workbook.teaching.progress.face import progress_text
from workbook.teaching.progress.place import VARIABLE
from workbook.teaching.progress.progress_book import ProgressBook
from workbook.teaching.progress.store import ProgressError
from workbook.teaching.progress.summary import counted, summary_of

__all__ = ["ProgressError", "answer"]


def answer(options: argparse.Namespace) -> str:
    """What the command says.

    Args:
        options: `reset`, `export`, `import_from` and `json`, at most one of them set.

    Raises:
        ProgressError: it cannot be done; nothing has changed.
    """
    records = book()
    if records.store is None:
        return f"Nothing is noted down: {VARIABLE} is off."
    if options.reset:
        return _reset(records, options.reset)
    if options.export:
        records.export_to(options.export)
        return f"All records are in {options.export}."
    if options.import_from:
        known = records.import_from(options.import_from)
        exercises, questions = (
            counted(len(known.exercises), "exercise"),
            counted(len(known.questions), "question"),
        )
        return f"Imported. What is known now: {exercises}, {questions}."
    if options.json:
        return json.dumps(records.records().as_json(), indent=1, sort_keys=True, ensure_ascii=False)
    summary = summary_of(all_exercises().values(), records.records())
    return f"{progress_text(summary)}\n\nKept in {records.store.path}"


def _reset(records: ProgressBook, exercise: str) -> str:
    if records.reset(exercise):
        return f"{exercise} is as if never tried. Notebooks are not touched."
    known = ", ".join(records.records().exercises) or "none yet"
    message = f"nothing is known of {exercise!r}; exercises that were tried: {known}"
    raise ProgressError(message)
