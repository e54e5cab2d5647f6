"""An exam without a screen: which questions, until when, and what came of it.

Questions are drawn so that the domains have the weights of SAA-C03. Where there are too few of a domain,
others take their places: an exam has as many as were asked for, if there are so many at all.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbook.teaching.asked import AnswerError
from workbook.teaching.quizzes.question import DOMAINS, Question
from workbook.teaching.quizzes.sitting import Answered, Sitting

WEIGHTS = {"secure": 30, "resilient": 26, "performing": 24, "cost": 20}
"""Per cent of the scored content: AWS's exam guide of SAA-C03, read on 2026-11-28 as others quote it."""

GRACE = 5.0
"""Real seconds after the end in which an answer still counts: from the browser to here it takes a while."""


def drawn(questions: Sequence[Question], number: int, seed: int) -> list[Question]:
    """So many questions, or as many as there are, weighted by domain, in a mixed order."""
    chance = random.Random(f"exam/{seed}")
    mixed = sorted(questions, key=lambda question: question.id)
    chance.shuffle(mixed)
    by_domain = {domain: [each for each in mixed if each.domain == domain] for domain in DOMAINS}
    places = seats(number, {domain: len(those) for domain, those in by_domain.items()})
    chosen = [each for domain, those in by_domain.items() for each in those[: places[domain]]]
    chance.shuffle(chosen)
    return chosen


def seats(number: int, there: dict[str, int]) -> dict[str, int]:
    """How many questions of each domain: each place goes to the domain that is furthest behind its weight."""
    places = dict.fromkeys(there, 0)
    for _ in range(min(number, sum(there.values()))):
        free = [domain for domain in there if places[domain] < there[domain]]
        places[min(free, key=lambda domain: (places[domain] + 1) / WEIGHTS[domain])] += 1
    return places


@dataclass(frozen=True)
class Result:
    """What came of an exam."""

    answered: tuple[Answered, ...]
    """Every question, in its order; those without an answer count as wrong."""

    @property
    def right(self) -> int:
        """How many were right."""
        return sum(each.right for each in self.answered)

    @property
    def wrong(self) -> list[Answered]:
        """Those to be looked at again."""
        return [each for each in self.answered if not each.right]

    def by_domain(self) -> list[tuple[str, int, int, int]]:
        """Each domain that was asked: its name, its weight in per cent, how many right, of how many."""
        rows = []
        for domain, name in DOMAINS.items():
            those = [each for each in self.answered if each.question.domain == domain]
            if those:
                rows.append((name, WEIGHTS[domain], sum(each.right for each in those), len(those)))
        return rows


class Exam:
    """An exam that somebody sits.

    Args:
        sitting: its questions.
        seconds: real ones, from `begin` on.
        clock: tells real seconds.
    """

    def __init__(self, sitting: Sitting, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.sitting = sitting
        self.seconds = seconds
        self.result: Result | None = None
        self._clock = clock
        self._begun: float | None = None
        self._given: dict[str, object] = {}

    def begin(self) -> None:
        """The time begins; a second time it does not."""
        if self._begun is None:
            self._begun = self._clock()

    @property
    def _beginning(self) -> float:
        return self._clock() if self._begun is None else self._begun

    @property
    def left(self) -> float:
        """Real seconds that are left, at least 0."""
        return max(0.0, self.seconds - (self._clock() - self._beginning))

    def give(self, question: Question, given: object) -> bool:
        """Write an answer down, or another one; whether there was time left to do so."""
        if self.result is not None or self._clock() - self._beginning > self.seconds + GRACE:
            return False
        self._given[question.id] = given
        return True

    def given(self, question: Question) -> object:
        """What was written down; None if nothing was."""
        return self._given.get(question.id)

    def is_answered(self, question: Question) -> bool:
        """Whether what was written down is a whole answer."""
        try:
            question.asks.checked(self._given.get(question.id))
        except AnswerError:
            return False
        return True

    def hand_in(self) -> Result:
        """Judge what was written down. Afterwards nothing changes any more."""
        if self.result is None:
            self.result = Result(tuple(self._judged(question) for question in self.sitting.questions))
        return self.result

    def _judged(self, question: Question) -> Answered:
        if not self.is_answered(question):
            return Answered(question, self._given.get(question.id), right=False)
        return self.sitting.answer(question, self._given[question.id])
