"""An inline Map state: one iteration for each item, so many at once as MaxConcurrency says, and 40 at most.

Iterations run on as many strands as there may be at once; a strand takes the next item when it is through
with one. So the events of an iteration follow those of the one before it on the same strand.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.language import branches
from workbook.aws.stepfunctions.language.failures import failure
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of
from workbook.aws.stepfunctions.language.progress import Progress, part, progress_here

if TYPE_CHECKING:
    from workbook.engine.patches import Patches


_SOURCE = "STATE_DATA"
"""Where the items of an inline Map come from: the state's input."""


def install(patches: Patches) -> None:
    """Run iterations here, in the place of the interpreter."""
    component = part_of("component.state.exec.state_map.iteration.inline_iteration_component")
    patches.set(component.InlineIterationComponent, "_eval_body", _run_iterations)


def _run_iterations(component: Part, env: Env) -> None:
    given = env.stack.pop()
    env.stack.append(_Iterations(component._get_iteration_program(), given, env).run())  # noqa: SLF001 - its states


def at_once(asked: int, items: int, most: int) -> int:
    """How many iterations run at the same time, if MaxConcurrency asks for so many; 0 asks for no limit."""
    return min(asked or most, most, items)


class _Iterations:
    """The iterations of one attempt of a Map state."""

    def __init__(self, program: Part, given: Json, env: Env) -> None:
        self._program, self._given, self._env = program, given, env
        self._waiting = deque(enumerate(given.input_items))
        self._outputs: list[Json] = [None] * len(given.input_items)
        self._frames: list[Json] = []

    def run(self) -> list[Json]:
        """The outputs of all iterations, in the order of their items.

        Raises:
            FailureEventException: one has failed.
        """
        progress_here().open()
        most = limit("stepfunctions.map.inline")
        count = at_once(self._given.max_concurrency, len(self._outputs), most)
        together = branches.Branches(f"the iterations of the state {self._given.state_name}")
        self._frames = [self._env.open_frame() for _ in range(count)]
        failed: Exception | None = None
        try:
            failed = together.run([self._strand(frame) for frame in self._frames])
        finally:
            if branches.goes_on(failed):
                self._abort(branches.last_event(self._frames[together.failed]))
            for frame in self._frames:
                branches.close(frame)
                self._env.close_frame(frame)
        if failed is not None:
            raise failed
        return self._outputs

    def _strand(self, frame: Env) -> branches.Strand:
        def run() -> Exception | None:
            while self._waiting:
                index, item = self._waiting.popleft()
                with part(index) as progress:
                    failed = self._iterate_or_keep(progress, frame, index, item)
                if failed is not None:
                    return failed
            return None

        return run

    def _iterate_or_keep(self, progress: Progress, strand: Env, index: int, item: Json) -> Exception | None:
        if not progress.is_done:
            return self._iterate(strand, index, item)
        self._outputs[index] = progress.output
        return None

    def _iterate(self, strand: Env, index: int, item: Json) -> Exception | None:
        frame = strand.open_inner_frame()
        frame.entry = None
        frame.iteration = {"name": self._given.state_name, "index": index}
        self._note(frame, "Started", advance=True)
        data = frame.states.context_object.context_object_data
        data["Map"] = {"Item": {"Index": index, "Value": item, "Source": _SOURCE}}
        failed = self._select(frame, item)
        if failed is None:
            branches.run_program(self._program, frame)
            error = branches.failure_of(frame)
            failed = None if error is None else failure(frame, error.get("error"), error.get("cause"))
        if failed is None or branches.goes_on(failed):
            self._note(frame, "Succeeded" if failed is None else "Failed", advance=False)
        self._outputs[index] = frame.states.get_input()
        strand.close_frame(frame)
        self._follow(strand, frame.event_history_context, failed)
        return failed

    def _follow(self, strand: Env, events: Json, failed: Exception | None) -> None:
        """What comes after a Map follows the end of its last iteration, or what an iteration failed of."""
        if failed is not None:
            strand.event_history_context.source_event_id = events.source_event_id
        elif not self._waiting:
            strand.event_history_context.source_event_id = events.last_published_event_id

    def _select(self, frame: Env, item: Json) -> Exception | None:
        """Make the input of an iteration: the item, or what ItemSelector makes of it."""
        selector = self._given.item_selector or self._given.parameters
        if selector is None:
            frame.states.reset(input_value=item)
            return None
        state_input = self._env.states._states_data["input"]  # noqa: SLF001 - not copied for each item
        frame.states._states_data["input"] = state_input  # noqa: SLF001 - nobody changes it
        frame.stack.append(self._env.stack[-1] if self._env.stack else state_input)
        error = part_of("component.common.error_name.failure_event").FailureEventException
        try:
            selector.eval(frame)
        except error as failed:
            result: Exception = failed
            return result
        frame.states.reset(input_value=frame.stack.pop())
        return None

    def _note(self, frame: Env, what: str, *, advance: bool) -> None:
        details = {f"mapIteration{what}EventDetails": frame.iteration}
        frame.event_manager.add_event(
            frame.event_history_context, f"MapIteration{what}", details, update_source_event_id=advance
        )

    def _abort(self, failed_at: int) -> None:
        """Note the iterations that others are in as aborted; all of it follows the event that failed."""
        for strand in self._frames:
            for frame in list(strand._frames):  # noqa: SLF001 - the iteration that it is in
                branches.follow(frame, failed_at)
                branches.note_abortion(frame)
                self._note(frame, "Aborted", advance=False)
            branches.follow(strand, failed_at)
