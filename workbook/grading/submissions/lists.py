"""Lists that an instructor may give: who is in the class, and when each handed in.

    roster.csv      learner                  one a line; an "account" may stand beside it
    manifest.csv    learner,submitted        2026-12-04T17:58:00+01:00

Files copied from elsewhere bear the time of the copy; the manifest has the last word.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from workbook.grading.submissions.owners import Learner, name_of

_LARGEST = 10_000_000


class ListError(ValueError):
    """A list cannot be used; the text says which line, and what would be right."""


def read_roster(path: Path) -> tuple[Learner, ...]:
    """Everybody in the class.

    Raises:
        ListError: it cannot be read, has no column "learner", or names one twice.
    """
    found: dict[Learner, int] = {}
    for number, row in _rows(path, ("learner",)):
        learner = _learner(row)
        if learner in found:
            raise ListError(f"{path}, line {number}: {learner.name} stands in line {found[learner]} already")
        found[learner] = number
    return tuple(found)


def read_manifest(path: Path, zone: datetime.tzinfo = datetime.UTC) -> dict[Learner, datetime.datetime]:
    """When each learner handed in.

    Args:
        path: the list.
        zone: for times that say none.

    Raises:
        ListError: it cannot be read, or a time is none.
    """
    times = {}
    for number, row in _rows(path, ("learner", "submitted")):
        try:
            time = datetime.datetime.fromisoformat(row["submitted"].strip())
        except ValueError as error:
            raise ListError(
                f"{path}, line {number}: submitted is {row['submitted']!r}; write 2026-12-04T17:58:00+01:00"
            ) from error
        times[_learner(row)] = time if time.tzinfo else time.replace(tzinfo=zone)
    return times


def _learner(row: Mapping[str, str]) -> Learner:
    return Learner(name_of(row["learner"]), (row.get("account") or "").strip())


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise ListError(f"{path} is larger than {_LARGEST:,} bytes; is it the right file?")
        reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        heads = [head.strip().lower() for head in reader.fieldnames or ()]
        reader.fieldnames = heads
        lacking = [name for name in needed if name not in heads]
        if lacking:
            raise ListError(
                f"{path} has no column {lacking[0]!r}; its first line should be {','.join(needed)}"
            )
        for row in reader:
            if any(row.get(name) is None for name in needed):
                raise ListError(f"{path}, line {reader.line_num}: it has too few columns")
            if row["learner"].strip():
                yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ListError(f"{path} cannot be read as a table in UTF-8: {error}") from error
