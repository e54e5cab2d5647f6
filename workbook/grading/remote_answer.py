"""A learner's answer at work in the judge's lab, while its code runs in the learner's process.

It offers what `workbook.teaching.answer.Answer` does, so exercises play the same situations in practice and
when they are graded.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from workbook.aws.awslambda.failures import can_be_sent
from workbook.grading.process import plain_arguments
from workbook.grading.untrusted import shown
from workbook.teaching.answer import LONGEST_CALL, Answer

if TYPE_CHECKING:
    from workbook.grading.process import LearnersProcess
    from workbook.lab import Lab
    from workbook.teaching.texts import Submission


class LearnersSource(str):
    """The text of a module that a learner wrote: what is deployed of it never runs in the judge's process."""

    __slots__ = ()


class RemoteAnswer(Answer):
    """The functions of an answer by name, or its value."""

    def __init__(self, lab: Lab, submission: Submission, process: LearnersProcess | None) -> None:
        super().__init__(lab, submission.value)
        self._process = process
        if process is not None:
            self._ask("define", LONGEST_CALL, source=submission.source, prelude=submission.prelude)

    def call(self, name: str, *arguments: object, limit: float = LONGEST_CALL) -> Any:  # noqa: ANN401 - the learner's
        """As `Answer.call`; what it returns is a copy.

        Raises:
            Troubled: the function is missing, or whatever it raised.
            NoEnd: it takes longer.
        """
        return self._ask("call", limit, function=name, arguments=plain_arguments(arguments, self._lab))

    def start(self, name: str, *arguments: object, called: str = "") -> None:
        """As `Answer.start`."""

        def fell(error: BaseException) -> None:
            self.fallen = self.fallen or error

        self._running().start(called or name, name, plain_arguments(arguments, self._lab), fell)

    def function(self, name: str) -> LearnersSource:
        """The source of a function, alone, for `lab.function`.

        Raises:
            Troubled: there is none of that name, or it cannot be deployed.
            Tampered: what came is no source.
        """
        source = self._ask("source", LONGEST_CALL, function=name)
        if not isinstance(source, str) or "\n" not in source or not can_be_sent(source):
            # A text of one line could be the name of a folder, which would be read here and deployed.
            raise self._running().tampered(f"the source of {name} is {shown(source, 40)!r}")
        return LearnersSource(source)

    def conclude(self) -> None:
        """As `Answer.conclude`; also raises what the process itself has done."""
        super().conclude()
        if self._process is not None:
            self._process.conclude()

    def _running(self) -> LearnersProcess:
        assert self._process is not None, "an answer that is a value has no functions"  # noqa: S101
        return self._process

    def _ask(self, what: str, limit: float, **facts: object) -> Any:  # noqa: ANN401
        name = str(facts.get("function", "the answer"))
        return self._within(limit, name, functools.partial(self._running().ask, what, **facts))
