"""A Task state that calls a service: what it tells the history, and the three ways of waiting.

    request-response    Scheduled, Started ────────────────> Succeeded: the answer of the call
    .waitForTaskToken   Scheduled, Started ──> Submitted ──> Succeeded: what the token's holder sends
    .sync               Scheduled, Started ──> Submitted ──> Succeeded: the job at its end

The interpreter has a class for each service, which differ in what they forget. Here one class serves all:
what differs from service to service stands in the catalogue of `integrations`. It is loaded with the
interpreter, of whose Task state it is a kind.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.quotas import is_within_size_quota

from workbook.aws.stepfunctions.integrations import SYNC, SYNC_2, WAIT_FOR_TASK_TOKEN, find_integration
from workbook.aws.stepfunctions.jobs import Job, job_of
from workbook.aws.stepfunctions.role_calls import NotAssumed, present_execution
from workbook.aws.stepfunctions.service_calls import call_service, request_for
from workbook.aws.stepfunctions.service_errors import TaskError
from workbook.aws.stepfunctions.shapes import WrongParameters, compact
from workbook.aws.stepfunctions.tokens import HeartbeatMissed, OpenTask, close, issue, wake
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.stepfunctions.integrations import Integration

Environment = Any
"""The interpreter's, which is not typed."""


class NoTimeLimit(TimeoutSeconds):
    """A state that has no TimeoutSeconds waits for as long as its execution goes on.

    AWS's default is 99,999,999 seconds, which no execution lives; as a timer of the lab's it would keep
    `run_until_idle` busy for three years. The interpreter's is 60 seconds where there are heartbeats.
    """

    def __init__(self) -> None:
        super().__init__(timeout_seconds=TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS, is_default=True)

    def _eval_seconds(self, env: Environment) -> None:  # type: ignore[override]  # noqa: ARG002 - a wait without end
        return None


class MissedHeartbeat(StatesErrorName):
    """The error of a heartbeat that did not come: its name is States.Timeout, and it has another one, too."""

    def __init__(self) -> None:
        super().__init__(typ=StatesErrorNameType.StatesTimeout)

    def __eq__(self, other: object) -> bool:
        names = ("States.Timeout", "States.HeartbeatTimeout")
        return isinstance(other, ErrorName) and other.error_name in names

    __hash__ = None  # type: ignore[assignment]  # as of the interpreter's error names


