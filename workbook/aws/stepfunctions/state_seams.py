"""Where the interpreter is watched: what a state is given, what each of its fields makes of it, how it ends.

The interpreter has a method for each field of a state (InputPath, Parameters, ResultSelector ...), which
leaves its outcome on a stack. Each is wrapped here, and tells `StateHop` what the stack held. A field tells
only for the state that it belongs to: catchers and iterations have fields of the same classes.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.role_calls import present_execution
from workbook.aws.stepfunctions.state_hops import NAMELESS, StateHop, present_state
from workbook.engine.clock import microseconds
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_ASL = "moto.stepfunctions.parser.asl"
_STATE = f"{_ASL}.component.state"
_COMMON = f"{_ASL}.component.common"
Method = Callable[..., Any]


def install(patches: Patches) -> None:
    """Watch the interpreter, which is loaded."""
    state = _loaded(f"{_STATE}.state", "CommonStateField")
    attempts = _loaded(f"{_STATE}.exec.execute_state", "ExecutionState")
    _wrap(patches, state, "_eval_body", _whole_state)
    _wrap(patches, state, "_get_state_entered_event_details", _entered)
    _wrap(patches, state, "_get_state_exited_event_details", _exited)
    _wrap(patches, attempts, "_eval_state_output", _state_output)
    _wrap(patches, attempts, "_handle_retry", _retried)
    _wrap(patches, attempts, "_handle_catch", _caught)
    failed = staticmethod(_failed(attempts._construct_error_output_value))  # noqa: SLF001 - the seam
    patches.set(attempts, "_construct_error_output_value", failed)
    retrier = importlib.import_module(f"{_COMMON}.retry.retrier_decl")
    catcher = _loaded(f"{_COMMON}.catch.catcher_decl", "CatcherDecl")
    for handler in (retrier.RetrierDecl, catcher):
        _wrap(patches, handler, "_eval_body", _handler)
    patches.set(retrier, "time", types.SimpleNamespace(sleep=_pause(retrier.time)))
    _watch_fields(patches)


def _watch_fields(patches: Patches) -> None:
    fields = {
        f"{_COMMON}.path.input_path.InputPath": _input_path,
        f"{_COMMON}.parargs.Parargs": _parameters,
        f"{_COMMON}.path.items_path.ItemsPath": _items_path,
        f"{_STATE}.exec.state_map.items.items.ItemsArray": _items,
        f"{_STATE}.exec.state_map.items.items.ItemsJSONata": _items,
        f"{_STATE}.state_pass.result.Result": _result,
        f"{_COMMON}.result_selector.ResultSelector": _result_selector,
        f"{_COMMON}.path.result_path.ResultPath": _result_path,
    }
    for name, wrapper in fields.items():
        module, _, kind = name.rpartition(".")
        _wrap(patches, _loaded(module, kind), "_eval_body", wrapper)


def _loaded(module: str, name: str) -> Any:  # noqa: ANN401 - classes of the interpreter, which has no types
    return getattr(importlib.import_module(module), name)


def _wrap(patches: Patches, owner: Any, name: str, wrapper: Callable[[Method], Method]) -> None:  # noqa: ANN401 - as above
    patches.set(owner, name, wrapper(getattr(owner, name)))


# ---- the state as a whole


def _whole_state(original: Method) -> Method:
    def eval_body(state: Any, env: Any) -> None:  # noqa: ANN401 - as above, and its Environment
        with present_execution.get().states.inside(state, _iteration(env)) as seen:
            try:
                original(state, env)
            except Exception as error:
                name, cause = _named(error)
                seen.end(name or NAMELESS, **({"cause": cause} if cause else {}))
                raise

    return eval_body


def _iteration(env: Any) -> int | None:  # noqa: ANN401 - as above
    """The index of the item, for a state that stands right within a Map."""
    around = present_state.get()
    if around is None or around.component.state_type.name != "Map":
        return None
    index: int | None = (
        env.states.context_object.context_object_data.get("Map", {}).get("Item", {}).get("Index")
    )
    return index


def _named(error: Exception) -> tuple[str, str]:
    """The name and the cause of what ended a state."""
    event = getattr(error, "failure_event", None)
    if event is None:
        return "States.Runtime", str(error)
    details = next(iter((event.event_details or {}).values()), None) or {}
    known = event.error_name.error_name if event.error_name is not None else ""
    return str(details.get("error") or known or ""), str(details.get("cause") or "")


def _entered(original: Method) -> Method:
    def get_details(state: Any, env: Any) -> Any:  # noqa: ANN401 - as above
        details = original(state, env=env)
        seen = present_state.get()
        if seen is not None:
            seen.enter(details["input"])
        return details

    return get_details


def _exited(original: Method) -> Method:
    def get_details(state: Any, env: Any) -> Any:  # noqa: ANN401 - as above
        seen = present_state.get()
        variables = _variables(env)
        details = original(state, env=env)
        if seen is not None:
            if variables:
                seen.note("variables", variables)
            seen.exit(details["output"], env.next_state_name)
        return details

    return get_details


def _variables(env: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    store = env.variable_store
    return {**store._outer_scope, **store._inner_scope}  # noqa: SLF001 - it has no other way to see all


# ---- attempts


def _failed(original: Method) -> Method:
    def construct(failure_event: Any) -> Any:  # noqa: ANN401 - as above
        output = original(failure_event=failure_event)
        seen = present_state.get()
        if seen is not None:
            seen.fail(str(output["Error"] or ""), str(output["Cause"] or ""))
        return output

    return construct


def _retried(original: Method) -> Method:
    def handle(state: Any, env: Any, failure_event: Any) -> Any:  # noqa: ANN401 - as above
        seen = present_state.get()
        if seen is not None:
            seen.handlers = state.retry.retriers
        return original(state, env=env, failure_event=failure_event)

    return handle


def _handler(original: Method) -> Method:
    """Remember which retrier or catcher was asked last: it is the one that takes the error, if any does."""

    def eval_body(handler: Any, env: Any) -> None:  # noqa: ANN401 - as above
        seen = present_state.get()
        if seen is not None:
            seen.handler = next((place for place, one in enumerate(seen.handlers) if one is handler), 0)
        original(handler, env)

    return eval_body


def _pause(time: Any) -> Callable[[float], None]:  # noqa: ANN401 - the kernel's look-alike of `time`
    """Sleep until the next attempt, which the trace knows from the beginning of the pause."""

    def sleep(seconds: float) -> None:
        seen = present_state.get()
        if seen is not None:
            seen.retry(current_world().clock.now + microseconds(seconds), seen.handler)
        time.sleep(seconds)

    return sleep


def _caught(original: Method) -> Method:
    def handle(state: Any, env: Any, failure_event: Any) -> None:  # noqa: ANN401 - as above
        seen = present_state.get()
        if seen is not None:
            seen.handlers = state.catch.catchers
        original(state, env=env, failure_event=failure_event)
        if seen is not None and _is_caught(env):
            seen.catch(env.next_state_name, seen.handler)

    return handle


def _is_caught(env: Any) -> bool:  # noqa: ANN401 - as above
    return getattr(env.stack[-1], "name", "") == "Caught"


# ---- the fields of a state


def _owner(field: str, component: object, env: Any) -> StateHop | None:  # noqa: ANN401 - as above
    """The state whose field this is, unless its attempt is over."""
    seen = present_state.get()
    if seen is None or getattr(seen.component, field, None) is not component or not env.is_running():
        return None
    return seen


def _input_path(original: Method) -> Method:
    def eval_body(path: Any, env: Any) -> None:  # noqa: ANN401 - as above
        original(path, env)
        seen = _owner("input_path", path, env)
        if seen is None or getattr(seen.component, "result", None) is not None:
            return  # a Pass state with a Result makes nothing of its input
        seen.note("afterInputPath", env.stack[-1])
        if seen.component.state_type.name in {"Pass", "Task"} and _parargs(seen.component) is None:
            seen.data["afterParameters"] = seen.data["afterInputPath"]

    return eval_body


def _parargs(state: Any) -> Any:  # noqa: ANN401 - as above
    return getattr(state, "parargs", None) or getattr(state, "parameters", None)


def _parameters(original: Method) -> Method:
    def eval_body(given: Any, env: Any) -> None:  # noqa: ANN401 - as above
        original(given, env)
        seen = _owner("parargs", given, env) or _owner("parameters", given, env)
        if (
            seen is not None and seen.component.state_type.name != "Map"
        ):  # a Map's are those of its iterations
            is_path = type(given).__name__ == "Parameters"
            seen.note("afterParameters" if is_path else "afterArguments", env.stack[-1])

    return eval_body


def _items_path(original: Method) -> Method:
    def eval_body(path: Any, env: Any) -> None:  # noqa: ANN401 - as above
        original(path, env)
        seen = present_state.get()
        if seen is not None:
            seen.note("afterItemsPath", env.stack[-1])
            seen.iterate(env.stack[-1])

    return eval_body


def _items(original: Method) -> Method:
    def eval_body(items: Any, env: Any) -> None:  # noqa: ANN401 - as above
        original(items, env)
        seen = present_state.get()
        if seen is not None:
            seen.iterate(env.stack[-1])

    return eval_body


def _result(original: Method) -> Method:
    def eval_body(result: Any, env: Any) -> None:  # noqa: ANN401 - as above
        original(result, env)
        seen = _owner("result", result, env)
        if seen is not None:
            seen.note("result", env.stack[-1])

    return eval_body


def _result_selector(original: Method) -> Method:
    def eval_body(selector: Any, env: Any) -> None:  # noqa: ANN401 - as above
        seen = _owner("result_selector", selector, env)
        if seen is not None:
            seen.note("result", env.stack[-1])
        original(selector, env)
        if seen is not None:
            seen.note("afterResultSelector", env.stack[-1])

    return eval_body


def _result_path(original: Method) -> Method:
    def eval_body(path: Any, env: Any) -> None:  # noqa: ANN401 - as above
        seen = _owner("result_path", path, env)
        if seen is not None and seen.component.input_path is None:
            seen = None  # JSONata has no ResultPath; the interpreter gives each state one
        if seen is not None and "afterResultSelector" not in seen.data:
            seen.note("afterResultSelector", env.stack[-1])
            if seen.component.state_type.name != "Pass":
                seen.data["result"] = seen.data["afterResultSelector"]
        original(path, env)
        if seen is not None:
            seen.note("afterResultPath", env.stack[-1])

    return eval_body


def _state_output(original: Method) -> Method:
    def eval_state_output(state: Any, env: Any) -> None:  # noqa: ANN401 - as above
        seen = present_state.get()
        is_jsonata = state.input_path is None
        if seen is not None and is_jsonata and not _is_caught(env):
            seen.note("result", env.states.get_result())
        original(state, env=env)

    return eval_state_output
