"""A state runs by itself, once: what TestState answers.

The interpreter evaluates it as in an execution, with an environment of its own; but nothing is kept. A
retrier that would try again ends it (RETRIABLE), a catcher that takes the error says what would be next
(CAUGHT_ERROR). What the state calls is called, and is caused by the TestState call in the trace.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.execution import Execution
from workbook.aws.stepfunctions.http_exchange import HttpExchange, shown_exchange, watch_exchange
from workbook.aws.stepfunctions.interpreter import parse
from workbook.aws.stepfunctions.language.progress import present_progress
from workbook.aws.stepfunctions.map_under_test import MapUnderTest
from workbook.aws.stepfunctions.registry import EXPRESS, StateMachine
from workbook.aws.stepfunctions.revisions import Revision
from workbook.aws.stepfunctions.role_calls import present_execution
from workbook.aws.stepfunctions.state_hops import NAMELESS, StateHop, present_state
from workbook.engine.clock import SECOND
from workbook.engine.signals import Signal
from workbook.engine.tasks import Interrupted

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.state_under_test import Request
    from workbook.engine.world import World

_NO_ROLE = ""
_PLACE = re.compile(r"An error occurred while executing the state '.*?' \(entered at the event id #\d+\)\. ")
_OF_A_MAP = ("result",)
"""Steps that AWS does not show of a Map."""


class Retriable(Exception):
    """A retrier would try the state again."""

    def __init__(self, index: int, seconds: int) -> None:
        super().__init__(f"retrier {index}")
        self.index, self.seconds = index, seconds


class Trial:
    """One run of one state."""

    def __init__(self, world: World, account: str, region: str, request: Request, role: str | None) -> None:
        self._world = world
        self._request = request
        self.seen: SeenState | None = None
        self._exchange: HttpExchange | None = None
        """The last request of an HTTP task."""
        self._refusal: ServiceException | None = None
        """Why there is no answer, which was found out as the state ran."""
        self._used_up: int | None = None
        """The index of the retrier that would have tried again, had it not done so as often as it may."""
        name = world.seeds.uuid("stepfunctions.test-state")
        arn = f"arn:aws:states:{region}:{account}:stateMachine:{name}"
        program = parse(request.machine)
        revision = Revision(request.machine, role or _NO_ROLE, program, world.clock.now)
        machine = StateMachine(arn, name, world.clock.now, revision, EXPRESS)
        execution = Execution(world, machine, name, request.input, None, synchronous=True)
        execution.states = self  # type: ignore[assignment]  # all that is asked of one
        self._execution = execution
        self._environment = execution._environment  # noqa: SLF001 - it is not started: it only lends this
        self._state = program.states.states[request.name]
        self._map = MapUnderTest(request, self._state) if request.kind == "Map" else None
        self._prepare()

    def run(self, level: str, *, secrets: bool) -> dict[str, Any]:
        """The answer of TestState at an inspection level (INFO, DEBUG, TRACE).

        `secrets`: a request of an HTTP task is shown with what its connection adds.

        Raises:
            ValidationException: more items of a Map are said to have failed than it has.
            NotSimulated: the items of a Map cannot be known.
        """
        error = self._run_to_its_end()
        if self._refusal is not None:
            raise self._refusal
        answer = self._outcome(error)
        if level != "INFO":
            answer["inspectionData"] = self._inspection(error)
        if level == "TRACE" and self._exchange is not None:
            answer["inspectionData"] |= shown_exchange(self._exchange, secrets=secrets)
        return answer

    # ---- as an execution has its states

    @contextlib.contextmanager
    def inside(self, component: Any, iteration: int | None = None) -> Iterator[StateHop]:  # noqa: ANN401, ARG002 - see StateHops
        """The state is entered; the trace has no hop of it."""
        self.seen = SeenState(self._world, component)
        token = present_state.set(self.seen)
        try:
            yield self.seen
        finally:
            present_state.reset(token)

    def end(self, status: str) -> None:
        """Nothing is told of it."""

    # ---- before

    def _prepare(self) -> None:
        request, environment = self._request, self._environment
        data = environment.states.context_object.context_object_data
        prefix = self._execution.machine.arn.replace(":stateMachine:", ":express:")
        data["Execution"] |= {"Id": f"{prefix}:{self._execution.name}"}
        if request.item is not None:
            data["Map"] = {"Item": request.item}
        for part, value in copy.deepcopy(request.context or {}).items():
            data[part] = {**data.get(part, {}), **value}
        for name, value in request.variables.items():
            environment.variable_store.set(name, value)
        environment.variable_store.reset_tracing()
        environment.next_state_name = request.name
        if hasattr(self._state, "retry"):
            self._state._handle_retry = self._would_retry  # noqa: SLF001 - this one object is the trial's own
        if request.mock is not None:
            self._state._eval_execution = self._mocked  # noqa: SLF001 - as above

    def _mocked(self, env: Any) -> None:  # noqa: ANN401 - the interpreter's Environment
        """In the place of the state's work: the result, or the error, that the request gives."""
        from workbook.aws.stepfunctions.language.failures import failure  # noqa: PLC0415 - as late as the interpreter

        mock = self._request.mock or {}
        self._give_context(env)
        if self._request.kind == "Task":
            self._state._eval_parameters(env)  # noqa: SLF001 - for what it makes of the input
        elif self._map is not None:
            self._refusable(self._map.evaluate, env)
        if "errorOutput" in mock:
            given = mock["errorOutput"]
            raise failure(env, given.get("error"), given.get("cause"), event_type="TaskFailed")
        if self._map is not None and self._request.configuration.failed_items is not None:
            self._refusable(self._map.demand_tolerance, env, self._request.configuration.failed_items)
        env.stack.append(json.loads(mock.get("result", "{}")))

    def _refusable(self, step: Callable[..., None], *arguments: Any) -> None:  # noqa: ANN401 - those of the step
        """Do what may find out that there is no answer."""
        try:
            step(*arguments)
        except ServiceException as refusal:
            self._refusal = refusal
            raise

    def _give_context(self, frame: Any) -> None:  # noqa: ANN401 - as above
        """Let `$$` hold what the request gives, and nothing else; to begin an attempt, more was needed."""
        if self._request.context is not None:
            for environment in (frame, self._environment):
                data = environment.states.context_object.context_object_data
                data.clear()
                data.update(copy.deepcopy(self._request.context))

    def _would_retry(self, env: Any, failure_event: Any) -> Any:  # noqa: ANN401 - the interpreter's
        """What the retriers say of an error.

        Raises:
            Retriable: one of them would try again.
        """
        from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import RetryOutcome  # noqa: PLC0415 - as late as the interpreter

        for index, retrier in enumerate(self._state.retry.retriers):
            env.stack.append(failure_event.error_name)
            retrier.error_equals.eval(env)
            if not env.stack.pop():
                continue
            retries = self._request.configuration.retries
            if retries >= retrier.max_attempts.attempts:
                self._used_up = index
                return RetryOutcome.CannotRetry
            seconds = retrier.interval_seconds.seconds * retrier.backoff_rate.rate**retries
            raise Retriable(index, int(min(seconds, retrier.max_delay_seconds.max_delays_seconds)))
        return RetryOutcome.NoRetrier

    # ---- the run

    def _run_to_its_end(self) -> Exception | None:
        """Run on a task of its own, as long as AWS lets it run; the error that ended it, if one did."""
        ended = Signal(self._world.kernel, "the state under test")
        outcome: list[Exception | None] = []

        def walk() -> None:
            present_execution.set(self._execution)
            present_progress.set(self._execution.progress)
            watch_exchange.set(self._watch)
            try:
                self._state.eval(self._environment)
                outcome.append(None)
            except Exception as error:  # noqa: BLE001 - whatever happens within a state is the state's failure
                outcome.append(error)
            ended.notify_all()

        task = self._world.kernel.spawn(walk, name="the state under test")
        until = self._world.clock.now + limit("stepfunctions.test-state.duration") * SECOND
        while not outcome:
            if not ended.wait(until) and not outcome:
                self._world.kernel.throw(task, Interrupted())
                return TimeoutError()
        return outcome[0]

    def _watch(self, exchange: HttpExchange) -> None:
        self._exchange = exchange

    # ---- the answer

    def _outcome(self, error: Exception | None) -> dict[str, Any]:
        seen = self.seen
        assert seen is not None  # noqa: S101 - the state was entered
        if error is not None:
            status = "RETRIABLE" if isinstance(error, Retriable) else "FAILED"
            return {"status": status, **_told(*seen.error_of(error))}
        answer = {"output": seen.output, "status": "SUCCEEDED"}
        if seen.caught is not None:
            answer |= {"status": "CAUGHT_ERROR", **_told(*seen.last_error)}
        return answer if seen.following is None else {**answer, "nextState": seen.following}

    def _inspection(self, error: Exception | None) -> dict[str, Any]:
        seen = self.seen
        assert seen is not None  # noqa: S101 - as above
        hidden = () if self._map is None else _OF_A_MAP
        data: dict[str, Any] = {step: text for step, text in seen.data.items() if step not in hidden}
        if self._map is not None:
            data |= self._map.bounds
        if isinstance(error, Retriable):
            data["errorDetails"] = {"retryIndex": error.index, "retryBackoffIntervalSeconds": error.seconds}
        elif seen.caught is not None:
            data["errorDetails"] = {"catchIndex": seen.caught}
        elif self._used_up is not None:
            data["errorDetails"] = {"retryIndex": self._used_up}
        return data


