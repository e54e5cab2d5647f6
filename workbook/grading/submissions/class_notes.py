"""What is said of several learners at once, in a sentence for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook.grading.submissions.collecting import Submission


def told(names: list[str], did: str, where: str) -> Iterator[str]:
    """One sentence for all whom the same is to be said of."""
    if names:
        yield f"{listed(names)} {did} {'is' if len(names) == 1 else 'are'} {where}."


def listed(names: Sequence[str]) -> str:
    """Names as they are said: "ada, bob and cleo"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def twins(submissions: Iterable[Submission]) -> Iterator[str]:
    """A sentence for those who handed in the same files, byte for byte; what nobody filled in is no copy."""
    for names, files in _shared(submissions, as_given=False).items():
        if len(names) > 1:
            what = "file" if len(files) == 1 else "files"
            yield f"{listed(names)} handed in the same {what}, byte for byte: {', '.join(files)}."


def not_begun(submissions: Iterable[Submission]) -> Iterator[str]:
    """A sentence for those who handed in the same notebook as it was given out."""
    for names, files in _shared(submissions, as_given=True).items():
        if len(names) > 1:
            yield f"{listed(names)} handed in without an answer: {', '.join(files)}."


def _shared(submissions: Iterable[Submission], *, as_given: bool) -> dict[tuple[str, ...], list[str]]:
    """The names of files that several handed in, by the learners who did."""
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for submission in submissions:
        for file in submission.files:
            if file.used and (file.digest in submission.as_given) is as_given:
                owners[file.digest][submission.learner] = PurePosixPath(file.name).name
    shared: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for learners in owners.values():
        shared[tuple(learners)].append(next(iter(learners.values())))
    return shared
