"""One sitting: questions one after the other, what was answered, and what is noted down. Without a screen."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbook.teaching.progress.progress_book import ProgressBook
from workbook.teaching.quizzes.kinds import Option
from workbook.teaching.quizzes.picking import shown_options
from workbook.teaching.quizzes.question import Question
from workbook.teaching.quizzes.repetition import reviewed


def real_now() -> datetime.datetime:
    """The learner's time: a quiz is about people, and AWS's time stands still meanwhile."""
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True)
class Answered:
    """A question with the answer it got."""

    question: Question
    given: object
    right: bool


class Sitting:
    """The questions of one quiz or exam.

    Args:
        questions: in the order in which they are asked.
        book: where answers are noted down.
        seed: of the order in which options are shown.
        now: tells the time.
    """

    def __init__(
        self,
        questions: Sequence[Question],
        book: ProgressBook,
        seed: int = 0,
        now: Callable[[], datetime.datetime] = real_now,
    ) -> None:
        self.questions = tuple(questions)
        self.seed = seed
        self.book = book
        self.answers: dict[str, Answered] = {}
        self._now = now
        known = book.questions()
        self._times = {each.id: known[each.id].answers if each.id in known else 0 for each in questions}

    def options(self, question: Question) -> Sequence[Option]:
        """Its options as they are shown: each time that a question comes, in another order."""
        return shown_options(question, f"{self.seed}/{self._times[question.id]}")

    def answer(self, question: Question, given: object) -> Answered:
        """Judge an answer and note it down. A second answer to the same question changes nothing.

        Raises:
            AnswerError: it is not of the form that the question asks for; nothing is noted down.
        """
        if question.id not in self.answers:
            answered = Answered(question, question.asks.checked(given), question.asks.is_right(given))
            self.answers[question.id] = answered
            card = reviewed(self.book.question(question.id).card, right=answered.right, now=self._now())
            self.book.record_answer(question.id, answered.right, question.topic, card)
        return self.answers[question.id]

    @property
    def right(self) -> int:
        """How many were answered right."""
        return sum(answered.right for answered in self.answers.values())

    @property
    def score(self) -> str:
        """So far, in words."""
        return f"{self.right} of {len(self.answers)} right"
