"""Bake a notebook: run it from the top and save it in the one form that is committed.

Committed outputs are what a reader sees on the web, in print and in a fresh clone, and what nbval compares
with. So a baked notebook holds nothing that depends on the machine, the day or the editor, and baking it
twice gives the same bytes. A widget is saved without its live view: where the view's model is gone,
JupyterLab would show an error in place of the picture that stands beside it. The picture becomes live again
when the cell is run.
"""

from __future__ import annotations

import copy
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from workbook.notebook_rules import WIDGET_VIEW, broken_rules, text_of
from workbook.teaching.progress.place import OFF, VARIABLE

DEFAULT_FOLDERS = ("notebooks", "solutions")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {  # as ipykernel gives it, without the Python version of whoever baked last
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
KEPT_METADATA = frozenset({"tags", "nbgrader", "editable", "deletable", "jupyter", "slideshow", "workbook"})

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def find_notebooks(paths: Sequence[str | Path]) -> list[Path]:
    """Return the notebooks that are meant, sorted; folders are searched through.

    Args:
        paths: notebooks and folders. None given: the folders notebooks and solutions, as far as they exist.

    Raises:
        FileNotFoundError: a path does not exist, or there is no notebook in any of them.
    """
    chosen = [Path(path) for path in paths] or [Path(name) for name in DEFAULT_FOLDERS if Path(name).is_dir()]
    found: set[Path] = set()
    for path in chosen:
        if not path.exists():
            message = f"There is no {path}; give notebooks or folders that hold some."
            raise FileNotFoundError(message)
        found.update(path.rglob("*.ipynb") if path.is_dir() else [path])
    notebooks = sorted(path for path in found if ".ipynb_checkpoints" not in path.parts)
    if not notebooks:
        places = ", ".join(map(str, chosen)) or " and ".join(DEFAULT_FOLDERS)
        message = f"There is no notebook in {places}; give notebooks or folders that hold some."
        raise FileNotFoundError(message)
    return notebooks


def bake_all(notebooks: Iterable[Path], *, timeout: int) -> int:
    """Bake notebooks one after the other and say what became of each.

    Args:
        notebooks: their files, rewritten where the outcome differs.
        timeout: seconds of real time that one cell may take.

    Returns:
        0 if every notebook ran and may be committed, else 1.
    """
    exit_code = 0
    for path in notebooks:
        try:
            changed = bake(path, timeout=timeout)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            print(f"{path}: left as it was, because it does not run:\n{error}", file=sys.stderr)
            exit_code = 1
            continue
        print(f"{path}: {'baked' if changed else 'unchanged'}")
        for finding in broken_rules(nbformat.read(path, as_version=4)):
            print(f"    {finding}", file=sys.stderr)
            exit_code = 1
    return exit_code


def bake(path: Path, *, timeout: int) -> bool:
    """Run a notebook in a fresh kernel, in its own folder, and save it if anything changed.

    Args:
        path: the notebook; it stays as it was if a cell fails.
        timeout: seconds of real time that one cell may take.

    Returns:
        Whether the file changed.

    Raises:
        CellExecutionError: a cell raised an error and has no tag `raises-exception`.
        CellTimeoutError: a cell took too long.
        DeadKernelError: the kernel ended.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name=KERNEL["name"],
        record_timing=False,
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    client.execute(env={**os.environ, VARIABLE: OFF})  # whoever bakes is no learner: nothing is noted down
    text = nbformat.writes(normalised(notebook)) + "\n"
    if path.read_bytes() == text.encode():
        return False
    path.write_bytes(text.encode())  # bytes, so that no system puts its own line endings in
    return True


def normalised(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without what depends on the machine, the day or the editor, and without live widgets."""
    result = copy.deepcopy(notebook)
    result.metadata = _kept(result.metadata)
    result.metadata.update(kernelspec=dict(KERNEL), language_info=copy.deepcopy(LANGUAGE))
    result.nbformat_minor = 5
    for cell in result.cells:
        cell.metadata = _kept(cell.metadata)
        if cell.cell_type == "code":
            cell.outputs = _merged_streams([_static(output) for output in cell.outputs])
    return result


def _kept(metadata: NotebookNode) -> NotebookNode:
    return NotebookNode({key: value for key, value in metadata.items() if key in KEPT_METADATA})


def _static(output: NotebookNode) -> NotebookNode:
    """Return an output as it looks without a kernel, and without the frames of other people's code."""
    data = output.get("data", {})
    if "text/html" in data:
        data.pop(WIDGET_VIEW, None)
    if output.output_type == "error":
        output.traceback = [frame for frame in output.traceback if not _is_library_frame(frame)]
    return output


def _is_library_frame(frame: str) -> bool:
    # IPython heads a frame of the notebook with "Cell In[3], line 1", and one of a module with "File <path>".
    return _COLOUR.sub("", frame).startswith("File ")


def _merged_streams(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Join neighbouring pieces of printed text: where one piece ends is a matter of timing."""
    merged: list[NotebookNode] = []
    for output in outputs:
        previous = merged[-1] if merged else None
        if (
            previous is not None
            and output.output_type == previous.output_type == "stream"
            and output.name == previous.name
        ):
            previous.text = text_of(previous.text) + text_of(output.text)
        else:
            merged.append(output)
    return merged
