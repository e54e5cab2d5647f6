"""Starts learner's processes: confined, and without what an answer could look up.

The process finds the workbook as a learner knows it, for their notebook runs in it; the checks of exercises,
their texts with the solutions, the questions and this grader are empty folders there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from workbook import confinement
from workbook.confinement import Limits
from workbook.grading.frames import Channel, ChannelError, ChannelSilent
from workbook.grading.request import WALL_SECONDS

if TYPE_CHECKING:
    from workbook.confinement import Confined, Level

PACKAGE = Path(__file__).resolve().parent.parent
HIDDEN = (
    "teaching/exercises",
    "teaching/texts",
    "teaching/quizzes",
    "teaching/authors",
    "room",
    "served",
)
"""Folders of the package that are empty for a learner's process."""
START = 60.0
"""Real seconds for a process to be ready; it takes two."""
TAKING = 20.0
"""Real seconds for a process to take what is sent to it: one that has stopped would hold up the judge."""
LIMITS = Limits(
    cpu_seconds=120,
    wall_seconds=WALL_SECONDS,
    memory_bytes=2 * 1024**3,
    processes=64,
    file_bytes=16 * 1024**2,
    open_files=256,
    output_bytes=256 * 1024,
    scratch_bytes=64 * 1024**2,
)


class NotStarted(RuntimeError):
    """A learner's process could not be started; this is no fault of the answer."""


class LearnersHome:
    """A learner's process, with the channel to it."""

    def __init__(self, level: Level | None = None, wall_seconds: int = WALL_SECONDS) -> None:
        """Start one.

        Args:
            level: of confinement; the highest that there is, if not given.
            wall_seconds: real seconds until it is ended. Where they are those that the judging of the
                submission may take, they are over later than those, so that no answer is blamed for them.

        Raises:
            NotStarted: it did not come up.
        """
        self.confined: Confined = confinement.start(
            [sys.executable, "-m", "workbook.grading.learner"],
            readable={"/course/workbook": PACKAGE},
            hidden=[f"/course/workbook/{folder}" for folder in HIDDEN if (PACKAGE / folder).is_dir()],
            environment={"PYTHONPATH": "/course", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
            limits=dataclasses.replace(LIMITS, wall_seconds=wall_seconds),
            level=level,
        )
        self.channel = Channel(self.confined.channel, patience=TAKING)
        try:
            ready = self.channel.receive(START)
        except ChannelError as error:
            how = "it was not ready in time" if isinstance(error, ChannelSilent) else self.confined.ended()
            self.close()
            message = f"a learner's process did not start: {how}. It said: {self.confined.output[-2000:]!r}"
            raise NotStarted(message) from error
        assert ready == {"ready": True}, ready  # noqa: S101 - nothing of the learner's has run in it yet

    def processor_time(self) -> float:
        """Seconds that it and what it has started have computed."""
        total = 0.0
        with contextlib.suppress(psutil.Error):
            first = psutil.Process(self.confined.pid)
            for process in (first, *first.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    times = process.cpu_times()
                    total += sum(times[:4])  # its own and those of processes that it has seen end
        return total

    def close(self) -> None:
        """End it, with all that it has started."""
        self.confined.kill()
        self.channel.close()