class ServiceTask(StateTask):
    """A Task state whose Resource is `arn:aws:states:::service:action`, with a way of waiting behind it."""

    def from_state_props(self, state_props: Any) -> None:  # noqa: ANN401 - as above
        """Take what the definition says of the state."""
        super().from_state_props(state_props)
        self._integration: Integration = find_integration(self.resource.resource_arn)

    # ---- the way of a call

    def _eval_execution(self, env: Environment) -> None:
        self.resource.eval(env=env)
        region = env.stack.pop().region
        token = self._issue_token(env)
        try:
            self._call_and_wait(env, region, token)
        except Exception as error:
            if token is not None:
                close(current_world(), token, _outcome(env, error))
            raise

    def _call_and_wait(self, env: Environment, region: str, token: OpenTask | None) -> None:
        parameters = self._eval_parameters(env=env)
        credentials = self._eval_state_credentials(env)
        request = self._request(env, parameters)
        self._tell_start(env, parameters, region, credentials.role_arn)
        answer = call_service(self._integration, request, region, credentials.role_arn)
        if token is not None:
            self._tell(env, "TaskSubmitted", **_output(answer))
            answer = self._wait_for_token(env, token)
        elif self._integration.way in {SYNC, SYNC_2}:
            self._tell(env, "TaskSubmitted", **_output(answer))
            answer = self._wait_for_job(env, job_of(self._integration, answer, region, credentials.role_arn))
        self._refuse_oversized(env, answer)
        self._tell(env, "TaskSucceeded", **_output(answer))
        env.stack.append(answer)

    def _request(self, env: Environment, parameters: dict[str, Any]) -> dict[str, Any]:
        try:
            return request_for(self._integration, parameters)
        except WrongParameters as error:
            problems = ", ".join(error.problems)
            cause = (
                f"The Parameters '{compact(parameters)}' could not be used to start the Task: [{problems}]"
            )
            raise FailureEventException(_unfit(env, cause)) from error

    def _issue_token(self, env: Environment) -> OpenTask | None:
        if self._integration.way != WAIT_FOR_TASK_TOKEN:
            return None
        execution = present_execution.get()
        facts = {"execution": execution.arn, "state": self.name, "to": self._integration.called}
        task = issue(current_world(), execution.machine.arn, **facts)
        env.states.context_object.context_object_data["Task"] = {"Token": task.token}
        return task

    def _wait_for_token(self, env: Environment, token: OpenTask) -> Any:  # noqa: ANN401 - any JSON
        answer = token.wait(env, self._seconds(env, self.heartbeat))
        if answer is None:
            raise TimeoutError  # nobody hears it: who ended the attempt goes on without it
        if answer.output is None:
            raise TaskError(answer.error, answer.cause)
        return json.loads(answer.output)

    def _wait_for_job(self, env: Environment, job: Job) -> Any:  # noqa: ANN401 - any JSON
        job.tell(lambda: wake(env))
        while not job.has_ended and env.is_running():
            env.program_state_event.wait()
        if job.has_ended:
            return job.result()
        if _was_aborted(env):
            job.stop()
        raise TimeoutError  # as of a token

    def _refuse_oversized(self, env: Environment, answer: Any) -> None:  # noqa: ANN401 - any JSON
        if is_within_size_quota(answer):
            return
        cause = (
            f"The state/task '{self._resource_type}' returned a result with a size exceeding the maximum "
            "number of bytes service limit."
        )
        name = StatesErrorName(typ=StatesErrorNameType.StatesStatesDataLimitExceeded)
        raise FailureEventException(self._failed(env, name, cause))

    # ---- what the history is told

    @property
    def _resource_type(self) -> str:
        return self._integration.service

    @property
    def _resource_name(self) -> str:
        return self._integration.resource_name

    def _tell(self, env: Environment, event: str, **details: object) -> None:
        name = f"{event[0].lower()}{event[1:]}EventDetails"
        which = {"resourceType": self._resource_type, "resource": self._resource_name}
        env.event_manager.add_event(
            context=env.event_history_context, event_type=event, event_details={name: {**which, **details}}
        )

    def _tell_start(
        self, env: Environment, parameters: Mapping[str, Any], region: str, role_arn: str
    ) -> None:
        limits = {
            "timeoutInSeconds": self._seconds(env, self.timeout),
            "heartbeatInSeconds": self._seconds(env, self.heartbeat),
            "taskCredentials": {"roleArn": role_arn} if self.credentials else None,
        }
        self._tell(env, "TaskScheduled", region=region, parameters=to_json_str(parameters), **limits)
        self._tell(env, "TaskStarted")

    @staticmethod
    def _seconds(env: Environment, limit: Any) -> int | None:  # noqa: ANN401 - the interpreter's Timeout or Heartbeat
        if limit is None:
            return None
        limit.eval(env=env)
        seconds: int | None = env.stack.pop()
        return seconds

    # ---- how it fails

    def _from_error(self, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, TaskError):
            states = {kind.to_name(): kind for kind in StatesErrorNameType}
            known = states.get(ex.error or "")
            name = ErrorName(ex.error) if known is None else StatesErrorName(known)
            return self._failed(env, name, ex.cause)
        if isinstance(ex, NotAssumed):
            return _unfit(env, str(ex))
        if isinstance(ex, HeartbeatMissed):
            return self._timed_out(env, MissedHeartbeat())
        if isinstance(ex, TimeoutError):
            return self._timed_out(env, StatesErrorName(StatesErrorNameType.StatesTimeout))
        return super()._from_error(env=env, ex=ex)

    def _failed(self, env: Environment, name: ErrorName, cause: str | None) -> FailureEvent:
        return self._failure(env, name, "TaskFailed", cause=cause)

    def _timed_out(self, env: Environment, name: ErrorName) -> FailureEvent:
        return self._failure(env, name, "TaskTimedOut")

    def _failure(self, env: Environment, name: ErrorName, event: str, **more: str | None) -> FailureEvent:
        which = {"resourceType": self._resource_type, "resource": self._resource_name}
        told = {"error": name.error_name, **more}
        known = {key: value for key, value in told.items() if value is not None}
        details = {f"{event[0].lower()}{event[1:]}EventDetails": {**which, **known}}
        kind = HistoryEventType(event)
        return FailureEvent(env=env, error_name=name, event_type=kind, event_details=cast("Any", details))


def _unfit(env: Environment, cause: str) -> FailureEvent:
    """What ends an execution, whatever its state would catch."""
    name = StatesErrorName(StatesErrorNameType.StatesRuntime)
    details: Any = {"executionFailedEventDetails": {"error": name.error_name, "cause": cause}}
    return FailureEvent(
        env=env, error_name=name, event_type=HistoryEventType.ExecutionFailed, event_details=details
    )


def _outcome(env: Environment, error: Exception) -> str:
    """How the wait for a token's holder has ended, when not by an answer."""
    if isinstance(error, TaskError):
        return error.error or "TaskFailed"
    if isinstance(error, TimeoutError):
        return "ABORTED" if _was_aborted(env) else "States.Timeout"
    return "States.Runtime"


def _was_aborted(env: Environment) -> bool:
    """Whether an attempt ended with its execution or its branch, and not by the time limit of its state."""
    return type(env.program_state()).__name__ in {"ProgramStopped", "ProgramError", "ProgramTimedOut"}


def _output(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"output": to_json_str(answer), "outputDetails": {"truncated": False}}
