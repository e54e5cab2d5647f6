"""Fields whose value the data gives, and which must be of a type: times, names, roles.

The interpreter takes any value and fails later, in Python's words, or not at all. Here a value of another
type ends the execution with States.Runtime, and a cause that names the field and the value. The words follow
those that AWS has for MaxConcurrencyPath, and are unverified for these fields.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook.engine.patches import Patches

_ROLE_PARTS = 6
"""Of a role's ARN, between colons."""


def install(patches: Patches) -> None:
    """Look at these values when the interpreter has found them."""
    timeouts, heartbeats = _module("timeouts.timeout"), _module("timeouts.heartbeat")
    for kind in (timeouts.TimeoutSecondsPath, heartbeats.HeartbeatSecondsPath):
        _look(patches, kind, f"{kind.__name__} field", "integer", _is_seconds)
    fail = "component.state.fail"
    for kind in (part_of(f"{fail}.error_decl").ErrorPath, part_of(f"{fail}.cause_decl").CausePath):
        _look(patches, kind, f"{kind.__name__} field", "string", lambda value: isinstance(value, str))
    role = part_of("component.state.exec.state_task.credentials").RoleArn
    _look(patches, role, "RoleArn of the Credentials field", "ARN of a role", _is_role)


def _module(name: str) -> Part:
    return part_of(f"component.common.{name}")


def _look(patches: Patches, kind: Part, field: str, expected: str, is_right: Callable[[Json], bool]) -> None:
    original = kind._eval_body  # noqa: SLF001 - the seam

    def eval_body(component: Part, env: Env) -> None:
        try:
            original(component, env)
        except TypeError:  # a time of another type cannot be compared
            value: Json = component.string_sampler.eval(env) or env.stack.pop()
        else:
            value = env.stack[-1]
        if not is_right(value):
            shown = value if isinstance(value, str) else json.dumps(value)
            where = getattr(getattr(component, "string_sampler", None), "literal_value", None)
            cause = f'The {field} refers to value "{shown}" which is not a valid {expected}'
            raise failure(env, RUNTIME, cause if where is None else f"{cause}: {where}")

    patches.set(kind, "_eval_body", eval_body)


def _is_seconds(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_role(value: Json) -> bool:
    return isinstance(value, str) and value.startswith("arn:") and len(value.split(":")) >= _ROLE_PARTS
