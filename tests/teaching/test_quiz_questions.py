"""Every question of the quiz: its form, its sources, and its evidence, which has to agree with its key.

pytest tests/teaching/test_quiz_questions.py -k sqs      those of one file
"""

import ast
import inspect
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from workbook.teaching.quizzes.bank import all_questions
from workbook.teaching.quizzes.kinds import Choice, Matching, Number, Order
from workbook.teaching.quizzes.showing import code_shown, evidence_of, show

ROOT = Path(__file__).parents[2]
QUESTIONS = list(all_questions().values())
PROVEN = [question for question in QUESTIONS if question.evidence]
LEDGER = set(
    re.findall(r"^\| ([A-Z0-9]+-\d+) \|", (ROOT / "docs/fidelity.md").read_text("utf-8"), re.MULTILINE)
)
LONGEST = 130
"""Words of a question; the exam's have 40 to 90."""

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
each_proven = pytest.mark.parametrize("question", PROVEN, ids=lambda question: question.id)


def texts_of(question):
    """All that a learner reads of it."""
    yield question.text
    yield question.older
    yield question.no_evidence
    if isinstance(question.asks, Number):
        yield question.asks.why
        yield from (slip.why for slip in question.asks.slips)
    else:
        for option in question.asks.options:
            yield option.text
            yield option.why


@each_proven
def test_the_evidence_computes_the_key(question):
    shown = show(question)
    assert question.asks.disagreement(shown["answer"]) == ""
    assert shown["says"].endswith("."), "it says what happened in whole sentences"
    if not isinstance(question.asks, Number):
        assert set(shown["each"]) <= {option.id for option in question.asks.options}


@each_proven
def test_the_evidence_writes_no_answer_down(question):
    """Its answer may hold names of options, and nothing that is true or false without having happened."""
    function = ast.parse(inspect.getsource(evidence_of(question)))
    answers = [
        keyword.value
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Shown"
        for keyword in call.keywords
        if keyword.arg == "answer"
    ]
    assert len(answers) == 1, "Shown(answer=..., ...) stands in it once"
    assert not isinstance(answers[0], ast.Constant | ast.List)
    if isinstance(answers[0], ast.Dict):
        assert not [value for value in answers[0].values if isinstance(value, ast.Constant)]


@each_proven
def test_the_code_of_the_evidence_can_be_read_and_run_by_itself(question):
    code = code_shown(question)
    assert len(code) < 4_500, "the learner reads it"
    compile(code, question.id, "exec")
    assert f"{question.evidence}(lab)" in code


@each_question
def test_it_says_where_it_is_written_and_taught(question):
    address = urlsplit(question.source)
    assert address.scheme == "https"
    assert address.hostname in {"docs.aws.amazon.com", "aws.amazon.com"}
    assert (ROOT / "notebooks" / f"{question.lesson}.ipynb").is_file(), (
        f"there is no lesson {question.lesson}"
    )
    assert set(question.facts) <= LEDGER, f"not in docs/fidelity.md: {set(question.facts) - LEDGER}"
    assert question.facts or not question.evidence, (
        "name the rows of docs/fidelity.md that its evidence rests on"
    )


@each_question
def test_it_can_be_read_by_somebody_who_is_tired(question):
    for text in texts_of(question):
        assert "!" not in text
        assert not re.search(r"\b(all|none|both) of the above\b", text, re.IGNORECASE), "options are shuffled"
        assert not re.search(r"\boption [A-E]\b|\b[A-E]\) ", text), "options are shuffled and have no letters"
    assert len(question.text.split()) <= LONGEST


@each_question
def test_its_form_gives_nothing_away(question):
    """Who knows nothing takes the longest option."""
    asks = question.asks
    if isinstance(asks, Choice) and not asks.several:
        (right,) = [len(option.text) for option in asks.options if option.id in asks.right]
        longest = max(len(option.text) for option in asks.options if option.id not in asks.right)
        assert right <= 1.2 * longest, "the right option is the longest by far"


@each_question
def test_what_older_banks_say_is_named_beside_what_is_true_now(question):
    if question.older:
        assert len(re.findall(r"\d[\d,.]*", question.older)) >= 2 or "now" in question.older


@each_question
def test_every_option_says_why(question):
    if isinstance(question.asks, Choice | Order | Matching):
        for option in question.asks.options:
            assert len(option.why.split()) >= 5, f"{option.id}: why?"
            assert option.why != option.text


def test_no_two_questions_are_one():
    texts = [question.text for question in QUESTIONS]
    assert len(set(texts)) == len(texts)
