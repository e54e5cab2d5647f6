"""Reads zip files without unpacking them: nothing is ever written, so no name in one can lead anywhere.

A zip file says how large its members are, and may lie. So no more is taken out than is asked for, and all
that is taken out is counted against what the whole file may hold.
"""

from __future__ import annotations

import datetime
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from workbook.grading.submissions.notebooks import LARGEST, too_large

LARGEST_OF_A_LEARNER = 20_000_000
"""Bytes of a zip file that one learner made."""
_END, _END64_LOCATOR = b"PK\5\6", b"PK\6\7"
_END_SIZE, _END64_LOCATOR_SIZE, _LONGEST_COMMENT = 22, 20, 65535
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass
class Allowance:
    """What may still be taken out of a zip file."""

    members: int
    bytes: int
    directory: int
    """Bytes of its list of members, which is read whole and takes a few times its size in memory."""

    @classmethod
    def for_a_learner(cls) -> Allowance:
        """Far more than a week's work."""
        return cls(members=1_000, bytes=100_000_000, directory=1_000_000)

    @classmethod
    def for_a_class(cls) -> Allowance:
        """A download of a whole class."""
        return cls(members=50_000, bytes=20_000_000_000, directory=20_000_000)


class Refused(ValueError):
    """A zip file, or the rest of it, is not read; the text says why, as a sentence."""


@dataclass(frozen=True)
class Member:
    """A file in a zip file."""

    parts: tuple[str, ...]
    content: bytes = b""
    refused: str = ""
    """Why it was not read, as a sentence."""
    local_time: datetime.datetime | None = None
    """A zip file says no time zone."""


def members(file: IO[bytes], allowance: Allowance) -> Iterator[Member]:
    """The files in a zip file that have to do with notebooks, by name; others come without content.

    Raises:
        Refused: it is no zip file, or there is more in it than it may hold.
    """
    with opened(file, allowance) as archive:
        listed = sorted(archive.infolist(), key=lambda each: each.filename)
        if len(listed) > allowance.members:
            raise Refused(f"There are {len(listed):,} files in it; at most {allowance.members:,} are read.")
        for info in listed:
            if not info.is_dir():
                yield _member(archive, info, allowance)


def opened(file: IO[bytes], allowance: Allowance) -> zipfile.ZipFile:
    """A zip file whose list of members is not too long to be read.

    Raises:
        Refused: it is none, or the list is.
    """
    try:
        _look_at_the_list(file, allowance)
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RecursionError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"It cannot be read as a zip file ({error}).") from error


def _look_at_the_list(file: IO[bytes], allowance: Allowance) -> None:
    """Refuse what would fill the memory before anything of it was looked at."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - _END64_LOCATOR_SIZE))
    tail = file.read()
    if _END64_LOCATOR in tail:
        raise Refused("It is of the form for more than 65,535 files or 4 GB; unpack it first.")
    place = tail.rfind(_END)
    if 0 <= place <= len(tail) - _END_SIZE:
        length = int.from_bytes(tail[place + 12 : place + 16], "little")
        if length > allowance.directory:
            raise Refused(
                f"Its list of files has {length:,} bytes; at most {allowance.directory:,} are read."
            )


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> Member:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    reason = _why_not(info, parts)
    if reason:
        return Member(parts or ("(no name)",), refused=reason)
    if not is_read(parts[-1]):
        return Member(parts, local_time=_time(info))
    try:
        with archive.open(info) as stream:
            content = stream.read(min(LARGEST, allowance.bytes) + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        return Member(parts, refused=f"It is damaged ({error}).")
    allowance.bytes -= len(content)
    if allowance.bytes < 0:
        raise Refused("There is far more in it than a zip file of notebooks holds; the rest was not read.")
    if len(content) > LARGEST:
        return Member(parts, refused=too_large(max(info.file_size, len(content))))
    return Member(parts, content, local_time=_time(info))


def is_read(name: str) -> bool:
    """Whether a file of this name may hold notebooks."""
    return name.lower().endswith((".ipynb", ".ipynb.json", ".ipynb.txt", ".zip"))


def _why_not(info: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    reasons = {
        "Its name leads out of the zip file.": not parts
        or ".." in parts
        or parts[0].startswith("/")
        or ":" in parts[0],
        "It is a symbolic link, and links are not followed.": stat.S_ISLNK(info.external_attr >> 16),
        "It is encrypted.": bool(info.flag_bits & 1),
        "It is packed by a method other than deflate.": info.compress_type not in _METHODS,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _time(info: zipfile.ZipInfo) -> datetime.datetime | None:
    try:
        return datetime.datetime(*info.date_time)  # noqa: DTZ001 - a zip file says no time zone
    except ValueError:
        return None
