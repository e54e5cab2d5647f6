"""What a learner's process forges with the library's own objects gains nothing and is told."""

import json

import psutil
import pytest
from attacks import answer
from handing_in import answered

from workbook import Lab
from workbook.grading import process
from workbook.grading.judge import grade_notebook
from workbook.grading.request import GradingRequest
from workbook.grading.stage import GradedStage
from workbook.grading.untrusted import Tampered, failure_of, seconds_of, shown, value_of
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.judge import judge
from workbook.teaching.texts import Submission, texts_of

QUEUES, DEAD_LETTERS = "01_queues.ipynb", "03_dead_letter_queues.ipynb"
LIBRARY = """
import gc
from workbook.grading.learner.conversations import Conversations
library = next(each for each in gc.get_objects() if isinstance(each, Conversations))
"""
IDEMPOTENT = texts_of(find_exercise("idem-1")).solution.source


@pytest.fixture(scope="module")
def stage():
    stage = GradedStage()
    yield stage
    stage.leave()


def judged(exercise, source, stage):
    stage.begin_task()
    return judge(find_exercise(exercise), Submission(source=source), picture=False, stage=stage)


# ---- a name of a folder in the place of a source


@pytest.mark.parametrize("source", ["FOLDER", {"a": 1}, "def handler(event, context): pass", "a\n\ud800"])
def test_what_is_no_source_is_deployed_by_nobody(source, stage, tmp_path):
    """It was taken for the path of a folder, and its files went to the learner's process."""
    (tmp_path / "index.py").write_text("def kitchen(event, context):\n    return 'of the judge'\n")
    forged = str(tmp_path) if source == "FOLDER" else source
    tell = "\nlibrary.work['initialise'] = lambda facts: {'raised': ['Read', str(facts), []]}\n"
    program = f"{IDEMPOTENT}{LIBRARY}\nlibrary.work['source'] = lambda facts: {forged!r}\n{tell}"
    verdict = judged("idem-1", program, stage)
    assert verdict.points == 0
    assert len(stage.tampering) == 1
    assert "the source of kitchen" in stage.tampering[0]


# ---- frames


@pytest.mark.parametrize(
    "frame",
    [
        "{'conversation': [1]}",
        "{'conversation': {'a': 1}, 'ask': 'aws'}",
        "{'conversation': library.half.number, 'failed': {'kind': [1]}}",
        "{'conversation': library.half.number, 'failed': {'kind': {}}}",
    ],
)
def test_a_frame_with_a_list_where_a_word_belongs_is_reported(frame, stage):
    verdict = judged("q-1", answer(f"library.tell({frame})\nreturn []", before=LIBRARY), stage)
    assert verdict.points == 0
    assert len(stage.tampering) == 1


@pytest.mark.parametrize(
    "frame",
    [
        "{'conversation': '\\x1b]0;evil\\x07\\u202e' + 'x' * 3_000_000}",
        "{'conversation': library.half.number, 'done': {'$\\x1b[2J\\u202e' + 'x' * 3_000_000: 1}}",
        "{'conversation': library.half.number, 'ask': 'sleep', 'seconds': '\\x1b[2J\\u202e=1+1'}",
        "{'conversation': library.half.number, 'ask': '\\x1b[2J\\u202e\\ud800' * 90}",
    ],
)
def test_what_is_told_of_a_forged_frame_can_be_read_and_is_short(frame, stage):
    judged("q-1", answer(f"library.tell({frame})\nreturn []", before=LIBRARY), stage)
    (said,) = stage.tampering
    assert said.isprintable()
    assert len(said) < 400


def test_text_that_is_shown_is_cut_and_has_nothing_invisible():
    assert shown("a\x1b[31m\n\u202e\ud800b") == "a\ufffd[31m\ufffd\ufffd\ufffdb"
    assert shown("x" * 300) == "x" * 200 + "..."


@pytest.mark.parametrize("value", [None, "5", [], -1, float("nan"), float("inf"), 1e300])
def test_a_wait_that_is_none_is_tampering(value):
    with pytest.raises(Tampered):
        seconds_of(value)


