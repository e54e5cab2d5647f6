"""What is said of the confinement, and when it is good enough for an exam."""

import pytest

from workbook import confinement
from workbook.confinement import Assessment, Check, Level, highest_level
from workbook.grading.running.standing import standing_here

HELD = Check("network", held=True, words="")
OPEN = Check("fork_bomb", held=False, words="")


@pytest.mark.parametrize(
    ("level", "checks", "fit"),
    [
        (Level.NAMESPACES, (HELD,), True),
        (Level.NAMESPACES, (HELD, OPEN), False),
        (Level.USER, (HELD,), False),
        (Level.PROCESS, (HELD,), False),
    ],
)
def test_an_exam_asks_for_the_highest_level_with_every_border_held(monkeypatch, level, checks, fit):
    monkeypatch.setattr(confinement, "self_test", lambda: Assessment(level, checks))
    assert standing_here().fit_for_exams is fit


def test_what_was_open_is_named(monkeypatch):
    monkeypatch.setattr(confinement, "self_test", lambda: Assessment(Level.NAMESPACES, (HELD, OPEN)))
    assert standing_here().words.endswith("(open when tried: fork bomb)")


def test_a_machine_that_can_confine_nothing_is_fit_for_nothing(monkeypatch):
    def cannot():
        message = "Windows cannot confine programs"
        raise OSError(message)

    monkeypatch.setattr(confinement, "self_test", cannot)
    assert standing_here() == ("nothing: Windows cannot confine programs", False)


def test_what_this_machine_does_is_tried_and_not_looked_up(monkeypatch):
    monkeypatch.setenv("WORKBOOK_CONFINEMENT", "process")
    standing = standing_here()
    assert standing.words.startswith("process: ")
    assert "open when tried: network, home" in standing.words
    assert standing.fit_for_exams is False


def test_with_namespaces_this_machine_is_fit_for_an_exam():
    if highest_level() is not Level.NAMESPACES:
        pytest.skip("this machine has no namespaces for us")
    assert standing_here() == (f"namespaces: {Level.NAMESPACES.words}", True)
