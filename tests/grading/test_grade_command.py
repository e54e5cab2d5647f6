"""`workbook grade`: a folder in, a report out, and what is said on the way."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from handing_in import answered, notebook

from workbook.cli import main
from workbook.grading import command
from workbook.grading.running.standing import Standing
from workbook.grading.running.workers import LocalWorkers

STAND_IN = "stand_in_judge:grade_notebook"
FULL = Standing("namespaces: alone", fit_for_exams=True)
LESS = Standing("process: with limits", fit_for_exams=False)


class StandIns(LocalWorkers):
    """Stand-ins for judges, on a machine that is said to be confined so well."""

    standing = FULL

    def __init__(self, jobs=None):
        super().__init__(jobs, STAND_IN)

    def standings(self):
        return {"this machine": self.standing}


@pytest.fixture(autouse=True)
def stand_ins_judge(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr(command, "LocalWorkers", StandIns)


@pytest.fixture
def run(box, tmp_path):
    def grade(*options, out="report"):
        return main(["grade", str(box.path), "--out", str(tmp_path / out), *map(str, options)])

    return grade


@pytest.fixture
def assignment(tmp_path):
    path = tmp_path / "week2.toml"
    path.write_text('title = "Week 2"\nexercises = ["vt-2"]\n')
    return path


def files_in(folder):
    return {
        each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()
    }


def without_private(files):
    return {name: content for name, content in files.items() if not name.startswith("private/")}


def test_a_report_is_written_and_what_is_in_it_is_said(box, run, tmp_path, capsys, assignment):
    box.put("ada.ipynb", answered("right"))
    box.put("bob.ipynb", answered("wrong"))
    assert run("--assignment", assignment) == 0
    names = set(files_in(tmp_path / "report"))
    assert {"grades.csv", "class.html", "results.json", "private/judged"} <= names | {"private/judged"}
    assert len([name for name in names if name.startswith("learners/")]) == 2
    rows = csv.DictReader((tmp_path / "report" / "grades.csv").open(encoding="utf-8-sig", newline=""))
    assert [(row["learner"], row["points"]) for row in rows] == [("ada", "7"), ("bob", "0")]
    said = capsys.readouterr().err
    assert "Learners' code is confined by namespaces: alone." in said
    assert "2 learners:" in said


def test_without_an_assignment_the_tasks_of_the_notebooks_are_graded(box, run, tmp_path):
    box.put("ada.ipynb", answered("right"))
    assert run() == 0
    read = json.loads((tmp_path / "report" / "results.json").read_bytes())
    assert [task["exercise"] for task in read["submissions"][0]["tasks"]] == ["vt-1", "vt-2"]


def test_what_a_person_has_to_look_at_makes_the_exit_code_1(box, run, capsys):
    box.put("ada.ipynb", answered("crash"))
    box.put("bob.ipynb", "{")
    assert run("--assignment", _assignment_of_all(box)) == 1
    assert "2 submissions could not be judged in full; class.html says why." in capsys.readouterr().err


def _assignment_of_all(box):
    path = box.path.with_name("all.toml")
    path.write_text('exercises = ["vt-1", "vt-2"]')
    return path


def test_graded_twice_it_is_the_same_to_the_byte(box, run, tmp_path, assignment):
    for number in range(5):
        box.put(f"learner{number}.ipynb", answered(f"wrong {number}"))
    run("--assignment", assignment, "--jobs", "1", out="one")
    run("--assignment", assignment, "--jobs", "3", out="three")
    assert without_private(files_in(tmp_path / "one")) == without_private(files_in(tmp_path / "three"))


def test_the_secret_is_made_once_for_an_assignment_and_is_for_its_owner_only(box, run, tmp_path, assignment):
    box.put("ada.ipynb")
    run("--assignment", assignment)
    secret = tmp_path / "week2.secret"
    first = secret.read_text()
    run("--assignment", assignment, out="again")
    assert secret.read_text() == first
    assert len(first.strip()) == 32
    assert secret.stat().st_mode & 0o077 == 0
    assert not [
        name for name, text in files_in(tmp_path / "report").items() if first.strip().encode() in text
    ]


def test_a_secret_that_was_cut_off_is_made_anew(box, run, tmp_path, assignment):
    """Where a run was stopped before it had written it, everybody could work out the seeds."""
    box.put("ada.ipynb")
    (tmp_path / "week2.secret").write_text("")
    run("--assignment", assignment)
    assert len((tmp_path / "week2.secret").read_text().strip()) == 32


def test_a_roster_and_a_manifest_are_taken_into_account(box, run, tmp_path):
    (tmp_path / "roster.csv").write_text("learner\nada\nzoe\n")
    (tmp_path / "times.csv").write_text("learner,submitted\nada,2026-12-05T00:00:00+00:00\n")
    (tmp_path / "a.toml").write_text(
        'exercises = ["vt-2"]\ndeadline = 2026-12-04T12:00:00Z\n[late]\npercent_a_day = 50\n'
    )
    box.put("ada.ipynb", answered("right"))
    given = ("--roster", tmp_path / "roster.csv", "--manifest", tmp_path / "times.csv")
    assert run("--assignment", tmp_path / "a.toml", *given) == 0
    rows = list(csv.DictReader((tmp_path / "report" / "grades.csv").open(encoding="utf-8-sig", newline="")))
    assert [(row["learner"], row["points"], row["state"]) for row in rows] == [
        ("ada", "3.5", "graded"),
        ("zoe", "0", "missing"),
    ]


def test_an_exam_is_refused_where_the_confinement_is_not_the_full_one(
    box, run, tmp_path, monkeypatch, capsys
):
    box.put("ada.ipynb")
    monkeypatch.setattr(StandIns, "standing", LESS)
    assert run("--exam") == 2
    assert "--exam asks for the full confinement, and this machine cannot give it." in capsys.readouterr().err
    assert not (tmp_path / "report" / "results.json").exists()
    monkeypatch.setattr(StandIns, "standing", FULL)
    assert run("--exam") == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["nowhere", "--out", "out"], "There is no nowhere; give the folder in which the submissions are."),
        (["{box}", "--out", "{box}/report"], "where it would be taken for a submission"),
        (["{box}", "--out", "{file}"], "is a file; give the folder for the report"),
        (["{box}", "--out", "out", "--assignment", "nowhere.toml"], "nowhere.toml cannot be read"),
        (["{box}", "--out", "out", "--roster", "nowhere.csv"], "nowhere.csv cannot be read"),
    ],
)
def test_what_cannot_be_graded_says_why_and_writes_nothing(box, tmp_path, monkeypatch, capsys, options, said):
    monkeypatch.chdir(tmp_path)
    box.put("ada.ipynb")
    (tmp_path / "file").write_text("")
    given = [each.format(box=box.path, file=tmp_path / "file") for each in options]
    assert main(["grade", *given]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1/0", "hidden.py cannot be run: ZeroDivisionError"),
        ("", "hidden.py has no HIDDEN"),
        ('HIDDEN = {"vt-2": (3,)}', "should be a tuple of Situation"),
    ],
)
def test_a_mistake_in_the_hidden_situations_is_told_before_anybody_is_graded(
    box, run, tmp_path, capsys, text, said
):
    box.put("ada.ipynb", answered("right"))
    (tmp_path / "hidden.py").write_text(text)
    (tmp_path / "a.toml").write_text('exercises = ["vt-2"]\nhidden = "hidden.py"')
    assert run("--assignment", tmp_path / "a.toml") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_a_report_that_cannot_be_written_keeps_what_was_judged(box, run, tmp_path, capsys):
    box.put("ada.ipynb", answered("right"))
    (tmp_path / "report" / "grades.csv").mkdir(parents=True)
    assert run() == 2
    assert "The report cannot be written" in capsys.readouterr().err
    assert len(list((tmp_path / "report" / "private" / "judged").iterdir())) == 1


def test_notebooks_without_a_task_say_what_to_do(box, run, capsys):
    value = notebook()
    value["cells"] = value["cells"][:2]
    box.put("ada.ipynb", value)
    assert run() == 2
    assert "Name the exercises in an assignment file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--jobs", "0"], ["--jobs", "x"], ["--jobs", "2", "--scheduler", "tcp://a:1"]]
)
def test_a_wrong_command_line_is_refused(run, options):
    with pytest.raises(SystemExit) as raised:
        run(*options)
    assert raised.value.code == 2


PROGRAM = """
import sys
from test_grade_command import StandIns
from workbook.cli import main
from workbook.grading import command

class Telling(StandIns):
    def outcomes(self, requests):
        for outcome in super().outcomes(requests):
            yield outcome
            print("counted", flush=True)  # for the next one is asked for

command.LocalWorkers = Telling
sys.exit(main(sys.argv[1:]))
"""


def test_ctrl_c_keeps_what_is_done_and_resume_goes_on(box, run, tmp_path, assignment):
    box.put("ada.ipynb", answered("right"))
    box.put("bob.ipynb", answered("hang"))
    words = ["grade", str(box.path), "--out", str(tmp_path / "report"), "--assignment", str(assignment)]
    here = Path(__file__).parent
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words, "--jobs", "2"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [here, here.parent.parent]))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout.readline() == "counted\n"  # one is done; the other one hangs
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "Stopped after 1 of 2. The same command with --resume goes on from there." in said
    assert not (tmp_path / "report" / "results.json").exists()
    [kept] = (tmp_path / "report" / "private" / "judged").glob("*.json")
    before = kept.stat().st_mtime_ns
    box.put("bob.ipynb", answered("wrong"))
    assert run("--assignment", assignment, "--resume") == 0
    assert kept.stat().st_mtime_ns == before
