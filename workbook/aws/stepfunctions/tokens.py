"""Task tokens: a task is handed to somebody outside, who answers it once, by its token.

    issue ──> the token goes out with a call ──┬── SendTaskSuccess, SendTaskFailure ──> the state goes on
                                               └── SendTaskHeartbeat ──> the state waits on

A token says by itself that this lab has issued it: it holds a number, and a digest of it that only the lab
can make. So a token whose task is over is told from one that never was, and no token has to be remembered
longer than its task.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.errors import InvalidTaskToken, TaskTimedOut
from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

_STATE = "stepfunctions.tokens"
_HEAD = b"\x00\x00\x00\x2a"
_NUMBER_BYTES = 8
SHOWN_BODY = 4096


@dataclass(frozen=True)
class TaskAnswer:
    """What a task was answered with: an output (JSON), or an error and a cause."""

    output: str | None = None
    error: str | None = None
    cause: str | None = None


class HeartbeatMissed(TimeoutError):
    """Nobody has sent a heartbeat for as long as a task allows."""


class OpenTask:
    """A task that waits for whoever has its token."""

    def __init__(self, world: World, token: str, hop: Hop) -> None:
        self.token = token
        self.answer: TaskAnswer | None = None
        self._world = world
        self._hop = hop
        self._heartbeat: int | None = None
        self._heartbeat_due: int | None = None
        self._environment: Any = None

    def wait(self, environment: Any, heartbeat: int | None) -> TaskAnswer | None:  # noqa: ANN401 - the interpreter's Environment
        """Wait for the answer, at most `heartbeat` seconds from one heartbeat to the next.

        It is None where the attempt has ended meanwhile: by its time limit, or with its execution.

        Raises:
            HeartbeatMissed: a heartbeat did not come in time.
        """
        self._environment, self._heartbeat = environment, heartbeat
        self.beat()
        while self.answer is None and environment.is_running():
            due = self._heartbeat_due
            now = self._world.clock.now
            if due is not None and now >= due:
                raise HeartbeatMissed
            environment.program_state_event.wait(None if due is None else (due - now) / SECOND)
        return self.answer

    def take(self, answer: TaskAnswer) -> None:
        """Take an answer; the state goes on."""
        self.answer = answer
        close(self._world, self, "ok" if answer.output is not None else answer.error or "TaskFailed")
        if self._environment is not None:
            wake(self._environment)

    def beat(self) -> None:
        """Take a heartbeat: the task waits for the next one from now on."""
        if self._heartbeat is not None:
            self._heartbeat_due = self._world.clock.now + self._heartbeat * SECOND

    @property
    def is_open(self) -> bool:
        """Whether it still waits."""
        return self.token in _tokens(self._world).tasks

    @property
    def hop(self) -> Hop:
        """The hop of its issue, which is the cause of what comes of it."""
        return self._hop


def wake(environment: Any) -> None:  # noqa: ANN401 - as above
    """Let an attempt look again for what it waits for."""
    environment.program_state_event.set()
    environment.program_state_event.clear()


@dataclass
class _Tokens:
    """What the lab knows of tokens: how many were issued, and the tasks that wait."""

    key: bytes
    issued: int
    tasks: dict[str, OpenTask]


def issue(world: World, resource: str, **facts: Any) -> OpenTask:  # noqa: ANN401 - as of a hop
    """Hand out a task: a new token, under which it can be answered until it is closed.

    `resource` is the ARN of the state machine or the activity; `facts` are those of the hop.
    """
    tokens = _tokens(world)
    tokens.issued += 1
    number = tokens.issued.to_bytes(_NUMBER_BYTES, "big")
    token = base64.b64encode(_HEAD + number + _digest(tokens, number)).decode()
    hop = world.trace.record("issue-token", resource, message=token, outcome="waits", **facts)
    task = tokens.tasks[token] = OpenTask(world, token, hop)
    return task


def close(world: World, task: OpenTask, outcome: str) -> None:
    """Let a task be answered no more; `outcome` is how it ended. Harmless when it is closed."""
    if _tokens(world).tasks.pop(task.token, None) is not None:
        world.trace.amend(task.hop, outcome=outcome, ended_at=world.clock.now)


def open_task(world: World, token: str) -> OpenTask:
    """The task that waits under a token.

    Raises:
        TaskTimedOut: the task has been answered, or its state has ended.
        InvalidTaskToken: it is no token that was ever issued.
    """
    tokens = _tokens(world)
    task = tokens.tasks.get(token)
    if task is not None:
        return task
    raise TaskTimedOut if _was_issued(tokens, token) else InvalidTaskToken


def _was_issued(tokens: _Tokens, token: str) -> bool:
    try:
        content = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        return False
    body = content.removeprefix(_HEAD)
    number, digest = body[:_NUMBER_BYTES], body[_NUMBER_BYTES:]
    return 0 < int.from_bytes(number, "big") <= tokens.issued and digest == _digest(tokens, number)


def _digest(tokens: _Tokens, number: bytes) -> bytes:
    return hmac.digest(tokens.key, number, hashlib.sha512)


def _tokens(world: World) -> _Tokens:
    return world.kept(_STATE, lambda: _Tokens(world.seeds.uuid("stepfunctions.token").encode(), 0, {}))
