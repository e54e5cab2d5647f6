"""Links in the texts of notebooks: whether what they lead to is there.

A link within the workbook is followed to its file, and to its heading as JupyterLab names it. What lies on
the web is not asked for, since tests run without a network; its host must be one that is named here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

HOSTS = frozenset(
    {"docs.aws.amazon.com", "aws.amazon.com", "boto3.amazonaws.com", "docs.python.org", "jupyter.org"}
)

_LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)


def links_in(text: str) -> list[str]:
    """Where the links of a Markdown text lead to."""
    return _LINK.findall(text)


def broken_links(notebook: Path) -> Iterator[str]:
    """The links of a notebook that lead nowhere, each with the reason."""
    for text in _prose(notebook):
        for link in links_in(text):
            problem = _problem(link, notebook)
            if problem:
                yield f"{link}: {problem}"


def _problem(link: str, notebook: Path) -> str | None:
    parts = urlsplit(link)
    if parts.scheme:
        return None if parts.scheme == "https" and parts.hostname in HOSTS else "no page that we may link to"
    target = notebook if not parts.path else notebook.parent / unquote(parts.path)
    if not target.exists():
        return "there is no such file"
    if parts.fragment and unquote(parts.fragment) not in _anchors(target):
        return "there is no such heading"
    return None


def _anchors(notebook: Path) -> set[str]:
    return {heading.replace(" ", "-") for text in _prose(notebook) for heading in _HEADING.findall(text)}


def _prose(notebook: Path) -> Iterator[str]:
    cells: list[Mapping[str, Any]] = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    yield from ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
