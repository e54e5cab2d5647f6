"""What a Task, Parallel or Map state does until it succeeds, is caught, or fails: its attempts.

    attempt ──┬── succeeds: Assign, ResultSelector, ResultPath, OutputPath, or Output ── the state ends
              └── fails ── Retry: wait, and attempt again
                       └── Catch: go on at another state
                       └── the state, and what is around it, fails

An error in the state's output is an error of the attempt. States.Runtime is neither retried nor caught, and
States.ALL catches no States.DataLimitExceeded.

Sources: AWS, Handling errors in Step Functions workflows, read 2026-09; that outputs are part of an attempt,
floci-io/floci#2689, 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language import variables, visits
from workbook.aws.stepfunctions.language.branches import close, follow, last_event
from workbook.aws.stepfunctions.language.expressions import copied
from workbook.aws.stepfunctions.language.failures import (
    DATA_LIMIT,
    ends_execution,
)
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, event_type, part_of
from workbook.engine.clock import SECOND
from workbook.engine.signals import Signal
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_FAILED = {"StateParallel": "ParallelStateFailed", "StateMap": "MapStateFailed"}
_ALL, _TASK_FAILED, _TIMEOUT = "States.ALL", "States.TaskFailed", "States.Timeout"
_LONGEST = 99_999_999
"""Seconds that a task may take which says nothing: the interpreter's number for no limit, and AWS's."""


def install(patches: Patches) -> None:
    """Make attempts here, in the place of the interpreter."""
    base = part_of("component.state.exec.execute_state").ExecutionState
    parallel = part_of("component.state.exec.state_parallel.state_parallel").StateParallel
    a_map = part_of("component.state.exec.state_map.state_map").StateMap
    for kind in (base, parallel, a_map):
        patches.set(kind, "_eval_state", _attempt_until_done)
    patches.set(base, "_eval_state_output", _give_output)
    equals = part_of("component.common.error_name.error_equals_decl").ErrorEqualsDecl
    patches.set(equals, "_eval_body", _matches)
    interval = part_of("component.common.retry.interval_seconds_decl").IntervalSecondsDecl
    patches.set(interval, "__init__", _interval)


def _interval(declaration: Part, seconds: int = 1) -> None:
    """The first pause; the definition was checked, and may say 0, which the interpreter refuses."""
    declaration.seconds = seconds


def _attempt_until_done(state: Part, env: Env) -> None:
    env.states.context_object.context_object_data["State"]["RetryCount"] = 0
    given = _input(state, env)
    while env.is_running():
        try:
            _attempt(state, env, given)
        except Exception as error:  # noqa: BLE001 - whatever happens within a state is the state's failure
            if _is_to_retry(state, env, _failure_of(state, env, error)):
                continue
        return


def _input(state: Part, env: Env) -> Part:
    """What all attempts begin with: the state's input, or what a Parallel makes of it for its branches."""
    if type(state).__name__ == "StateParallel" and state.parargs is not None:
        state.parargs.eval(env=env)
    return env.stack.pop()


def _attempt(state: Part, env: Env, given: Json) -> None:
    variables.forget(env)
    env.stack.append(copied(given))
    result = _run(state, env)
    env.stack.append(result)
    try:
        with visits.path_failures(env):
            _give(state, env, result)
    except Exception:
        if type(state).__name__ in _FAILED:  # its branches succeeded, and the history says so last
            follow(env, env.event_history_context.last_published_event_id)
        raise


def _run(state: Part, env: Env) -> Part:
    """The result of one attempt."""
    is_task = hasattr(state, "resource")
    seconds = _time_limit(state, env) if is_task else None
    frame = env.open_frame()
    frame.states.reset(input_value=env.states.get_input())
    frame.stack = copied(env.stack)
    try:
        if is_task:
            _run_apart(state, frame, seconds)
        else:
            state._eval_execution(frame)  # noqa: SLF001 - the states' own
    except Exception:
        env.next_field_name = frame.next_field_name  # the field that a path of it was for
        raise
    finally:
        frame.set_ended()
        env.close_frame(frame)
    return frame.stack.pop()


def _time_limit(state: Part, env: Env) -> float | None:
    """The seconds that a task may take; None where there is no limit."""
    state.timeout.eval(env=env)
    seconds: float | None = env.stack.pop()
    return None if seconds is None or seconds >= _LONGEST else seconds


def _run_apart(state: Part, frame: Env, seconds: float | None) -> None:
    """Run a task on a thread of its own: who waits for it no longer lets it go on.

    Raises:
        TimeoutError: it takes longer than it may.
        Exception: what it raises.
    """
    world = current_world()
    ended = Signal(world.kernel, f"the task of the state {state.name}")
    outcome: list[Exception | None] = []

    def run() -> None:
        try:
            state._eval_execution(frame)  # noqa: SLF001 - the states' own
            outcome.append(None)
        except Exception as error:  # noqa: BLE001 - it is raised where the state waits
            outcome.append(error)
        ended.notify_all()

    world.kernel.spawn(run, name=f"state {state.name}")
    until = None if seconds is None else world.clock.now + round(seconds * SECOND)
    try:
        while not outcome:
            if not ended.wait(until) and not outcome:
                raise part_of("component.common.timeouts.timeout").EvalTimeoutError
    finally:
        close(frame)  # what still runs of it has nothing more to tell
    if outcome[0] is not None:
        raise outcome[0]


