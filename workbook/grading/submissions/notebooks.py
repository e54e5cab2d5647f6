"""From the bytes of a file to a notebook, or to the reason why it is none.

What is kept is what was written: the sources of cells, with the marks that say which task they belong to.
Outputs are dropped unread, since a notebook that claims success may have been edited to claim it; and so are
all other metadata, so that the same answers are the same request whatever editor saved them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 20_000_000
"""Bytes of a file: notebooks with many pictures stay below 5 MB."""
LARGEST_WRITTEN = 2_000_000
"""Characters that were written in it, without outputs."""
_MOST_CONTAINERS = 500_000
"""Brackets and braces: small ones take a hundred times their size in memory."""
_FORMAT = 4


class NoNotebook(ValueError):
    """The bytes are no notebook that can be graded; the text says why and what to do, as a sentence."""


@dataclass(frozen=True)
class Notebook:
    """What was written in a notebook."""

    cells: tuple[Mapping[str, Any], ...]
    minor: int

    @property
    def text(self) -> str:
        """It as JSON of format 4, without outputs."""
        value = {"cells": list(self.cells), "metadata": {}, "nbformat": _FORMAT, "nbformat_minor": self.minor}
        return json.dumps(value, sort_keys=True)

    @property
    def digest(self) -> str:
        """SHA-256 of what was written."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_notebook(content: bytes) -> Notebook:
    """What was written in a notebook.

    Raises:
        NoNotebook: it is none, or none that can be graded.
    """
    value = _json(content)
    if not isinstance(value, dict) or not {"cells", "worksheets", "nbformat"} & set(value):
        raise NoNotebook("It is JSON, and no notebook: it has no cells.")
    _look_at_the_format(value)
    cells = value.get("cells")
    if not isinstance(cells, list):
        raise NoNotebook("It has no list of cells; open it in JupyterLab and save it again.")
    notebook = Notebook(
        tuple(_cell(cell, number) for number, cell in enumerate(cells, start=1)), _minor(value)
    )
    written = len(notebook.text)
    if written > LARGEST_WRITTEN:
        raise NoNotebook(f"{written:,} characters are written in it; at most {LARGEST_WRITTEN:,} are read.")
    return notebook


def _json(content: bytes) -> object:
    if not content.strip():
        raise NoNotebook("It is empty.")
    if len(content) > LARGEST:
        raise NoNotebook(too_large(len(content)))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoNotebook("It is no text in UTF-8, so it is no notebook.") from None
    if text.count("[") + text.count("{") > _MOST_CONTAINERS:
        raise NoNotebook(f"It has more than {_MOST_CONTAINERS:,} lists and objects.")
    try:
        return json.loads(text)
    except RecursionError:
        raise NoNotebook("It is nested too deep to be read.") from None
    except ValueError as error:
        raise NoNotebook(f"It is no JSON ({error}); perhaps it was cut off or merged.") from None


def too_large(size: int) -> str:
    """Why a file of this size is not read."""
    return f"It has {size / 1e6:,.0f} MB; at most {LARGEST / 1e6:.0f} MB are read. Clear outputs and save it."


def _look_at_the_format(value: Mapping[str, Any]) -> None:
    number = value.get("nbformat")
    if "worksheets" in value or (isinstance(number, int) and number < _FORMAT):
        raise NoNotebook(
            f"It is a notebook of format {number}, and format 4 is read; open it in JupyterLab and save it."
        )
    if number != _FORMAT:
        raise NoNotebook(f"It is a notebook of format {str(number)[:20]}, and format 4 is read.")


def _minor(value: Mapping[str, Any]) -> int:
    minor = value.get("nbformat_minor")
    return minor if type(minor) is int and 0 <= minor <= 100 else 5


def _cell(cell: object, number: int) -> dict[str, Any]:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    source = _source(cell) if isinstance(cell, dict) else None
    if not isinstance(cell, dict) or kind not in {"code", "markdown", "raw"} or source is None:
        raise NoNotebook(f"Its cell {number} is no cell of a notebook; open it in JupyterLab and save it.")
    metadata = cell.get("metadata")
    kept = _marks(metadata) if isinstance(metadata, dict) else {}
    read = {"cell_type": kind, "metadata": kept, "source": source}
    if isinstance(cell.get("id"), str):
        read["id"] = cell["id"][:64]
    return read | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _marks(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """What says which task a cell belongs to, as far as it is of the form that the course gives it."""
    marks: dict[str, Any] = {}
    if isinstance(metadata.get("tags"), list):
        marks["tags"] = [tag for tag in metadata["tags"] if isinstance(tag, str)]
    for name in ("workbook", "nbgrader"):
        if isinstance(metadata.get(name), dict):
            plain = {
                key: value for key, value in metadata[name].items() if isinstance(value, str | int | float)
            }
            marks[name] = plain
    return marks


def _source(cell: Mapping[str, Any]) -> str | None:
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None
