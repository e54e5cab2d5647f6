"""Baking: outputs that are the same on every machine, and pictures that are there without a kernel."""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from workbook import bake, cli
from workbook.notebook_rules import WIDGET_VIEW, broken_rules

LESSON = """\
import ipywidgets

class Picture(ipywidgets.HTML):
    def _repr_mimebundle_(self, **options):
        live = super()._repr_mimebundle_(**options)
        return {**live, "text/html": "<b>picture</b>", "text/plain": "picture"}

Picture()"""


@pytest.fixture
def lesson(tmp_path):
    """A notebook as an author leaves it: run out of order, with an editor's marks and a widget's state."""
    cells = [
        new_markdown_cell("# A lesson"),
        new_code_cell("for number in range(3):\n    print(number, flush=True)", execution_count=7),
        new_code_cell(LESSON, metadata={"scrolled": True, "ExecuteTime": {"start_time": "noon"}}),
        new_code_cell("import json\njson.loads('{')", metadata={"tags": ["raises-exception"]}),
        new_code_cell("from pathlib import Path\nPath('beside.txt').read_text()"),
    ]
    metadata = {"language_info": {"name": "python", "version": "3.9.1"}, "widgets": {"state": {}}}
    (tmp_path / "beside.txt").write_text("the file beside the notebook")
    path = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
    return path


def outputs_of(path):
    return [cell.outputs for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_a_baked_notebook_may_be_committed_and_baking_again_changes_no_byte(lesson):
    assert broken_rules(nbformat.read(lesson, as_version=4))
    assert bake.bake(lesson, timeout=280) is True
    once = lesson.read_bytes()

    assert broken_rules(nbformat.read(lesson, as_version=4)) == []
    printed, widget, error, read = outputs_of(lesson)
    assert [output.text for output in printed] == ["0\n1\n2\n"]
    assert widget[0].data == {"text/html": "<b>picture</b>", "text/plain": "picture"}
    assert "decoder.py" not in "".join(error[0].traceback)
    assert "json.loads" in "".join(error[0].traceback)
    assert read[0].data["text/plain"] == "'the file beside the notebook'"
    assert b"\r" not in once
    assert once.endswith(b"}\n")

    assert bake.bake(lesson, timeout=280) is False
    assert lesson.read_bytes() == once


def test_a_notebook_that_does_not_run_stays_as_it_was(tmp_path, capsys):
    path = tmp_path / "broken.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    assert bake.bake_all([path], timeout=280) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().err
    with pytest.raises(CellExecutionError):
        bake.bake(path, timeout=280)


def test_a_cell_that_never_ends_is_stopped_after_the_timeout(tmp_path, capsys):
    path = tmp_path / "endless.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("while True:\n    pass")]), path)
    assert cli.main(["bake", "--timeout", "1", str(path)]) == 1
    assert "left as it was" in capsys.readouterr().err


def notebook_with(*outputs, **metadata):
    return new_notebook(
        cells=[new_code_cell("1", execution_count=1, outputs=list(outputs))], metadata=metadata
    )


def test_only_what_a_reader_or_a_tool_needs_stays_in_the_metadata():
    notebook = notebook_with(widgets={}, toc={}, workbook={"lesson": 1})
    notebook.cells[0].metadata.update(
        tags=["task"], execution={"iopub.status": "noon"}, nbgrader={"points": 1}
    )
    result = bake.normalised(notebook)
    assert set(result.metadata) == {"workbook", "kernelspec", "language_info"}
    assert "version" not in result.metadata.language_info
    assert set(result.cells[0].metadata) == {"tags", "nbgrader"}


def test_a_widget_without_a_static_face_is_kept_for_the_rules_to_find():
    view = new_output("display_data", data={WIDGET_VIEW: {"model_id": "1"}, "text/plain": "x"})
    result = bake.normalised(notebook_with(view))
    assert WIDGET_VIEW in result.cells[0].outputs[0].data
    assert any("static face" in finding for finding in broken_rules(result))


def test_printed_text_is_joined_only_with_its_neighbour_of_the_same_stream():
    pieces = [("stdout", "a"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d")]
    outputs = [new_output("stream", name=name, text=text) for name, text in pieces]
    result = bake.normalised(notebook_with(*outputs))
    assert [(o.name, o.text) for o in result.cells[0].outputs] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]


def test_the_notebook_given_is_not_changed():
    notebook = notebook_with(new_output("display_data", data={WIDGET_VIEW: {}, "text/html": "x"}), widgets={})
    bake.normalised(notebook)
    assert WIDGET_VIEW in notebook.cells[0].outputs[0].data
    assert "widgets" in notebook.metadata


def test_folders_are_searched_and_editors_copies_are_left_out(tmp_path):
    for name in ["b.ipynb", "a.ipynb", "ja/c.ipynb", ".ipynb_checkpoints/a-checkpoint.ipynb", "notes.md"]:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    found = [path.relative_to(tmp_path).as_posix() for path in bake.find_notebooks([tmp_path])]
    assert found == ["a.ipynb", "b.ipynb", "ja/c.ipynb"]


@pytest.mark.parametrize("missing", ["nowhere.ipynb", ""])
def test_a_place_without_notebooks_is_named(tmp_path, capsys, missing):
    assert cli.main(["bake", str(tmp_path / missing)]) == 2
    assert str(tmp_path / missing) in capsys.readouterr().err
