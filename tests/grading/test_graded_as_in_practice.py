"""What practice says of an answer, grading says, too: only the code of the answer runs somewhere else.

Here are the exercises that need the most from the process in between: functions, programs that run beside
each other, handlers, values, endless and broken code.
"""

import pytest

from workbook.grading.stage import GradedStage
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.judge import judge
from workbook.teaching.texts import Submission, texts_of

WHOLE = ("q-1", "dlq-1", "vt-1", "sl-1")
"""Exercises of which all answers are compared: calls, handlers, settings, handlers in batches."""
SOLUTIONS = ("vt-2", "fifo-1", "q-2", "call-1", "bids-1")
"""And of these the solution: programs, two functions, an order, a handler that calls, time that is read."""


@pytest.fixture(scope="module")
def stage():
    stage = GradedStage()
    yield stage
    stage.leave()


def answers_of(exercise_id):
    texts = texts_of(find_exercise(exercise_id))
    return {"solution": texts.solution, "placeholder": texts.placeholder, **texts.mistakes}


def both_verdicts(exercise_id, answer, stage):
    exercise = find_exercise(exercise_id)
    return judge(exercise, answer, picture=False), judge(exercise, answer, picture=False, stage=stage)


@pytest.mark.parametrize(
    ("exercise_id", "name"), [(each, name) for each in WHOLE for name in answers_of(each)]
)
def test_every_answer_gets_the_verdict_of_practice(exercise_id, name, stage):
    practice, graded = both_verdicts(exercise_id, answers_of(exercise_id)[name], stage)
    assert graded == practice


@pytest.mark.parametrize("exercise_id", SOLUTIONS)
def test_a_solution_is_right_in_both(exercise_id, stage):
    practice, graded = both_verdicts(exercise_id, answers_of(exercise_id)["solution"], stage)
    assert graded.passed
    assert graded == practice


BROKEN = {
    "it raises": "def send_all(orders, pre_orders):\n    raise ValueError('no cake')\n",
    "it ends its process": "import sys\n\ndef send_all(orders, pre_orders):\n    sys.exit(3)\n",
    "AWS refuses": (
        "import boto3\n\ndef send_all(orders, pre_orders):\n"
        "    boto3.client('sqs').send_message(QueueUrl=orders + 'x', MessageBody='x')\n"
    ),
    "boto3 refuses": (
        "import boto3\n\ndef send_all(orders, pre_orders):\n"
        "    boto3.client('sqs').send_message(QueueUrl=orders)\n"
    ),
    "it waits for ever": (
        "import time\n\ndef send_all(orders, pre_orders):\n    while True:\n        time.sleep(3600)\n"
    ),
    "no Python": "def send_all(orders, pre_orders):\n    return (\n",
    "another function": "def send(orders):\n    return []\n",
    "it returns what cannot cross": "def send_all(orders, pre_orders):\n    return object()\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_trouble_is_told_as_in_practice(name, stage):
    practice, graded = both_verdicts("q-1", Submission(source=BROKEN[name]), stage)
    assert not graded.passed
    assert (graded.error and graded.error.kind) == (practice.error and practice.error.kind)
    assert (graded.error and graded.error.text) == (practice.error and practice.error.text)
    assert (graded.error and graded.error.traceback) == (practice.error and practice.error.traceback)


def test_what_an_answer_prints_is_kept_as_in_practice(stage):
    source = "def send_all(orders, pre_orders):\n    print('none today')\n    return []\n"
    practice, graded = both_verdicts("q-1", Submission(source=source), stage)
    assert graded.printed == practice.printed == "none today\n" * 3


def test_the_same_answer_is_graded_the_same_twice(stage):
    answer = answers_of("sl-1")["all-or-nothing"]
    exercise = find_exercise("sl-1")
    verdicts = [judge(exercise, answer, seed=7, picture=False, stage=stage) for _ in range(2)]
    assert verdicts[0].as_json() == verdicts[1].as_json()
