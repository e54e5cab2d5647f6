"""An answer is judged by what it does, in labs that nobody has seen."""

import pytest

from workbook.teaching.catalogue import all_exercises, find_exercise
from workbook.teaching.contract import problems_of
from workbook.teaching.judge import judge
from workbook.teaching.texts import Submission
from workbook.teaching.verdict import Verdict

IMPORTS = "import boto3\nimport json\nimport time\n\n"
COOK = """
def cook(orders):
    sqs = boto3.client("sqs")
    while True:
        for message in sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20).get("Messages", []):
            order = {"QueueUrl": orders, "ReceiptHandle": message["ReceiptHandle"]}
            left = json.loads(message["Body"])["seconds"]
            while left > 0:
                sqs.change_message_visibility(**order, VisibilityTimeout=30)
                time.sleep(min(left, 20))
                left -= 20
            sqs.delete_message(**order)
"""


def verdict_on(source, *, seed=0):
    return judge(find_exercise("vt-2"), Submission(source=IMPORTS + source), seed=seed, picture=False)


def test_a_right_answer_earns_all_points():
    verdict = verdict_on(COOK)
    assert verdict.passed
    assert verdict.points == verdict.of == 7
    assert verdict.mistake is None


def test_the_same_answer_gets_the_same_verdict():
    wrong = COOK.replace("min(left, 20)", "min(left, 40)")
    assert verdict_on(wrong) == verdict_on(wrong)


def test_a_wrong_answer_is_told_what_was_set_up_expected_and_happened():
    verdict = verdict_on(COOK.replace("min(left, 20)", "min(left, 40)"))
    assert not verdict.passed
    failure = verdict.first_failure
    assert failure is not None
    assert failure.name == "no cake is baked twice"
    assert "Six orders" in failure.set_up
    assert failure.expected == "Each order is given to one cook."
    assert failure.happened.startswith("Cake ")
    assert verdict.mistake is not None
    assert verdict.mistake.id == "one-extension"


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ("", "empty", "There is no function `cook` yet: write `def cook(orders)`."),
        ("def cook(orders):\n    ...\n", "empty", "The function `cook` is still empty."),
        ("def cook(orders)\n    pass\n", "syntax", "Python cannot read line 5 of your answer"),
        ("def cook(orders):\n    raise SystemExit\n", "exit", "Your code ended the program"),
        ("def cook(orders):\n    {}['cake']\n", "exception", "KeyError: 'cake'"),
    ],
)
def test_an_answer_that_cannot_be_judged_says_why(source, kind, text):
    verdict = verdict_on(source)
    assert verdict.error is not None
    assert verdict.error.kind == kind
    assert verdict.error.text.startswith(text)
    assert verdict.points == 0


def test_a_traceback_is_cut_to_the_code_of_the_learner():
    verdict = verdict_on("def cook(orders):\n    {}['cake']\n")
    assert verdict.error is not None
    assert verdict.error.traceback.splitlines()[:3] == [
        "Traceback (your code only):",
        '  File "<your answer>", line 6, in cook',
        "    {}['cake']",
    ]


@pytest.mark.parametrize(
    ("value", "points"), [(51, 4), (120, 4), (50, 2), (30, 2), (0, 2), (125, 2), (43_200, 2)]
)
def test_settings_are_judged_by_what_they_do(value, points):
    verdict = judge(find_exercise("vt-1"), Submission(value={"visibility_timeout": value}), picture=False)
    assert verdict.points == points
    assert verdict.passed == (points == verdict.of)


def test_a_setting_out_of_its_range_is_named_with_the_range():
    verdict = judge(find_exercise("vt-1"), Submission(value={"visibility_timeout": 50_000}))
    assert verdict.error is not None
    assert verdict.error.kind == "form"
    assert "0 to 43,200 s" in verdict.error.text


def test_a_verdict_crosses_processes_as_plain_json():
    verdict = verdict_on("def cook(orders):\n    {}['cake']\n")
    assert Verdict.from_json(verdict.as_json()) == verdict


def test_no_exercise_is_unfinished():
    assert {exercise.id: problems_of(exercise) for exercise in all_exercises().values()} == {
        exercise_id: [] for exercise_id in all_exercises()
    }
