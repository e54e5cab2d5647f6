"""How well learners' code is confined where it will run: tried, before anything is graded."""

from __future__ import annotations

from typing import NamedTuple


class Standing(NamedTuple):
    """The confinement that is in force on a machine."""

    words: str
    """For people."""
    fit_for_exams: bool
    """Whether it is the full one, and every border held when it was tried."""


def standing_here() -> Standing:
    """The confinement of this machine; a confined program tries its borders from inside."""
    from workbook.confinement import Level, self_test  # noqa: PLC0415 - only where something is graded

    try:
        found = self_test()
    except OSError as error:
        return Standing(f"nothing: {error}", fit_for_exams=False)
    return Standing(found.words, fit_for_exams=found.level >= Level.NAMESPACES and found.held)
