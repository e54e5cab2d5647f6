"""Lambda functions in the learner's process: their environments, without the service around them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from workbook.aws.awslambda.context import LambdaContext
from workbook.aws.awslambda.environment import ExecutionEnvironment
from workbook.aws.awslambda.failures import described
from workbook.aws.awslambda.lifecycle import Deployment
from workbook.aws.awslambda.marshalling import marshal
from workbook.grading.learner.conversations import BrokenOff, Conversations
from workbook.grading.learner.lab import FarWorld
from workbook.grading.plain import from_plain


class FarLog(io.TextIOBase):
    """The log of an environment: what is written goes to the judge, who has the time and the service."""

    def __init__(self, conversations: Conversations, environment: int, group: str, stream: str) -> None:
        self.group = group
        self.stream = stream
        self._conversations = conversations
        self._environment = environment

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, text: str) -> int:
        """Take text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        text.encode()
        self._mention("write", text)
        return len(text)

    @property
    def buffer(self) -> io.RawIOBase:
        """The same log, for bytes."""
        return _Bytes(self)

    def record(self, text: str) -> None:
        """Take one record of logging."""
        text.encode()
        self._mention("record", text)

    def event(self, message: str) -> None:
        """Write one event."""
        self._mention("event", message)

    def _mention(self, how: str, text: str) -> None:
        self._conversations.mention("log", environment=self._environment, how=how, text=text)


class _Bytes(io.RawIOBase):
    def __init__(self, log: FarLog) -> None:
        self._log = log

    def write(self, content: Any) -> int:  # noqa: ANN401 - anything like bytes
        """Take bytes of UTF-8."""
        self._log.write(bytes(content).decode("utf-8", "replace"))
        return len(content)

    def writable(self) -> bool:
        """It is for writing."""
        return True


class _Until:
    """The deadline of an invocation, as a context looks at it."""

    def __init__(self, instant: int) -> None:
        self.instant = instant


class FarEnvironment(ExecutionEnvironment):
    """An execution environment whose service is the judge's."""

    def __init__(self, world: FarWorld, conversations: Conversations, facts: Mapping[str, Any]) -> None:
        self.deployment = Deployment(**from_plain(facts["deployment"]))
        self._world = world  # type: ignore[assignment]  # kernel and clock are all that is used here
        self._seed = facts["seed"]
        self.log = FarLog(  # type: ignore[assignment]  # it takes what a handler writes
            conversations, facts["environment"], self.deployment.log_group, facts["stream"]
        )
        self._begun = world.clock.now
        self._request_id = ""
        self._modules = None
        self._handler = None

    def begin(self) -> None:
        """Run the module's code and find the handler."""
        self._modules = self._make_modules()
        self._handler = self._find_handler(self._modules)


class Functions:
    """All environments of this process."""

    def __init__(self, world: FarWorld, conversations: Conversations) -> None:
        self._world = world
        self._conversations = conversations
        self._environments: dict[int, FarEnvironment] = {}

    def initialise(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Make an environment; what came of it."""
        environment = FarEnvironment(self._world, self._conversations, facts)
        self._environments[facts["environment"]] = environment
        try:
            environment.begin()
        except BaseException as error:  # noqa: BLE001 - the learner's, whatever it is
            return _outcome_of(error, environment)
        return {"ready": True}

    def invoke(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Call a handler; what came of it."""
        environment = self._environments[facts["environment"]]
        context = LambdaContext(
            environment,
            request_id=facts["request_id"],
            invoked_arn=facts["invoked_arn"],
            deadline=_Until(facts["deadline"]),  # type: ignore[arg-type]  # an instant is all that is asked for
            clock=self._world.clock,
            client_context=facts["client_context"],
        )
        try:
            result = environment.run(json.loads(facts["event"]), context, facts["request_id"])
            return {"returned": marshal(result, environment.deployment.runtime)}
        except BaseException as error:  # noqa: BLE001 - the learner's, whatever it is
            return _outcome_of(error, environment)


def _outcome_of(error: BaseException, environment: FarEnvironment) -> dict[str, Any]:
    if isinstance(error, BrokenOff):
        raise error
    if isinstance(error, SystemExit) or not isinstance(error, Exception):
        code = error.code if isinstance(error, SystemExit) else 1
        return {"exited": code if isinstance(code, int) else 0 if code is None else 1}
    try:
        error_type, message, trace = described(error, environment.line)
    except Exception:  # noqa: BLE001 - its own __str__ raised, which AWS's runtime does not survive either
        return {"exited": 1}
    return {"raised": [error_type, message, trace]}
