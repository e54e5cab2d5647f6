"""From points to a mark: weights, and what being late costs. Fractions, so that no sum depends on its order.

A total is final only where every task was judged or is missing. What is ungradable stands beside it, as
points that nobody has judged yet; whoever exports marks leaves such a one empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from workbook.grading.results import UNGRADABLE

if TYPE_CHECKING:
    from workbook.grading.assignment import Assignment
    from workbook.grading.results import SubmissionResult


@dataclass(frozen=True)
class Score:
    """The mark of one submission, in weighted points."""

    earned: Fraction
    """After what was taken off for being late."""
    of: Fraction
    unjudged: Fraction
    """What the ungradable tasks are worth."""
    percent_off: int
    """Taken off for being late, from 0 to 100."""

    @property
    def is_final(self) -> bool:
        """Whether no task waits for a person."""
        return self.unjudged == 0

    @property
    def percent(self) -> Fraction | None:
        """From 0 to 100; None while it is not final, or where nothing weighs anything."""
        return 100 * self.earned / self.of if self.is_final and self.of else None


def score_of(submission: SubmissionResult, assignment: Assignment) -> Score:
    """The mark of a submission."""
    weighed = [(task, assignment.weight(task.exercise)) for task in submission.tasks]
    off = assignment.late.percent_off(submission.late_seconds)
    earned = sum((weight * (task.points or 0) for task, weight in weighed), Fraction(0))
    return Score(
        earned=earned * (100 - off) / 100,
        of=sum((weight * task.of for task, weight in weighed), Fraction(0)),
        unjudged=sum((weight * task.of for task, weight in weighed if task.state == UNGRADABLE), Fraction(0)),
        percent_off=off,
    )


def shown(number: Fraction) -> str:
    """A number for people and spreadsheets: at most two places, halves up, no zeros behind: "4", "2.5"."""
    hundredths = (number * 100 + Fraction(1, 2)).__floor__()
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)
