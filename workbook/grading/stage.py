"""Where graded answers are judged: the lab here, their code in the learner's process."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbook.grading.frames import ChannelError
from workbook.grading.judging_lab import JudgingLab
from workbook.grading.learner_process import LearnersHome
from workbook.grading.patience import Patience, next_frame
from workbook.grading.process import GONE, LearnersProcess
from workbook.grading.remote_answer import RemoteAnswer
from workbook.grading.request import WALL_SECONDS
from workbook.grading.untrusted import Tampered
from workbook.teaching.judge import Stage
from workbook.teaching.trouble import Troubled

if TYPE_CHECKING:
    from workbook.confinement import Level
    from workbook.engine.seeds import Chaos
    from workbook.lab import Lab
    from workbook.teaching.texts import Submission

_BEGIN = 20.0
"""Real seconds for a situation to begin in a process that is ready, and was not stopped."""


class GradedStage(Stage):
    """Judges the answers of one learner, one after the other, in a process of theirs while that lives."""

    real_time_limit = math.inf
    """Here nothing of a learner's runs; how long their process is waited for, `LearnersProcess` knows."""

    def __init__(self, level: Level | None = None, wall_seconds: int = WALL_SECONDS) -> None:
        """`wall_seconds`: real seconds that the judging of all answers may take."""
        self._level = level
        self._wall_seconds = wall_seconds
        self._home: LearnersHome | None = None
        self.tampering: list[str] = []
        """What the answer has sent that no answer sends."""
        self._has_run = False
        """Whether the answer has run already: if its process has ended by then, that is its own doing."""

    def begin_task(self) -> None:
        """Another answer is judged from now on."""
        self.tampering.clear()
        self._has_run = False

    def home(self) -> LearnersHome:
        """The learner's process; a new one where the one before has ended.

        Raises:
            NotStarted: none could be started.
        """
        if self._home is None:
            self._home = LearnersHome(self._level, self._wall_seconds)
        return self._home

    def leave(self) -> None:
        """End the learner's process; the next answer gets a new one."""
        if self._home is not None:
            self._home.close()
            self._home = None

    def open_lab(self, *, seed: int, chaos: Chaos | None) -> Lab:
        """A lab that knows its own functions from a learner's."""
        self.home()  # first, since a process that does not start is not the answer's fault
        return JudgingLab(seed=seed, chaos=chaos)

    @contextlib.contextmanager
    def answering(self, lab: Lab, submission: Submission) -> Iterator[RemoteAnswer]:
        """The answer, while the situation is played and judged."""
        if submission.source is None:
            yield RemoteAnswer(lab, submission, None)
            return
        process = self._begun(lab)
        try:
            yield RemoteAnswer(lab, submission, process)
        finally:
            self._end(process)

    def _begun(self, lab: Lab) -> LearnersProcess:
        assert isinstance(lab, JudgingLab)  # noqa: S101 - `open_lab` made it
        try:
            self._begin(lab)
        except ChannelError as error:
            self.leave()
            if self._has_run:
                raise Troubled(GONE) from error
            self._begin(lab)  # it was the answer before that has stopped the process
        self._has_run = True
        home = self.home()
        process = LearnersProcess(home.channel, lab, home.processor_time)
        lab.run_elsewhere(process)
        return process

    def _begin(self, lab: Lab) -> None:
        home, world = self.home(), lab.world
        facts = {"account": world.account, "region": world.region, "instant": world.clock.now}
        home.channel.send({"do": "situation", **facts})
        next_frame(home.channel, Patience(home.processor_time, busy=_BEGIN, silent=_BEGIN))

    def _end(self, process: LearnersProcess) -> None:
        if isinstance(process.problem, Tampered):
            self.tampering.append(f"Its process sent what no answer sends: {process.problem}.")
        if process.problem is not None:
            self.leave()
            return
        try:
            process.end()
        except ChannelError:
            self.leave()
