"""`workbook grade submissions/ --out report/`: a folder in, a report out.

    report/grades.csv class.html results.json      for the instructor
    report/learners/                               a page for each learner
    report/private/                                the secret of hidden seeds, and what was judged so far

Where a run is stopped, what was judged stays in `private`, and `--resume` goes on from there.
"""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.grading.assignment import AssignmentError, of_exercises, read_assignment
from workbook.grading.hidden import HiddenError, hidden_situations
from workbook.grading.reports.writing import write_report
from workbook.grading.request import WALL_SECONDS
from workbook.grading.results import UNGRADABLE
from workbook.grading.running.grading import Terms, grade
from workbook.grading.running.judging import NoJudge
from workbook.grading.running.kept import Kept
from workbook.grading.running.workers import LocalWorkers, Workers
from workbook.grading.submissions.collecting import Collected, NothingHandedIn, gather
from workbook.grading.submissions.lists import ListError, read_manifest, read_roster
from workbook.teaching.catalogue import find_exercise

if TYPE_CHECKING:
    import argparse

    from workbook.grading.assignment import Assignment
    from workbook.grading.results import ClassResult

PRIVATE = "private"
STOPPED = 130
"""The exit code of a program that Ctrl-C ended."""
_SECRET = "secret"  # noqa: S105 - the name of a file


class CommandError(ValueError):
    """Nothing can be graded; the text says why, and what to do."""


def grade_folder(options: argparse.Namespace, workers: Workers | None = None) -> int:
    """Grade what was handed in, and write the report.

    Args:
        options: of the command line.
        workers: who judges; those that the options ask for, if not given.

    Returns:
        0 if every answer was judged, 1 if a person has to look at some, 130 after Ctrl-C.

    Raises:
        CommandError: nothing can be graded.
    """
    _look_at_the_folders(options.submissions, options.out)
    try:
        assignment, collected = _what_was_handed_in(options)
        _look_at_what_is_hidden(assignment)
        at_work = workers or _workers(options)
        _look_at_the_confinement(at_work, exam=options.exam)
        result = _graded(options, assignment, collected, at_work)
        if result is None:
            return STOPPED
        write_report(options.out, result, assignment)
    except (AssignmentError, HiddenError, ListError, NothingHandedIn, NoJudge) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(
            f"The report cannot be written: {error}. What was judged is kept; use --resume."
        ) from error
    return _told(result, options.out)


def _look_at_the_folders(submissions: Path, out: Path) -> None:
    inside = out.resolve().is_relative_to(submissions.resolve())
    if inside:
        raise CommandError(
            f"{out} lies in {submissions}, where it would be taken for a submission; give a folder outside."
        )
    if out.exists() and not out.is_dir():
        raise CommandError(f"{out} is a file; give the folder for the report.")


def _what_was_handed_in(options: argparse.Namespace) -> tuple[Assignment, Collected]:
    assignment = read_assignment(options.assignment) if options.assignment else None
    zone = assignment.deadline.tzinfo if assignment and assignment.deadline else None
    gathered = gather(options.submissions, *([zone] if zone else []))
    asked = assignment or of_exercises(gathered.exercises, title=options.submissions.stem)
    times = read_manifest(options.manifest, *([zone] if zone else [])) if options.manifest else {}
    roster = read_roster(options.roster) if options.roster else ()
    collected = gathered.settle(asked, roster=roster, times=times)
    strays = () if assignment else gathered.stray_exercises()
    return asked, Collected(collected.submissions, (*collected.notes, *strays))


def _look_at_what_is_hidden(assignment: Assignment) -> None:
    """A mistake in the file of hidden situations is the instructor's, and would make everybody ungradable."""
    for name in assignment.exercises if assignment.hidden else ():
        hidden_situations(str(assignment.hidden), find_exercise(name))


def _workers(options: argparse.Namespace) -> Workers:
    if options.scheduler:
        from workbook.grading.running.cluster import ClusterWorkers  # noqa: PLC0415 - only where it is asked for

        return ClusterWorkers(options.scheduler)
    return LocalWorkers(options.jobs)


def _look_at_the_confinement(workers: Workers, *, exam: bool) -> None:
    standings = workers.standings()
    for words in sorted({standing.words for standing in standings.values()}):
        _say(f"Learners' code is confined by {words}.")
    unfit = sorted(where for where, standing in standings.items() if not standing.fit_for_exams)
    if exam and unfit:
        raise CommandError(
            f"--exam asks for the full confinement, and {', '.join(unfit)} cannot give it. What it lacks is "
            "said above. Level namespaces needs Linux with bubblewrap (Debian, Ubuntu: sudo apt install "
            "bubblewrap); docs/confinement.md says what else can be missing."
        )


def _graded(
    options: argparse.Namespace, assignment: Assignment, collected: Collected, workers: Workers
) -> ClassResult | None:
    """The results; None if Ctrl-C stopped it."""
    private = options.out / PRIVATE
    terms = Terms(
        secret=_secret(options.assignment, private),
        exam=options.exam,
        wall_seconds=options.seconds or WALL_SECONDS,
    )
    count = [0, 0]
    with _progress(count) as done:
        try:
            return grade(
                collected,
                assignment,
                terms,
                workers,
                Kept(private / "judged"),
                resume=options.resume,
                done=done,
            )
        except KeyboardInterrupt:
            pass
    _say(f"Stopped after {count[0]} of {count[1]}. The same command with --resume goes on from there.")
    return None


def _secret(assignment: Path | None, private: Path) -> str:
    """What hidden seeds are made of: one for an assignment, so that grading it again gives the same."""
    path = assignment.with_suffix(f".{_SECRET}") if assignment else private / _SECRET
    with contextlib.suppress(FileNotFoundError):
        if kept := path.read_text(encoding="utf-8").strip():
            return kept
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_hex(16) + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


@contextlib.contextmanager
def _progress(count: list[int]) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, and nothing elsewhere; `count` is kept up to date."""
    from tqdm import tqdm  # noqa: PLC0415 - other commands need none

    tqdm.monitor_interval = 0  # else it starts a thread
    with tqdm(desc="Grading", unit=" submissions", disable=None, file=sys.stderr) as bar:

        def done(number: int, of: int) -> None:
            count[:] = [number, of]
            bar.total = of
            bar.update(number - bar.n)

        yield done


def _told(result: ClassResult, out: Path) -> int:
    waiting = sum(each.state == UNGRADABLE for each in result.submissions)
    tried = sum(bool(each.tampering) for each in result.submissions)
    _say(f"{_count(len(result.submissions), 'learner')}: see {out / 'grades.csv'} and {out / 'class.html'}.")
    if waiting:
        _say(f"{_count(waiting, 'submission')} could not be judged in full; class.html says why.")
    if tried:
        _say(f"{_count(tried, 'submission')} tried what no answer should; class.html says what.")
    return 1 if waiting else 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    print(text, file=sys.stderr)
