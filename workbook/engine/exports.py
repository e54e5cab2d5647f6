"""The trace as a file: complete, exact, the same bytes for the same seed. docs/exports.md has the formats.

A name's ending says what is written. CSV and JSON know nothing of AWS, so they are made here; a format that
speaks of services (OpenTelemetry's) is made above the engine, and offered to it under its ending.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from workbook.engine.clock import datetime_of
from workbook.engine.facts import CONTENT
from workbook.engine.hop import Hop

VERSION = 1
"""Of the JSON export: higher when a member changes its meaning or goes; a new fact is no new version."""

Writer = Callable[[Sequence[Hop]], str]
"""Turns hops into the text of a file."""

_COLUMNS = ["number", "time", "microseconds", "kind", "resource", "message", "causes", "outcome", "size"]


def json_text(hops: Sequence[Hop]) -> str:
    """All hops with all their facts as a JSON object, one line a hop."""
    lines = ",\n".join(_json(record_of(hop)) for hop in hops)
    return f'{{"version": {VERSION}, "hops": [\n{lines}\n]}}\n'


def csv_text(hops: Sequence[Hop], *, content: bool = False) -> str:
    """A table: a row for each hop, a column for each fact that a hop has; content only where asked for."""
    facts = list(dict.fromkeys(name for hop in hops for name in hop.facts if content or name not in CONTENT))
    text = io.StringIO()
    table = csv.writer(text)  # RFC 4180: lines end in CRLF on every system
    table.writerow([*_COLUMNS, *(f"facts.{name}" for name in facts)])
    for hop in hops:
        record = record_of(hop)
        cells = [record[name] for name in _COLUMNS] + [hop.facts.get(name) for name in facts]
        table.writerow([_cell(cell) for cell in cells])
    return text.getvalue()


_WRITERS: dict[str, Writer] = {".csv": csv_text, ".json": json_text}


def offer(ending: str, writer: Writer) -> None:
    """Make `writer` the one that writes files whose names end in `ending`."""
    _WRITERS[ending] = writer


def text_of(hops: Sequence[Hop], ending: str) -> str:
    """What a file with this ending holds."""
    return _WRITERS[ending](hops)


def save(hops: Sequence[Hop], path: str | Path) -> Path:
    """Write a file whose name says its format, and return its path; an older file of that name is replaced.

    Raises:
        ValueError: the ending is of no format; the text lists those there are.
        OSError: the path is a folder, or its folder does not exist.
    """
    target = Path(path)
    ending = _ending_of(target)
    if target.is_dir():
        raise IsADirectoryError(f"save({str(path)!r}): this is a folder; pass the name of a file in it")
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"save({str(path)!r}): there is no folder {str(target.parent)!r}; make it, or choose another"
        )
    target.write_bytes(text_of(hops, ending).encode())  # as bytes: no system may change the ends of lines
    return target


def _ending_of(path: Path) -> str:
    name = path.name.lower()
    endings = [ending for ending in _WRITERS if name.endswith(ending)]
    if not endings:
        known = ", ".join(sorted(_WRITERS))
        raise ValueError(f"save({str(path)!r}): the ending says what is written; take one of {known}")
    return max(endings, key=len)  # ".otlp.json" before ".json"


# ---- one hop


def hop_of(record: Mapping[str, Any]) -> Hop:
    """The hop that `record_of` wrote down, after its way through JSON."""
    return Hop(
        record["number"],
        record["microseconds"],
        record["kind"],
        record["resource"],
        record["message"],
        tuple(record["causes"]),
        record["outcome"],
        record["size"],
        MappingProxyType(record["facts"]),
    )


def record_of(hop: Hop) -> dict[str, object]:
    """A hop as a JSON object; what JSON does not know is written by `plain_value`."""
    return {
        "number": hop.number,
        "time": f"{datetime_of(hop.time):%Y-%m-%dT%H:%M:%S.%f}Z",
        "microseconds": hop.time,
        "kind": hop.kind,
        "resource": hop.resource,
        "message": hop.message,
        "causes": list(hop.causes),
        "outcome": hop.outcome,
        "size": hop.size,
        "facts": dict(hop.facts),
    }


def _cell(value: object) -> object:
    """A value as a cell: numbers and texts as they are, the rest as JSON; no value, no text."""
    if value is None or isinstance(value, str):
        return value
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=plain_value)


def plain_value(value: object) -> object:
    """What JSON does not know. Never a repr: that could hold an address."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    kind = type(value).__name__
    message = f"a fact of type {kind} has no form in JSON: record a text, number, list or dict"
    raise TypeError(message)
