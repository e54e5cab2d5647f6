"""`workbook start`: a folder of the learner's own, in which an update touches no work."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.cli import main
from workbook.teaching.progress import copies
from workbook.teaching.progress.copies import LEDGER, start
from workbook.teaching.progress.store import ProgressError

LESSON = "03_dead_letter_queues.ipynb"


def cell(kind, source, exercise=None):
    metadata = {"tags": ["task"], "workbook": {"exercise": exercise}} if exercise else {}
    return {"cell_type": kind, "metadata": metadata, "source": [source]}


def notebook(*more, task="Repair it."):
    return {
        "cells": [
            cell("markdown", "See [the lesson](../notebooks/03_dead_letter_queues.ipynb)."),
            cell("markdown", task, "dlq-1"),
            cell("code", "def build(lab):\n    ...", "dlq-1"),
            *more,
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip


SECOND = cell("markdown", "And the way back.", "dlq-2")


@pytest.fixture
def workbook(tmp_path):
    root = tmp_path / "workbook"
    (root / "exercises").mkdir(parents=True)
    publish(root, notebook())
    return root


def publish(root, content, name=LESSON):
    (root / "exercises" / name).write_text(json.dumps(content), encoding="utf-8")


def write_answer(path, answer="def build(lab):\n    return 1"):
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][2]["source"] = [answer]
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mine"


def started(folder, workbook):
    return {each.name: each.what for each in start(folder, root=workbook).notebooks}


class TestFirstTime:
    def test_the_exercises_are_copied(self, folder, workbook):
        assert started(folder, workbook) == {LESSON: "copied"}
        copy = json.loads((folder / LESSON).read_text(encoding="utf-8"))
        assert copy["cells"][1:] == notebook()["cells"][1:]

    def test_links_lead_from_there_to_the_lessons(self, folder, workbook):
        start(folder, root=workbook)
        assert "(../workbook/notebooks/03_dead_letter_queues.ipynb)" in (folder / LESSON).read_text("utf-8")

    def test_without_a_name_the_folder_is_one_beside_the_lessons_and_links_stay(self, workbook):
        made = start(root=workbook)
        assert made.folder == (workbook / "my-exercises").resolve()
        assert "](../notebooks/" in (made.folder / LESSON).read_text(encoding="utf-8")

    def test_a_notebook_of_the_learners_that_has_the_same_name_stays(self, folder, workbook):
        folder.mkdir()
        (folder / LESSON).write_text(json.dumps(notebook(task="My own.")), encoding="utf-8")
        assert (
            "left alone; the new one is 03_dead_letter_queues.new.ipynb" in started(folder, workbook)[LESSON]
        )
        assert "My own." in (folder / LESSON).read_text(encoding="utf-8")


class TestAgain:
    def test_where_nothing_is_new_nothing_happens(self, folder, workbook):
        start(folder, root=workbook)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert started(folder, workbook) == {LESSON: "as it was"}
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_a_copy_in_which_nothing_was_written_is_renewed(self, folder, workbook):
        start(folder, root=workbook)
        publish(workbook, notebook(SECOND))
        assert started(folder, workbook) == {LESSON: "renewed, as nothing was written in it"}
        assert "dlq-2" in (folder / LESSON).read_text(encoding="utf-8")

    def test_to_have_run_it_is_not_to_have_written_in_it(self, folder, workbook):
        start(folder, root=workbook)
        content = json.loads((folder / LESSON).read_text(encoding="utf-8"))
        content["cells"][2] |= {"outputs": [{"output_type": "stream"}], "execution_count": 7}
        content["metadata"]["kernelspec"] = {"name": "python3"}
        (folder / LESSON).write_text(json.dumps(content), encoding="utf-8")
        publish(workbook, notebook(SECOND))
        assert "renewed" in started(folder, workbook)[LESSON]

    def test_work_stays_and_what_is_new_is_put_beside_it_once_with_what_differs(self, folder, workbook):
        start(folder, root=workbook)
        write_answer(folder / LESSON)
        work = (folder / LESSON).read_bytes()
        publish(workbook, notebook(SECOND, task="Repair it today."))
        for _ in range(2):
            assert started(folder, workbook)[LESSON] == (
                "yours, and left alone; the new one is 03_dead_letter_queues.new.ipynb "
                "(new: dlq-2; with another task: dlq-1)"
            )
        assert (folder / LESSON).read_bytes() == work
        assert len(list(folder.glob("*.ipynb"))) == 2

    def test_work_stays_and_nothing_is_put_beside_it_where_nothing_is_new(self, folder, workbook):
        start(folder, root=workbook)
        write_answer(folder / LESSON)
        assert started(folder, workbook) == {LESSON: "yours, and left alone"}

    def test_an_exercise_that_is_no_more_is_named(self, folder, workbook):
        publish(workbook, notebook(SECOND))
        start(folder, root=workbook)
        write_answer(folder / LESSON)
        publish(workbook, notebook())
        assert "(no more there: dlq-2)" in started(folder, workbook)[LESSON]

    def test_work_in_the_one_that_was_put_beside_stays_too(self, folder, workbook):
        start(folder, root=workbook)
        write_answer(folder / LESSON)
        publish(workbook, notebook(SECOND))
        start(folder, root=workbook)
        write_answer(folder / "03_dead_letter_queues.new.ipynb")
        publish(workbook, notebook(SECOND, task="Repair it, please."))
        assert "the new one is 03_dead_letter_queues.new-2.ipynb" in started(folder, workbook)[LESSON]
        assert "return 1" in (folder / "03_dead_letter_queues.new.ipynb").read_text(encoding="utf-8")

    def test_a_copy_that_was_thrown_away_comes_back_fresh(self, folder, workbook):
        start(folder, root=workbook)
        (folder / LESSON).unlink()
        assert started(folder, workbook) == {LESSON: "copied again"}

    def test_a_new_lesson_comes_and_one_that_is_gone_stays(self, folder, workbook):
        start(folder, root=workbook)
        (workbook / "exercises" / LESSON).unlink()
        publish(workbook, notebook(), "04_polling_and_batches.ipynb")
        assert started(folder, workbook) == {"04_polling_and_batches.ipynb": "copied"}
        assert (folder / LESSON).exists()

    @pytest.mark.parametrize("text", ["", "{", '{"cells": 3}', '["no", "notebook"]'])
    def test_what_is_no_notebook_any_more_counts_as_work(self, folder, workbook, text):
        start(folder, root=workbook)
        (folder / LESSON).write_text(text, encoding="utf-8")
        publish(workbook, notebook(SECOND))
        assert "yours, and left alone" in started(folder, workbook)[LESSON]
        assert (folder / LESSON).read_text(encoding="utf-8") == text

    @pytest.mark.parametrize("ledger", ["", "[]", '{"version": 9}', '{"version": 1, "made": 3}'])
    def test_without_its_ledger_every_copy_counts_as_work(self, folder, workbook, ledger):
        start(folder, root=workbook)
        (folder / LEDGER).write_text(ledger, encoding="utf-8")
        publish(workbook, notebook(SECOND))
        assert "yours, and left alone" in started(folder, workbook)[LESSON]


@given(st.lists(st.sampled_from(["write", "update", "start", "throw away"]), max_size=8))
def test_nothing_that_a_learner_has_written_is_ever_lost(tmp_path_factory, history):
    root, folder = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("mine")
    (root / "exercises").mkdir()
    publish(root, notebook())
    start(folder, root=root)
    written = set()
    for number, step in enumerate(history):
        if step == "write" and (folder / LESSON).exists():
            write_answer(folder / LESSON, f"work {number}")
            written = {f"work {number}"}
        elif step == "update":
            publish(root, notebook(task=f"Task {number}."))
        elif step == "throw away":
            (folder / LESSON).unlink(missing_ok=True)
            written = set()
        else:
            start(folder, root=root)
        texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.ipynb")]
        assert all(any(work in text for text in texts) for work in written)


class TestFolder:
    @pytest.mark.parametrize("name", ["exercises", "notebooks", "solutions", "workbook", "exercises/mine"])
    def test_one_of_the_workbook_itself_is_refused(self, workbook, name):
        with pytest.raises(ProgressError, match="is a folder of the workbook itself; name one that is yours"):
            start(workbook / name, root=workbook)

    def test_a_file_is_no_folder(self, workbook, tmp_path):
        (tmp_path / "thesis").write_text("years of work", encoding="utf-8")
        with pytest.raises(ProgressError, match="thesis cannot be used"):
            start(tmp_path / "thesis", root=workbook)
        assert (tmp_path / "thesis").read_text(encoding="utf-8") == "years of work"

    def test_without_a_checkout_there_is_nothing_to_copy(self, tmp_path, folder):
        with pytest.raises(ProgressError, match="use a checkout of the workbook"):
            start(folder, root=tmp_path)
        assert not folder.exists()

    def test_the_command_says_what_became_of_each(self, workbook, folder, monkeypatch, capsys):
        monkeypatch.setattr(copies, "ROOT", workbook)
        monkeypatch.setattr(copies.start, "__kwdefaults__", {"root": workbook})
        assert main(["start", str(folder)]) == 0
        said = capsys.readouterr().out
        assert f"{LESSON}: copied" in said
        assert "JupyterLab of `workbook lab` shows only what is below" in said
        assert main(["start", str(workbook / "exercises")]) == 1
        assert "name one that is yours" in capsys.readouterr().err
