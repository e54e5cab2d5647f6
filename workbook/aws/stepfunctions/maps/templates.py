"""A field of a distributed Map that holds paths, functions or expressions, evaluated like any other.

The interpreter reads the field as the Parameters, or Output, of a Pass state that is made for it; the value
is what that state would give. So paths, functions, variables and expressions are the same everywhere.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from workbook.aws.stepfunctions.language.locations import descend

if TYPE_CHECKING:
    from workbook.aws.stepfunctions.language.parts import Env, Part

_KEPT = 256
_EXPRESSION = "{%"


def evaluate(template: Any, language: str, place: str, env: Env) -> Any:  # noqa: ANN401 - any JSON
    """The value of a field, which stands at `place` in its state.

    Raises:
        FailureEventException: an expression in it fails.
        NoSuchJsonPathError: a path in it leads nowhere.
    """
    component = _parsed(json.dumps(template), language, place)
    env.stack.append(env.states.get_input())
    component.eval(env=env)
    value = env.stack.pop()
    env.stack.pop()
    return value


def number(given: Any, path: str | None, language: str, place: str, env: Env) -> Any:  # noqa: ANN401 - any JSON
    """The value of a field that is a number, an expression for one, or, under `path`, a path to one."""
    if path is not None:
        return evaluate({"value.$": path}, "JSONPath", place, env)["value"]
    if isinstance(given, str) and given.startswith(_EXPRESSION):
        return evaluate(given, language, place, env)
    return given


@functools.lru_cache(maxsize=_KEPT)
def _parsed(template: str, language: str, place: str) -> Part:
    from moto.stepfunctions.parser.asl.parse import asl_parser  # noqa: PLC0415 - it is loaded by now

    is_jsonata = language == "JSONata"
    field = "Output" if is_jsonata else "Parameters"
    state = {"Type": "Pass", "QueryLanguage": language, "End": True, field: json.loads(template)}
    text = json.dumps({"StartAt": "It", "States": {"It": state}})
    program: Part = asl_parser.AmazonStateLanguageParser.parse(text)[0]
    parsed = program.states.states["It"]
    component = parsed.output.jsonata_template_value if is_jsonata else parsed.parameters
    descend(component, place)
    return component
