"""A lesson's notebook shows the same with a lab that a server holds: only its line `Lab(...)` is changed.

The outputs that are committed are those of a lab in the notebook's process. An address of a queue names the
server that was asked, and is the only thing that may differ.
"""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parent.parent.parent / "notebooks"
LIVE = "application/vnd.jupyter.widget-view+json"
OF_AWS = "https://sqs.us-east-1.amazonaws.com"


def coalesce_streams(outputs):
    """Outputs in which neighbours of one stream are one."""
    joined = []
    for output in outputs:
        if joined and output.get("name") == joined[-1].get("name", "") != "":
            joined[-1] = nbformat.from_dict({**joined[-1], "text": joined[-1]["text"] + output["text"]})
        else:
            joined.append(output)
    return joined


def cells_about_the_lab(notebook):
    """The code cells up to the end of the lab; what comes after has labs of its own."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if "lab.close()" in cell.source:
            return
        yield cell


def shown(cell, endpoint):
    """What stands below a cell, without live views."""
    found = []
    for output in coalesce_streams(cell.outputs):  # how often a kernel sends what is printed, is no matter
        content = output.get("data", {"text": output.get("text", output.get("traceback"))})
        texts = {
            kind: _text(value).replace(endpoint, OF_AWS) for kind, value in content.items() if kind != LIVE
        }
        found.append((output.output_type, texts))
    return found


def _text(value):
    return "".join(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize(
    "name",
    [
        "01_queues",
        "07_lambda_scaling",
        "10_topics_and_fan_out",
        "20_workflows_and_states",
        "21_data_through_a_workflow",
    ],
)
def test_a_lesson_shows_the_same_from_afar(name, endpoint):
    lesson = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    cells = list(cells_about_the_lab(lesson))
    committed = [shown(cell, endpoint) for cell in cells]
    assert sum("Lab(seed" in cell.source for cell in cells) == 1
    for cell in cells:
        cell.source = re.sub(r"\bLab\(seed", f"Lab(endpoint={endpoint!r}, seed", cell.source)
    lesson.cells = cells
    NotebookClient(lesson, timeout=120, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    for cell, before in zip(cells, committed, strict=True):
        assert shown(cell, endpoint) == before, cell.source
