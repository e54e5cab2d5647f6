"""One execution: the interpreter walks through the states on a task of the kernel, until one of four ends.

    start ──> RUNNING ──┬── the last state ──> SUCCEEDED
                        ├── an error that nothing catches ──> FAILED
                        ├── TimeoutSeconds of the state machine ──> TIMED_OUT
                        └── StopExecution ──> ABORTED

Who ends it from outside does so at once, whatever its states wait for. What they have asked of other services
goes on there: a function runs to its end, and nobody hears its answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.history import History
from workbook.aws.stepfunctions.repairs import context_time
from workbook.aws.stepfunctions.role_calls import present_execution
from workbook.aws.stepfunctions.state_hops import StateHops
from workbook.aws.stepfunctions.status_events import tell_status
from workbook.engine.clock import SECOND, datetime_of
from workbook.engine.tasks import Interrupted

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.registry import StateMachine
    from workbook.engine.hop import Hop
    from workbook.engine.tasks import Task, Timer
    from workbook.engine.world import World

DAY = 24 * 3600 * SECOND
SHOWN_INPUT = 4096
"""Characters of an input that the trace keeps, as of other bodies."""
_RUNNING, _SUCCEEDED = "RUNNING", "SUCCEEDED"
_EVENTS = {
    _SUCCEEDED: "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "ABORTED": "ExecutionAborted",
}


class Execution:
    """One execution of a state machine, as it was when it started."""

    def __init__(
        self, world: World, machine: StateMachine, name: str, input_text: str, trace_header: str | None
    ) -> None:
        self.machine = machine
        self.name = name
        self.arn = machine.execution_arn(name)
        self.input = input_text
        self.trace_header = trace_header
        self.status = _RUNNING
        self.started = world.clock.now
        """An instant in microseconds, as `ended` is."""
        self.ended: int | None = None
        self.output: str | None = None
        self.error: str | None = None
        self.cause: str | None = None
        self.history = History(world.clock, self._history_is_full)
        self.states = StateHops(world, machine.arn, self.arn)
        self._world = world
        self._program = machine.program
        self._environment = self._new_environment()
        self._hop: Hop | None = None
        self._task: Task | None = None
        self._timer: Timer | None = None

    # ---- its life

    def start(self) -> None:
        """Walk through the states from now on; this returns at once."""
        self._hop = self._world.trace.record(
            "start-execution",
            self.machine.arn,
            message=self.arn,
            outcome="waits",
            size=len(self.input.encode()),
            body=self.input[:SHOWN_INPUT],
        )
        self.history.add_event(
            self._environment.event_history_context,
            "ExecutionStarted",
            {
                "executionStartedEventDetails": {
                    "input": self.input,
                    "inputDetails": {"truncated": False},
                    "roleArn": self.machine.role_arn,
                }
            },
            update_source_event_id=False,
        )
        kernel = self._world.kernel
        with self._world.trace.under(self._hop):
            tell_status(self._world, self)
            self._task = kernel.spawn(self._walk, name=f"execution {self.name}")
            seconds = self._program.timeout_seconds
            if seconds is not None:
                due = self._world.clock.now + seconds.timeout_seconds * SECOND
                self._timer = kernel.at(due, self._time_out, name=f"the time limit of execution {self.name}")

    def stop(self, error: str | None, cause: str | None) -> None:
        """End it from outside; nothing happens if it has ended."""
        if self.ended is None:
            self._break_off("ABORTED", error, cause)

    def _time_out(self) -> None:
        if self.ended is None:
            self._break_off("TIMED_OUT", None, None)

    def _break_off(self, status: str, error: str | None, cause: str | None) -> None:
        now = datetime_of(self._world.clock.now)
        self._end(status, error=error, cause=cause, previous=0)
        self._environment.set_stop(stop_date=now, cause=cause, error=error)  # wakes its Wait states
        assert self._task is not None  # noqa: S101 - it was started before anybody could end it
        self._world.kernel.throw(self._task, Interrupted())

    def _history_is_full(self) -> None:
        count = limit("stepfunctions.history")
        cause = f"The execution reached the maximum number of history events ({count})."
        self._end("FAILED", error="States.Runtime", cause=cause)
        self._environment.set_stop(stop_date=datetime_of(self._world.clock.now), cause=cause, error=None)

    def _walk(self) -> None:
        present_execution.set(self)
        self._environment.next_state_name = self._program.start_at.start_at_name
        self._program._eval_body(self._environment)  # noqa: SLF001 - `eval` would wait on a task of its own
        if self.ended is None:
            self._take_end()

    def _take_end(self) -> None:
        """The interpreter has noted the end in the history; the execution shows the same."""
        last = self.history.events.pop()
        details = next(value for name, value in last.items() if name.endswith("EventDetails"))
        status = next(status for status, event in _EVENTS.items() if event == last["type"])
        self._end(status, previous=last["previousEventId"], **_known(details))

    def _end(
        self,
        status: str,
        *,
        output: str | None = None,
        error: str | None = None,
        cause: str | None = None,
        previous: int | None = None,
    ) -> None:
        self.status, self.ended = status, self._world.clock.now
        self.output, self.error, self.cause = output, error, cause
        details: dict[str, Any] = {"error": error, "cause": cause}
        if output is not None:
            details = {"output": output, "outputDetails": {"truncated": False}}
        before = len(self.history.events) if previous is None else previous
        known = {name: value for name, value in details.items() if value is not None}
        self.history.end(_EVENTS[status], before, known)
        if self._timer is not None:
            self._timer.cancel()
        assert self._hop is not None  # noqa: S101 - as above
        outcome = "ok" if status == _SUCCEEDED else error or status
        self.states.end(outcome)
        self._world.trace.amend(self._hop, outcome=outcome, ended_at=self.ended, status=status)
        with self._world.trace.under(self._hop):
            tell_status(self._world, self)

    # ---- what the interpreter has to know

    def _new_environment(self) -> Any:  # noqa: ANN401 - the interpreter's Environment
        from moto.stepfunctions.parser.asl.eval import environment, evaluation_details, states  # noqa: PLC0415 - loaded with the definition
        from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext  # noqa: PLC0415

        machine = self.machine
        context = states.ContextObjectData(
            Execution=states.ExecutionData(
                Id=self.arn,
                Input=json.loads(self.input),
                StartTime=context_time(datetime_of(self.started)),
                Name=self.name,
                RoleArn=machine.role_arn,
                RedriveCount=0,
            ),
            StateMachine=states.StateMachineData(Id=machine.arn, Name=machine.name),
        )  # type: ignore[typeddict-item]  # what is not there yet is not shown
        made = environment.Environment(
            aws_execution_details=evaluation_details.AWSExecutionDetails(
                machine.account, machine.region, machine.role_arn
            ),
            execution_type="STANDARD",  # type: ignore[arg-type]  # an enumeration of texts
            context=context,
            event_history_context=EventHistoryContext.of_program_start(),
            cloud_watch_logging_session=None,
            activity_store={},
        )
        made.event_manager = self.history  # type: ignore[assignment]  # all that is asked of one
        return made

    # ---- as AWS shows it

    def description(self) -> dict[str, Any]:
        """As DescribeExecution shows it."""
        shown: dict[str, Any] = {
            "executionArn": self.arn,
            "stateMachineArn": self.machine.arn,
            "name": self.name,
            "status": self.status,
            "startDate": datetime_of(self.started),
            "input": self.input,
            "inputDetails": {"included": True},
            "redriveCount": 0,
            **self._redrive(),
        }
        if self.ended is not None:
            shown["stopDate"] = datetime_of(self.ended)
        if self.output is not None:
            shown |= {"output": self.output, "outputDetails": {"included": True}}
        more = {"error": self.error, "cause": self.cause, "traceHeader": self.trace_header}
        return shown | {name: value for name, value in more.items() if value is not None}

    def _redrive(self) -> Mapping[str, str]:
        obstacle = self._obstacle_to_redrive()
        if obstacle is None:
            return {"redriveStatus": "REDRIVABLE"}
        return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": obstacle}

    def _obstacle_to_redrive(self) -> str | None:
        """Why RedriveExecution would refuse the execution on AWS; the lab refuses that operation by name."""
        if self.ended is None or self.status == _SUCCEEDED:
            return f"Execution is {self.status} and cannot be redriven"
        if len(self.history.events) >= limit("stepfunctions.redrive.history"):
            return "Execution history event limit exceeded"
        if self._world.clock.now - self.ended > limit("stepfunctions.redrive.period") * DAY:
            return "Execution redrivable period exceeded"
        return None

    def summary(self) -> dict[str, Any]:
        """As ListExecutions shows it."""
        shown = ("executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "redriveCount")
        described = self.description()
        return {name: described[name] for name in shown if name in described}


def _known(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: details[name] for name in ("output", "error", "cause") if name in details}
