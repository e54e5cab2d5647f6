"""Everything that was handed in, learner by learner: read once, whatever state it is in.

Two steps, because what is asked for may be known only when all was read: `gather` reads, `Gathered.settle`
says what counts for an assignment.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.grading.results import FileRecord
from workbook.grading.submissions.class_notes import not_begun, told, twins
from workbook.grading.submissions.files import NOT_READ, Files, HandedIn
from workbook.grading.submissions.notebooks import NoNotebook, Notebook, read_notebook
from workbook.grading.submissions.one_learner import Paper, first_of, sort
from workbook.grading.submissions.owners import Learner
from workbook.grading.submissions.tasks import exercises_in, is_as_given, name_of_the_lesson
from workbook.grading.submissions.who_is_meant import at_home, meant, strangers_to

if TYPE_CHECKING:
    from workbook.grading.assignment import Assignment


class NothingHandedIn(ValueError):
    """There is nothing to grade; the text says where it was looked for, and in which forms."""


@dataclass(frozen=True)
class Submission:
    """What one learner handed in, ready to be judged."""

    learner: str
    """Unique in its class."""
    account: str
    notebooks: tuple[tuple[str, str], ...]
    """Names and texts, the one that counts most last; empty if nothing can be judged."""
    files: tuple[FileRecord, ...]
    notes: tuple[str, ...]
    late_seconds: int
    as_given: frozenset[str] = frozenset()
    """Digests of the files in which no task was answered."""
    unreadable: str = ""
    """What was handed in and could not be read, as sentences: an answer that is not found may stand there."""


@dataclass(frozen=True)
class Collected:
    """What a class handed in."""

    submissions: tuple[Submission, ...]
    """By learner."""
    notes: tuple[str, ...]
    """What concerns no single learner."""


@dataclass(frozen=True)
class Gathered:
    """All files of a class, read."""

    papers: Mapping[Learner, tuple[Paper, ...]]
    downloads: tuple[str, ...] = ()
    """Zip files beside other files that were read as the download of a class."""

    @property
    def exercises(self) -> frozenset[str]:
        """The ids of all exercises that have a cell in any notebook."""
        return frozenset(each for _, found in self._found() for each in found)

    def _found(self) -> Iterator[tuple[Learner, frozenset[str]]]:
        for learner, papers in self.papers.items():
            yield (
                learner,
                frozenset(
                    each for paper in papers if paper.notebook for each in exercises_in(paper.notebook)
                ),
            )

    def stray_exercises(self) -> tuple[str, ...]:
        """A sentence for each exercise that only one learner has, where there are several."""
        having: dict[str, list[str]] = defaultdict(list)
        for learner, found in self._found():
            for each in found:
                having[each].append(learner.name)
        return tuple(
            f"{each} stands in the notebooks of {names[0]} only; if it was not asked for, name the exercises "
            "in an assignment file."
            for each, names in sorted(having.items())
            if len(names) == 1 and len(self.papers) > 2
        )

    def settle(
        self,
        assignment: Assignment,
        *,
        roster: Iterable[Learner] = (),
        times: Mapping[Learner, datetime.datetime] | None = None,
    ) -> Collected:
        """What counts for an assignment.

        Args:
            assignment: what was asked for.
            roster: the whole class, for those who handed in nothing.
            times: when each handed in, where files do not tell.
        """
        known = tuple(roster)
        brought, moved = at_home(self.papers, known)
        everybody = {**{meant(each, brought): () for each in known}, **brought}
        names = [learner.name for learner in everybody]
        given = {meant(learner, everybody): time for learner, time in (times or {}).items()}
        submissions = []
        for learner, papers in sorted(everybody.items()):
            alone = names.count(learner.name) == 1 or not learner.account
            shown = learner.name if alone else f"{learner.name} ({learner.account})"
            submissions.append(_submission(shown, learner, papers, assignment, given.get(learner)))
        strangers = strangers_to(brought, known)
        unknown = sorted(learner.name for learner in given if learner not in everybody)
        notes = [
            *twins(submissions),
            *not_begun(submissions),
            *told(strangers, "handed something in and", "not on the roster"),
            *told(unknown, "handed in nothing and", "in the manifest"),
            *moved,
            *(f"{each} was read as the download of a class, by the names in it." for each in self.downloads),
        ]
        return Collected(tuple(submissions), tuple(notes))


def gather(root: Path, zone: datetime.tzinfo = datetime.UTC) -> Gathered:
    """Read all that was handed in.

    Args:
        root: a folder, or a zip file with a whole class in it.
        zone: for times that say none: those of zip files and of Blackboard.

    Raises:
        NothingHandedIn: there is no such folder, or no file in it.
    """
    if not root.exists():
        raise NothingHandedIn(f"There is no {root}; give the folder in which the submissions are.")
    papers: dict[Learner, list[Paper]] = defaultdict(list)
    try:
        files = Files(root, zone)
        for handed_in in files:
            papers[handed_in.owner.learner].append(_paper(handed_in))
    except OSError as error:
        raise NothingHandedIn(f"{root} cannot be read: {error}") from error
    if not papers:
        raise NothingHandedIn(
            f"There is no file in {root}. Submissions are LEARNER/x.ipynb, LEARNER/ASSIGNMENT/x.ipynb, "
            "LEARNER.ipynb, zip files of these, or what Moodle, Canvas and Blackboard give to download."
        )
    return Gathered({learner: tuple(each) for learner, each in papers.items()}, tuple(files.downloads))


def collect(
    root: Path,
    assignment: Assignment,
    *,
    roster: Iterable[Learner] = (),
    times: Mapping[Learner, datetime.datetime] | None = None,
) -> Collected:
    """Read all that was handed in, and say what counts for an assignment.

    Raises:
        NothingHandedIn: there is nothing.
    """
    zone = assignment.deadline.tzinfo if assignment.deadline else None
    return gather(root, zone or datetime.UTC).settle(assignment, roster=roster, times=times)


def _paper(handed_in: HandedIn) -> Paper:
    notebook, refused = None, handed_in.refused
    if not refused:
        try:
            notebook = read_notebook(handed_in.content)
        except NoNotebook as error:
            refused = str(error)
    owner = handed_in.owner
    digest = hashlib.sha256(handed_in.content).hexdigest() if handed_in.content else ""
    return Paper(
        handed_in.name,
        owner.rest,
        digest,
        notebook,
        refused,
        handed_in.time,
        marked_late=owner.marked_late,
        written=handed_in.written,
    )


def _submission(
    shown: str,
    learner: Learner,
    papers: tuple[Paper, ...],
    assignment: Assignment,
    given: datetime.datetime | None,
) -> Submission:
    found = sort(papers, assignment.exercises)
    late, said = _lateness(given or found.time, assignment) if found.used else (0, ())
    notebooks = _named(paper.notebook for paper in reversed(found.used) if paper.notebook)
    return Submission(
        learner=shown,
        account=learner.account,
        notebooks=notebooks,
        files=found.files,
        notes=(*said, *found.notes),
        late_seconds=late,
        as_given=frozenset(
            each.digest for each in found.used if each.notebook and is_as_given(each.notebook)
        ),
        unreadable=_unreadable(papers, anything=not found.used),
    )


def _named(notebooks: Iterable[Notebook]) -> tuple[tuple[str, str], ...]:
    """Notebooks as a judge gets them: called as the course calls them, and never by a learner's name."""
    return tuple(
        (name_of_the_lesson(each) or f"notebook {number}.ipynb", each.text)
        for number, each in enumerate(notebooks, start=1)
    )


def _unreadable(papers: Iterable[Paper], *, anything: bool) -> str:
    """What a person has to look at; of files that are no notebooks only if there is nothing else."""
    refused = sorted((paper.name, paper.refused) for paper in papers if paper.refused)
    mattering = [each for each in refused if each[1] != NOT_READ] or (refused if anything else [])
    return " ".join(first_of([f"{name}: {reason}" for name, reason in mattering]))


def _lateness(time: datetime.datetime | None, assignment: Assignment) -> tuple[int, tuple[str, ...]]:
    if assignment.deadline is None:
        return 0, ()
    if time is None:
        return 0, ("Nothing says when it was handed in, so it counts as in time.",)
    seconds = assignment.late.counted((time - assignment.deadline).total_seconds())
    if not seconds:
        return 0, ()
    off = assignment.late.percent_off(seconds)
    cost = f"{off} % are taken off" if off else "nothing is taken off for that"
    return seconds, (f"It was handed in {_duration(seconds)} after the deadline; {cost}.",)


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    said = [f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in parts if count]
    return " and ".join(said[:2]) or f"{rest} second{'s' if rest > 1 else ''}"
