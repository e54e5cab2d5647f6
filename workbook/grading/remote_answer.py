"""A learner's answer at work in the judge's lab, while its code runs in the learner's process.

It offers what `workbook.teaching.answer.Answer` does, so exercises play the same situations in practice and
when they are graded.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.engine.clock import SECOND
from workbook.grading.process import plain_arguments
from workbook.teaching.answer import LONGEST_CALL, NoEnd

if TYPE_CHECKING:
    from workbook.grading.process import LearnersProcess
    from workbook.lab import Lab
    from workbook.teaching.texts import Submission


class LearnersSource(str):
    """The text of a module that a learner wrote: what is deployed of it never runs in the judge's process."""

    __slots__ = ()


class RemoteAnswer:
    """The functions of an answer by name, or its value."""

    def __init__(self, lab: Lab, submission: Submission, process: LearnersProcess | None) -> None:
        self._lab = lab
        self._process = process
        self.value = submission.value
        self.settings: Mapping[str, Any] = self.value if isinstance(self.value, Mapping) else {}
        self.fallen: BaseException | None = None
        """What ended a program that was started."""
        if process is not None:
            self._wait_for("define", LONGEST_CALL, source=submission.source, prelude=submission.prelude)

    @property
    def order(self) -> list[str]:
        """As `Answer.order`."""
        return [str(name) for name in self.value] if isinstance(self.value, list) else []

    @property
    def marked(self) -> str:
        """As `Answer.marked`."""
        return str(self.value)

    def call(self, name: str, *arguments: object, limit: float = LONGEST_CALL) -> Any:  # noqa: ANN401 - the learner's
        """As `Answer.call`; what it returns is a copy.

        Raises:
            Troubled: the function is missing, or whatever it raised.
            NoEnd: it takes longer.
        """
        return self._wait_for("call", limit, function=name, arguments=plain_arguments(arguments, self._lab))

    def start(self, name: str, *arguments: object, called: str = "") -> None:
        """As `Answer.start`."""

        def fell(error: BaseException) -> None:
            self.fallen = self.fallen or error

        self._running().start(called or name, name, plain_arguments(arguments, self._lab), fell)

    def function(self, name: str) -> LearnersSource:
        """The source of a function, alone, for `lab.function`.

        Raises:
            Troubled: there is none of that name, or it cannot be deployed.
        """
        return LearnersSource(self._wait_for("source", LONGEST_CALL, function=name))

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return functools.partial(self.call, name)

    def _running(self) -> LearnersProcess:
        assert self._process is not None, "an answer that is a value has no functions"  # noqa: S101
        return self._process

    def _wait_for(self, what: str, limit: float, **facts: object) -> Any:  # noqa: ANN401
        """Have it done on a task of its own, for `limit` seconds of AWS time at most."""
        kernel, name = self._lab.world.kernel, str(facts.get("function", "the answer"))
        ask = functools.partial(self._running().ask, what, **facts)
        with kernel:
            task = kernel.spawn(ask, name=name)
            task.joined = True
            end = kernel.clock.now + int(limit * SECOND)
            timer = kernel.at(end, kernel.throw, task, NoEnd(name, limit), name="end of patience", daemon=True)
            try:
                kernel.join(task)
            finally:
                timer.cancel()
        if task.error is not None:
            raise task.error
        return task.result
