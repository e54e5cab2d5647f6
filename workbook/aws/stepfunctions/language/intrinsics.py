"""The calls of functions in JSONPath states: States.Format and the others.

The interpreter parses most of a call; what the functions compute is in `intrinsic_functions`. What an
argument makes impossible is States.Runtime with "Invalid arguments in States.MathAdd", as AWS says it, though
its guide has a States.IntrinsicFailure. Chance is the lab's.

Sources: AWS, Intrinsic functions for JSONPath states, read 2026-09; answers of AWS recorded by
localstack (tests of intrinsic functions, 2023 to 2026), and by others who run their tests on AWS (the
conformance cases of a local interpreter in TypeScript, 2026; aws-test-harness, 2024; floci-io/floci#2872,
2026).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.stepfunctions.language.failures import RUNTIME, failure
from workbook.aws.stepfunctions.language.intrinsic_functions import FUNCTIONS, UnfitError
from workbook.aws.stepfunctions.language.json_paths import WrongKindError
from workbook.aws.stepfunctions.language.json_texts import unescaped
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

_PACKAGE = "component.intrinsic.function.statesfunction"
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NULL = re.compile(r"'(?:[^'\\]|\\.)*'|(?<=[(,])(\s*)null(?=\s*[,)])")
"""The literal null as an argument, outside of texts: the interpreter's grammar has none."""
_NULL_MARK = "\ue000null"
_CONTROL = {"n": "\n", "t": "\t", "r": "\r"}


class _Literal(str):
    """A text that stands in the call of a function, without the backslashes before its characters."""

    __slots__ = ("written",)
    written: str
    """As it stands there: States.Format tells an escaped brace from one that is none."""


class _Impossible(Exception):
    """A function cannot be computed with these arguments; the text is what AWS says of it."""


def install(patches: Patches) -> None:
    """Compute functions here, in the place of the interpreter."""
    for place, function in FUNCTIONS.items():
        module, _, name = f"{_PACKAGE}.{place}".rpartition(".")
        patches.set(getattr(part_of(module), name), "_eval_body", _computed(name, function))

    parsing = part_of("parse.intrinsic.preprocessor").Preprocessor
    parser = part_of("parse.intrinsic.intrinsic_parser").IntrinsicParser
    patches.set(parser, "parse", staticmethod(_parsed(parser.parse)))
    patches.set(parsing, "_text_of_str", staticmethod(_literal))
    patches.set(parsing, "visitFunc_arg_float", _number)
    call = part_of("component.common.string.string_expression").StringIntrinsicFunction
    patches.set(call, "_eval_body", _call)


def _parsed(original: Part) -> Part:
    """The call of a function as the definition has it, whose JSON the interpreter leaves as it is."""

    def parse(source: str) -> Part:
        return original(_NULL.sub(_marked, unescaped(source)))

    return parse


def _marked(found: re.Match[str]) -> str:
    return found[0] if found[1] is None else f"{found[1]}'{_NULL_MARK}'"


def _literal(tree: Part) -> _Literal | None:
    written = tree.getText()[1:-1]
    if written == _NULL_MARK:
        return None
    text = _Literal(_ESCAPED.sub(lambda match: _CONTROL.get(match[1], match[1]), written))
    text.written = re.sub(r"\\([ntr'])", lambda match: _CONTROL.get(match[1], match[1]), written)
    return text


def _number(_reader: Part, tree: Part) -> Part:
    """A number with a fraction or an exponent, where the interpreter ends with an error of Python's."""
    argument = part_of("component.intrinsic.argument.argument")
    return argument.ArgumentLiteral(definition_value=float(tree.NUMBER().getText()))


def _call(field: Part, env: Env) -> None:
    """The whole call of a field: what fails in it, or in a call within it, names the whole."""
    whole = unescaped(field.intrinsic_function_derivation)
    given = env.stack[-1] if env.stack else None
    try:
        field.function.eval(env=env)
    except _Impossible as error:
        start = f"There was an error while evaluating the intrinsic function: {whole}."
        raise failure(env, RUNTIME, f"{start} {error}") from None
    except Exception as error:
        if type(error).__name__ != "NoSuchJsonPathError":
            raise
        raise failure(env, RUNTIME, _missing(whole, error, given)) from error


def _missing(whole: str, error: Part, given: Json) -> str:
    """What AWS says of an argument that leads nowhere: it names the input, also for the context object."""
    reason = getattr(error, "reason", None)
    if isinstance(reason, WrongKindError):
        return str(reason)
    shown = part_of("utils.encoding").to_json_str(given)
    return (
        f"The function '{whole}' had the following error: The JsonPath argument for the field "
        f"'{error.json_path}' could not be found in the input '{shown}'"
    )


def _computed(name: str, function: Callable[..., Json]) -> Callable[[Part, Env], None]:
    known = f"States.{_NAMES.get(name, name)}"

    def eval_body(call: Part, env: Env) -> None:
        call.argument_list.eval(env=env)
        arguments = env.stack.pop()
        try:
            env.stack.append(function(*arguments))
        except UnfitError as error:
            raise _Impossible(f"Invalid arguments in {known}{error}") from None

    return eval_body


_NAMES = {"StringFormat": "Format", "HashFunc": "Hash"}
