"""A notebook with live pictures in it bakes to the same bytes and passes nbval, strictly."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbook.bake import bake
from workbook.notebook_rules import WIDGET_VIEW, broken_rules

ROOT = Path(__file__).resolve().parents[2]
CELLS = [
    "from workbook import Lab\nlab = Lab(seed=7)\nsqs = lab.client('sqs')",
    "flow = lab.flow(follow=True)\nflow",
    "orders = sqs.create_queue(QueueName='orders')['QueueUrl']",
    "sent = sqs.send_message(QueueUrl=orders, MessageBody='a pie')",
    "sqs.receive_message(QueueUrl=orders)['Messages'][0]['Body']",
    "lab.advance(31)\nlab.flow(of=sent)",
    "import ipywidgets\nbox = ipywidgets.VBox([flow.widget])",
    "flow",
    "lab.close()",
]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    path = tmp_path_factory.mktemp("flow") / "flow.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in CELLS]), path)
    bake(path, timeout=120)
    return path


def outputs_of(path):
    cells = nbformat.read(path, as_version=4).cells
    return [output.data for cell in cells for output in cell.outputs if "data" in output]


def test_it_is_baked_to_a_picture_without_a_live_view_and_twice_to_the_same_bytes(notebook):
    once = notebook.read_bytes()
    pictures = [data for data in outputs_of(notebook) if "image/svg+xml" in data]
    assert len(pictures) == 3
    for data in pictures:
        assert WIDGET_VIEW not in data
        assert data["text/html"].startswith('<img alt="Flow of messages')
        assert data["text/plain"].startswith("Flow of messages")
    assert broken_rules(nbformat.read(notebook, as_version=4)) == []
    assert bake(notebook, timeout=120) is False
    assert notebook.read_bytes() == once


def test_a_flow_that_follows_shows_in_the_end_what_came_after_it_was_made(notebook):
    first, _, last = [data["text/plain"] for data in outputs_of(notebook) if "image/svg+xml" in data]
    assert "orders (queue)" not in first
    assert "orders to you: 1" in last


def test_it_passes_nbval_strictly(notebook):
    options = ["-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", "-c", "/dev/null"]
    command = [sys.executable, "-m", "pytest", *options, "--rootdir", str(notebook.parent)]
    result = subprocess.run(
        [*command, str(notebook.parent)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert result.returncode == 0, result.stdout[-4000:]
    assert f"{len(CELLS)} passed" in result.stdout
