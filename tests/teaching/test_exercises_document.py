"""What `docs/exercises.md` tells authors is true: its exercise is sound, and what it names exists."""

import re
from pathlib import Path

import pytest

from workbook.teaching import answer, asked, contract
from workbook.teaching.judge import judge
from workbook.teaching.texts import Submission
from workbook.teaching.verdict import Verdict

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "exercises.md").read_text(encoding="utf-8")
BUILD = """
import boto3

def build():
    boto3.client("sqs").create_queue(QueueName="parcels")
"""
INSPECT = """
def inspect(parcels):
    sqs = boto3.client("sqs")
    while True:
        for message in sqs.receive_message(QueueUrl=parcels, WaitTimeSeconds=20).get("Messages", []):
            sqs.delete_message(QueueUrl=parcels, ReceiptHandle=message["ReceiptHandle"])
"""


@pytest.fixture(scope="module")
def exercise():
    """The one that the document shows."""
    [code] = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    names = {}
    exec(code, names)
    [exercise] = names["EXERCISES"]
    return exercise


def judged(exercise, source):
    return judge(exercise, Submission(source=source), picture=False)


def test_the_exercise_that_it_shows_is_complete(exercise):
    assert contract.problems_of(exercise) == []


def test_it_knows_right_from_wrong_and_the_mistake(exercise):
    assert judged(exercise, BUILD + INSPECT).passed
    wrong = judged(exercise, BUILD + INSPECT.replace("sqs.delete_message(", "dict("))
    assert wrong.mistake.id == "never-deleted"
    assert wrong.first_failure.happened == "10 are still in the queue."


def test_a_queue_that_is_missing_is_a_finding(exercise):
    verdict = judged(exercise, BUILD.replace("parcels", "letters") + INSPECT)
    assert verdict.first_failure.happened == "There is letters."


@pytest.mark.parametrize("name", re.findall(r"`(Settings|Order|Resource|Code)\(", DOCUMENT))
def test_the_kinds_of_answers_exist(name):
    assert hasattr(asked, name)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`answer\.(\w+)", DOCUMENT)) - {"build", "value"}))
def test_what_an_answer_offers_exists(name):
    assert hasattr(answer.Answer, name) or name == "settings"


def test_it_names_every_field_of_a_verdict():
    fields = set(Verdict.__dataclass_fields__) - {"version"}
    assert {field for field in fields if f"`{field}`" not in DOCUMENT} == set()


def test_the_files_that_it_names_exist():
    named = set(re.findall(r"`((?:workbook|tests|docs)/[\w/.]+)`", DOCUMENT))
    assert {path for path in named if not (ROOT / path).exists()} == set()
