"""What runs side by side: the branches of a Parallel state, the iterations of a Map state.

Each strand is a task of the kernel. The first that fails stops all others, wherever they wait; what they
have asked of other services goes on there, and nobody hears its answer. A strand that is stopped is noted as
aborted: the state that it was in, from the innermost outwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.failures import ends_execution
from workbook.aws.stepfunctions.language.parts import Env, Part
from workbook.aws.stepfunctions.language.progress import progress_here
from workbook.engine.signals import Signal
from workbook.engine.tasks import Interrupted
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.tasks import Task

Strand = Callable[[], Exception | None]
"""Runs to its end, and gives what it failed with."""

_ABORTED = {"Map", "Parallel", "Task", "Wait"}
"""Types of states of which the history says that they were aborted."""


class Branches:
    """Some strands that run at the same time, until all have ended or one has failed."""

    def __init__(self, name: str) -> None:
        world = current_world()
        self._kernel = world.kernel
        self._name = name
        self._changed = Signal(world.kernel, name)
        self._running: dict[int, Task] = {}
        self._failure: Exception | None = None
        self.failed = 0
        """The number of the strand that failed first, if one has."""

    def run(self, strands: Iterable[Strand]) -> Exception | None:
        """Run them all; what the first failed with, when the others have been stopped."""
        for number, strand in enumerate(strands):
            self._running[number] = self._kernel.spawn(self._run_one, number, strand, name=self._name)
        try:
            while self._running and self._failure is None:
                self._changed.wait()
        finally:
            self._stop()
        return self._failure

    def _run_one(self, number: int, strand: Strand) -> None:
        with contextlib.suppress(Interrupted):
            failure = strand()
            self._running.pop(number, None)
            if self._failure is None:
                self._failure, self.failed = failure, number
            if failure is not None or not self._running:
                self._changed.notify_all()

    def _stop(self) -> None:
        running, self._running = self._running, {}
        for task in running.values():
            self._kernel.throw(task, Interrupted())


def run_program(program: Part, env: Env) -> None:
    """Walk through the states of a program to its end; how it ended is in `env`."""
    progress = progress_here()
    progress.begin(program, env)
    program._eval_body(env)  # noqa: SLF001 - `eval` would wait on a thread of its own
    if type(env._program_state).__name__ == "ProgramEnded":  # noqa: SLF001 - `program_state` copies it
        progress.end(env)


def failure_of(env: Env) -> dict[str, str] | None:
    """The error and cause that a program ended with; None if it did not fail."""
    state = env._program_state  # noqa: SLF001 - `program_state` copies it
    if type(state).__name__ != "ProgramError":
        return None
    return dict(state.error or {})


def goes_on(failed: Exception | None) -> bool:
    """Whether the history goes on after a strand has failed, or the execution is at its end with it."""
    return failed is not None and not ends_execution(failed.failure_event)  # type: ignore[attr-defined]  # a FailureEventException


def last_event(env: Env) -> int:
    """The id of the event that the next one of `env` follows."""
    last: int = env.event_history_context.source_event_id
    return last


def follow(env: Env, event: int) -> None:
    """Let the next event of `env` follow this one."""
    env.event_history_context.source_event_id = event


def note_abortion(env: Env, *, failed: bool = False) -> None:
    """Let the history say that the state in which `env` is was aborted, and nothing more of it.

    `failed`: the state is the one that failed, of which the history says so where it is a Task.
    """
    is_cut = env.is_running() and getattr(env, "entry", None) is not None
    if not (env.state_type == "Task" if failed else is_cut):
        return
    for frame in list(env._frames):  # noqa: SLF001 - what runs within
        close(frame)
    if env.state_type in _ABORTED:
        context = env.event_history_context
        env.event_manager.add_event(context, f"{env.state_type}StateAborted", update_source_event_id=False)


def close(env: Env) -> None:
    """Let nothing more of what runs in `env`, or within it, come into the history."""
    env.event_history_context.is_closed = True
    for frame in list(env._frames):  # noqa: SLF001 - as above
        close(frame)
