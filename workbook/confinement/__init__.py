"""Running what is not trusted: a program with limits, without a network, and with no files but its own.

    started = start([sys.executable, "-m", "answer"], readable={"/course": folder}, limits=Limits(...))
    started.channel      a connected socket: the only way to it
    started.kill()       ends it, with all that it has started

How far this goes depends on the machine: `highest_level()`, and docs/confinement.md.
"""

from __future__ import annotations

from workbook.confinement.confined import Confined
from workbook.confinement.levels import Level, highest_level
from workbook.confinement.limits import Limits
from workbook.confinement.self_testing import Assessment, Check, self_test
from workbook.confinement.starting import CHANNEL, start

__all__ = [
    "CHANNEL",
    "Assessment",
    "Check",
    "Confined",
    "Level",
    "Limits",
    "highest_level",
    "self_test",
    "start",
]
