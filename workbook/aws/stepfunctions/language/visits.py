"""One state, from the event that it was entered to the event that it was left.

    entered ── input ── what the state does ── output ── 256 KiB at most ── variables ── exited

An error on this way ends the execution, or the branch, unless the state is a Task, Parallel or Map: these
deal with their own (see `attempts`).
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.language import variables
from workbook.aws.stepfunctions.language.expressions import copied
from workbook.aws.stepfunctions.language.failures import DATA_LIMIT, MATCH, RUNTIME, failure
from workbook.aws.stepfunctions.language.json_paths import WrongKindError
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of
from workbook.aws.stepfunctions.language.path_syntax import read
from workbook.aws.stepfunctions.language.progress import progress_here
from workbook.aws.stepfunctions.repairs import context_time
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbook.engine.patches import Patches


def install(patches: Patches) -> None:
    """Walk through states here, in the place of the interpreter."""
    state = part_of("component.state.state").CommonStateField
    patches.set(state, "_eval_body", _visit)
    patches.set(part_of("component.common.path.result_path").ResultPath, "_eval_body", _result_path)
    environment = part_of("eval.environment").Environment
    opened = environment.as_inner_frame_of.__func__

    def as_inner_frame_of(cls: Part, /, env: Env, **options: Part) -> Part:
        frame = opened(cls, env, **options)
        frame.entry, frame.state_type = getattr(env, "entry", None), getattr(env, "state_type", "")
        return frame

    patches.set(environment, "as_inner_frame_of", classmethod(as_inner_frame_of))


def _visit(state: Part, env: Env) -> None:
    progress_here().enter(state, env, state._get_state_entered_event_details(env=env))  # noqa: SLF001 - its words
    env.state_type = state.state_type.name
    data = env.states.context_object.context_object_data
    data["State"] = {"Name": state.name, "EnteredTime": context_time(current_world().clock.datetime())}
    with path_failures(env):
        state._eval_state_input(env=env)  # noqa: SLF001 - the states' own steps
        state._eval_state(env)  # noqa: SLF001 - as above
        if not env.is_running():
            return
        if not hasattr(state, "catch"):  # else the attempt that succeeded has made the output
            state._eval_state_output(env=env)  # noqa: SLF001 - as above
    demand_size(env, env.states.get_input(), state.name)
    variables.assign(env)
    state._set_next(env)  # noqa: SLF001 - as above
    if state.state_exited_event_type is not None:
        exited = {"stateExitedEventDetails": state._get_state_exited_event_details(env=env)}  # noqa: SLF001 - its words
        env.event_manager.add_event(env.event_history_context, state.state_exited_event_type, exited)


def _result_path(path: Part, env: Env) -> None:
    """Put a result where ResultPath says, in the input of the state.

    Raises:
        FailureEventException: there is no such place, because what is on the way to it is no object.
    """
    given = env.states.get_input()
    if path.result_path_src is None:
        env.stack[:] = [given]
        return
    result = env.stack.pop()
    try:
        found = part_of("component.common.path.result_path").parse(read(path.result_path_src).shown())
        placed = found.update_or_create(given, copied(result))
        is_there = path.result_path_src == "$" or [match.value for match in found.find(placed)] == [result]
    except (AttributeError, KeyError, TypeError, ValueError):
        is_there = False
    if not is_there:
        shown = part_of("utils.encoding").to_json_str(given)
        raise failure(env, MATCH, f"Unable to apply step {path.result_path_src} to input {shown}")
    env.stack.append(placed)


@contextlib.contextmanager
def path_failures(env: Env) -> Iterator[None]:
    """Within it, a path that leads nowhere fails the state with AWS's words."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ == "NoSuchJsonPathError":
            raise no_such_path(env, error) from error
        raise


def no_such_path(env: Env, error: Part) -> Part:
    """The failure of a state one of whose paths leads nowhere."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, WrongKindError):
        return failure(env, RUNTIME, str(reason))
    shown = part_of("utils.encoding").to_json_str(error.data)
    cause = (
        f"The JSONPath '{error.json_path}' specified for the field '{env.next_field_name}' "
        f"could not be found in the input '{shown}'"
    )
    return failure(env, RUNTIME, cause)


def demand_input_size(env: Env, value: Json, name: str) -> None:
    """Let what a task is to be called with pass if it is not too large.

    The limit is that of `input` and `parameters` in the history's LambdaFunctionScheduled, TaskScheduled and
    ActivityScheduled (service model); AWS's words for it, and that no event tells of it, are unverified.

    Raises:
        FailureEventException: it is.
    """
    most = limit("stepfunctions.input")
    if variables.size_of(value) > most:
        cause = f"The state/task '{name}' is given an input of more than {most} bytes."
        raise failure(env, DATA_LIMIT, cause)


def demand_size(env: Env, value: Json, name: str, **shown: Json) -> None:
    """Let what a state or task gives pass if it is not too large.

    Raises:
        FailureEventException: it is.
    """
    if variables.size_of(value) > limit("stepfunctions.input"):
        cause = (
            f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes "
            "service limit."
        )
        raise failure(env, DATA_LIMIT, cause, **shown)
