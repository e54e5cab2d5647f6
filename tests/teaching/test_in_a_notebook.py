"""What a notebook does to a check: cells run in any order and twice, functions are edited, a lab is open.

The cells run in IPython's own shell, one after the other, in a process of its own, as in a kernel.
"""

import json
import os
import subprocess
import sys

import pytest

SHELL = """
import contextlib, io, json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shown = {}
for name, cell in json.load(sys.stdin).items():
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        ran = shell.run_cell(cell, store_history=True)
    error = ran.error_before_exec or ran.error_in_exec
    shown[name] = f"{type(error).__name__}: {error}" if error else printed.getvalue()
print(json.dumps(shown))
"""
SET_UP = """
import boto3, json, time
from workbook import Lab
from workbook.teaching import check, exercise
SHORT = 20
lab = Lab(seed=3)
queue = lab.client("sqs").create_queue(QueueName="mine")
"""
COOK = """
def cook(orders):
    sqs = boto3.client("sqs")
    while True:
        for message in sqs.receive_message(QueueUrl=orders, WaitTimeSeconds=20).get("Messages", []):
            order = {"QueueUrl": orders, "ReceiptHandle": message["ReceiptHandle"]}
            bake(order, json.loads(message["Body"])["seconds"])
            sqs.delete_message(**order)
"""
BAKE = """
def bake(order, left):
    while left > 0:
        boto3.client("sqs").change_message_visibility(**order, VisibilityTimeout=30)
        time.sleep(min(left, SHORT))
        left -= SHORT
"""
CHECK = 'print(check("vt-2"))'
CELLS = {
    "set up": SET_UP,
    "nothing is written yet": CHECK,
    "another id": 'check("vt-99")',
    "cook": COOK,
    "without the helper": CHECK,
    "bake": BAKE,
    "right": CHECK,
    "right again": CHECK,
    "cook, unreadable": COOK.replace("def cook(orders):", "def cook(orders)"),
    "after the unreadable": CHECK,
    "bake, broken": BAKE.replace("min(left, SHORT)", "left"),
    "after the edit": CHECK,
    "bake, mended": BAKE,
    "a constant": "SHORT = 600",
    "after the constant": CHECK,
    "decorated": 'SHORT = 20\n\n@exercise("vt-2")' + COOK,
    "the lab": "print(len(lab.trace), lab.now)",
}
RIGHT = "Right: 7 of 7 points"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What each cell showed, by its name."""
    environment = os.environ | {
        "IPYTHONDIR": str(tmp_path_factory.mktemp("ipython")),
        "WORKBOOK_PROGRESS": "off",
        "NO_COLOR": "1",
    }
    command = [sys.executable, "-c", SHELL]
    ran = subprocess.run(
        command, input=json.dumps(CELLS), env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


def headline(text):
    return text.splitlines()[0]


def test_a_check_before_anything_is_written_says_what_to_write(shown):
    assert "There is no function `cook` yet: write `def cook(orders)`." in shown["nothing is written yet"]


def test_an_exercise_that_does_not_exist_is_an_error_of_the_call(shown):
    assert shown["another id"].startswith("LookupError: there is no exercise 'vt-99'; there are ")


def test_a_helper_that_is_missing_is_an_error_of_the_answer_and_keeps_its_line(shown):
    told = shown["without the helper"]
    assert headline(told) == "Your code raised an exception"
    assert "NameError: name 'bake' is not defined" in told
    assert 'bake(order, json.loads(message["Body"])["seconds"])' in told


def test_what_a_function_uses_may_be_defined_after_it(shown):
    assert headline(shown["right"]) == RIGHT


def test_two_checks_of_one_answer_give_one_verdict(shown):
    assert shown["right"] == shown["right again"]


def test_a_cell_that_python_cannot_read_leaves_the_function_of_before(shown):
    assert shown["cook, unreadable"].startswith("SyntaxError")
    assert headline(shown["after the unreadable"]) == RIGHT


def test_a_helper_that_was_edited_is_taken_as_it_is_now(shown):
    assert headline(shown["after the edit"]).startswith("Not yet")


def test_a_constant_is_taken_as_it_is_now(shown):
    assert headline(shown["after the constant"]).startswith("Not yet")


def test_the_decorator_checks_when_its_cell_is_run(shown):
    assert headline(shown["decorated"]) == RIGHT


def test_the_lab_of_the_learner_is_left_alone(shown):
    hops, day, *_ = shown["the lab"].split()
    assert int(hops) <= 2  # the call that made the queue, and the queue
    assert day == "2026-01-05"
