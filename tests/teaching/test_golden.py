"""The checker itself: for each answer in `golden/`, the verdict that is written beside it, word by word.

    golden/exception.answer     what a learner wrote
    golden/exception.verdict    what they are told

After a change of words, `python tests/teaching/test_golden.py` writes the verdicts anew; read the difference.
"""

import re
from pathlib import Path

import parcel_shop
import pytest

from workbook.teaching import judge as judging
from workbook.teaching.texts import Submission
from workbook.teaching.verdict import Verdict
from workbook.teaching.verdict_text import verdict_text

GOLDEN = Path(__file__).parent / "golden"
ANSWERS = sorted(GOLDEN.glob("*.answer"))
RIGHT = {"right", "prints_a_flood"}


def verdict_on(path):
    source = path.read_text(encoding="utf-8")
    return judging.judge(parcel_shop.PARCEL_SHOP, Submission(source=source), picture=False)


def told(verdict):
    """The verdict without Python's pointers below a line of code, which are others in each version."""
    return re.sub(r"\n *[~^]+(?=\n)", "", verdict_text(verdict)) + "\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(judging, "BUSY", 0.3)


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_the_verdict_is_the_one_that_is_written_down(path):
    assert told(verdict_on(path)) == path.with_suffix(".verdict").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_only_right_answers_pass_and_every_verdict_crosses_processes(path):
    verdict = verdict_on(path)
    assert verdict.passed == (path.stem in RIGHT)
    assert Verdict.from_json(verdict.as_json()) == verdict


def test_an_answer_leaves_nothing_behind_for_the_next_one():
    right = GOLDEN / "right.answer"
    before = verdict_on(right)
    for path in ANSWERS:
        verdict_on(path)
    assert verdict_on(right) == before


def _write() -> None:
    judging.BUSY = 0.3
    for path in ANSWERS:
        path.with_suffix(".verdict").write_text(told(verdict_on(path)), encoding="utf-8")


if __name__ == "__main__":
    _write()
