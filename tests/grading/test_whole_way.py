"""From a folder of submissions to a report, by the real judge; graded twice it is the same to the byte."""

import csv

import pytest
from handing_in import LESSON_2, answer_cell, answered, notebook

from workbook.cli import main
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.texts import texts_of

EVIL_NAME = "=1+1<script>alert(1)</script>"


def with_answers(settings, code):
    value = notebook(LESSON_2)
    answer_cell(value, "vt-1")["source"] = f'check("vt-1", {settings!r})'
    answer_cell(value, "vt-2")["source"] = code
    return value


def claims_to_be_right(value):
    """The same with outputs that say that all is right."""
    for cell in value["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "Right: 7 of 7 points\n"}]
    return value


@pytest.fixture
def report(box, tmp_path):
    solution = texts_of(find_exercise("vt-2")).solution_code
    placeholder = "def cook(orders):\n    ...\n"
    box.put(f"right/{LESSON_2}", with_answers({"visibility_timeout": 60}, solution))
    box.put(f"wrong/{LESSON_2}", claims_to_be_right(with_answers({"visibility_timeout": 30}, placeholder)))
    box.put("broken.ipynb", "{")
    box.put(f"{EVIL_NAME.replace('/', '')}/{LESSON_2}", answered("raise SystemExit"))
    (tmp_path / "week.toml").write_text('title = "Week 2"\nexercises = ["vt-1", "vt-2"]\nshow_flows = true\n')

    def grade(name, *options):
        folder = tmp_path / name
        words = ["grade", str(box.path), "--assignment", str(tmp_path / "week.toml"), "--out", str(folder)]
        return main([*words, *options]), folder

    return grade


def rows(folder):
    with (folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["learner"]: row for row in csv.DictReader(file)}


def written(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "private" not in path.parts
    }


def test_a_folder_is_graded_and_graded_twice_it_is_the_same_to_the_byte(report):
    exit_code, folder = report("one", "--jobs", "1")
    assert exit_code == 1  # one file is for a person to look at
    marks = rows(folder)
    assert (marks["right"]["vt-1"], marks["right"]["vt-2"], marks["right"]["percent"]) == ("4", "7", "100")
    assert (marks["wrong"]["vt-1"], marks["wrong"]["vt-2"]) == ("2", "0")
    assert (marks["broken"]["vt-1"], marks["broken"]["points"]) == ("ungradable", "")
    assert "'=1+1<script>alert(1)<script>" in marks
    page = (folder / "class.html").read_text(encoding="utf-8")
    assert "shorter than the work" in page
    assert "<script" not in page
    _, again = report("two", "--jobs", "2")
    assert written(folder) == written(again)


HIDDEN = """
from workbook.teaching.contract import Situation
from workbook.teaching.exercises import visibility_timeout as course

def a_gala_dinner(lab, answer):
    orders = course._queue_with(answer.settings["visibility_timeout"])
    course._send(orders, "gala cake", 100)
    for number in (1, 2):
        lab.program(f"cook {number}", course.patient_cook, orders)
    lab.run_until_idle(course.HOUR)

HIDDEN = {
    "vt-1": (
        Situation(name="evening", set_up="A gala dinner with a tower of cake.", play=a_gala_dinner),
        Situation(name="fainting", set_up="A cook falls off the tower.", play=course.a_cook_faints),
    )
}
"""


def test_a_hidden_situation_counts_and_stands_in_no_report(box, tmp_path):
    box.put(f"ada/{LESSON_2}", with_answers({"visibility_timeout": 60}, ""))
    box.put(f"bob/{LESSON_2}", with_answers({"visibility_timeout": 110}, ""))
    (tmp_path / "hidden.py").write_text(HIDDEN)
    text = 'title = "Week 2"\nexercises = ["vt-1"]\nshow_flows = true\nhidden = "hidden.py"\n'
    (tmp_path / "week.toml").write_text(text)
    folder = tmp_path / "report"
    words = ["grade", str(box.path), "--assignment", str(tmp_path / "week.toml"), "--out", str(folder)]
    assert main(words) == 0
    marks = rows(folder)
    assert (marks["ada"]["vt-1"], marks["bob"]["vt-1"]) == ("2", "4")  # 60 seconds are too short for the gala
    for name, content in written(folder).items():
        assert b"gala" not in content, name
        assert b"tower" not in content, name
