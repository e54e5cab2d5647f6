"""Each state that an execution enters, as a hop: with its input and output, what failed in it, and its data.

    start-execution ──> enter-state Charge ──┬──> api-call lambda:Invoke ──> invoke
                                             ├──> fail-state (attempt 1, retry_at)
                                             └──> fail-state (attempt 2, caught: Refund)
                   └──> enter-state Refund ...

A state is one hop, amended when the state is left: so a picture of a moment in which it goes on shows it so.
Whatever its task does is caused by it. A state within a Map or a Parallel is caused by that one's hop; which
branch it stands in is known from its name, which AWS wants unique in a state machine.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbook.engine.hop import Hop
    from workbook.engine.world import World

SHOWN = 4096
"""Characters of an input, an output or a step between them that the trace keeps, as of other bodies."""
WAITS = "waits"
NAMELESS = "failed"
"""The outcome where an error has no name: a Fail state need not give one."""
_BROKEN_OFF, _TIMED_OUT = "ABORTED", "TIMED_OUT"
_OF_AN_ATTEMPT = ("result", "afterResultSelector", "afterResultPath")

present_state: contextvars.ContextVar[StateHop | None] = contextvars.ContextVar("present_state", default=None)
"""The state that is evaluated; tasks that it starts inherit it."""


class StateHops:
    """The hops of the states of one execution."""

    def __init__(self, world: World, machine_arn: str, execution_arn: str) -> None:
        self._world = world
        self._machine_arn = machine_arn
        self._execution_arn = execution_arn
        self.within: dict[int, StateHop] = {}
        """The outmost states that go on, by the numbers of their hops."""

    @contextlib.contextmanager
    def inside(self, component: Any, iteration: int | None = None) -> Iterator[StateHop]:  # noqa: ANN401 - see StateHop
        """A state that is entered now and left at the end; what happens inside is caused by it.

        `iteration` is the index of the item, where the state is within a Map.
        """
        trace = self._world.trace
        facts = {} if iteration is None else {"iteration": iteration}
        hop = trace.record(
            "enter-state",
            self._machine_arn,
            message=self._execution_arn,
            causes=() if trace.cause is None else (trace.cause,),
            outcome=WAITS,
            state=component.name,
            type=component.state_type.name,
            **facts,
        )
        around = self if (outer := present_state.get()) is None else outer
        state = around.within[hop.number] = StateHop(self._world, component, hop)
        token = present_state.set(state)
        try:
            with trace.under(hop):
                yield state
        finally:
            present_state.reset(token)
            state.end(_BROKEN_OFF)
            around.within.pop(hop.number, None)

    def end(self, status: str) -> None:
        """The execution has ended, and with it all states that go on."""
        _break_off(self.within, status if status == _TIMED_OUT else _BROKEN_OFF)


class StateHop:
    """One state that goes on, and what its hop is to say. `component` is the interpreter's state."""

    def __init__(self, world: World, component: Any, hop: Hop) -> None:  # noqa: ANN401 - it has no types
        self.component = component
        self.data: dict[str, str] = {}
        """What became of the input, step by step: JSON, by the names of TestState's inspectionData."""
        self.handlers: Sequence[object] = ()
        """The retriers or catchers that are asked about an error."""
        self.handler = 0
        """The index of the one that was asked last."""
        self.within: dict[int, StateHop] = {}
        """The states within it that go on, of a Map or a Parallel."""
        self._world = world
        self._hop = hop
        self._ended = False
        self._failures: list[Hop] = []

    def note(self, step: str, value: object) -> None:
        """Keep what a step made of the data; `value` is what the interpreter has."""
        if not self._ended:
            self.data[step] = json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=str)

    def enter(self, text: str) -> None:
        """The state's input, as JSON."""
        self.data["input"] = text
        self._hop = self._hop._replace(size=len(text.encode()))
        self._amend(WAITS, body=text[:SHOWN])

    def iterate(self, items: object) -> None:
        """These are what a Map goes through."""
        if isinstance(items, list) and not self._ended:
            self._amend(WAITS, items=len(items))

    def exit(self, text: str, following: str | None) -> None:
        """The state was left for another one, or for the end, with this output."""
        self.end("ok", output=text[:SHOWN], **({} if following is None else {"next": following}))

    def fail(self, error: str, cause: str) -> None:
        """An attempt failed; whether it is tried again or caught is found out next."""
        if self._ended:
            return
        _break_off(self.within, _BROKEN_OFF)
        for step in _OF_AN_ATTEMPT:
            self.data.pop(step, None)
        self._failures.append(
            self._world.trace.record(
                "fail-state",
                self._hop.resource,
                message=self._hop.message,
                causes=(self._hop,),
                outcome=error or NAMELESS,
                state=self._hop.facts["state"],
                attempt=len(self._failures) + 1,
                cause=cause[:SHOWN],
            )
        )

    def retry(self, at: int, retrier: int) -> None:
        """The last failure is to be tried again at this instant (microseconds), as this retrier says."""
        self._amend_failure(retry_at=at, retrier=retrier)

    def catch(self, following: str, catcher: int) -> None:
        """The last failure was caught, by this catcher, and this state is next."""
        self._amend_failure(caught=following, catcher=catcher)

    def end(self, outcome: str, **facts: object) -> None:
        """The state has ended; what is said of it later is not heard."""
        if self._ended:
            return
        self._ended = True
        _break_off(self.within, outcome if outcome == _TIMED_OUT else _BROKEN_OFF)
        steps = {step: text[:SHOWN] for step, text in self.data.items() if step != "input"}
        more = {"data": steps} if steps else {}
        self._amend(outcome, ended_at=self._world.clock.now, **facts, **more)

    def _amend(self, outcome: str, **facts: object) -> None:
        self._hop = self._world.trace.amend(self._hop, outcome=outcome, **facts)

    def _amend_failure(self, **facts: object) -> None:
        if self._failures and not self._ended:
            last = self._failures[-1]
            self._failures[-1] = self._world.trace.amend(last, outcome=last.outcome, **facts)


def _break_off(states: dict[int, StateHop], outcome: str) -> None:
    """What contains these has ended: so have they, and whatever is within them."""
    for state in list(states.values()):
        state.end(outcome)
    states.clear()
