"""The marks of a class that are final, and what is said of the others: what is not known is never a 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from workbook.grading.assignment import Assignment
from workbook.grading.results import ClassResult
from workbook.grading.scores import score_of


class TransferError(ValueError):
    """Marks cannot be brought there; the text says why, and what to do."""


@dataclass(frozen=True)
class Mark:
    """What one learner is known by, and has earned."""

    learner: str
    account: str
    percent: Fraction

    def of(self, points: Fraction) -> Fraction:
        """The mark where so many points are the most."""
        return self.percent * points / 100


@dataclass(frozen=True)
class Transferred:
    """What became of the marks."""

    brought: tuple[str, ...]
    """Learners whose mark is there now."""
    left: tuple[str, ...]
    """Whole sentences on those whose mark is not."""


def final_marks(result: ClassResult, assignment: Assignment) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """The marks that are final, and a sentence for each learner who has none."""
    marks, left = [], []
    for each in result.submissions:
        percent = score_of(each, assignment).percent
        if not each.files:
            left.append(f"{each.learner} handed in nothing; what that means is for you to say.")
        elif percent is None:
            left.append(f"{each.learner} has a task that could not be judged, so there is no mark yet.")
        else:
            marks.append(Mark(each.learner, each.account, percent))
    return tuple(marks), tuple(left)


def only_one(found: Iterable[int]) -> int | None:
    """The one place that was found; None if it is none, or not clear which."""
    places = list(dict.fromkeys(found))
    return places[0] if len(places) == 1 else None