def _told(error: str, cause: str) -> Mapping[str, str]:
    return {name: text for name, text in (("error", error), ("cause", cause)) if text}


class SeenState(StateHop):
    """What a state under test tells; nothing of it goes into the trace."""

    def __init__(self, world: World, component: Any) -> None:  # noqa: ANN401 - see StateHop
        super().__init__(world, component, None)  # type: ignore[arg-type]  # there is no hop
        self.output: str | None = None
        self.following: str | None = None
        self.caught: int | None = None
        """The index of the catcher that took the error."""
        self.last_error: tuple[str, str] = ("", "")
        self._final_error: tuple[str, str] = ("", "")

    def enter(self, text: str) -> None:
        """The state's input, as JSON."""
        self.data["input"] = text

    def exit(self, text: str, following: str | None) -> None:
        """What would be given to the next state, and which that is."""
        self.output, self.following = text, following

    def fail(self, error: str, cause: str) -> None:
        """An attempt failed."""
        self.last_error = (error, cause)

    def iterate(self, items: object) -> None:
        """Nothing is told of it."""

    def catch(self, following: str, catcher: int) -> None:  # noqa: ARG002 - see StateHop
        """A catcher took the error."""
        self.caught = catcher

    def end(self, outcome: str, **facts: object) -> None:
        """An error that nothing took; AWS says no place of it, as there is but one state."""
        cause = str(facts.get("cause", ""))
        name = "" if outcome == NAMELESS else outcome
        self._final_error = (name, _PLACE.sub("", cause))

    def error_of(self, error: Exception) -> tuple[str, str]:
        """The name and the cause of what ended the state."""
        if isinstance(error, TimeoutError):
            return "States.Timeout", ""
        return self.last_error if isinstance(error, Retriable) else self._final_error
