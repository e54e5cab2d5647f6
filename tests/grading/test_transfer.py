"""Marks go to where a school keeps them: only those that are final, and nothing else is changed."""

import csv
import dataclasses
import io
import json
import sys
from fractions import Fraction
from types import SimpleNamespace

import pytest
from made_up_class import SOME, WEEK, absent, handed_in, lost, task

from workbook.cli import main
from workbook.grading.reports.writing import write_report
from workbook.grading.results import ClassResult
from workbook.grading.transfer import nbgrader_gradebook
from workbook.grading.transfer.marks import Mark, TransferError, final_marks
from workbook.grading.transfer.nbgrader_gradebook import bring_to_gradebook
from workbook.grading.transfer.sheets import fill_in

MOODLE = (
    "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (grade),Feedback comments\r\n"
    'Participant 11,Ada Lovelace,a1,ada@x.org,Submitted,,20.00,Yes,-,"Well, ""good"""\r\n'
    "Participant 12,Alan Turing,a2,alan@x.org,Submitted,3.00,20.00,Yes,-,\r\n"
    "Participant 13,Grace Hopper,a3,grace@x.org,Submitted,,20.00,Yes,-,\r\n"
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Week 2 (4567),Week 3 (4568),Final Score\r\n"
    "    Points Possible,,,,,10.0,100.0,(read only)\r\n"
    '"Lovelace, Ada",101,S1,alovelace,A,,,90\r\n'
    '"Hopper, Grace",102,S2,ghopper,A,1.0,,50\r\n'
)
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Week 2 [Total Pts: 50 Score] |4567"\r\n'
    '"Lovelace"\t"Ada"\t"alovelace"\t"1"\t""\r\n'
    '"Hopper"\t"Grace"\t"ghopper"\t"2"\t"7"\r\n'
)
HALF = Fraction(50)


@pytest.fixture
def sheet(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "downloaded.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def rows(content, encoding="utf-8", delimiter=","):
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


def test_only_final_marks_are_taken_and_the_others_are_named():
    marks, left = final_marks(SOME, WEEK)
    assert [mark.learner for mark in marks] == ["Ada Lovelace", "Grace Hopper", "Mallory"]
    assert left == (
        "Alan Turing has a task that could not be judged, so there is no mark yet.",
        "Zoe handed in nothing; what that means is for you to say.",
    )


# ---- sheets


def test_a_worksheet_of_moodle_is_filled_in_by_number_or_by_name(sheet):
    marks = [Mark("somebody", "11", HALF), Mark("grace hopper", "", Fraction(100))]
    content, done = fill_in(sheet(MOODLE), marks)
    assert [row["Grade"] for row in rows(content, "utf-8-sig")] == ["10", "3.00", "20"]
    assert done.brought == ("somebody", "grace hopper")


def test_a_gradebook_of_canvas_is_filled_in_in_the_column_that_is_named(sheet):
    marks = [Mark("lovelaceada", "101", HALF), Mark("ghopper", "", Fraction(100, 3))]
    content, _ = fill_in(sheet(CANVAS), marks, "Week 2")
    assert [row["Week 2 (4567)"] for row in rows(content)] == ["10.0", "5", "3.33"]
    assert [row["Week 3 (4568)"] for row in rows(content)] == ["100.0", "", ""]


def test_names_as_in_files_of_canvas_find_their_row_where_numbers_are_gone(sheet):
    content, _ = fill_in(sheet(CANVAS), [Mark("hoppergrace", "", HALF)], "Week 3 (4568)")
    assert rows(content)[2]["Week 3 (4568)"] == "50"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_grade_center_of_blackboard_is_filled_in_in_whatever_form_it_comes(sheet, encoding):
    content, _ = fill_in(sheet(BLACKBOARD, encoding), [Mark("alovelace", "", HALF)])
    assert [row["Week 2 [Total Pts: 50 Score] |4567"] for row in rows(content, encoding, "\t")] == ["25", "7"]


@pytest.mark.parametrize(("text", "column"), [(MOODLE, None), (CANVAS, "Week 2"), (BLACKBOARD, None)])
def test_without_marks_no_cell_is_changed(sheet, text, column):
    content, _ = fill_in(sheet(text), [], column)
    encoding = "utf-8-sig" if text.startswith("\ufeff") else "utf-8"
    delimiter = "\t" if "\t" in text else ","
    assert rows(content, encoding, delimiter) == rows(text.encode(), encoding, delimiter)
    assert content.startswith(b"\xef\xbb\xbf") == text.startswith("\ufeff")


def test_a_number_that_is_not_there_is_no_reason_to_go_by_the_name(sheet):
    _, done = fill_in(sheet(MOODLE), [Mark("Ada Lovelace", "99", HALF)])
    assert done.left == ("Ada Lovelace is not in downloaded.csv, or more than once.",)


def test_of_two_with_one_name_neither_is_filled_in(sheet):
    content, done = fill_in(
        sheet(MOODLE.replace("Alan Turing", "Ada Lovelace")), [Mark("Ada Lovelace", "", HALF)]
    )
    assert done.brought == ()
    assert [row["Grade"] for row in rows(content, "utf-8-sig")] == ["", "3.00", ""]


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        (
            "a,b\n1,2\n",
            None,
            "is no sheet that is known here. Of the columns, Moodle has Grade and Identifier",
        ),
        ("", None, "cannot be read as a table"),
        (CANVAS, None, "with --column; those for marks are: Week 2 (4567), Week 3 (4568)."),
        (CANVAS, "Week 9", "with --column"),
        (CANVAS, "Final Score", "with --column"),
        (BLACKBOARD.replace("[Total", "[Tot"), None, "those for marks are: none."),
    ],
)
def test_a_sheet_that_is_not_clear_is_refused(sheet, text, column, said):
    with pytest.raises(TransferError) as raised:
        fill_in(sheet(text), [], column)
    assert said in str(raised.value)


