"""`workbook room FOLDER` in a terminal."""

import os

import pytest
from verdicts import verdict

from workbook import cli, launch
from workbook.room import command
from workbook.room.opening import VARIABLE


@pytest.fixture
def opened(monkeypatch):
    """What JupyterLab would have been opened on, instead of opening it."""
    calls = []
    monkeypatch.setattr(launch, "open_lab", lambda **options: calls.append(options) or 0)
    monkeypatch.setenv(VARIABLE, "before")
    return calls


def test_it_makes_the_folder_a_room_says_how_to_join_and_opens_the_page(opened, tmp_path, capsys):
    folder = tmp_path / "workshop" / "monday"
    assert cli.main(["room", str(folder), "--no-browser"]) == 0
    assert (folder / "room.json").is_file()
    assert f"join_room({str(folder)!r})" in capsys.readouterr().out
    assert opened == [{"port": None, "browser": False, "notebook": command.NOTEBOOK}]
    assert os.environ[VARIABLE] == str(folder)


def test_the_page_that_it_opens_is_there():
    assert (launch.ROOT / command.NOTEBOOK).is_file()
    assert launch.jupyterlab_arguments(notebook=command.NOTEBOOK)[-1] == (
        "--LabApp.default_url=/lab/tree/notebooks/instructor/room.ipynb"
    )


def test_the_room_in_words_once(room, join, folder, capsys):
    join("Ada").heard(verdict())
    assert cli.main(["room", str(folder), "--text"]) == 0
    assert "1 learner, 0 exercises solved, 0 stuck." in capsys.readouterr().out


def test_to_empty_it_removes_what_learners_sent(room, join, folder, capsys):
    join("Ada").heard(verdict())
    assert cli.main(["room", str(folder), "--empty"]) == 0
    assert capsys.readouterr().out.startswith("1 file removed.")
    assert [path.name for path in folder.iterdir()] == ["room.json"]


@pytest.mark.parametrize("option", ["--text", "--empty"])
def test_a_folder_that_is_no_room_is_not_made_one_by_looking(tmp_path, capsys, option):
    assert cli.main(["room", str(tmp_path), option]) == 1
    assert "There is no room at" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(opened, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert cli.main(["room", str(tmp_path / "file")]) == 1
    assert "file cannot be made a room: file exists." in capsys.readouterr().err
    assert opened == []
