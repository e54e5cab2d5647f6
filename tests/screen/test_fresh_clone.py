"""A notebook that JupyterLab has never seen is not trusted; what it shows before a run, a reader gets."""

import pytest
from jupyterlab_process import LESSONS


def tables_of(notebook):
    """How many tables stand in its outputs."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum(output.get("data", {}).get("text/html", "").count("<table") for output in outputs)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_committed_outputs_are_shown_before_any_run(learner, jupyterlab, lesson):
    copy = jupyterlab.copy(lesson, f"never-seen-{lesson}")
    notebook = jupyterlab.read(copy)
    learner.open(copy, kernel=False)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, start=1):
        shown = learner.said_by_outputs(number)
        assert len(shown) == len(cell.outputs), f"code cell {number}"
        assert all(shown), f"code cell {number}"
    assert tables_of(notebook) > 0
    assert learner.page.locator(".jp-OutputArea-output table").count() == tables_of(notebook)
    trust = learner.page.locator(".jp-NotebookTrustStatus, .jp-StatusItem-trust")
    assert learner.page.get_by_title("not trusted").or_(trust).count()
