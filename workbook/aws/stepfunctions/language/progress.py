"""How far an execution has come: what RedriveExecution goes on from.

    the state machine ── in the state Both ──┬── branch 0: done, its output is kept
                                             └── branch 1 ── in the state Charge, which has failed

Each program that is walked through has a place in a tree: the state machine, a branch of a Parallel, an
iteration of a Map. A place knows the event with which its present state was entered, and so that state's
input. A redriven execution goes on at these places: a state that did not end runs again with its input and is
not entered anew (a Fail state is), and what has ended in a branch of its own keeps its output. A distributed
Map goes on with its Map Run.

The tree is as large as what runs at one time: a state that is entered forgets what ran within the one before.

Source: Step Functions Developer Guide, "Restarting state machine executions with redrive". The events of a
redriven execution are otherwise unverified.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.role_calls import present_execution

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.language.parts import Env, Json, Part
    from workbook.aws.stepfunctions.maps.map_run import MapRun


class Progress:
    """How far one program has come."""

    __slots__ = ("_keeps", "_resumes", "entry", "is_done", "map_run", "output", "parts", "variables")

    def __init__(self) -> None:
        self.entry = 0
        """The id of the event with which its present state was entered; 0 before the first one."""
        self.variables: Part = None
        self.parts: dict[int, Progress] = {}
        """What runs side by side within the present state: branches or iterations, by their index."""
        self.map_run: MapRun | None = None
        """What runs within the present state where that is a distributed Map; None once it has a result."""
        self.is_done = False
        self.output: Json = None
        self._resumes = self._keeps = False

    def resume(self) -> None:
        """From now on go on from here."""
        self._resumes, self._keeps = self.entry > 0, True
        for part in self.parts.values():
            part.resume()

    def forget_parts(self) -> None:
        """Run what runs side by side in the present state all again."""
        self.parts, self.map_run = {}, None

    def open(self) -> None:
        """An attempt of a state with branches begins: only the first one of a redrive keeps some."""
        if not self._keeps:
            self.parts, self.map_run = {}, None
        self._keeps = False

    def begin(self, program: Part, env: Env) -> None:
        """Let a program begin with its first state, or go on in the state in which it was."""
        env.next_state_name = program.start_at.start_at_name
        if self._resumes:
            entered = env.event_manager.events[self.entry - 1]["stateEnteredEventDetails"]
            env.next_state_name = entered["name"]
            env.states.reset(input_value=json.loads(entered["input"]))
            env.variable_store = self.variables

    def enter(self, state: Part, env: Env, details: Json) -> None:
        """Note that a state is entered, unless it was before the redrive."""
        if self._resumes and state.state_type.name != "Fail":
            self._resumes = False
            env.entry = self.entry
            present_execution.get().transitions += 1
            return
        self._resumes = self._keeps = False
        env.entry = env.event_manager.add_event(
            env.event_history_context,
            state.state_entered_event_type,
            {"stateEnteredEventDetails": details},
        )
        self.entry, self.variables = env.entry, env.variable_store
        self.forget_parts()

    def end(self, env: Env) -> None:
        """The program has come to its end, well."""
        self.is_done, self.output, self.parts = True, env.states.get_input(), {}


present_progress: contextvars.ContextVar[Progress] = contextvars.ContextVar("present_progress")
"""That of the program that is walked through; tasks that it starts inherit it."""


def progress_here() -> Progress:
    """That of the program that is walked through; a state that is tested alone has one of its own."""
    progress = present_progress.get(None)
    if progress is None:
        progress = Progress()
        present_progress.set(progress)
    return progress


@contextlib.contextmanager
def part(number: int) -> Iterator[Progress]:
    """Within it, a branch or iteration of the present state is walked through."""
    around = progress_here()
    progress = around.parts.setdefault(number, Progress())
    token = present_progress.set(progress)
    try:
        yield progress
    finally:
        present_progress.reset(token)
