"""What is said when a question has been answered: right or wrong, and why of every option.

It is made of rows, so that a notebook, a terminal and the review of an exam say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbook.teaching.asked import AnswerError
from workbook.teaching.quizzes.kinds import Choice, Matching, Number, Option, Order
from workbook.teaching.quizzes.question import Question
from workbook.teaching.quizzes.sitting import Answered


@dataclass(frozen=True)
class Row:
    """One option, or one number, with what is true of it."""

    id: str
    outcome: str
    """In words: "right, and you chose it"."""
    good: bool
    """Whether an option is right; whether the learner had its place, its partner, or the number."""
    text: str
    why: str


def verdict_line(answered: Answered) -> str:
    """Right or wrong, with the right answer where that is short."""
    if answered.right:
        return "Right."
    asks = answered.question.asks
    return f"Wrong. It is {asks.answer:g} {asks.unit}." if isinstance(asks, Number) else "Wrong."


def rows(answered: Answered, options: Sequence[Option]) -> list[Row]:
    """Every option with its explanation, in the order in which it was shown; an order in the right one.

    In an exam, what was given may be no whole answer, or nothing.
    """
    asks, given = answered.question.asks, answered.given
    if isinstance(asks, Choice):
        chosen = given if isinstance(given, list) else []
        return [_chosen(each, is_right=asks.key[each.id], chosen=each.id in chosen) for each in options]
    if isinstance(asks, Order):
        order = given if isinstance(given, list) else []
        return [_placed(each, place, order) for place, each in enumerate(asks.options, 1)]
    if isinstance(asks, Matching):
        pairs = given if isinstance(given, Mapping) else {}
        return [_matched(each, asks.key[each.id], pairs.get(each.id, "nothing")) for each in options]
    return _numbers(asks, given)


def _chosen(option: Option, *, is_right: bool, chosen: bool) -> Row:
    outcomes = {
        (True, True): "right, and you chose it",
        (True, False): "right, and you did not choose it",
        (False, True): "wrong, and you chose it",
        (False, False): "wrong, and you did not choose it",
    }
    return Row(option.id, outcomes[is_right, chosen], is_right, option.text, option.why)


def _placed(option: Option, place: int, order: list[str]) -> Row:
    yours = order.index(option.id) + 1 if option.id in order else "nothing"
    same = place == yours
    outcome = f"{place}, as you have it" if same else f"{place}; you have it as {yours}"
    return Row(option.id, outcome, same, option.text, option.why)


def _matched(option: Option, partner: str, yours: str) -> Row:
    same = partner == yours
    outcome = f"{partner}, as you chose" if same else f"{partner}; you chose {yours}"
    return Row(option.id, outcome, same, option.text, option.why)


def _numbers(asks: Number, given: object) -> list[Row]:
    right = Row("answer", "the right number", good=True, text=f"{asks.answer:g} {asks.unit}", why=asks.why)
    try:
        slip = asks.slip(given)
    except AnswerError:  # in an exam it may have been left empty
        slip = None
    if slip is None:
        return [right]
    return [right, Row("slip", "your number", good=False, text=f"{slip.value:g} {asks.unit}", why=slip.why)]


def lesson_title(question: Question) -> str:
    """The lesson as a reader knows it: "Lesson 02, visibility timeout"."""
    number, _, name = question.lesson.partition("_")
    return f"Lesson {number}, {name.replace('_', ' ')}"


def lesson_link(question: Question) -> str:
    """The lesson's address from any folder beside `notebooks`."""
    return f"../notebooks/{question.lesson}.ipynb"


def source_line(question: Question) -> str:
    """The day for which its facts are said to hold."""
    return f"as of {question.checked.isoformat()}"
