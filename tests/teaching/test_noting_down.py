"""What a learner does is noted down where it happens: at a check, a hint, a look at the solution."""

import pytest

from workbook.teaching import check, hints, progress
from workbook.teaching.catalogue import find_exercise
from workbook.teaching.help_buttons import HelpButtons
from workbook.teaching.hints import hint, solution
from workbook.teaching.progress.store import ProgressWarning
from workbook.teaching.texts import Submission, Texts

TEXTS = Texts(
    task="", given="", hints=("Look.", "Longer."), explanation="", placeholder=Submission(),
    solution=Submission(value={"visibility_timeout": 60}), mistakes={}, solution_code="",
)  # fmt: skip


@pytest.fixture(autouse=True)
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(hints, "texts_of", lambda _: TEXTS)
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def record():
    return progress.book().exercise("vt-1")


def test_a_check_is_noted_down_with_its_points():
    check("vt-1", {"visibility_timeout": 30})
    assert (record().checks, record().passed) == (1, False)
    check("vt-1", {"visibility_timeout": 60})
    assert (record().checks, record().passed, record().best) == (2, True, record().of)


def test_a_hint_in_a_cell_and_one_behind_a_button_are_the_same():
    hint("vt-1", 1)
    assert record().hints == 1
    buttons = HelpButtons(find_exercise("vt-1"), TEXTS, passed=False)
    buttons.next_hint.click()
    assert record().hints == 2


@pytest.mark.parametrize("passed", [False, True])
def test_a_look_at_the_solution_counts_before_the_exercise_is_passed(passed):
    if passed:
        check("vt-1", {"visibility_timeout": 60})
    HelpButtons(find_exercise("vt-1"), TEXTS, passed=passed).solution.click()
    assert record().solution_shown is not passed


def test_the_solution_in_a_cell_counts_too():
    solution("vt-1")
    assert record().solution_shown


def test_a_file_that_cannot_be_used_takes_no_verdict_away(file):
    file.write_text('{"version": 9}', encoding="utf-8")
    with pytest.warns(ProgressWarning, match="Your progress is not noted down"):
        shown = check("vt-1", {"visibility_timeout": 60})
    assert shown.verdict.passed
