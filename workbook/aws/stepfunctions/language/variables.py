"""Assign: variables that a state sets, and the states after it see.

All of Assign is evaluated before any of it holds, and Output with it: a state sees the variables as they were
when it was entered. So what a state assigns is put aside, and set when the state has ended well. An attempt
that fails assigns nothing.

Parallel branches and Map iterations see the variables around them, and set their own only (the interpreter's
scopes do that).

Source: AWS, Passing data between states with variables, read 2026-09.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.language.failures import DATA_LIMIT, failure
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_ASSIGNED = "assigned variables"


def install(patches: Patches) -> None:
    """Put aside what Assign gives, and show it as JSON in the order of its assignment."""
    assign = part_of("component.common.assign.assign_decl")
    patches.set(assign.AssignDecl, "_eval_body", _put_aside)
    store = part_of("eval.variable_store").VariableStore
    patches.set(store, "get_assigned_variables", _shown)


def forget(env: Env) -> None:
    """Assign nothing of what was put aside."""
    env.heap.pop(_ASSIGNED, None)


def assign(env: Env) -> None:
    """Set what was put aside.

    Raises:
        FailureEventException: all variables together would be too large.
    """
    store = env.variable_store
    for name, value in env.heap.pop(_ASSIGNED, {}).items():
        store._inner_scope.pop(name, None)  # noqa: SLF001 - what is set last is shown last
        store.set(variable_identifier=name, variable_value=value)
    if store._declaration_tracing:  # noqa: SLF001 - something was set
        scopes = {**store._outer_scope, **store._inner_scope}  # noqa: SLF001 - as above
        _demand_size(env, scopes, limit("stepfunctions.variables.execution"))


def _put_aside(declaration: Part, env: Env) -> None:
    assigned: dict[str, Json] = {}
    for binding in declaration.declaration_bindings:
        binding.eval(env=env)
        assigned.update(env.stack.pop())
    _demand_size(env, assigned, limit("stepfunctions.variables.state"))
    env.heap[_ASSIGNED] = assigned


def _demand_size(env: Env, variables: dict[str, Json], most: int) -> None:
    if size_of(variables) > most:
        name = env.next_state_name
        cause = f"The variables that the state '{name}' assigns exceed the maximum of {most} bytes."
        raise failure(env, DATA_LIMIT, cause)


def size_of(value: Json) -> int:
    """The bytes of a value as JSON."""
    return len(_text(value).encode())


def _text(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _shown(store: Part) -> dict[str, str]:
    """What the state has assigned, as the history shows it: each value as JSON."""
    traced = store._declaration_tracing  # noqa: SLF001 - its own
    return {name: _text(value) for name, value in store._inner_scope.items() if name in traced}  # noqa: SLF001 - its own