@pytest.mark.parametrize("sent", [{"$bytes": 1}, {"$set": [[1]]}, {"$\x1b": 1}, {"$dict": [[[], 1]]}])
def test_a_value_that_nobody_sends_is_tampering(sent):
    with pytest.raises(Tampered) as caught:
        value_of(sent)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("told", [None, 3, [], {"kind": None}, {"kind": [1]}, {"kind": "passed"}])
def test_a_failure_of_no_known_kind_is_tampering(told):
    assert isinstance(failure_of(told), Tampered)


# ---- what a hidden situation shows to an answer

HIDDEN = """
from workbook.teaching.contract import Situation
import boto3

def a_secret_day(lab, answer):
    url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    orders = [{"cake": f"secret cake {number}", "delay": 1} for number in range(11)]
    return orders, answer.send_all(url, orders)

HIDDEN = {"q-1": (Situation(name="secret", set_up="A secret day.", play=a_secret_day),)}
"""
KEEPS = """
def send_all(orders, pre_orders):
    import os
    where = os.environ["TMPDIR"] + "/kept"
    with open(where, "a") as file:
        file.write(str(pre_orders))
    return []
"""
TELLS = """
def build(lab):
    import os
    where = os.environ["TMPDIR"] + "/kept"
    raise ValueError(open(where).read() if os.path.exists(where) else "nothing was kept")
"""


def test_what_an_answer_saw_of_a_hidden_situation_is_not_told_by_the_next(tmp_path):
    """Tasks share a process, and so a folder; the second one's feedback showed what the first one saw."""
    (tmp_path / "hidden.py").write_text(HIDDEN)
    notebooks = {
        QUEUES: answered(KEEPS, "q-1", QUEUES),
        DEAD_LETTERS: answered(TELLS, "dlq-1", DEAD_LETTERS),
    }
    texts = tuple((name, json.dumps(each)) for name, each in notebooks.items())
    hidden = str(tmp_path / "hidden.py")
    tasks = grade_notebook(GradingRequest(texts, ("q-1", "dlq-1"), "a secret", hidden=hidden))
    assert [task.trouble for task in tasks] == [None, "exception"]
    assert "ValueError" in tasks[1].feedback[0]
    assert "secret" not in json.dumps([task.as_json() for task in tasks])


# ---- limits


COPIES = """
import boto3
s3 = boto3.client("s3")
s3.create_bucket(Bucket="attic")
s3.put_object(Bucket="attic", Key="box", Body=b"x" * 11_000_000)
for number in range(10_000):
    s3.copy_object(Bucket="attic", Key=f"box {number}", CopySource={"Bucket": "attic", "Key": "box"})
return []
"""


def test_calls_that_are_few_and_heavy_come_to_an_end(stage, monkeypatch):
    monkeypatch.setattr(process, "MOST_COMPUTED", 1.0)
    verdict = judged("q-1", answer(COPIES), stage)
    assert (verdict.points, verdict.error.kind) == (0, "busy")
    assert "processor time" in verdict.error.text


def test_what_is_stored_in_a_lab_lies_in_memory_and_in_no_file():
    """moto writes what is larger than 5 MB into files, and copies of one object would fill the disk."""
    with Lab() as lab:
        s3 = lab.client("s3")
        s3.create_bucket(Bucket="attic")
        before = psutil.Process().num_fds()
        s3.put_object(Bucket="attic", Key="box", Body=b"x" * 6_000_000)
        s3.copy_object(Bucket="attic", Key="copy", CopySource={"Bucket": "attic", "Key": "box"})
        assert psutil.Process().num_fds() == before


def test_an_answer_that_fills_the_judges_memory_is_wrong_and_told_why(stage, monkeypatch):
    def full(*_arguments):
        raise MemoryError

    monkeypatch.setattr(process, "answer_to", full)
    verdict = judged("q-1", texts_of(find_exercise("q-1")).solution.source, stage)
    assert (verdict.points, verdict.error.kind) == (0, "busy")
    assert "stored more" in verdict.error.text
