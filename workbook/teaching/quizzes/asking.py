"""`quiz("sqs")` and `exam(minutes=40, questions=20)`: what a learner calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.teaching import progress
from workbook.teaching.quizzes.bank import all_questions, questions_on, topics
from workbook.teaching.quizzes.picking import missed as those_missed
from workbook.teaching.quizzes.picking import picked
from workbook.teaching.quizzes.question import Question
from workbook.teaching.quizzes.sitting import Sitting, real_now

if TYPE_CHECKING:
    from workbook.teaching.quizzes.exam_panel import ExamPanel
    from workbook.teaching.quizzes.panel import QuizPanel

QUESTIONS = 10
"""Of a quiz, if no number is given: ten minutes, perhaps."""
MINUTES_A_QUESTION = 2
"""As in the exam: 130 minutes for 65 questions."""


def quiz(
    topic: str | None = None, *, questions: int = QUESTIONS, missed: bool = False, seed: int = 0
) -> QuizPanel:
    """Questions in the style of the exam, one at a time, each with its explanation and what proves it.

        quiz("sqs")                 what is due again first, then what is new
        quiz("sqs", questions=5)
        quiz(missed=True)           those whose latest answer was wrong

    Args:
        topic: one of `topics()`; all of them if none is given.
        questions: how many at most.
        missed: only those that were answered wrong the last time.
        seed: of the order of questions and options.

    Raises:
        ValueError: there are no questions on this topic, or `questions` is no number above 0.
    """
    from workbook.teaching.quizzes.panel import QuizPanel

    title = f"Quiz on {topic}" if topic else "Quiz"
    nothing = "There is nothing to ask again: no question was missed." if missed else "There is no question."
    return QuizPanel(sitting_on(topic, questions, seed, missed=missed), title, nothing)


def sitting_on(topic: str | None, questions: int, seed: int, *, missed: bool) -> Sitting:
    """The questions of a quiz, without a screen; arguments and errors as of `quiz`."""
    _check_number("questions", questions)
    asked = _questions_on(topic)
    book = progress.book()
    known = book.questions()
    if missed:
        asked = those_missed(asked, known)
    return Sitting(picked(asked, known, questions, seed, real_now()), book, seed)


def exam(*, minutes: float | None = None, questions: int = 20, seed: int = 0) -> ExamPanel:
    """An exam: some questions in some minutes, weighted by the domains of SAA-C03, explained at its end.

        exam()                              20 questions in 40 minutes
        exam(minutes=130, questions=65)     as long as the exam itself

    The time is yours, not AWS's; it begins with the button.

    Args:
        minutes: real ones; two for each question if not given, as in the exam.
        questions: how many, or as many as there are.
        seed: of the choice of questions and of the order of options.

    Raises:
        ValueError: one of the numbers is not above 0.
    """
    from workbook.teaching.quizzes.exam import Exam, drawn
    from workbook.teaching.quizzes.exam_panel import ExamPanel

    _check_number("questions", questions)
    chosen = drawn(list(all_questions().values()), questions, seed)
    allowed = MINUTES_A_QUESTION * len(chosen) if minutes is None else minutes
    _check_number("minutes", allowed)
    return ExamPanel(Exam(Sitting(chosen, progress.book(), seed), seconds=allowed * 60))


def _check_number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        message = f"{name}={value!r}: give a number above 0"
        raise ValueError(message)


def _questions_on(topic: str | None) -> list[Question]:
    if topic is None:
        return list(all_questions().values())
    found = questions_on(topic)
    if not found:
        there = ", ".join(f"{name!r} ({count})" for name, count in topics().items())
        message = f"quiz({topic!r}): there are no questions on this; there are {there}"
        raise ValueError(message)
    return found
