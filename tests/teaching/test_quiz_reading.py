"""Files of questions: what is read, and how a mistake in one is named."""

import pytest

from workbook.teaching.asked import AnswerError
from workbook.teaching.quizzes import bank
from workbook.teaching.quizzes.reading import QuestionError, read_questions
from workbook.teaching.quizzes.showing import show

HEAD = """
[[question]]
id = "sqs-1"
topic = "sqs"
domain = "resilient"
lesson = "01_queues"
level = 1
text = "What happens?"
source = "https://docs.aws.amazon.com/"
checked = 2026-11-28
facts = ["SQS-01"]
evidence = "what_happens"
"""


def options(*more):
    return "".join(
        f'[[question.option]]\nid = "{name}"\ntext = "Text {name}"\nwhy = "Why {name}"\n{line}\n'
        for name, line in zip("abcd", more, strict=False)
    )


SINGLE = HEAD + 'kind = "single"\n' + options("right = true", "", "")
MULTIPLE = HEAD + 'kind = "multiple"\n' + options("right = true", "", "right = true", "")
ORDER = HEAD + 'kind = "order"\n' + options("place = 2", "place = 3", "place = 1")
MATCHING = (
    HEAD + 'kind = "matching"\n' + options('match = "a queue"', 'match = "a topic"', 'match = "a queue"')
)
NUMERIC = (
    HEAD
    + 'kind = "numeric"\nanswer = 45\nunit = "s"\nwhy = "So it is."\n'
    + '[[question.slip]]\nvalue = 30\nwhy = "The default."\n'
)


def asks(text):
    (question,) = read_questions(text, "sqs")
    return question.asks


def test_one_option_is_right_in_a_single_choice():
    choice = asks(SINGLE)
    assert choice.key == {"a": True, "b": False, "c": False}
    assert choice.is_right(["a"])
    assert not choice.is_right(["b"])
    assert choice.form == "choose one"


def test_all_right_options_and_no_other_make_a_multiple_choice_right():
    choice = asks(MULTIPLE)
    assert choice.form == "choose two"
    assert choice.is_right(["c", "a"])
    assert not choice.is_right(["a", "b"])


def test_an_order_is_right_as_a_whole():
    order = asks(ORDER)
    assert order.key == ["c", "a", "b"]
    assert order.is_right(["c", "a", "b"])
    assert not order.is_right(["a", "c", "b"])


def test_a_matching_is_right_as_a_whole():
    matching = asks(MATCHING)
    assert matching.partners == ["a queue", "a topic"]
    assert matching.is_right({"a": "a queue", "b": "a topic", "c": "a queue"})
    assert not matching.is_right({"a": "a queue", "b": "a queue", "c": "a queue"})


@pytest.mark.parametrize("given", [45, "45", "45.0", " 45 "])
def test_a_number_is_right_however_it_is_typed(given):
    assert asks(NUMERIC).is_right(given)


def test_a_number_is_right_within_its_tolerance_and_a_slip_is_explained():
    number = asks(NUMERIC.replace('unit = "s"', 'unit = "s"\ntolerance = 1'))
    assert number.is_right(46)
    assert not number.is_right(46.5)
    assert number.slip("30").why == "The default."
    assert number.slip(31) is None


