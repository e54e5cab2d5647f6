"""A learner's own copies of the exercises: `workbook start`, and again after each update of the workbook.

What a learner has written is never touched. Beside the copies lies a small file that says how each was when
it was made; so a copy in which nothing was written can be told from one that holds work:

    nothing written   it is renewed
    work in it        it stays; if the exercises have changed, the new ones are put beside it

Whether something was written is judged by the cells' text: to have run a notebook, which changes outputs and
counts, is no work that could be lost.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.teaching.progress.place import MY_EXERCISES
from workbook.teaching.progress.store import ProgressError

ROOT = Path(__file__).resolve().parents[3]
LEDGER = ".workbook.json"
"""The file that says how each copy was when it was made."""
VERSION = 1
OF_THE_WORKBOOK = ("exercises", "notebooks", "solutions", "workbook")

Notebook = dict[str, Any]
_LINK_TO_LESSON = re.compile(r"\]\(\.\./notebooks/")


@dataclass(frozen=True)
class Copied:
    """What became of one notebook."""

    name: str
    what: str
    """In words, with what differs where a new one was put beside it."""

    def __str__(self) -> str:
        return f"{self.name}: {self.what}"


@dataclass(frozen=True)
class Started:
    """What became of a learner's folder."""

    folder: Path
    notebooks: tuple[Copied, ...]

    def __str__(self) -> str:
        lines = [f"Your exercises are in {self.folder}", *(f"  {each}" for each in self.notebooks)]
        if not self.folder.is_relative_to(ROOT):
            lines.append(f"JupyterLab of `workbook lab` shows only what is below {ROOT}.")
        return "\n".join(lines)

    __repr__ = __str__


def start(folder: Path | str | None = None, *, root: Path = ROOT) -> Started:
    """Copy the exercises into a folder of the learner's, or bring new ones there.

    Args:
        folder: theirs; made if it is not there. Without one, `my-exercises` in the workbook's folder.
        root: the workbook's folder.

    Raises:
        ProgressError: there are no exercises to copy, or the folder cannot be used. Nothing has changed then.
    """
    target = (root / MY_EXERCISES if folder is None else Path(folder)).expanduser().resolve()
    sources = sorted((root / "exercises").glob("*.ipynb"))
    if not sources:
        message = f"There are no exercises in {root}: use a checkout of the workbook."
        raise ProgressError(message)
    if any(target.is_relative_to((root / each).resolve()) for each in OF_THE_WORKBOOK):
        message = f"{target} is a folder of the workbook itself; name one that is yours"
        raise ProgressError(message)
    try:
        return _started(target, sources, root)
    except OSError as error:
        message = f"{target} cannot be used: {error}"
        raise ProgressError(message) from error


def _started(target: Path, sources: list[Path], root: Path) -> Started:
    target.mkdir(parents=True, exist_ok=True)
    made = _read_ledger(target)
    copied = []
    for source in sources:
        new = _with_links_from(target, _read(source), root)
        copied.append(Copied(source.name, _brought(target / source.name, new, made)))
    _write(target / LEDGER, {"version": VERSION, "made": made})
    return Started(target, tuple(copied))


def _brought(path: Path, new: Notebook, made: dict[str, str]) -> str:
    """Bring one notebook up to date, and say what became of it.

    Args:
        path: the copy.
        new: how it should be.
        made: by name, the digest of each notebook as it was made; those that are made now are added.
    """
    digest = _digest(new)
    if not path.exists():
        what = "copied again" if path.name in made else "copied"
    elif (present := _readable(path)) is not None and _digest(present) == digest:
        what = "as it was"
    elif present is not None and _digest(present) == made.get(path.name):
        what = "renewed, as nothing was written in it"
    else:
        return _beside(path, present, new, made)
    if what != "as it was":
        _write(path, new)
    made[path.name] = digest
    return what


def _beside(path: Path, present: Notebook | None, new: Notebook, made: dict[str, str]) -> str:
    """Leave the learner's work as it is, and put what is new beside it, once."""
    digest = _digest(new)
    if made.get(path.name) == digest:
        return "yours, and left alone"
    beside = _free_name(path, digest, made)
    if not beside.exists():
        _write(beside, new)
        made[beside.name] = digest
    differs = "" if present is None else "; ".join(_differences(present, new))
    return f"yours, and left alone; the new one is {beside.name}" + (f" ({differs})" if differs else "")


def _free_name(path: Path, digest: str, made: Mapping[str, str]) -> Path:
    """The name for the new one: one that is free, or that of the same notebook, put there before."""
    number = 1
    while True:
        beside = path.with_name(f"{path.stem}.new{'' if number == 1 else f'-{number}'}.ipynb")
        if not beside.exists() or made.get(beside.name) == digest:
            return beside
        number += 1


def _differences(present: Notebook, new: Notebook) -> Iterator[str]:
    ours, theirs = _tasks(new), _tasks(present)
    changed = [name for name in ours if name in theirs and ours[name] != theirs[name]]
    for what, names in (
        ("new", [name for name in ours if name not in theirs]),
        ("with another task", changed),
        ("no more there", [name for name in theirs if name not in ours]),
    ):
        if names:
            yield f"{what}: {', '.join(names)}"


def _tasks(notebook: Notebook) -> dict[str, str]:
    """The tasks in words, by exercise."""
    tasks: dict[str, str] = {}
    for cell in notebook["cells"]:
        exercise = cell["metadata"].get("workbook", {}).get("exercise")
        if exercise is not None:
            prose = _text(cell) if cell["cell_type"] == "markdown" else ""
            tasks[exercise] = tasks.get(exercise, "") + prose
    return tasks


def _digest(notebook: Notebook) -> str:
    """Of what was written; outputs, counts and what an editor notes down are left out."""
    written = [[cell["cell_type"], _text(cell)] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()


def _text(cell: Mapping[str, Any]) -> str:
    return "".join(cell["source"])


def _with_links_from(folder: Path, notebook: Notebook, root: Path) -> Notebook:
    """The notebook with links that lead from `folder` to the lessons."""
    try:
        way = Path(os.path.relpath(root / "notebooks", folder)).as_posix()
    except ValueError:  # on Windows there is no way from one drive to another
        return notebook
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = _LINK_TO_LESSON.sub(f"]({way}/", _text(cell)).splitlines(keepends=True)
    return notebook


def _read(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def _readable(path: Path) -> Notebook | None:
    """A learner's notebook; None if it is none any more."""
    try:
        notebook = _read(path)
        _digest(notebook), _tasks(notebook)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return notebook


def _read_ledger(folder: Path) -> dict[str, str]:
    """What was made; nothing if that cannot be read, and then every notebook counts as the learner's work."""
    try:
        ledger = json.loads((folder / LEDGER).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    made = ledger.get("made") if isinstance(ledger, dict) and ledger.get("version") == VERSION else None
    return {str(name): str(digest) for name, digest in made.items()} if isinstance(made, dict) else {}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file so that it is never half there."""
    new = path.with_name(f"{path.name}.part")
    new.write_bytes((json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode())
    new.replace(path)
