"""The quiz in a terminal: `python -m workbook quiz sqs`.

Options have letters here, in the order in which they are shown. `s` after an answer runs the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from string import ascii_lowercase

from workbook.teaching.asked import AnswerError
from workbook.teaching.quizzes.asking import sitting_on
from workbook.teaching.quizzes.explaining import lesson_title, rows, source_line, verdict_line
from workbook.teaching.quizzes.kinds import Choice, Matching, Number, Option, Order
from workbook.teaching.quizzes.question import Question
from workbook.teaching.quizzes.showing import show
from workbook.teaching.quizzes.sitting import Answered, Sitting

Ask = Callable[[str], str]
Say = Callable[[str], object]


def take_quiz(topic: str | None, questions: int, *, missed: bool, ask: Ask = input, say: Say = print) -> None:
    """Ask one question after the other; the end of the input ends it.

    Raises:
        ValueError: there are no questions on this topic.
    """
    sitting = sitting_on(topic, questions, seed=0, missed=missed)
    if not sitting.questions:
        say("There is nothing to ask again: no question was missed.")
    try:
        for number, question in enumerate(sitting.questions, start=1):
            say(f"\nQuestion {number} of {len(sitting.questions)}\n\n{_asked(sitting, question)}\n")
            _explain(sitting, _answer(sitting, question, ask, say), say)
            _offer_evidence(question, ask, say)
    except EOFError:
        say("")
    if sitting.answers:
        say(f"\n{sitting.score}.")


def _asked(sitting: Sitting, question: Question) -> str:
    options = sitting.options(question)
    lines = [f"  {letter}  {option.text}" for letter, option in zip(ascii_lowercase, options, strict=False)]
    if isinstance(question.asks, Matching):
        lines += ["", *(f"  {place}  {each}" for place, each in enumerate(question.asks.partners, start=1))]
    return "\n".join([question.text, "", *lines, "", f"{_hint(question)}"])


def _hint(question: Question) -> str:
    examples = {Choice: "a letter, or several: a c", Order: "all letters in their order: c a b"}
    examples |= {Matching: "a number for each letter: 2 1 2", Number: "the number"}
    return f"{question.asks.form[0].upper()}{question.asks.form[1:]} ({examples[type(question.asks)]})."


def _answer(sitting: Sitting, question: Question, ask: Ask, say: Say) -> Answered:
    while True:
        words = ask("Your answer: ").replace(",", " ").lower().split()
        try:
            return sitting.answer(question, _read(question, sitting.options(question), words))
        except (AnswerError, KeyError, ValueError, IndexError):
            say(_hint(question))


def _read(question: Question, options: Sequence[Option], words: list[str]) -> object:
    """What was typed, as an answer; raises where it is none."""
    asks = question.asks
    if isinstance(asks, Number):
        return "".join(words)
    if isinstance(asks, Matching):
        partners = [asks.partners[int(word) - 1] for word in words]
        return {option.id: partner for option, partner in zip(options, partners, strict=True)}
    ids = {letter: option.id for letter, option in zip(ascii_lowercase, options, strict=False)}
    return [ids[word] for word in words]


def _explain(sitting: Sitting, answered: Answered, say: Say) -> None:
    say(f"\n{verdict_line(answered)}\n")
    for row in rows(answered, sitting.options(answered.question)):
        say(f"  {'✓' if row.good else '✗'} {row.outcome}: {row.text}\n      {row.why}")
    for line in _notes(answered.question):
        say(line)


def _notes(question: Question) -> Iterator[str]:
    if question.older:
        yield f"\nOlder question banks: {question.older}"
    yield f"\nRead on: {lesson_title(question)}. Source, {source_line(question)}: {question.source}"


def _offer_evidence(question: Question, ask: Ask, say: Say) -> None:
    if not question.evidence or ask("\nEnter goes on; s shows it in the lab: ").strip().lower() != "s":
        return
    shown = show(question, draw=False)
    each = "".join(f"\n  {_text(question, name)}: {text}" for name, text in shown["each"].items())
    say(f"\n{shown['says']}{each}\n\n{shown['code']}")


def _text(question: Question, name: str) -> str:
    options: Sequence[Option] = getattr(question.asks, "options", ())
    return next(option.text for option in options if option.id == name)