@pytest.mark.parametrize(
    ("text", "given", "told"),
    [
        (SINGLE, [], "[] is no answer here; give choose one of a, b, c"),
        (SINGLE, ["a", "b"], "choose one"),
        (MULTIPLE, ["a"], "choose two"),
        (ORDER, ["a", "b", "b"], "a list of all of a, b, c, each once"),
        (MATCHING, {"a": "a queue"}, "for each of a, b, c one of these: a queue; a topic"),
        (NUMERIC, "many", "'many' is no answer here; give a number of s"),
        (NUMERIC, "nan", "a number of s"),
    ],
)
def test_an_answer_of_another_form_is_refused_and_the_form_is_named(text, given, told):
    with pytest.raises(AnswerError) as refusal:
        asks(text).is_right(given)
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SINGLE.replace('topic = "sqs"', ""), "questions/sqs.toml, question sqs-1: `topic` is missing"),
        (SINGLE.replace('topic = "sqs"', 'topic = "sqz"'), "`topic = 'sqz'` is none of sqs, lambda"),
        (SINGLE.replace("level = 1", 'level = "1"'), "`level = '1'` should be a whole number"),
        (SINGLE.replace("level = 1", "level = 4"), "`level = 4` is none of 1, 2, 3"),
        (SINGLE.replace("right = true", ""), "`right = true` stands at 0 of 3"),
        (SINGLE + "rigth = true", "question sqs-1, option c: `rigth` is no key here; did you mean `right`?"),
        (
            SINGLE.replace("right = true", 'right = "yes"'),
            "option a: `right = 'yes'` should be true or false",
        ),
        (SINGLE.replace('why = "Why b"', ""), "question sqs-1, option b: `why` is missing"),
        (SINGLE.replace('why = "Why b"', 'why = " "'), "option b: `why` is empty"),
        (SINGLE.replace('id = "b"', 'id = "a"'), "two of its options have the same `id`"),
        (SINGLE.replace("checked = 2026-11-28", 'checked = "today"'), "should be a date like 2026-11-28"),
        (SINGLE.replace('evidence = "what_happens"', ""), "either `evidence` (a function) or `no_evidence`"),
        (HEAD + 'kind = "single"\n' + options("right = true", ""), "it has 2 options; three are the least"),
        (MULTIPLE.replace("right = true", "", 1), "two or more right options"),
        (ORDER.replace("place = 3", "place = 2"), "`place` of its options should be 1 to 3, each once"),
        (MATCHING.replace("a topic", "a queue"), "there is nothing to choose"),
        (NUMERIC.replace("value = 30", "value = 45"), "`value = 45` is right, so it is no slip"),
        (NUMERIC.replace("answer = 45", "answer = true"), "`answer = True` should be a number"),
        ("[[question]\n", "questions/sqs.toml is no TOML"),
        ("[[questions]]\nid = 1\n", "`questions` is no key here; did you mean `question`?"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_place(text, told):
    with pytest.raises(QuestionError) as refusal:
        read_questions(text, "sqs")
    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "found", "told"),
    [
        (SINGLE, {"a": True, "b": False}, ""),
        (SINGLE, {"b": False}, "it says nothing of a, which is right"),
        (SINGLE, {"a": False, "b": False}, "of a it found False, and the key says otherwise"),
        (SINGLE, {"a": True, "x": False}, "it speaks of x, and there is no such option"),
        (SINGLE, ["a"], "an evidence of choices gives a mapping"),
        (ORDER, ["c", "a", "b"], ""),
        (ORDER, ["a", "b", "c"], "it found ['a', 'b', 'c'], and the key is ['c', 'a', 'b']"),
        (MATCHING, {"a": "a queue", "b": "a topic"}, ""),
        (MATCHING, {"a": "a queue"}, "at least two options"),
        (MATCHING, {"a": "a queue", "b": "a queue"}, "of b it found 'a queue'"),
        (NUMERIC, 45.0, ""),
        (NUMERIC, 46, "it found 46, and the key is 45 s"),
        (NUMERIC, True, "gives a number"),
    ],
)
def test_an_evidence_that_finds_something_else_is_noticed(text, found, told):
    disagreement = asks(text).disagreement(found)
    assert told in disagreement
    assert bool(told) == bool(disagreement)


def test_an_evidence_that_is_missing_is_named():
    (question,) = read_questions(SINGLE, "sqs")
    with pytest.raises(QuestionError, match=r"no function 'what_happens' in evidence/sqs\.py"):
        show(question)


def test_an_unknown_question_is_answered_with_those_there_are():
    with pytest.raises(LookupError, match="there is no question 'sqs-0'; there are sqs-"):
        bank.find_question("sqs-0")


def test_questions_are_found_by_topic():
    assert bank.topics()["sqs"] == len(bank.questions_on("sqs")) >= 10
    assert all(question.topic == "sqs" for question in bank.questions_on("sqs"))
