"""What a learner's notebooks hand in: found by running them, in the learner's process.

All that comes back is text. Which cells belong to which task is read here, from the file; which answers there
are is told by the process, and an answer is nothing but source or a value that is judged afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.grading.frames import ChannelClosed, ChannelError, ChannelSilent
from workbook.grading.patience import Patience, next_frame
from workbook.grading.plain import NotPlain, from_plain
from workbook.teaching.asked import Code
from workbook.teaching.contract import Exercise
from workbook.teaching.texts import Submission

if TYPE_CHECKING:
    from workbook.grading.learner_process import LearnersHome
    from workbook.grading.stage import GradedStage

LONGEST = 60.0
"""Seconds of processor time for one notebook, and real ones for one that waits for something real."""
_LARGEST_SOURCE = 200_000
"""Characters of one answer."""
_MOST_NOTES = 5
_NOT_RUN = "those below did not run."


@dataclass
class HandedIn:
    """What was found."""

    answers: dict[str, Submission] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    """Of answers that cannot be judged: what to do about it, by exercise."""
    failures: dict[str, str] = field(default_factory=dict)
    """What a task's own cell ended with, by exercise."""
    notes: list[str] = field(default_factory=list)
    """What a reader of the report should know: cells that failed, a notebook that did not end."""
    tampering: list[str] = field(default_factory=list)


def hand_in(
    stage: GradedStage, notebooks: Iterable[tuple[str, str]], exercises: Sequence[Exercise]
) -> HandedIn:
    """Run the notebooks and take what they hand in; of two answers to one task the later counts."""
    found = HandedIn()
    for name, text in notebooks:
        cells = _cells_of(text)
        asked = {each.id: each for each in exercises if _speaks_of(each, cells)}
        if asked:
            _run(stage, name, cells, asked, found)
    return found


def _cells_of(text: str) -> list[dict[str, Any]]:
    notebook = json.loads(text)
    return [_cell(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    source = cell["source"]
    marked = cell.get("metadata", {}).get("workbook", {})
    exercise = marked.get("exercise") if isinstance(marked, dict) else None
    return {
        "source": source if isinstance(source, str) else "".join(map(str, source)),
        "exercise": exercise if isinstance(exercise, str) else None,
    }


def _speaks_of(exercise: Exercise, cells: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a cell is marked as the exercise's, or names it in a call."""
    names = [f"{quote}{exercise.id}{quote}" for quote in "'\""]
    return any(
        cell["exercise"] == exercise.id or any(name in cell["source"] for name in names) for cell in cells
    )


def _run(
    stage: GradedStage,
    name: str,
    cells: Sequence[Mapping[str, Any]],
    asked: Mapping[str, Exercise],
    found: HandedIn,
) -> None:
    functions = {
        exercise_id: list(each.asks.names) if isinstance(each.asks, Code) else []
        for exercise_id, each in asked.items()
    }
    home = stage.home()
    at = 0
    try:
        home.channel.send({"do": "notebook", "cells": list(cells), "asked": functions})
        for frame in _frames(home):
            at = _number(frame.get("begins")) or at
            _take(frame, name, asked, found)
            _note_failure(frame, cells, found)
    except ChannelError as error:
        stage.leave()  # the next notebook gets a process of its own
        how = _note_end(error, f"{name}: code cell {at}", found)
        if 0 < at <= len(cells) and cells[at - 1]["exercise"] is not None:
            found.failures[cells[at - 1]["exercise"]] = how


def _note_end(error: ChannelError, place: str, found: HandedIn) -> str:
    """Note how a notebook ended before its end, and say it in few words."""
    if isinstance(error, ChannelSilent):
        limit = f"{LONGEST:.0f} s of computing, or of waiting for something real"
        how = f"it did not end within {limit}."
    elif isinstance(error, ChannelClosed):
        how = "it ended the process."
    else:
        found.tampering.append(f"{place} sent what no notebook sends: {error}.")
        return "it sent what no notebook sends."
    found.notes.append(f"{place} {how.removeprefix('it ').removesuffix('.')}; {_NOT_RUN}")
    return how


def _frames(home: LearnersHome) -> Iterable[dict[str, Any]]:
    patience = Patience(home.processor_time, busy=LONGEST, silent=LONGEST)
    while not patience.is_over():  # one may go on for ever and say something each time
        frame = next_frame(home.channel, patience)
        if "finished" in frame:
            return
        if "gone" in frame:
            raise ChannelClosed("the cell has ended its process")
        yield frame
    raise ChannelSilent("the notebook does not end")


def _take(frame: Mapping[str, Any], name: str, asked: Mapping[str, Exercise], found: HandedIn) -> None:
    if "failed" in frame and len(found.notes) < _MOST_NOTES:
        number, text = _number(frame["failed"]), str(frame.get("text"))[:300]
        found.notes.append(f"{name}: code cell {number} ended with {text}")
    exercise = asked.get(str(frame.get("handed in")))
    if exercise is None:
        return
    found.problems.pop(exercise.id, None)
    found.answers.pop(exercise.id, None)
    if "problem" in frame:
        found.problems[exercise.id] = str(frame["problem"])[:2000]
    elif isinstance(frame.get("source"), str):
        _take_source(exercise, frame["source"], found)
    else:
        _take_value(exercise, frame.get("value"), found)


def _take_source(exercise: Exercise, source: str, found: HandedIn) -> None:
    if len(source) > _LARGEST_SOURCE:
        text = f"The answer has {len(source):,} characters; the most is {_LARGEST_SOURCE:,}."
        found.problems[exercise.id] = text
    else:
        found.answers[exercise.id] = Submission(source=source)


def _take_value(exercise: Exercise, value: object, found: HandedIn) -> None:
    try:
        submission = Submission(value=from_plain(value))
        submission.text.encode()  # half a character cannot be written down anywhere
    except (NotPlain, RecursionError, UnicodeEncodeError):
        found.problems[exercise.id] = f"The value cannot be read; give {exercise.asks.form}."
    else:
        found.answers[exercise.id] = submission


def _note_failure(frame: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], found: HandedIn) -> None:
    """A cell of a task that fails is a wrong answer to it, unless the task is answered all the same."""
    number = _number(frame.get("failed"))
    if 0 < number <= len(cells) and cells[number - 1]["exercise"] is not None:
        found.failures[cells[number - 1]["exercise"]] = str(frame.get("text"))[:1000]


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
