"""The judge waits for what computes, not for a time: verdicts do not tell how busy the machine was."""

import json
import socket
import textwrap

import pytest
from handing_in import answered

from workbook.engine import watch
from workbook.grading import handing_in, learner_process, patience
from workbook.grading.frames import Channel, ChannelSilent
from workbook.grading.patience import Patience, next_frame
from workbook.grading.request import WALL_SECONDS
from workbook.grading.stage import GradedStage
from workbook.teaching import judge as judge_module
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.judge import judge
from workbook.teaching.texts import Submission


class Process:
    """A process on a machine whose clocks go as a test says."""

    def __init__(self):
        self.real = self.computed = 0.0
        self.looks = 0
        self.patience = Patience(self.processor_time, busy=5, silent=60, clock=lambda: self.real)
        self.passes(0.25, 0)

    def processor_time(self):
        self.looks += 1
        return 100.0 + self.computed

    def passes(self, real, computed):
        self.real += real
        self.computed += computed
        return self.patience.is_over()


def test_what_computes_for_too_long_is_waited_for_no_more():
    assert not Process().passes(5, 4.9)
    assert Process().passes(5.2, 5.1)


def test_what_gets_little_of_the_processor_is_waited_for():
    process = Process()
    assert not process.passes(100, 4)
    assert process.passes(20, 1.1)


def test_what_does_not_compute_is_waited_for_in_real_time():
    process = Process()
    assert not process.passes(59, 0.1)
    assert process.passes(1, 0)


def test_what_computes_a_little_now_and_then_is_not_waited_for_without_end():
    assert not Process().passes(179, 4.9)
    assert Process().passes(181, 4.9)


def test_a_process_is_not_looked_at_each_time():
    process = Process()
    for _ in range(100):
        process.passes(0.01, 0)
    assert process.looks <= 5


def test_what_has_come_is_taken_even_if_patience_is_over(monkeypatch):
    """Who had to wait for the processor may have been the judge."""
    monkeypatch.setattr(patience, "_LOOK_EVERY", 0.01)
    here, there = socket.socketpair()
    over = Patience(lambda: 0.0, busy=5, silent=-1, clock=iter(range(100)).__next__)
    with here, there:
        Channel(there).send({"done": 1})
        assert next_frame(Channel(here), over) == {"done": 1}
        with pytest.raises(ChannelSilent):
            next_frame(Channel(here), over)


def test_what_practice_does_to_code_that_computes_is_not_done_to_the_judges_own_tasks(monkeypatch):
    """They wait for the learner's process meanwhile: for how long, says the machine and not the answer."""
    thrown = []
    monkeypatch.setattr(judge_module.Stage, "real_time_limit", 0.01)
    monkeypatch.setattr(watch, "throw_into", lambda _, error, **__: thrown.append(error))
    source = "def send_all(orders, pre_orders):\n    sum(range(40_000_000))\n    return []\n"
    stage = GradedStage()
    try:
        verdict = judge(find_exercise("q-1"), Submission(source=source), picture=False, stage=stage)
    finally:
        stage.leave()
    assert verdict.error is None
    assert thrown == []


def handed_in(cell, monkeypatch, longest):
    """What is found in a notebook with one more cell at its beginning."""
    monkeypatch.setattr(handing_in, "LONGEST", longest)
    value = answered("def send_all(orders, pre_orders):\n    return []\n", "q-1", "01_queues.ipynb")
    cells = [{"cell_type": "code", "metadata": {}, "source": textwrap.dedent(cell)}, *value["cells"]]
    stage = GradedStage()
    try:
        return handing_in.hand_in(
            stage, [("n.ipynb", json.dumps(value | {"cells": cells}))], [find_exercise("q-1")]
        )
    finally:
        stage.leave()


@pytest.mark.parametrize(
    "cell",
    [
        "while True:\n    pass",
        "from workbook.teaching import check\nwhile True:\n    check('q-1', 1)",
        "import select\nselect.select([], [], [])",
    ],
    ids=["computes", "hands in again and again", "waits"],
)
def test_a_cell_without_end_is_told_with_its_number(cell, monkeypatch):
    found = handed_in(cell, monkeypatch, longest=1.0)
    assert found.notes[-1] == (
        "n.ipynb: code cell 1 did not end within 1 s of computing, or of waiting for something real; "
        "those below did not run."
    )


def test_the_learners_process_outlives_the_time_of_the_judging(monkeypatch):
    """Else whoever is being judged when it ends would have ended it, by what is said."""
    asked = []
    monkeypatch.setattr(
        learner_process.confinement, "start", lambda *_, limits, **__: asked.append(limits) or 1 / 0
    )
    for stage in (GradedStage(), GradedStage(wall_seconds=1000)):
        with pytest.raises(ZeroDivisionError):
            stage.home()
    assert [limits.wall_seconds for limits in asked] == [WALL_SECONDS, 1000]