def test_without_a_maximum_there_is_no_mark(sheet):
    _, done = fill_in(sheet(CANVAS.replace("10.0,", "x,")), [Mark("ghopper", "", HALF)], "Week 2")
    assert "does not say what ghopper can have at most" in done.left[0]


# ---- the command


@pytest.fixture
def report(tmp_path):
    write_report(tmp_path / "report", SOME, WEEK)
    return tmp_path / "report"


def test_the_command_writes_a_new_sheet_and_says_whose_mark_is_missing(report, sheet, tmp_path, capsys):
    downloaded = sheet(MOODLE)
    words = ["transfer", str(report), "--sheet", str(downloaded), "--out", str(tmp_path / "upload.csv")]
    assert main(words) == 1
    filled = rows((tmp_path / "upload.csv").read_bytes(), "utf-8-sig")
    assert [row["Grade"] for row in filled] == ["20", "3.00", "0"]  # Grace was judged, and has 0
    said = capsys.readouterr().err
    assert "Alan Turing has a task that could not be judged" in said
    assert "Mallory is not in downloaded.csv" in said
    assert "2 of 5 learners were transferred." in said
    assert downloaded.read_bytes() == MOODLE.encode()


def test_weights_and_lateness_of_the_assignment_count(sheet, tmp_path):
    result = ClassResult("", (handed_in("Ada Lovelace", task("vt-1", 4), task("vt-2", 0), late=5),))
    (tmp_path / "a.toml").write_text(
        'exercises = ["vt-1", "vt-2"]\ndeadline = 2026-12-04T12:00:00Z\n'
        "[weights]\nvt-2 = 0\n[late]\npercent_a_day = 10\n"
    )
    write_report(tmp_path / "report", result, WEEK)
    words = ["transfer", str(tmp_path / "report"), "--assignment", str(tmp_path / "a.toml")]
    assert main([*words, "--sheet", str(sheet(MOODLE)), "--out", str(tmp_path / "up.csv")]) == 0
    assert rows((tmp_path / "up.csv").read_bytes(), "utf-8-sig")[0]["Grade"] == "18"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sheet", "downloaded.csv"], "--sheet needs --out"),
        (
            ["--sheet", "downloaded.csv", "--out", "downloaded.csv"],
            "so that the downloaded one stays as it is",
        ),
        (["--sheet", "nowhere.csv", "--out", "up.csv"], "nowhere.csv cannot be read"),
        (["--nbgrader", "gradebook.db"], "--nbgrader needs --name"),
        (["--nbgrader", "gradebook.db", "--name", "week2"], "There is no gradebook gradebook.db"),
    ],
)
def test_a_transfer_that_cannot_be_done_says_why(report, sheet, tmp_path, monkeypatch, capsys, words, said):
    sheet(MOODLE)
    monkeypatch.chdir(tmp_path)
    assert main(["transfer", "report", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_report_that_is_none_is_named(tmp_path, sheet, capsys):
    (tmp_path / "results.json").write_text("{}")
    assert main(["transfer", str(tmp_path), "--sheet", str(sheet(MOODLE)), "--out", str(tmp_path / "x")]) == 2
    assert "results.json cannot be used" in capsys.readouterr().err


# ---- nbgrader, whose API is stood in for; scripts/try_nbgrader.py tries the real one


class MissingEntry(Exception):
    pass


@dataclasses.dataclass
class Grade:
    max_score: float
    manual_score: float | None = None
    needs_manual_grade: bool = True


class Gradebook:
    """As much of nbgrader's as is used."""

    def __init__(self, students, grades):
        self.students, self.grades, self.submissions, self.commits = students, grades, [], 0
        self.assignments, self.db = [], self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def commit(self):
        self.commits += 1

    def find_assignment(self, name):
        if name != "week2":
            raise MissingEntry

    def find_student(self, name):
        if name not in self.students:
            raise MissingEntry

    def update_or_create_submission(self, assignment, student):
        self.submissions.append((assignment, student))

    def find_grade(self, cell, notebook, assignment, student):
        try:
            return self.grades[cell, notebook, student]
        except KeyError as error:
            raise MissingEntry from error


@pytest.fixture
def gradebook(monkeypatch, tmp_path):
    (tmp_path / "gradebook.db").write_bytes(b"")
    grades = {("vt-1", "02_visibility_timeout", name): Grade(4.0) for name in ("ada", "bob")}
    grades |= {("vt-2", "02_visibility_timeout", name): Grade(9.0) for name in ("ada",)}
    book = Gradebook({"ada", "bob"}, grades)
    api = SimpleNamespace(Gradebook=lambda _url: book, MissingEntry=MissingEntry)
    monkeypatch.setattr(nbgrader_gradebook, "_api", lambda: api)
    return book


def bring(tmp_path, *submissions):
    return bring_to_gradebook(tmp_path / "gradebook.db", "week2", ClassResult("", submissions))


def test_points_go_to_the_cells_of_their_exercises(gradebook, tmp_path):
    done = bring(tmp_path, handed_in("bob", task("vt-1", 2)))
    grade = gradebook.grades["vt-1", "02_visibility_timeout", "bob"]
    assert (grade.manual_score, grade.needs_manual_grade) == (2.0, False)
    assert (done.brought, done.left, gradebook.commits) == (("bob",), (), 1)


def test_what_was_not_judged_is_left_for_the_hand(gradebook, tmp_path):
    done = bring(tmp_path, handed_in("ada", lost("vt-1"), absent("dlq-1")))
    assert gradebook.grades["vt-1", "02_visibility_timeout", "ada"].needs_manual_grade
    assert done.left[0] == "ada, vt-1: ungradable, so it is left for you to grade."


def test_a_gradebook_that_does_not_fit_is_left_as_it_was(gradebook, tmp_path):
    done = bring(
        tmp_path, handed_in("ada", task("vt-2", 7), task("dlq-1", 7)), handed_in("eve", task("vt-1", 4))
    )
    assert done.left == (
        "ada, vt-2: 9.0 points there, and 7 here.",
        "ada, dlq-1: the assignment has no such cell in 03_dead_letter_queues.",
        "eve is no student of this gradebook.",
    )
    assert gradebook.grades["vt-2", "02_visibility_timeout", "ada"].manual_score is None


def test_without_nbgrader_the_way_to_it_is_said(report, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nbgrader.api", None)
    (tmp_path / "gradebook.db").write_bytes(b"")
    words = ["transfer", str(report), "--nbgrader", str(tmp_path / "gradebook.db"), "--name", "week2"]
    assert main(words) == 2
    assert "nbgrader is not installed in this environment" in capsys.readouterr().err
    assert json.loads((report / "results.json").read_bytes())
