"""A Choice state: the first rule that holds, or the default, with its own Assign and Output.

Where no rule holds and there is no default, AWS ends the execution with States.Runtime; it does so although
its documentation has a States.NoChoiceMatched.

Source: AWS's answers as recorded in floci-io/floci#3167, 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language import comparisons
from workbook.aws.stepfunctions.language.expressions import context_of
from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.language.json_paths import extract
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_NEXT = "chosen state"
_NOWHERE = "Failed to transition out of the state. The state does not point to a next state."


def install(patches: Patches) -> None:
    """Choose here, in the place of the interpreter."""
    choice = part_of("component.state.choice.state_choice").StateChoice
    patches.set(choice, "_eval_state", _choose)
    patches.set(choice, "_eval_state_output", _give)
    comparison = part_of("component.state.choice.comparison.comparison_variable").ComparisonVariable
    patches.set(comparison, "_eval_body", _compare)


def _choose(choice: Part, env: Env) -> None:
    chosen = next((rule for rule in choice.choices_decl.rules if _holds(rule, env)), None)
    if chosen is not None:
        env.heap[_NEXT], assign, output = chosen.next_stmt.name, chosen.assign, chosen.output
    elif choice.default_state is not None:
        env.heap[_NEXT], assign, output = choice.default_state.state_name, choice.assign_decl, choice.output
    else:
        raise failure(env, RUNTIME, _NOWHERE)
    if assign is not None:
        assign.eval(env=env)
    if output is not None:
        output.eval(env=env)


def _holds(rule: Part, env: Env) -> bool:
    rule.comparison.eval(env)
    return env.stack.pop() is True


def _give(choice: Part, env: Env) -> None:
    if choice.output_path is not None:
        choice.output_path.eval(env=env)
    env.next_state_name = env.heap.pop(_NEXT)


def _compare(comparison: Part, env: Env) -> None:
    """Compare a rule's Variable; a path that leads nowhere fails the state, unless IsPresent asks for it."""
    comparison.variable.eval(env)
    value = env.stack.pop()
    function = comparison.comparison_function
    name = function.operator_type.name
    is_missing = type(value).__name__ == "NoSuchVariable"
    if name == "IsPresent":
        env.stack.append(is_missing is not function.value)
        return
    if is_missing:
        raise _invalid(comparison.variable.string_sampler.literal_value, env)
    env.stack.append(comparisons.holds(name, value, _operand(function, name, env)))


def _operand(function: Part, name: str, env: Env) -> Json:
    """What a Variable is compared with."""
    sample = getattr(function, "string_variable_sample", None)
    path = sample.expression if sample is not None else function.value
    try:
        if sample is not None:
            sample.eval(env)
            return env.stack.pop()
        if not name.endswith("Path"):
            return function.value
        if path.startswith("$$"):
            return extract(path[1:], context_of(env))
        return extract(path, env.stack[-1])
    except Exception as error:
        if type(error).__name__ == "NoSuchJsonPathError":
            raise _invalid(path, env) from error
        raise


def _invalid(path: str, env: Env) -> Part:
    cause = f"Invalid path '{path}': The choice state's condition path references an invalid value."
    return failure(env, RUNTIME, cause)
