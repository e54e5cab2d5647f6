"""How a state fails: with an error's name, a cause, and the place where it happened.

Two kinds of failure there are. What a Task, Parallel or Map state reports can be retried and caught. What is
wrong with the state machine itself, States.Runtime, cannot: it ends the execution, from however deep within.
The cause of that, and of a failed expression, begins with the state and the event that entered it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language import parts
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.engine.patches import Patches

_PLACE = "An error occurred while executing the state '"

RUNTIME = "States.Runtime"
QUERY = "States.QueryEvaluationError"
MATCH = "States.ResultPathMatchFailure"
DATA_LIMIT = "States.DataLimitExceeded"


def install(patches: Patches) -> None:
    """Let failures know the event that entered their state, and say the place of it once."""
    module = part_of("component.common.error_name.failure_event")
    made = module.FailureEvent.__init__

    def with_entry(event: Part, env: Env, *arguments: Part, **options: Part) -> None:
        made(event, env, *arguments, **options)
        event.source_event_id = entry_of(env)

    patches.set(module.FailureEvent, "__init__", with_entry)
    patches.set(module.FailureEventException, "get_execution_failed_event_details", _execution_failed)
    names = part_of("component.common.error_name.custom_error_name")
    patches.set(names, "ILLEGAL_CUSTOM_ERROR_PREFIX", "\0")  # a branch may have failed with one of States


def entry_of(env: Env) -> int:
    """The id of the event that entered the state which `env` is in."""
    entry: int | None = getattr(env, "entry", None)
    return env.event_history_context.source_event_id if entry is None else entry


def with_place(state: str | None, entry: int, cause: str) -> str:
    """A cause, with the state and the event that entered it in front; what has them already keeps them."""
    if cause.startswith(_PLACE):
        return cause
    return f"{_PLACE}{state}' (entered at the event id #{entry}). {cause}"


def failure(
    env: Env,
    error: str | None,
    cause: str | None,
    *,
    event_type: str = "ExecutionFailed",
    details: Mapping[str, Json] | None = None,
) -> Part:
    """What is raised for a state to fail with this error.

    `event_type` is what the history shows of it, with `details` besides the error and the cause.
    """
    module = part_of("component.common.error_name.failure_event")
    shown = {"error": error, "cause": cause, **(details or {})}
    if error in {RUNTIME, QUERY} and cause is not None:
        shown["cause"] = with_place(env.next_state_name, entry_of(env), cause)
    event = module.FailureEvent(
        env=env,
        error_name=None if error is None else name_of(error),
        event_type=parts.event_type(event_type),
        event_details={
            f"{event_type[0].lower()}{event_type[1:]}EventDetails": {
                name: value for name, value in shown.items() if value is not None
            }
        },
    )
    return module.FailureEventException(failure_event=event)


def name_of(error: str) -> Part:
    """The name of an error, as the interpreter compares it."""
    kinds = part_of("component.common.error_name.states_error_name_type")
    if error in kinds._REVERSE_NAME_LOOKUP:  # noqa: SLF001 - its table
        return part_of("component.common.error_name.states_error_name").StatesErrorName.from_name(error)
    return part_of("component.common.error_name.custom_error_name").CustomErrorName(error)


def error_and_cause(event: Part) -> tuple[str | None, str | None]:
    """What a failure is called, and why it came."""
    details: Mapping[str, str] = next(iter((event.event_details or {}).values()), {})
    return details.get("error"), details.get("cause")


def ends_execution(event: Part) -> bool:
    """Whether nothing can retry or catch this failure."""
    return error_and_cause(event)[0] == RUNTIME


def _execution_failed(raised: Part) -> dict[str, str]:
    event = raised.failure_event
    error, cause = error_and_cause(event)
    if cause and error in {RUNTIME, QUERY}:
        cause = with_place(event.state_name, event.source_event_id, cause)
    return {name: text for name, text in (("error", error), ("cause", cause)) if text}
