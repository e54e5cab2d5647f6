"""The attack that the confinement makes on itself."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from confining import python_at

from workbook.confinement import Level, command, confined, self_test, starting

OPEN = {
    Level.NAMESPACES: set(),
    Level.USER: {"network", "other_processes", "writing", "system_calls"},
    Level.PROCESS: {"network", "home", "other_processes", "writing", "system_calls", "outliving"},
}
"""What each level leaves open; docs/confinement.md says the same."""
LUCK = {Level.NAMESPACES: set(), Level.USER: set(), Level.PROCESS: {"outliving"}}
"""What may hold all the same: who hides is caught if the watcher happens to look in that moment."""
AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


@pytest.fixture
def assessment(level):
    return self_test(level, python=python_at(level))


def test_it_says_what_holds_and_what_is_open(level, assessment):
    found = {check.name for check in assessment.checks if not check.held}
    assert OPEN[level] - LUCK[level] <= found <= OPEN[level], str(assessment)
    assert assessment.held is (level is Level.NAMESPACES)


def test_it_can_be_read(level, assessment):
    first, *rest = str(assessment).split("\n")
    assert first.startswith(f"confinement: {level.name.lower()}")
    assert len(rest) == len(assessment.checks) == 10


def test_an_attack_that_gets_through_is_seen(namespaces, monkeypatch):
    """A test that could not fail would prove nothing: bubblewrap is told to share the network."""
    whole = command._bubblewrap
    monkeypatch.setattr(
        command, "_bubblewrap", lambda *given: [word for word in whole(*given) if word != "--unshare-net"]
    )
    found = {check.name: check.held for check in self_test(namespaces).checks}
    assert found.pop("network") is False
    assert all(found.values())


def test_a_watcher_that_sees_nothing_is_seen(monkeypatch):
    """At the lowest level the kernel lets root start what it likes."""
    monkeypatch.setattr(confined.Confined, "_too_much", lambda _: "")
    found = {check.name: check for check in self_test(Level.PROCESS).checks}
    if os.geteuid() == 0:
        assert found["fork_bomb"].held is False
    assert found["outliving"].held is False


def test_a_watcher_that_looks_late_is_not_taken_for_blind(monkeypatch):
    """On a busy machine a look may take seconds."""
    whole, asked = confined.Confined, threading.Event()
    look, wait_for_looks = whole._look, whole.wait_for_looks

    def look_late(self):
        if os.geteuid() == 0:  # else the kernel sees it, and nobody waits
            asked.wait()
        look(self)

    def wait(self, number):
        asked.set()
        wait_for_looks(self, number)

    monkeypatch.setattr(whole, "_look", look_late)
    monkeypatch.setattr(whole, "wait_for_looks", wait)
    found = {check.name: check for check in self_test(Level.PROCESS).checks}
    assert found["fork_bomb"].held, found["fork_bomb"].words


def test_a_filter_that_is_missing_is_seen(namespaces, monkeypatch):
    """As on a processor whose numbers we do not know."""
    monkeypatch.setattr(starting, "filter_descriptor", lambda: None)
    found = {check.name: check for check in self_test(namespaces).checks}
    assert found["system_calls"].held is False
    assert "memory that nobody counts" in found["system_calls"].words
    assert self_test(namespaces).held is False


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_somebody_who_is_not_root_is_confined_as_well(namespaces):
    """Instructors are not root; the users that root has to give are then made by bubblewrap."""
    python = shutil.which("python3", path="/usr/bin")
    clone = str(Path(__file__).resolve().parents[2])
    paths = [clone, *(path for path in sys.path if "site-packages" in path)]
    script = f"""
import sys
sys.path[:0] = {paths!r}
from workbook.confinement import self_test
print(self_test(), end="")
"""
    done = subprocess.run(
        [*AS_NOBODY, python, "-S", "-c", script],
        capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, cwd="/", check=False,
    )  # fmt: skip
    if done.returncode and "Permission denied" in done.stderr:
        pytest.skip("nobody cannot read this clone")
    assert done.stdout.startswith("confinement: namespaces"), done.stderr
    assert "OPEN" not in done.stdout, done.stdout


def test_the_document_says_what_is_found(level, assessment):
    document = (Path(__file__).resolve().parents[2] / "docs" / "confinement.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in document.splitlines()]
    column = {Level.NAMESPACES: 2, Level.USER: 3, Level.PROCESS: 4}[level]
    told = {
        row[1].split("`")[1]: row[column]
        for row in rows
        if len(row) == 6 and row[1].startswith("`") and ": " in row[1]
    }
    seen = {check.name: "held" if check.held else "open" for check in assessment.checks}
    assert told == seen | {name: told[name] for name in LUCK[level]}
