"""One execution: the interpreter walks through the states on a task of the kernel, until one of four ends.

    start ──> RUNNING ──┬── the last state ──> SUCCEEDED
                        ├── an error that nothing catches ──> FAILED
                        ├── TimeoutSeconds of the state machine, or AWS's own limit ──> TIMED_OUT
                        └── StopExecution ──> ABORTED

From the last three a standard execution can be redriven, and is RUNNING again.
Who ends it from outside does so at once, whatever its states wait for. What they have asked of other services
goes on there: a function runs to its end, and nobody hears its answer.

A standard execution is kept, and told of: in its history and to EventBridge. An express one is forgotten when
it has ended; who started it synchronously has its answer, and else only its log tells what became of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.execution_log import ExecutionLog
from workbook.aws.stepfunctions.execution_metrics import count_end, count_start
from workbook.aws.stepfunctions.execution_shown import DAY
from workbook.aws.stepfunctions.history import History
from workbook.aws.stepfunctions.language.branches import close, run_program
from workbook.aws.stepfunctions.language.progress import Progress, present_progress
from workbook.aws.stepfunctions.metering import billable_facts
from workbook.aws.stepfunctions.registry import registry_of
from workbook.aws.stepfunctions.repairs import context_time
from workbook.aws.stepfunctions.role_calls import present_execution
from workbook.aws.stepfunctions.state_hops import StateHops
from workbook.aws.stepfunctions.status_events import tell_status
from workbook.aws.stepfunctions.task_metrics import count_task_event
from workbook.engine.clock import SECOND, datetime_of
from workbook.engine.tasks import Interrupted

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.maps.map_run import MapRun
    from workbook.aws.stepfunctions.registry import StateMachine
    from workbook.aws.stepfunctions.revisions import Alias, Version
    from workbook.engine.hop import Hop
    from workbook.engine.tasks import Task, Timer
    from workbook.engine.world import World

SHOWN_INPUT = 4096
"""Characters of an input that the trace keeps, as of other bodies."""
_RUNNING, _SUCCEEDED = "RUNNING", "SUCCEEDED"
_EVENTS = {
    _SUCCEEDED: "ExecutionSucceeded",
    "FAILED": "ExecutionFailed",
    "TIMED_OUT": "ExecutionTimedOut",
    "ABORTED": "ExecutionAborted",
}
_TIMEOUT = "States.Timeout"


class Execution:
    """One execution of a state machine, as it was when it started."""

    status = _RUNNING
    ended: int | None = None
    """An instant in microseconds, as `started` and `redriven` are."""
    redrives = 0
    redriven: int | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    transitions = 0
    """How often a state ran, retries counted."""
    map_run: MapRun | None = None
    """The Map Run that started it."""
    on_end: Callable[[Execution], None] | None = None
    """Called when it has ended."""
    _hop: Hop | None = None
    _task: Task | None = None

    def __init__(
        self,
        world: World,
        machine: StateMachine,
        name: str,
        input_text: str,
        trace_header: str | None,
        *,
        version: Version | None = None,
        alias: Alias | None = None,
        synchronous: bool = False,
        arn: str | None = None,
    ) -> None:
        """`synchronous`: somebody waits for its end (StartSyncExecution). `arn`: whose second run it is."""
        self._world, self.started = world, world.clock.now
        self.machine, self.version, self.alias = machine, version, alias
        self.revision = machine.revision if version is None else version.revision
        self.name, self.arn = name, _arn_of(world, machine, name) if arn is None else arn
        self.input, self.trace_header, self.synchronous = input_text, trace_header, synchronous
        self.redrive_tokens: dict[str, int] = {}
        """Client tokens of its last redrives, and when each was first used."""
        self.history = History(world.clock, self._history_is_full, self._note, endless=machine.is_express)
        self.progress = Progress()
        self.states = StateHops(world, machine.arn, self.arn)
        self._registry = registry_of(world, machine.account, machine.region)
        self._log = ExecutionLog(world, machine, self.arn, self.revision.logging)
        self._program = self.revision.program
        self._environment = self._new_environment()
        self._timers: list[Timer] = []
        self._waiting: list[tuple[Task, int]] = []
        self.when_ended: list[Callable[[], object]] = []
        """Who is told when it has ended."""

    @property
    def role_arn(self) -> str:
        """The role that its states call with."""
        return self.revision.role_arn

    # ---- its life

    def start(self) -> None:
        """Walk through the states from now on; this returns at once."""
        how: dict[str, Any] = {"synchronous": True} if self.synchronous else {}
        if self.map_run is not None:
            how["map_run"] = self.map_run.arn
        self._hop = self._world.trace.record(
            "start-execution",
            self.machine.arn,
            message=self.arn,
            outcome="waits",
            size=len(self.input.encode()),
            body=self.input[:SHOWN_INPUT],
            **how,
        )
        with self._world.trace.under(self._hop):
            self.history.add_event(
                self._environment.event_history_context,
                "ExecutionStarted",
                {
                    "executionStartedEventDetails": {
                        "input": self.input,
                        "inputDetails": {"truncated": False},
                        "roleArn": self.role_arn,
                    }
                },
                update_source_event_id=False,
            )
            self._go()

    def redrive(self) -> None:
        """Go on after it has ended badly, from what did not end well; what did keeps its results."""
        self.redrives += 1
        self.redriven = self._world.clock.now
        self.status, self.ended = _RUNNING, None
        self.output = self.error = self.cause = None
        self.transitions = 0
        close(self._environment)  # what the states before have asked for comes to nothing now
        self._environment = self._new_environment()
        self._hop = self._world.trace.record(
            "redrive-execution", self.machine.arn, message=self.arn, outcome="waits", redrives=self.redrives
        )
        with self._world.trace.under(self._hop):
            self.history.reopen()
            self.history.add_event(
                self._environment.event_history_context,
                "ExecutionRedriven",
                {"executionRedrivenEventDetails": {"redriveCount": self.redrives}},
            )
            self.progress.resume()
            self._go()

    def again(self) -> Execution:
        """The same one once more: a second run of an express workflow, with the same name and ARN."""
        return Execution(
            self._world,
            self.machine,
            self.name,
            self.input,
            self.trace_header,
            version=self.version,
            alias=self.alias,
            arn=self.arn,
        )

    def _go(self) -> None:
        """Run, from its first state or from where it is redriven."""
        count_start(self._world, self)
        if not self.machine.is_express:
            self._registry.opened(self.machine)
            tell_status(self._world, self)
        self._task = self._world.kernel.spawn(self._walk, name=f"execution {self.name}")
        seconds = self._program.timeout_seconds
        if seconds is not None:
            self._limit_time(seconds.timeout_seconds, None)
        if self.machine.is_express:
            self._limit_time(limit("stepfunctions.duration.express"), _TIMEOUT)
        else:
            longest = limit("stepfunctions.duration.standard") * DAY // SECOND
            past = (self._world.clock.now - self.started) // SECOND  # of an execution that is redriven
            self._limit_time(longest - past, _TIMEOUT, daemon=True)

    def _limit_time(self, seconds: int, error: str | None, *, daemon: bool = False) -> None:
        due = self._world.clock.now + seconds * SECOND
        name = f"the time limit of execution {self.name}"
        self._timers.append(self._world.kernel.at(due, self._time_out, error, name=name, daemon=daemon))

    def wait(self) -> None:
        """Wait for its end."""
        kernel = self._world.kernel
        while self.ended is None:
            self._waiting.append(kernel.ticket())
            kernel.park(waiting_for=f"the end of execution {self.name}")

    def stop(self, error: str | None, cause: str | None) -> None:
        """End it from outside; nothing happens if it has ended."""
        if self.ended is None:
            self._break_off("ABORTED", error, cause)

    def _time_out(self, error: str | None) -> None:
        if self.ended is None:
            self._break_off("TIMED_OUT", error, None)

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
        present_progress.set(self.progress)
        run_program(self._program, self._environment)
        if self.ended is None:
            self._take_end()

    def _take_end(self) -> None:
        """The interpreter has noted the end in the history; the execution shows the same."""
        last = self.history.take_back()
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
        assert self._hop is not None  # noqa: S101 - as above
        with self._world.trace.under(self._hop):
            self.history.end(_EVENTS[status], before, known)
            self._tell_end()

    def _tell_end(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        assert self._hop is not None  # noqa: S101 - as above
        outcome = "ok" if self.status == _SUCCEEDED else self.error or self.status
        self.states.end(self.status)
        facts = {"ended_at": self.ended, "status": self.status, **billable_facts(self)}
        self._world.trace.amend(self._hop, outcome=outcome, **facts)
        count_end(self._world, self)
        if not self.machine.is_express:
            tell_status(self._world, self)
            self._registry.closed(self._world, self.machine)
        if self.on_end is not None:
            self.on_end(self)
        for task, ticket in self._waiting:
            self._world.kernel.unpark(task, ticket)
        self._waiting.clear()
        told, self.when_ended = self.when_ended, []  # its end after a redrive is no news of theirs
        for tell in told:
            tell()

    def _note(self, event: Mapping[str, Any]) -> None:
        """Something happened; the history has it already."""
        self._log.write(event, self.redrives)
        count_task_event(self._world, self.machine, self.history.events)
        if event["type"].endswith("StateEntered"):
            self.transitions += 1
            if self.machine.deleting and self.ended is None:
                self._break_off("ABORTED", None, None)
                raise Interrupted

    # ---- what the interpreter has to know

    def _new_environment(self) -> Any:  # noqa: ANN401 - the interpreter's Environment
        from moto.stepfunctions.parser.asl.eval import environment, evaluation_details, states  # noqa: PLC0415 - loaded with the definition
        from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext  # noqa: PLC0415

        machine = self.machine
        context = states.ContextObjectData(
            Execution=self._shown_to_states(),
            StateMachine=states.StateMachineData(Id=machine.arn, Name=machine.name),
        )  # type: ignore[typeddict-item]  # what is not there yet is not shown
        made = environment.Environment(
            aws_execution_details=evaluation_details.AWSExecutionDetails(
                machine.account, machine.region, self.role_arn
            ),
            execution_type=machine.kind,  # type: ignore[arg-type]  # an enumeration of texts
            context=context,
            event_history_context=EventHistoryContext.of_program_start(),
            cloud_watch_logging_session=None,
            activity_store={},
        )
        made.event_manager = self.history  # type: ignore[assignment]  # all that is asked of one
        return made

    def _shown_to_states(self) -> dict[str, Any]:
        """What `$$.Execution` holds; an execution that somebody waits for has no RedriveCount."""
        shown = {
            "Id": self.arn,
            "Input": json.loads(self.input),
            "Name": self.name,
            "RoleArn": self.role_arn,
            "StartTime": context_time(datetime_of(self.started)),
        }
        return shown if self.synchronous else {**shown, "RedriveCount": self.redrives}


def _arn_of(world: World, machine: StateMachine, name: str) -> str:
    if not machine.is_express:
        return machine.execution_arn(name)
    prefix = machine.arn.replace(":stateMachine:", ":express:")
    return f"{prefix}:{name}:{world.seeds.uuid('stepfunctions.express')}"


def _known(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: details[name] for name in ("output", "error", "cause") if name in details}
