"""Fills in the sheet that a learning platform gives to download, so that it can be uploaded again.

    Moodle      "Download grading worksheet"       Identifier, Full name, ..., Grade, Maximum Grade
    Canvas      "Export" of the gradebook          Student, ID, ..., Week 3 (4567)
    Blackboard  "Work offline", "Download"         Username, ..., Week 3 [Total Pts: 10 Score] |89

The platform knows its learners by numbers of its own. So its own sheet is taken, one column of it is filled
in where a mark is final, and all else stays as it was, to the last cell. The column's own maximum is what a
right answer gets.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from workbook.grading.scores import shown
from workbook.grading.transfer.marks import Mark, TransferError, Transferred, only_one

_BLACKBOARD_COLUMN = re.compile(r".*\[Total Pts: (?:up to )?(?P<points>[\d.,]+)[^\]]*\]\s*\|\d+")
_CANVAS_COLUMN = re.compile(r".*\(\d+\)")
_LARGEST = 50_000_000
Row = list[str]


@dataclass(frozen=True)
class Sheet:
    """A table with what is needed to write it again as it was."""

    heads: Row
    rows: list[Row]
    delimiter: str
    encoding: str

    def column(self, name: str) -> int:
        """The place of a column that is there."""
        return self.heads.index(name)

    def cell(self, row: Row, name: str) -> str:
        """A cell; empty where the sheet has no such column, or the row ends before it."""
        place = self.heads.index(name) if name in self.heads else len(row)
        return row[place].strip() if place < len(row) else ""

    def as_bytes(self) -> bytes:
        """The file."""
        written = io.StringIO(newline="")
        csv.writer(written, delimiter=self.delimiter).writerows([self.heads, *self.rows])
        return written.getvalue().encode(self.encoding)


@dataclass(frozen=True)
class Platform:
    """How a platform writes its sheets."""

    name: str
    needs: frozenset[str]
    """Columns by which its sheet is known."""
    is_marked: re.Pattern[str]
    """Names of columns that may hold marks."""
    known_by: Callable[[Sheet, Row], tuple[str, ...]]
    """What stands in a row of who it is: the platform's number first, then names."""
    most: Callable[[Sheet, Row, str], str]
    """The most points in a column, for a row."""


def _points_possible(sheet: Sheet, _row: Row, column: str) -> str:
    found = [row for row in sheet.rows if sheet.cell(row, "Student") == "Points Possible"]
    return sheet.cell(found[0], column) if found else ""


def _total_pts(_sheet: Sheet, _row: Row, column: str) -> str:
    found = _BLACKBOARD_COLUMN.fullmatch(column)
    return found["points"] if found else ""


PLATFORMS = (
    Platform(
        "Moodle",
        frozenset({"Identifier", "Grade"}),
        re.compile("Grade"),
        lambda sheet, row: (
            sheet.cell(row, "Identifier").removeprefix("Participant "),
            sheet.cell(row, "Full name"),
            sheet.cell(row, "ID number"),
            sheet.cell(row, "Email address"),
        ),
        lambda sheet, row, _column: sheet.cell(row, "Maximum Grade"),
    ),
    Platform(
        "Canvas",
        frozenset({"Student", "ID"}),
        _CANVAS_COLUMN,
        lambda sheet, row: (
            sheet.cell(row, "ID"),
            _as_in_files_of_canvas(sheet.cell(row, "Student")),
            sheet.cell(row, "SIS Login ID"),
            sheet.cell(row, "SIS User ID"),
        ),
        _points_possible,
    ),
    Platform(
        "Blackboard",
        frozenset({"Username", "Last Name"}),
        _BLACKBOARD_COLUMN,
        lambda sheet, row: ("", sheet.cell(row, "Username"), sheet.cell(row, "Student ID")),
        _total_pts,
    ),
)


def _as_in_files_of_canvas(student: str) -> str:
    """A learner as the names of files begin: "Lovelace, Ada" is lovelaceada."""
    return re.sub(r"[\W_]", "", student.lower())


def fill_in(path: Path, marks: Sequence[Mark], column: str | None = None) -> tuple[bytes, Transferred]:
    """The sheet of a platform with the marks in it.

    Args:
        path: the sheet; it is not changed.
        marks: what is filled in.
        column: the name of the column; needed where more than one may be meant.

    Raises:
        TransferError: it is no sheet of a platform, or it is not clear where marks go.
    """
    sheet = _read(path)
    platform = _platform_of(sheet, path)
    meant = _column(sheet, platform, column, path)
    known = [platform.known_by(sheet, row) for row in sheet.rows]
    brought, left = [], []
    for mark in marks:
        place = _row_of(mark, known)
        most = None if place is None else _number(platform.most(sheet, sheet.rows[place], meant))
        if place is None:
            left.append(f"{mark.learner} is not in {path.name}, or more than once.")
        elif most is None:
            left.append(f"{path.name} does not say what {mark.learner} can have at most in {meant!r}.")
        else:
            _put(sheet, place, meant, shown(mark.of(most)))
            brought.append(mark.learner)
    return sheet.as_bytes(), Transferred(tuple(brought), tuple(left))


def _put(sheet: Sheet, place: int, column: str, text: str) -> None:
    row = sheet.rows[place]
    row.extend([""] * (len(sheet.heads) - len(row)))
    row[sheet.column(column)] = text


def _row_of(mark: Mark, known: Sequence[tuple[str, ...]]) -> int | None:
    """By the platform's number if there is one, and by it alone; else by a name."""
    if mark.account:
        return only_one(place for place, (number, *_) in enumerate(known) if number == mark.account)
    name = mark.learner.casefold()
    return only_one(
        place for place, names in enumerate(known) if name in {each.casefold() for each in names if each}
    )


def _read(path: Path) -> Sheet:
    try:
        if path.stat().st_size > _LARGEST:
            raise TransferError(f"{path} is larger than {_LARGEST:,} bytes; is it the right file?")
        content = path.read_bytes()
        encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else _utf8(content)
        text = content.decode(encoding)
        delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
        heads, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except (OSError, UnicodeDecodeError, csv.Error, ValueError) as error:
        if isinstance(error, TransferError):
            raise
        raise TransferError(f"{path} cannot be read as a table: {error}") from error
    return Sheet(heads, rows, delimiter, encoding)


def _utf8(content: bytes) -> str:
    return "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"


def _platform_of(sheet: Sheet, path: Path) -> Platform:
    for platform in PLATFORMS:
        if platform.needs <= set(sheet.heads):
            return platform
    forms = "; ".join(f"{each.name} has {' and '.join(sorted(each.needs))}" for each in PLATFORMS)
    raise TransferError(f"{path} is no sheet that is known here. Of the columns, {forms}.")


def _column(sheet: Sheet, platform: Platform, asked: str | None, path: Path) -> str:
    may = [head for head in sheet.heads if platform.is_marked.fullmatch(head)]
    if asked is not None:
        may = [head for head in may if head == asked or head.startswith((f"{asked} (", f"{asked} ["))]
    if len(may) == 1:
        return may[0]
    there = ", ".join(head for head in sheet.heads if platform.is_marked.fullmatch(head)) or "none"
    raise TransferError(f"Name the column of {path} with --column; those for marks are: {there}.")


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        return None
