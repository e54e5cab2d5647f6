"""Every file that lies in a folder of submissions, whatever it lies in, one after the other.

Files are read only if they are plain files, to at most the size of a notebook; symbolic links are named and
not followed, since one could lead to the grades. What is hidden, or was left by an editor or by macOS, is
passed over.
"""

from __future__ import annotations

import datetime
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workbook.grading.submissions.archives import (
    LARGEST_OF_A_LEARNER,
    Allowance,
    Member,
    Refused,
    is_read,
    members,
    opened,
)
from workbook.grading.submissions.notebooks import LARGEST, too_large
from workbook.grading.submissions.owners import Owner, is_named_by_a_system, owner_of, readable

_DEEPEST = 20
NOT_READ = "It is no notebook, so it was not read."
_LINK = "It is a symbolic link, and links are not followed."


@dataclass(frozen=True)
class HandedIn:
    """A file, with whose it is."""

    owner: Owner
    name: str
    """Its path below the folder, as it can be shown; what lies in a zip file comes after "!"."""
    content: bytes = b""
    refused: str = ""
    """Why it was not read, as a sentence."""
    time: datetime.datetime | None = None
    """When it was handed in, as far as files tell: when it was changed last, with a time zone."""
    written: datetime.datetime | None = None
    """When it was changed by what the learner's own zip file says, which they may set as they like."""


class Files:
    """The files of a folder, or of a zip file with a whole class in it.

    Args:
        root: the folder or the zip file.
        zone: for times that come without one.
    """

    def __init__(self, root: Path, zone: datetime.tzinfo) -> None:
        self._root, self._zone = root, zone
        self.downloads: list[str] = []
        """Zip files beside other files that were taken for the download of a class, by the names in them."""

    def __iter__(self) -> Iterator[HandedIn]:
        if self._root.is_file():
            with self._root.open("rb") as file:
                yield from self._of_a_class(file, ())
            return
        plain = [(parts, path) for parts, path in _walk(self._root)]
        for parts, path in plain:
            yield from self._found(parts, path, alone=len(plain) == 1)

    def _found(self, parts: tuple[str, ...], path: Path, *, alone: bool) -> Iterator[HandedIn]:
        try:
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode):
                yield _refused(parts, _what_it_is(about.st_mode))
                return
            time = datetime.datetime.fromtimestamp(about.st_mtime, datetime.UTC)
            if not is_read(parts[-1]):
                yield _refused(parts, NOT_READ)
            elif parts[-1].lower().endswith(".zip"):
                yield from self._zip(parts, path, time, alone=alone)
            elif about.st_size > LARGEST:
                yield _refused(parts, too_large(about.st_size))
            else:
                yield self._one(parts, _shown(parts), _read(path), time)
        except (OSError, OverflowError, ValueError) as error:
            yield _refused(parts, f"It cannot be read ({type(error).__name__}: {error}).")

    def _one(
        self, parts: tuple[str, ...], name: str, content: bytes, time: datetime.datetime | None
    ) -> HandedIn:
        owner = owner_of(parts)
        said = owner.local_time.replace(tzinfo=self._zone) if owner.local_time else time
        return HandedIn(owner, name, content, time=said)

    def _zip(
        self, parts: tuple[str, ...], path: Path, time: datetime.datetime, *, alone: bool
    ) -> Iterator[HandedIn]:
        with path.open("rb") as file:
            if len(parts) == 1 and not is_named_by_a_system(parts) and _is_a_download(file, alone=alone):
                self.downloads += [] if alone else [_shown(parts)]
                yield from self._of_a_class(file, parts)
            elif path.stat().st_size > LARGEST_OF_A_LEARNER:
                yield _refused(parts, too_large(path.stat().st_size))
            else:
                yield from self._of_a_learner(file, parts, _shown(parts), time)

    def _of_a_class(self, file: IO[bytes], parts: tuple[str, ...]) -> Iterator[HandedIn]:
        where = _shown(parts) + "!" if parts else ""
        for member in _kept(file, Allowance.for_a_class()):
            if isinstance(member, str):
                yield HandedIn(
                    owner_of(parts or (self._root.name,)), where or self._root.name, refused=member
                )
            elif member.refused or not is_read(member.parts[-1]):
                yield _refused(member.parts, member.refused or NOT_READ, where)
            elif member.parts[-1].lower().endswith(".zip"):
                inner = io.BytesIO(member.content)
                name, time = where + _shown(member.parts), self._aware(member)
                yield from self._of_a_learner(inner, member.parts, name, time)
            else:
                name = where + _shown(member.parts)
                yield self._one(member.parts, name, member.content, self._aware(member))

    def _of_a_learner(
        self, file: IO[bytes], parts: tuple[str, ...], where: str, time: datetime.datetime | None
    ) -> Iterator[HandedIn]:
        """What is in a zip file that a learner made: all of it is theirs, whatever its names say.

        It was handed in when the zip file was, whatever times it gives for what is in it.
        """
        owner = owner_of(parts)
        said = owner.local_time.replace(tzinfo=self._zone) if owner.local_time else time
        for member in _kept(file, Allowance.for_a_learner()):
            if isinstance(member, str):
                yield HandedIn(owner, where, refused=member)
                continue
            name = f"{where}!{_shown(member.parts)}"
            theirs = Owner(owner.learner, readable(member.parts[-1]), owner.marked_late, owner.local_time)
            is_notebook = is_read(member.parts[-1]) and not member.parts[-1].lower().endswith(".zip")
            reason = member.refused or ("" if is_notebook else NOT_READ)
            content = member.content if not reason else b""
            yield HandedIn(theirs, name, content, reason, said, written=self._aware(member))

    def _aware(self, member: Member) -> datetime.datetime | None:
        return None if member.local_time is None else member.local_time.replace(tzinfo=self._zone)


