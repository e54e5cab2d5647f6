"""A JSONata expression in a field of a state: what it may speak of, what it must give, and how it fails.

The interpreter pastes all values into the text of the expression; here they are bound as variables. They are
those that AWS has: $states with the input, the result, the error's output and the context object, each where
it is there, and the workflow's variables. A value of the wrong type for its field fails as AWS says it.

In a JSONPath state a variable is a path of its own: $order.items[0].
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.failures import QUERY, failure
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_TYPES = {
    "Condition": "boolean",
    "Seconds": "number",
    "TimeoutSeconds": "number",
    "HeartbeatSeconds": "number",
    "MaxConcurrency": "number",
    "MaxItems": "number",
    "ToleratedFailureCount": "number",
    "ToleratedFailurePercentage": "number",
    "Timestamp": "string",
    "Error": "string",
    "Cause": "string",
    "Items": "array",
}
"""What the fields take that take one type only."""


def install(patches: Patches) -> None:
    """Evaluate expressions and variables here, in the place of the interpreter."""
    strings = part_of("component.common.string.string_expression")
    patches.set(strings.StringJSONata, "_eval_body", _evaluate)
    patches.set(strings.StringVariableSample, "_eval_body", _sample)
    items = part_of("component.state.exec.state_map.items.items")
    patches.set(items.ItemsJSONata, "_eval_body", lambda field, env: field.string_jsonata.eval(env))
    states = part_of("eval.states")
    patches.set(states.States, "reset", _reset)
    patches.set(states.States, "_extract", staticmethod(_extract))


def _reset(states: Part, input_value: Json) -> None:
    """Begin a state with this input; it has no result and no error's output yet."""
    data = states._states_data  # noqa: SLF001 - there is no other way in
    data["input"] = copied(input_value)
    data.pop("result", None)
    data.pop("errorOutput", None)


def _extract(query: str | None, data: Json) -> Json:
    return copied(data if query is None else part_of("utils.json_path").extract_json(query, data))


def copied(value: Json) -> Part:
    """JSON that shares nothing with this; `copy.deepcopy` takes ten times as long."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copied(item) for item in value]
    return value


def _evaluate(field: Part, env: Env) -> None:
    from workbook.aws.stepfunctions.language import jsonata  # noqa: PLC0415 - only for those who use it
    from workbook.aws.stepfunctions.language.jsonata_functions import functions  # noqa: PLC0415 - as above

    spoken_of = jsonata.references(field.expression)
    try:
        value = jsonata.evaluate(field.expression, _variables(env, spoken_of), functions())
    except jsonata.QueryFailedError as error:
        raise _failed(field, env, str(error)) from error
    if value is jsonata.UNDEFINED:
        raise _failed(field, env, "returned nothing (undefined).")
    wanted = _TYPES.get(location_of(field).rpartition("/")[2])
    if wanted is not None and type_of(value) != wanted:
        shown = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        was = f"but was '{type_of(value)}' for value: {shown}"
        raise _failed(field, env, f"returned an unexpected result type. Expected '{wanted}', {was}")
    env.stack.append(value)


def _variables(env: Env, spoken_of: frozenset[str]) -> dict[str, Json]:
    """What an expression may speak of, as far as it does."""
    store = env.variable_store
    scopes = {**store._outer_scope, **store._inner_scope}  # noqa: SLF001 - there is no other way in
    found = {name: value for name, value in scopes.items() if f"${name}" in spoken_of}
    data = env.states._states_data  # noqa: SLF001 - as above
    found["states"] = {
        name: data[name] for name in ("input", "result", "errorOutput") if name in data and name in spoken_of
    }
    if "context" in spoken_of:
        found["states"]["context"] = context_of(env)
    return found


def context_of(env: Env) -> dict[str, Json]:
    """The context object, without what is not there."""
    data = env.states.context_object.context_object_data
    return {name: value for name, value in data.items() if value is not None}


def location_of(field: Part) -> str:
    """The field that an expression stands in."""
    location: str = getattr(field, "location", "")
    return location


def type_of(value: Json) -> str:
    """The name that JSONata has for a type."""
    if value is None:
        return "null"
    for name, types in (("boolean", bool), ("number", (int, float)), ("string", str), ("array", list)):
        if isinstance(value, types):
            return name
    return "object"


def _failed(field: Part, env: Env, what: str) -> Part:
    """The failure of an expression; the history has it as EvaluationFailed."""
    place = location_of(field)
    cause = f"The JSONata expression '{field.expression}' specified for the field '{place}' {what}"
    details = {"location": place, "state": env.next_state_name}
    raised = failure(env, QUERY, cause, event_type="EvaluationFailed", details=details)
    event = raised.failure_event
    env.event_manager.add_event(env.event_history_context, event.event_type, event.event_details)
    return raised


def _sample(field: Part, env: Env) -> None:
    """Follow a variable's path in a JSONPath state.

    Raises:
        NoSuchJsonPathError: there is no such variable, or nothing at its path.
    """
    paths = part_of("utils.json_path")
    store = env.variable_store
    name, rest = _split(field.expression)
    for scope in (store._inner_scope, store._outer_scope):  # noqa: SLF001 - as above
        if name in scope:
            env.stack.append(copied(_within(field.expression, rest, scope[name], env)))
            return
    raise paths.NoSuchJsonPathError(json_path=field.expression, data=env.states.get_input())


def _within(expression: str, rest: str, value: Json, env: Env) -> Json:
    """What is at the rest of a variable's path; a failure names the whole of it, and the state's input."""
    if not rest:
        return value
    paths = part_of("utils.json_path")
    try:
        return paths.extract_json(f"${rest}", value)
    except paths.NoSuchJsonPathError as error:
        missing = paths.NoSuchJsonPathError(json_path=expression, data=env.states.get_input())
        missing.reason = error.reason
        raise missing from error


def _split(expression: str) -> tuple[str, str]:
    """$order.items[0] as the variable and the path within it."""
    text = expression[1:]
    ends = [place for place in (text.find("."), text.find("[")) if place >= 0]
    end = min(ends, default=len(text))
    return text[:end], text[end:]