def _give(state: Part, env: Env, result: Json) -> None:
    """Make the state's output of a result."""
    _demand_size(state, env, result)
    if state.output_path is None:
        env.states.set_result(result)
    if state.assign_decl is not None:
        state.assign_decl.eval(env=env)
    if state.result_selector is not None:
        state.result_selector.eval(env=env)
    if state.output_path is not None:
        state.result_path.eval(env)
    state._eval_state_output(env=env)  # noqa: SLF001 - the seam


def _give_output(state: Part, env: Env) -> None:
    if state.output_path is not None:
        state.output_path.eval(env=env)
    elif state.output is not None:
        state.output.eval(env=env)
    else:
        env.states.reset(input_value=env.stack.pop())


def _demand_size(state: Part, env: Env, result: Json) -> None:
    arn = getattr(getattr(state, "resource", None), "resource_arn", "")
    if type(state).__name__ == "StateTaskLambda":
        visits.demand_size(env, result, arn, event_type="LambdaFunctionFailed")
    elif type(state).__name__ == "ActivityTask":
        visits.demand_size(env, result, state.name, event_type="ActivityFailed")
    elif arn:
        details = {"resource": state.resource.api_action, "resourceType": state.resource.service_name}
        visits.demand_size(env, result, state.name, event_type="TaskFailed", details=details)
    else:
        visits.demand_size(env, result, state.name)


# ---- when an attempt fails


def _failure_of(state: Part, env: Env, error: Exception) -> Part:
    """What went wrong, with the error's name."""
    if type(error).__name__ == "NoSuchJsonPathError":
        error = visits.no_such_path(env, error)
    return state._from_error(env=env, ex=error)  # noqa: SLF001 - each state's own reading


def _is_to_retry(state: Part, env: Env, event: Part) -> bool:
    """Deal with a failure: True if there is to be another attempt, False if it was caught.

    Raises:
        FailureEventException: it is neither; the state fails.
    """
    raised = part_of("component.common.error_name.failure_event").FailureEventException(event)
    if ends_execution(event):
        raise raised
    failed = _FAILED.get(type(state).__name__)
    if failed is None:
        _note(env, event)
    _set_error_output(state, env, event)
    if state.retry is not None and _retries(state, env, event):
        return True
    before = last_event(env)
    if failed is not None:
        env.event_manager.add_event(env.event_history_context, event_type(failed))
    variables.forget(env)
    if state.catch is not None and _is_caught(state, env, event, failed, before):
        return False
    raise raised


def _note(env: Env, event: Part) -> None:
    """Let the history have a failure; that of an expression it has already."""
    if getattr(event.event_type, "value", event.event_type) not in {"EvaluationFailed", "ExecutionFailed"}:
        env.event_manager.add_event(env.event_history_context, event.event_type, event.event_details)


def _set_error_output(state: Part, env: Env, event: Part) -> None:
    env.states.set_error_output(state._construct_error_output_value(failure_event=event))  # noqa: SLF001 - the seam
    env.states._states_data.pop("result", None)  # noqa: SLF001 - a failed attempt has none


def _retries(state: Part, env: Env, event: Part) -> bool:
    outcome = state._handle_retry(env=env, failure_event=event)  # noqa: SLF001 - its waiting
    retries: bool = outcome.name == "CanRetry"
    if retries:
        env.states._states_data.pop("errorOutput", None)  # noqa: SLF001 - the next attempt has none
    return retries


def _is_caught(state: Part, env: Env, event: Part, failed: str | None, before: int) -> bool:
    """Ask the catchers; where the one that takes the error fails itself, the state fails a second time.

    What such a catcher tells follows what was before the state's first failure: the event `before`.
    """
    after = last_event(env)
    follow(env, before if failed is not None else after)
    try:
        state._handle_catch(env=env, failure_event=event)  # noqa: SLF001 - as above
    except Exception:
        if failed is not None:
            env.event_manager.add_event(env.event_history_context, event_type(failed))
        raise
    follow(env, after)
    caught: bool = env.stack.pop().name == "Caught"
    return caught


def _matches(declaration: Part, env: Env) -> None:
    """Whether ErrorEquals has the name of an error."""
    error = env.stack.pop()
    name = None if error is None else error.error_name
    names = {equal.error_name for equal in declaration.error_names}
    matches = not names.isdisjoint({name, getattr(error, "other_name", name)})
    if name != DATA_LIMIT:
        matches = matches or _ALL in names or (_TASK_FAILED in names and name != _TIMEOUT)
    env.stack.append(matches)
