"""`workbook check`: an answer in a file, a verdict in words or as JSON, and an exit code for programs."""

import io
import json

import pytest

from workbook.cli import main
from workbook.teaching.catalogue import all_exercises, find_exercise
from workbook.teaching.texts import texts_of
from workbook.teaching.verdict import Verdict


@pytest.fixture(autouse=True)
def nothing_is_noted_down(monkeypatch):
    monkeypatch.setenv("WORKBOOK_PROGRESS", "off")


@pytest.fixture
def answer(tmp_path):
    def write(text, name="answer.json"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_without_an_exercise_all_are_listed_with_the_form_of_their_answers(capsys):
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    for exercise in all_exercises().values():
        assert f"{exercise.id}  {exercise.title}\n  lesson {exercise.lesson}, level" in said
    assert "answer: `def cook(orders)`" in said


def test_a_right_answer_ends_with_0_and_says_its_points(answer, capsys):
    assert main(["check", "vt-1", answer('{"visibility_timeout": 60}')]) == 0
    assert capsys.readouterr().out.startswith("Right: 4 of 4 points\n")


def test_a_wrong_one_ends_with_1_and_is_told_what_happened(answer, capsys):
    assert main(["check", "vt-1", answer('{"visibility_timeout": 30}')]) == 1
    said = capsys.readouterr().out
    assert said.startswith("Not yet: 2 of 4 points\n")
    assert "Expected  Each order is given to one cook." in said


def test_the_verdict_as_json_is_what_a_program_reads(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO('{"visibility_timeout": 60}'))
    assert main(["check", "vt-1", "-", "--json", "--seed", "5"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert read["version"] == 1
    assert Verdict.from_json(read).passed


def test_code_is_judged_in_a_process_of_its_own(answer, capsys):
    ends_its_process = "import os\n\ndef cook(orders):\n    os._exit(3)\n"
    assert main(["check", "vt-2", answer(ends_its_process, "answer.py")]) == 1
    assert "Your code ended the process it was judged in." in capsys.readouterr().out


def test_code_in_a_file_may_use_what_its_notebook_has(answer, capsys):
    """The clients and helpers that stand before the task, as it could in the notebook."""
    solution = texts_of(find_exercise("sns-1")).solution_code
    assert "sns.subscribe" in solution
    assert "import" not in solution
    assert main(["check", "sns-1", answer(solution, "answer.py")]) == 0
    assert capsys.readouterr().out.startswith("Right: 5 of 5 points\n")


def test_lines_are_those_of_the_file(answer, capsys):
    """What stands before the task does not count."""
    assert main(["check", "sns-1", answer("def build(lab):\n    sns.subscribe(1)\n", "answer.py")]) == 1
    assert '", line 2, in build' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dlq-99"], "there is no exercise 'dlq-99'; there are "),
        (["vt-2"], "give a file, too: workbook check vt-2 answer.py, with `def cook(orders)`"),
        (["vt-1"], "give a file, too: workbook check vt-1 answer.json, with settings by name"),
        (["vt-2", "nowhere.py"], "nowhere.py cannot be read: "),
    ],
)
def test_where_there_is_nothing_to_judge_it_says_what_to_give(arguments, said, capsys):
    assert main(["check", *arguments]) == 2
    assert capsys.readouterr().err.startswith(said)


def test_a_value_that_is_no_json_is_named_with_the_form_that_is_asked_for(answer, capsys):
    assert main(["check", "vt-1", answer("visibility_timeout = 60")]) == 2
    said = capsys.readouterr().err
    assert "holds no JSON" in said
    assert "vt-1 asks for settings by name: visibility_timeout" in said
