"""A Task state whose Resource is an activity: it offers a task, and waits for the worker that takes it.

    ActivityScheduled ──> ActivityStarted ──> ActivitySucceeded, ActivityFailed or ActivityTimedOut

Source: histories of AWS recorded in 2024.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSeconds
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from workbook.aws.stepfunctions.activities import Activity, Offer
from workbook.aws.stepfunctions.activity_metrics import ActivityMetrics
from workbook.aws.stepfunctions.language import visits
from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.registry import find_activity
from workbook.aws.stepfunctions.role_calls import present_execution
from workbook.aws.stepfunctions.service_errors import TaskError
from workbook.aws.stepfunctions.tokens import HeartbeatMissed, OpenTask, TaskAnswer, close, issue, wake
from workbook.aws.stepfunctions.waiting_task import TIMEOUT, Abandoned, WaitingTask
from workbook.engine.clock import SECOND
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from moto.stepfunctions.parser.asl.eval.environment import Environment

    from workbook.engine.tasks import Timer


class ActivityTask(WaitingTask):
    """A Task state that is done by a worker."""

    kind = "Activity"

    def from_state_props(self, state_props: Any) -> None:  # noqa: ANN401 - the interpreter's StateProps
        """Take what the definition says of the state; its time limit begins with a worker, not before."""
        super().from_state_props(state_props)
        self._limit = self.timeout
        self.timeout = TimeoutSeconds(timeout_seconds=TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS, is_default=True)

    def _eval_execution(self, env: Environment) -> None:
        world, arn = current_world(), self.resource.resource_arn
        text = self._input(env)
        activity = find_activity(world, arn)
        if activity is None:
            raise failure(env, RUNTIME, f"The activity {arn} does not exist.")
        execution = present_execution.get()
        task = issue(world, arn, execution=execution.arn, state=self.name)
        try:
            answer = _Assignment(self, env, activity, task, text).carry_out()
        except BaseException as error:
            close(world, task, TIMEOUT if isinstance(error, HeartbeatMissed) else "ABORTED")
            raise
        env.stack.append(json.loads(answer))

    def _input(self, env: Environment) -> str:
        if self.parargs:
            self.parargs.eval(env=env)
        given = env.stack.pop()
        visits.demand_input_size(env, given, self.name)
        return given if isinstance(given, str) and self.parargs is None else to_json_str(given)

    def seconds(self, env: Environment) -> tuple[int | None, int | None]:
        """The time limit and the longest time between heartbeats; None where there is none."""
        limit = None if self._limit.is_default_value() else self._limit
        return self._seconds(env, limit), self._seconds(env, self.heartbeat)


class _Assignment:
    """One attempt: a task from its offer to its answer."""

    def __init__(
        self, state: ActivityTask, env: Environment, activity: Activity, task: OpenTask, text: str
    ) -> None:
        self._world = current_world()
        self._env, self._activity, self._task, self._text = env, activity, task, text
        self._limit, self._heartbeat = state.seconds(env)
        self._metrics = ActivityMetrics(self._world, activity.arn)
        self._started = self._expired = False
        self._timer: Timer | None = None

    def carry_out(self) -> str:
        """Offer the task, and wait for its output.

        Raises:
            TaskError: the worker says that it has failed.
            TimeoutError: it took too long, or the worker has shown no sign of life.
        """
        self._schedule()
        try:
            while not self._started and self._env.is_running():
                self._env.program_state_event.wait(None)
            answer = self._task.wait(self._env, self._heartbeat)
        except HeartbeatMissed:
            self._metrics.end("HeartbeatTimedOut")
            raise
        finally:
            if self._timer is not None:
                self._timer.cancel()
        return self._output(answer)

    def _schedule(self) -> None:
        details = {
            "resource": self._activity.arn,
            "input": self._text,
            "inputDetails": {"truncated": False},
            "timeoutInSeconds": self._limit,
            "heartbeatInSeconds": self._heartbeat,
        }
        self._tell("ActivityScheduled", **details)
        self._metrics.schedule()
        self._activity.offer(Offer(self._task, self._text, self._start))

    def _start(self, worker: str | None) -> None:
        """A worker has the task."""
        self._started = True
        self._tell("ActivityStarted", workerName=worker)
        self._metrics.start()
        if self._limit is not None:
            due = self._world.clock.now + self._limit * SECOND
            name = f"the time limit of a task of {self._activity.name}"
            self._timer = self._world.kernel.at(due, self._expire, name=name)
        wake(self._env)

    def _expire(self) -> None:
        if self._task.is_open:
            self._expired = True
            self._task.take(TaskAnswer(error=TIMEOUT))

    def _output(self, answer: TaskAnswer | None) -> str:
        if answer is None:
            raise Abandoned
        if self._expired:
            self._metrics.end("TimedOut")
            raise TimeoutError
        if answer.output is None:
            self._metrics.end("Failed")
            raise TaskError(answer.error, answer.cause)
        self._metrics.end("Succeeded")
        self._tell("ActivitySucceeded", output=answer.output, outputDetails={"truncated": False})
        return answer.output

    def _tell(self, event: str, **details: object) -> None:
        name = f"{event[0].lower()}{event[1:]}EventDetails"
        self._env.event_manager.add_event(
            context=self._env.event_history_context,
            event_type=event,  # type: ignore[arg-type]  # an enumeration of texts
            event_details=cast("Any", {name: details}),
        )
