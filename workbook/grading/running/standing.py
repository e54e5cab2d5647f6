"""How well learners' code is confined where it will run, looked at before anything is graded."""

from __future__ import annotations

import importlib
from typing import NamedTuple


class Standing(NamedTuple):
    """The confinement that is in force on a machine."""

    words: str
    """For people."""
    fit_for_exams: bool
    """Whether it is the full one: no network, no files, nothing that outlives."""


NONE = Standing(
    "no confinement: this workbook cannot run learners' code apart from yours", fit_for_exams=False
)


def standing_here() -> Standing:
    """The confinement of this machine, as it was found by trying where the package can try it."""
    try:
        confinement = importlib.import_module("workbook.confinement")
    except ImportError:
        return NONE
    tried = getattr(confinement, "self_test", None)
    level = tried().level if tried is not None else confinement.highest_level()
    return Standing(
        f"{level.name.lower()}: {level.words}", fit_for_exams=level >= confinement.Level.NAMESPACES
    )
