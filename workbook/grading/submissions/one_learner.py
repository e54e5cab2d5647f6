"""Of all that one learner handed in, what counts: for each task the newest notebook that has it.

A notebook counts if it has a task that no newer one has. One in which nothing was filled in stands behind all
others: who hands in the empty one by mistake did not mean to take the answers back. What does not count is
named, and not graded. Two of the same time are told apart by their names, and that is said, since nobody can
know which was meant.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbook.grading.results import FileRecord
from workbook.grading.submissions.files import NOT_READ
from workbook.grading.submissions.notebooks import Notebook
from workbook.grading.submissions.tasks import (
    changes,
    deleted,
    exercises_in,
    is_as_given,
    name_of_the_lesson,
)

_MOST_SENTENCES = 10
_LONG_AGO = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Paper:
    """A file of a learner, read."""

    name: str
    called: str
    """How the learner called it."""
    digest: str
    notebook: Notebook | None = None
    refused: str = ""
    """Why it is none, as a sentence."""
    time: datetime.datetime | None = None
    marked_late: bool = False
    written: datetime.datetime | None = None
    """By what the learner's own zip file says."""

    @property
    def times(self) -> tuple[datetime.datetime, datetime.datetime]:
        """When it was handed in; of what came in one zip file, the learner may say which is the newest."""
        return self.time or _LONG_AGO, self.written or _LONG_AGO

    @functools.cached_property
    def is_as_given(self) -> bool:
        """Whether nothing was filled in."""
        return self.notebook is not None and is_as_given(self.notebook)

    @property
    def rank(self) -> tuple[bool, tuple[datetime.datetime, datetime.datetime], str]:
        """By which the one that counts is found: the highest."""
        return not self.is_as_given, self.times, self.name


@dataclass(frozen=True)
class Sorted:
    """The papers of a learner with what counts among them."""

    used: tuple[Paper, ...]
    """The one that counts most first: the first that has a task is the one that counts for it."""
    files: tuple[FileRecord, ...]
    notes: tuple[str, ...]

    @property
    def time(self) -> datetime.datetime | None:
        """When the one that counts most was handed in."""
        return self.used[0].time if self.used else None


def sort(papers: Iterable[Paper], exercises: Iterable[str]) -> Sorted:
    """What counts of a learner's papers.

    Args:
        papers: all of them.
        exercises: of the assignment.
    """
    wanted = tuple(exercises)
    listed = sorted(papers, key=lambda paper: paper.rank, reverse=True)
    used, notes = _used(listed, frozenset(wanted))
    notes += _refusals(listed)
    for paper in used:
        notes += _remarks(paper, wanted)
    notes += deleted(wanted, [paper.notebook for paper in used if paper.notebook])
    names = {paper.name for paper in used}
    files = tuple(
        FileRecord(each.name, each.digest, each.name in names) for each in sorted(listed, key=_name)
    )
    return Sorted(tuple(used), files, tuple(dict.fromkeys(notes)))


def _used(listed: list[Paper], wanted: frozenset[str]) -> tuple[list[Paper], list[str]]:
    used: list[Paper] = []
    notes: list[str] = []
    for paper in listed:
        if paper.notebook is None:
            continue
        has = exercises_in(paper.notebook) & wanted
        newer = [each for each in used if each.notebook and exercises_in(each.notebook) & has]
        covered = {name for each in newer if each.notebook for name in exercises_in(each.notebook)}
        if not has:
            notes.append(f"{paper.name} has none of the tasks, so it was not graded.")
        elif has <= covered:
            notes.append(_superseded(paper, newer[0]))
        else:
            used.append(paper)
            if newer:
                both = ", ".join(sorted(has & covered))
                notes.append(f"{both}: in {newer[0].name} and in {paper.name}; the former counts.")
    return used, notes


def _superseded(paper: Paper, newer: Paper) -> str:
    if paper.is_as_given and not newer.is_as_given:
        return f"{paper.name} was not graded: nothing was filled in, and {newer.name} has answers."
    if paper.times == newer.times:
        return f"{paper.name} is as old as {newer.name}, which was graded because its name comes later."
    return f"{paper.name} was not graded: {newer.name} is newer."


def _refusals(listed: list[Paper]) -> list[str]:
    others = sorted(paper.name for paper in listed if paper.refused == NOT_READ)
    said = [f"{each.name}: {each.refused}" for each in sorted(listed, key=_name) if each.refused]
    kept = first_of([note for note in said if not note.endswith(NOT_READ)])
    return [*kept, f"Not read, since no notebooks: {_some(others)}."] if others else kept


def first_of(sentences: list[str]) -> list[str]:
    """As many as are read; of a zip file with a thousand bad names the first ten say enough."""
    more = len(sentences) - _MOST_SENTENCES
    return sentences if more <= 0 else [*sentences[:_MOST_SENTENCES], f"So it is with {more:,} more."]


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _remarks(paper: Paper, wanted: tuple[str, ...]) -> Iterator[str]:
    if paper.notebook is None:
        return
    lesson = name_of_the_lesson(paper.notebook)
    if lesson is not None and lesson.removesuffix(".ipynb") not in paper.called:
        yield f"{paper.name} was renamed: by its cells it is {lesson}."
    if paper.marked_late:
        yield f"{paper.name} is marked as late by the system that it comes from."
    for exercise in wanted:
        if exercise in exercises_in(paper.notebook):
            yield from changes(exercise, paper.notebook)


def _name(paper: Paper) -> str:
    return paper.name