def _walk(folder: Path, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Path]]:
    """Everything below a folder that is no folder, by name; and folders that cannot be looked into."""
    try:
        entries = sorted(os.scandir(folder), key=lambda each: each.name)
    except OSError:
        if not above:
            raise
        yield above, folder
        return
    for entry in entries:
        parts = (*above, entry.name)
        if _is_passed_over(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False) and len(parts) < _DEEPEST:
            yield from _walk(Path(entry.path), parts)
        else:
            yield parts, Path(entry.path)


def _what_it_is(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return _LINK
    return "It is a folder that cannot be read." if stat.S_ISDIR(mode) else "It is no plain file."


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name in {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}


def _read(path: Path) -> bytes:
    """The bytes of a file that was plain a moment ago; if it is a link by now, an error."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read(LARGEST + 1)


def _kept(file: IO[bytes], allowance: Allowance) -> Iterator[Member | str]:
    """The members that are not passed over; the reason, as text, where the rest is refused."""
    try:
        for member in members(file, allowance):
            if not any(_is_passed_over(part) for part in member.parts if part != ".."):
                yield member
    except Refused as error:
        yield str(error)


def _is_a_download(file: IO[bytes], *, alone: bool) -> bool:
    """Whether it holds a class: a system's names are in it, or it is all there is and has several folders."""
    try:
        with opened(file, Allowance.for_a_class()) as archive:
            paths = [name.split("/") for name in archive.namelist()]
    except Refused:
        return False
    folders = {path[0] for path in paths if len(path) > 1 and not _is_passed_over(path[0])}
    return any(map(is_named_by_a_system, paths)) or (alone and len(folders) > 1)


def _refused(parts: tuple[str, ...], reason: str, where: str = "") -> HandedIn:
    return HandedIn(owner_of(parts), where + _shown(parts), refused=reason)


def _shown(parts: tuple[str, ...]) -> str:
    return "/".join(readable(part) for part in parts)
