"""What a committed notebook must look like, as rules over its JSON.

nbval compares outputs, but it passes a notebook that never ran (nothing to compare), and it skips what a
widget drew. These rules close the gap, and they keep out what would differ on another machine. Each rule is a
function that yields what it finds; `broken_rules` runs them all. `workbook bake` makes notebooks that satisfy
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST_CODE_CELL = 18  # lines; a lesson's cell holds one idea, and a projector shows no more
LONGEST_ANSWER = 30  # lines; what only authors see: a whole answer to an exercise, right or wrong
ANSWERS = frozenset({"mistake", "solution"})
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
UNCHECKED_TAGS = frozenset({"nbval-skip", "nbval-ignore-output", "skip-execution"})

ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
MACHINE_PATH = re.compile(
    r"(?<![\w.:/-])/(?:home|Users|root|work|private)/[\w.]"  # somebody's folders
    r"|/(?:tmp|T)/(?:ipykernel_|pytest-|tmp[a-z0-9_]{6})"  # made-up names of temporary files
    r"|\bsite-packages\b"
    r"|\b[A-Za-z]:\\\\?[A-Za-z]"  # a drive of Windows
)
_EMBEDDED_DATA = re.compile(r"base64,[A-Za-z0-9+/=\s]+")
_UNCHECKED_COMMENT = re.compile(r"#\s*(?:NBVAL_IGNORE_OUTPUT|NBVAL_SKIP|PYTEST_VALIDATE_IGNORE_OUTPUT)")

Notebook = Mapping[str, Any]
Cell = Mapping[str, Any]


def broken_rules(notebook: Notebook) -> list[str]:
    """Return what is wrong with a notebook, one line each; empty if it may be committed.

    Args:
        notebook: the notebook as JSON gives it (nbformat 4), or as nbformat reads it.
    """
    rules = (
        _runs_in_order,
        _has_no_widget_state,
        _shows_widgets_to_those_without_a_kernel,
        _has_no_unexpected_error,
        _has_no_addresses,
        _has_no_machine_paths,
        _shows_no_whole_response,
        _leaves_no_output_unchecked,
        _has_short_code_cells,
    )
    return [finding for rule in rules for finding in rule(notebook)]


def _code_cells(notebook: Notebook) -> Iterator[tuple[str, Cell]]:
    """Yield the code cells with a name for people: their position among all cells, from 1."""
    for position, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] == "code":
            yield f"cell {position}", cell


def _runs_in_order(notebook: Notebook) -> Iterator[str]:
    for expected, (name, cell) in enumerate(_code_cells(notebook), start=1):
        count = cell.get("execution_count")
        if not text_of(cell["source"]).strip():
            yield f"{name}: an empty code cell never runs; remove it"
        elif count != expected:
            found = "was never run" if count is None else f"was run as number {count}"
            yield f"{name}: {found}, expected number {expected}; bake the notebook"


def _has_no_widget_state(notebook: Notebook) -> Iterator[str]:
    if "widgets" in notebook.get("metadata", {}):
        yield "metadata.widgets: saved widget state hides the static picture; bake the notebook"


def _shows_widgets_to_those_without_a_kernel(notebook: Notebook) -> Iterator[str]:
    for name, data in _rich_outputs(notebook):
        if WIDGET_VIEW not in data:
            continue
        if "text/html" in data:
            yield f"{name}: the live widget hides its static picture in a trusted notebook; bake the notebook"
        else:
            yield f"{name}: a widget without text/html shows nothing in a fresh clone; give it a static face"


def _has_no_unexpected_error(notebook: Notebook) -> Iterator[str]:
    for name, cell in _code_cells(notebook):
        if "raises-exception" in _tags(cell):
            continue
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                error = f"{output['ename']}: {output['evalue']}"
                yield f"{name}: ends in {error!r} without the tag raises-exception"


def _has_no_addresses(notebook: Notebook) -> Iterator[str]:
    for name, text in _texts(notebook):
        if match := ADDRESS.search(text):
            yield f"{name}: the output shows {match.group()}, another in every run; give the object a repr"


def _has_no_machine_paths(notebook: Notebook) -> Iterator[str]:
    for name, text in _texts(notebook):
        if match := MACHINE_PATH.search(text):
            shown = text[match.start() :].split("\n", 1)[0][:60]
            yield f"{name}: the output shows a path of one machine: {shown}"


def _shows_no_whole_response(notebook: Notebook) -> Iterator[str]:
    for name, text in _texts(notebook):
        if "ResponseMetadata" in text:
            yield f"{name}: the output is a whole response of boto3; end the cell with the value that matters"


def _leaves_no_output_unchecked(notebook: Notebook) -> Iterator[str]:
    for name, cell in _code_cells(notebook):
        for tag in sorted(_tags(cell) & UNCHECKED_TAGS):
            yield f"{name}: the tag {tag} leaves its output unchecked"
        if match := _UNCHECKED_COMMENT.search(text_of(cell["source"])):
            yield f"{name}: the comment {match.group()!r} leaves its output unchecked"


def _has_short_code_cells(notebook: Notebook) -> Iterator[str]:
    for name, cell in _code_cells(notebook):
        lines = len(text_of(cell["source"]).splitlines())
        most = LONGEST_ANSWER if _tags(cell) & ANSWERS else LONGEST_CODE_CELL
        if lines > most:
            yield f"{name}: {lines} lines of code; at most {most}, one idea a cell"


def text_of(value: object) -> str:
    """Return a text of a notebook, which nbformat may store as one string or as a list of lines."""
    return "".join(value) if isinstance(value, list) else str(value)


def _tags(cell: Cell) -> frozenset[str]:
    return frozenset(cell.get("metadata", {}).get("tags", ()))


def _rich_outputs(notebook: Notebook) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, cell in _code_cells(notebook):
        for output in cell["outputs"]:
            if "data" in output:
                yield name, output["data"]


def _texts(notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Yield every text that the outputs of a cell hold; embedded pictures and pictures' bytes are no text."""
    for name, cell in _code_cells(notebook):
        for output in cell["outputs"]:
            parts = [output.get("text", ""), output.get("evalue", ""), output.get("traceback", [])]
            parts += [value for kind, value in output.get("data", {}).items() if _is_text(kind)]
            for part in parts:
                yield name, _EMBEDDED_DATA.sub("", text_of(part))


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind in {"image/svg+xml", "application/json"}
