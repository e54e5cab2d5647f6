"""The process in which answers are judged survives nothing, and its caller survives everything."""

import functools

import pytest

from workbook.teaching.catalogue import find_exercise
from workbook.teaching.checking import verdict_on
from workbook.teaching.examiner import FORKS, Examiner, ExaminerLost

BUSY_IN_C = "def cook(orders):\n    sum(range(10**12))\n"


@pytest.fixture(autouse=True)
def nothing_is_noted_down(monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROGRESS", "off")


def asked(source, **options):
    return Examiner().ask({"exercise": "vt-2", "source": source}, **options)


def test_what_python_itself_cannot_interrupt_is_ended_with_its_process():
    with pytest.raises(ExaminerLost) as lost:
        asked(BUSY_IN_C, patience=3)
    assert lost.value.late


def test_the_learner_is_told_that_it_did_not_come_to_an_end(monkeypatch):
    monkeypatch.setattr(Examiner, "ask", functools.partialmethod(Examiner.ask, patience=3))
    verdict = verdict_on(find_exercise("vt-2"), lambda: {"source": BUSY_IN_C})
    assert verdict.error is not None
    assert verdict.error.kind == "busy"
    assert "did not come to an end" in verdict.error.text
    assert (verdict.points, verdict.of, len(verdict.properties)) == (0, 7, 3)


def test_what_an_answer_writes_past_python_is_no_part_of_the_verdict():
    verdict = asked("import os\n\ndef cook(orders):\n    os.write(1, b'no JSON')\n    {}['cake']\n")
    assert verdict["error"]["text"] == "KeyError: 'cake'"


def test_an_answer_cannot_read_what_was_asked():
    verdict = asked("def cook(orders):\n    return input()\n")
    assert verdict["error"]["text"].startswith("EOFError")


def test_an_examiner_that_was_never_asked_ends_when_it_is_closed():
    examiner = Examiner()
    assert examiner.is_alive
    examiner.close()
    assert not examiner.is_alive


def test_an_examiner_judges_one_answer_after_the_other_and_nothing_is_left_of_the_first():
    examiner = Examiner()
    leaving = "import boto3\nboto3.left = True\n\ndef cook(orders):\n    {}['cake']\n"
    looking = "import boto3\n\ndef cook(orders):\n    raise ValueError(hasattr(boto3, 'left'))\n"
    verdicts = [_judged_by(examiner, source) for source in (leaving, looking)]
    examiner.close()
    assert [verdict["error"]["text"] for verdict in verdicts] == ["KeyError: 'cake'", "ValueError: False"]


def _judged_by(examiner, source):
    # Where processes cannot be forked, an examiner judges one answer and ends.
    return (examiner if FORKS else Examiner()).ask({"exercise": "vt-2", "source": source})


def test_an_answer_that_ends_its_process_leaves_the_examiner_to_the_next():
    with pytest.raises(ExaminerLost) as lost:
        asked("import os\n\ndef cook(orders):\n    os._exit(3)\n")
    assert not lost.value.late
