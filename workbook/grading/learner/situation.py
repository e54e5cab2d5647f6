"""One situation in the learner's process: the answer's functions, and whatever the judge asks of them."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import Any

from workbook.aws.awslambda.modules import files_of
from workbook.engine.clock import Clock
from workbook.grading.frames import Channel
from workbook.grading.learner.aws import send_calls_to_the_judge
from workbook.grading.learner.conversations import Conversations
from workbook.grading.learner.functions import Functions
from workbook.grading.learner.kernel import FarKernel
from workbook.grading.learner.lab import FarLab
from workbook.grading.plain import from_plain
from workbook.packaging import package
from workbook.programs import in_aws_time
from workbook.teaching.answer import LocalAnswer, Unanswered


class Situation:
    """An answer at work in a lab that is elsewhere."""

    def __init__(self, channel: Channel, facts: Mapping[str, Any]) -> None:
        conversations = Conversations(channel, Clock(facts["instant"]))
        kernel = FarKernel(conversations)
        send_calls_to_the_judge(conversations, facts["account"], facts["region"])
        self._lab = FarLab(conversations, kernel, facts["account"])
        self._answer: LocalAnswer | None = None
        functions = Functions(self._lab.world, conversations)
        conversations.work.update(
            {
                "define": self._define,
                "call": self._call,
                "source": self._source_of,
                "initialise": functions.initialise,
                "invoke": functions.invoke,
            }
        )
        self.conversations = conversations
        sys.stdout = sys.stderr = _Printed(conversations)

    def _define(self, facts: Mapping[str, Any]) -> None:
        self._answer = LocalAnswer(self._lab, source=facts["source"], prelude=facts["prelude"])  # type: ignore[arg-type]  # as far as an answer looks

    def _call(self, facts: Mapping[str, Any]) -> object:
        arguments = [self._lab if each == {"$lab": True} else from_plain(each) for each in facts["arguments"]]
        started = self._lab.started(facts["function"])
        function = self._function(facts["function"]) if started is None else started
        kernel: Any = self._lab.world.kernel
        return in_aws_time(function, kernel)(*arguments)  # type: ignore[arg-type]  # a function of the answer

    def _source_of(self, facts: Mapping[str, Any]) -> str:
        """The source of a function alone, as `lab.function` would deploy it."""
        bundle = package(self._function(facts["function"]), name=facts["function"])
        (source,) = files_of(bundle.zip_bytes).values()
        return source.decode()

    def _function(self, name: str) -> Any:  # noqa: ANN401 - a function of the learner's
        if self._answer is None:
            raise Unanswered(f"there is no function {name}")
        return self._answer.function(name)


class _Printed(io.TextIOBase):
    """What an answer prints goes to the judge, who shows the beginning of it."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, text: str) -> int:
        """Take text."""
        self._conversations.mention("print", text=text[:10_000])
        return len(text)


def play_situation(channel: Channel, facts: Mapping[str, Any]) -> None:
    """Play one situation, until the judge says that it is over."""
    situation = Situation(channel, facts)
    channel.send({"begun": True})
    situation.conversations.serve()
