"""A Choice state: the first rule that holds, or the default, with its own Assign and Output.

Where no rule holds and there is no default, AWS ends the execution with States.Runtime; it does so although
its documentation has a States.NoChoiceMatched.

Source: AWS's answers as recorded in floci-io/floci#3167, 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.language.parts import Env, Part, part_of

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
    function = comparison.comparison_function
    is_missing = type(env.stack[-1]).__name__ == "NoSuchVariable"
    if is_missing and function.operator_type.name != "IsPresent":
        path = comparison.variable.string_sampler.literal_value
        cause = f"Invalid path '{path}': The choice state's condition path references an invalid value."
        raise failure(env, RUNTIME, cause)
    function.eval(env)
