"""What a task of a service and one of an activity have in common: time limits, and how they fail.

Both wait for somebody else, and fail by an answer that is an error, by their time limit, or by a heartbeat
that did not come. What differs is the kind of the events, and what these say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask

from workbook.aws.stepfunctions.language.failures import failure
from workbook.aws.stepfunctions.service_errors import TaskError
from workbook.aws.stepfunctions.tokens import HeartbeatMissed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent

Environment = Any
"""The interpreter's, which is not typed."""

TIMEOUT, _HEARTBEAT = "States.Timeout", "States.HeartbeatTimeout"
"""AWS's history calls a missed heartbeat by the first, and catchers may call it by either."""


class Abandoned(TimeoutError):
    """An attempt was ended from outside. Nobody hears it: who has ended it goes on without it."""


class WaitingTask(StateTask):
    """A Task state that waits for somebody else."""

    kind = "Task"
    """What its events begin with: TaskFailed, TaskTimedOut."""

    @property
    def which(self) -> Mapping[str, str]:
        """What the events of a failure say besides error and cause."""
        return {}

    @staticmethod
    def _seconds(env: Environment, limit: Any) -> int | None:  # noqa: ANN401 - the interpreter's Timeout or Heartbeat
        if limit is None:
            return None
        limit.eval(env=env)
        seconds: int | None = env.stack.pop()
        return seconds

    def _from_error(self, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, TaskError):
            return self._failed(env, ex.error, ex.cause, "Failed")
        if isinstance(ex, TimeoutError):
            event = self._failed(env, TIMEOUT, None, "TimedOut")
            if isinstance(ex, HeartbeatMissed):
                vars(event.error_name)["other_name"] = _HEARTBEAT
            return event
        return super()._from_error(env=env, ex=ex)

    def _failed(self, env: Environment, error: str | None, cause: str | None, how: str) -> FailureEvent:
        raised = failure(env, error, cause, event_type=f"{self.kind}{how}", details=self.which)
        event: FailureEvent = raised.failure_event
        return event
