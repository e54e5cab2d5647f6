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
from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from workbook.aws.stepfunctions.integrations import WAIT_FOR_TASK_TOKEN, find_integration
from workbook.aws.stepfunctions.language import visits
from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.role_calls import NotAssumed, present_execution
from workbook.aws.stepfunctions.service_calls import request_for
from workbook.aws.stepfunctions.service_errors import TaskError
from workbook.aws.stepfunctions.shapes import WrongParameters, compact
from workbook.aws.stepfunctions.starts import complete, start
from workbook.aws.stepfunctions.tokens import HeartbeatMissed, OpenTask, close, issue, wake
from workbook.aws.stepfunctions.waiting_task import TIMEOUT, Abandoned, Environment, WaitingTask
from workbook.engine.clock import SECOND
from workbook.engine.tasks import Interrupted
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent

    from workbook.aws.stepfunctions.integrations import Integration
    from workbook.aws.stepfunctions.jobs import Job


class ServiceTask(WaitingTask):
    """A Task state whose Resource is `arn:aws:states:::service:action`, with a way of waiting behind it."""

    def from_state_props(self, state_props: Any) -> None:  # noqa: ANN401 - as above
        """Take what the definition says of the state."""
        super().from_state_props(state_props)
        self._integration: Integration = find_integration(self.resource.resource_arn)

    # ---- the way of a call

    def _eval_execution(self, env: Environment) -> None:
        self.resource.eval(env=env)
        region = env.stack.pop().region
        seconds = self._time_limit(env)
        due = None if seconds is None else current_world().clock.now + seconds * SECOND
        token = self._issue_token(env)
        try:
            self._call_and_wait(env, region, token, due)
        except BaseException as error:
            if token is not None:
                close(current_world(), token, _outcome(error, due))
            raise

    def _eval_parameters(self, env: Environment) -> dict[str, Any]:
        parameters: dict[str, Any] = super()._eval_parameters(env=env)
        visits.demand_input_size(env, parameters, self.name)
        return parameters

    def _call_and_wait(self, env: Environment, region: str, token: OpenTask | None, due: int | None) -> None:
        parameters = complete(self._integration, self._eval_parameters(env=env))
        role_arn = self._eval_state_credentials(env).role_arn
        request = self._request(env, parameters)
        self._tell_start(env, parameters, region, role_arn)
        answer, job = start(self._integration, request, region, role_arn)
        if token is not None:
            self._tell(env, "TaskSubmitted", **_output(answer))
            answer = self._wait_for_token(env, token)
        elif job is not None:
            self._tell(env, "TaskSubmitted", **_output(answer))
            answer = self._wait_for_job(env, job, due)
        visits.demand_size(
            env, answer, self._integration.service, event_type="TaskFailed", details=self.which
        )
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
            raise failure(env, RUNTIME, cause) from error

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
            raise Abandoned
        if answer.output is None:
            raise TaskError(answer.error, answer.cause)
        return json.loads(answer.output)

    @staticmethod
    def _wait_for_job(env: Environment, job: Job, due: int | None) -> Any:  # noqa: ANN401 - any JSON
        world = current_world()
        job.tell(lambda: wake(env))
        try:
            while not job.has_ended and env.is_running():
                env.program_state_event.wait()
        finally:
            is_late = due is not None and world.clock.now >= due
            if not job.has_ended and not is_late:  # this task is aborted, and can wait for no answer itself
                world.kernel.spawn(job.stop, name="an aborted task's job is stopped")
        if not job.has_ended:
            raise Abandoned
        return job.result()

    # ---- what the history is told

    @property
    def which(self) -> dict[str, str]:
        """What every event of the task says."""
        return {"resourceType": self._integration.service, "resource": self._integration.resource_name}

    def _tell(self, env: Environment, event: str, **details: object) -> None:
        name = f"{event[0].lower()}{event[1:]}EventDetails"
        env.event_manager.add_event(
            context=env.event_history_context,
            event_type=event,
            event_details={name: {**self.which, **details}},
        )

    def _tell_start(
        self, env: Environment, parameters: Mapping[str, Any], region: str, role_arn: str
    ) -> None:
        limits = {
            "timeoutInSeconds": self._time_limit(env),
            "heartbeatInSeconds": self._seconds(env, self.heartbeat),
            "taskCredentials": {"roleArn": role_arn} if self.credentials else None,
        }
        self._tell(env, "TaskScheduled", region=region, parameters=to_json_str(parameters), **limits)
        self._tell(env, "TaskStarted")

    def _time_limit(self, env: Environment) -> int | None:
        return None if self.timeout.is_default_value() else self._seconds(env, self.timeout)

    # ---- how it fails

    def _from_error(self, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, NotAssumed):
            raised: Any = failure(env, RUNTIME, str(ex))
            event: FailureEvent = raised.failure_event
            return event
        return super()._from_error(env=env, ex=ex)


def _outcome(error: BaseException, due: int | None) -> str:
    """How the wait for a token's holder has ended, when not by an answer."""
    if isinstance(error, TaskError):
        return error.error or "TaskFailed"
    if isinstance(error, HeartbeatMissed) or (due is not None and current_world().clock.now >= due):
        return TIMEOUT
    return "ABORTED" if isinstance(error, (Abandoned, Interrupted)) else RUNTIME


def _output(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"output": to_json_str(answer), "outputDetails": {"truncated": False}}
