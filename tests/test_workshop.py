"""`make workshop`: a machine of the room is checked, and each seat gets one page."""

import re
import types
import webbrowser

import psutil
import pytest

import workbook.scenarios
import workbook.teaching
from workbook import Lab, doctor, workshop
from workbook.cli import main

LINES_OF_A_PAGE = 60
COLUMNS_OF_A_PAGE = 90


def no_problems():
    return []


class TestChecks:
    def test_here_a_kernel_starts(self):
        assert workshop.kernel_problems() == []

    def test_a_kernel_that_does_not_start_is_told_and_not_raised(self, monkeypatch):
        def start_new_kernel(**_):
            raise RuntimeError("Kernel died before replying")

        monkeypatch.setattr("jupyter_client.manager.start_new_kernel", start_new_kernel)
        [problem] = workshop.kernel_problems()
        assert "Kernel died" in problem.what

    def test_a_room_without_browsers_is_told_so(self, monkeypatch):
        def get():
            raise webbrowser.Error("could not locate runnable browser")

        monkeypatch.setattr(webbrowser, "get", get)
        [problem] = workshop.browser_problems()
        assert "install one" in problem.fix

    @pytest.mark.parametrize(("free", "problems"), [(1.4, 1), (1.5, 0)])
    def test_little_memory_is_told_with_how_much_there_is(self, monkeypatch, free, problems):
        memory = types.SimpleNamespace(available=int(free * workshop.GIBIBYTE))
        monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
        found = workshop.memory_problems()
        assert [each.what for each in found] == ["1.4 GiB of memory are free."] * problems

    @pytest.mark.parametrize(("free", "problems"), [(0.4, 1), (0.5, 0)])
    def test_a_full_disk_is_told_with_how_much_there_is(self, monkeypatch, free, problems):
        disk = types.SimpleNamespace(free=int(free * workshop.GIBIBYTE))
        monkeypatch.setattr("shutil.disk_usage", lambda _: disk)
        assert len(workshop.disk_problems()) == problems


class TestCommand:
    @pytest.fixture(autouse=True)
    def a_machine_that_is_ready(self, monkeypatch):
        for name in ("kernel_problems", "browser_problems", "memory_problems", "disk_problems"):
            monkeypatch.setattr(workshop, name, no_problems)

    def test_where_all_is_well_it_prints_the_handout(self, capsys):
        assert main(["workshop"]) == 0
        printed = capsys.readouterr().out
        assert printed.count("\nok ") == 10
        assert workshop.handout() in printed

    def test_what_is_wrong_comes_with_what_mends_it_and_no_handout(self, monkeypatch, capsys):
        monkeypatch.setattr(workshop, "disk_problems", lambda: [doctor.Problem("It is full.", "make room")])
        assert main(["workshop"]) == 1
        printed = capsys.readouterr().out
        assert "To mend it: make room" in printed
        assert "Four sentences" not in printed

    def test_the_handout_alone_goes_to_the_printer(self, capsys):
        assert main(["workshop", "--handout"]) == 0
        assert capsys.readouterr().out == workshop.handout() + "\n"


class TestHandout:
    def test_it_is_one_page(self):
        lines = workshop.handout().splitlines()
        assert len(lines) <= LINES_OF_A_PAGE
        assert max(map(len, lines)) <= COLUMNS_OF_A_PAGE

    def test_what_it_says_of_the_lab_and_of_exercises_exists(self):
        text = workshop.handout()
        with Lab(seed=1) as lab:
            named = re.findall(r"lab\.(\w+)[.(]", text)
            assert len(named) >= 7
            assert [name for name in named if not hasattr(lab, name)] == []
        [imported] = re.findall(r"from workbook\.teaching import (.*)", text)
        assert all(hasattr(workbook.teaching, name) for name in imported.split(", "))
        assert hasattr(workbook.scenarios, "poison_message")
