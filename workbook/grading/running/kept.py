"""Outcomes that are kept as soon as they are there, so that a run that was stopped can go on where it was.

Each lies under a key made of all that went into it. Failures are not kept: what could not be judged for lack
of memory, say, is tried again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from workbook.grading.plain_reading import FormError
from workbook.grading.reports.writing import write
from workbook.grading.request import GradingRequest
from workbook.grading.running.course import course_digest
from workbook.grading.running.outcomes import Outcome


def key_of(request: GradingRequest, course: str | None = None) -> str:
    """The key of a request; another one as soon as anything that decides is another.

    Args:
        request: what is asked.
        course: the digest of the course; that of this one if it is not given.
    """
    hidden = Path(request.hidden).read_bytes() if request.hidden else b""
    parts = (request.digest, hashlib.sha256(hidden).hexdigest(), course or course_digest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Kept:
    """Outcomes in a folder, a file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome, unless it is a failure."""
        if not outcome.failure:
            write(self._path(key), outcome.as_line().encode())

    def get(self, key: str, request: GradingRequest) -> Outcome | None:
        """The outcome of this key; None if there is none, or none that can be read."""
        try:
            outcome = Outcome.from_line(self._path(key).read_text(encoding="utf-8")).checked(request)
        except (OSError, UnicodeDecodeError, FormError):
            return None
        return None if outcome.failure else outcome

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"
