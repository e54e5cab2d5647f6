"""The functions of JSONPath states: States.Format and the others, each a function of its arguments.

The interpreter parses their calls; what they compute is here, because it says its own words where something
is wrong, and counts, cuts and draws otherwise than AWS. What an argument makes impossible is
States.IntrinsicFailure, which a Catch can name. Chance is the lab's.

Sources: AWS, Intrinsic functions for JSONPath states, read 2026-09; answers of AWS recorded by
localstack (tests of intrinsic functions, 2023 to 2026). The words of failures are ours.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.language.failures import failure
from workbook.aws.stepfunctions.language.java_random import java_random
from workbook.aws.stepfunctions.language.parts import Env, Json, Part, part_of
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.engine.patches import Patches

INTRINSIC = "States.IntrinsicFailure"
_STREAM = "stepfunctions.intrinsics"
_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_PACKAGE = "component.intrinsic.function.statesfunction"
_PLACEHOLDER = re.compile(r"\\(.)|\{\}", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_IN_JSON = re.compile(r'\\(["\\/]|u[0-9a-fA-F]{4})')
_CONTROL = {"n": "\n", "t": "\t", "r": "\r"}


class _Literal(str):
    """A text that stands in the call of a function, without the backslashes before its characters."""

    __slots__ = ("written",)
    written: str
    """As it stands there: States.Format tells an escaped brace from one that is none."""


class _Impossible(Exception):
    """A function cannot be computed with these arguments."""


def install(patches: Patches) -> None:
    """Compute functions here, in the place of the interpreter."""
    for place, function in _FUNCTIONS.items():
        module, _, name = f"{_PACKAGE}.{place}".rpartition(".")
        patches.set(getattr(part_of(module), name), "_eval_body", _computed(name, function))

    parser = part_of("parse.intrinsic.intrinsic_parser").IntrinsicParser
    patches.set(parser, "parse", staticmethod(_parsed(parser.parse)))
    patches.set(part_of("parse.intrinsic.preprocessor").Preprocessor, "_text_of_str", staticmethod(_literal))


def _parsed(original: Part) -> Part:
    """The call of a function as the definition has it, whose JSON the interpreter leaves as it is."""

    def parse(source: str) -> Part:
        return original(_IN_JSON.sub(lambda match: json.loads(f'"{match[0]}"'), source))

    return parse


def _literal(tree: Part) -> _Literal:
    written = tree.getText()[1:-1]
    text = _Literal(_ESCAPED.sub(lambda match: _CONTROL.get(match[1], match[1]), written))
    text.written = re.sub(r"\\([ntr'])", lambda match: _CONTROL.get(match[1], match[1]), written)
    return text


def _computed(name: str, function: Callable[..., Json]) -> Callable[[Part, Env], None]:
    def eval_body(call: Part, env: Env) -> None:
        call.argument_list.eval(env=env)
        arguments = env.stack.pop()
        try:
            env.stack.append(function(*arguments))
        except _Impossible as error:
            raise failure(env, INTRINSIC, f"States.{_NAMES.get(name, name)}: {error}") from None

    return eval_body


_NAMES = {"StringFormat": "Format", "HashFunc": "Hash"}


def _demand(holds: bool, what: str) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise _Impossible(what)


def _whole(value: Json, what: str) -> int:
    """A number as a whole one, rounded as Java rounds: a half upwards."""
    _demand(isinstance(value, (int, float)) and not isinstance(value, bool), f"{what} must be a number")
    return math.floor(value + 0.5) if isinstance(value, float) else int(value)


def _array(value: Json) -> list[Json]:
    _demand(isinstance(value, list), "the first argument must be an array")
    array: list[Json] = value
    return array


def _text(value: Json, what: str = "the argument") -> str:
    _demand(isinstance(value, str), f"{what} must be a string")
    text: str = value
    return text


def _short(value: Json) -> str:
    text = _text(value)
    most = limit("stepfunctions.intrinsics.text")
    _demand(len(text) <= most, f"the string must not be longer than {most} characters")
    return text


# ---- texts


def _format(template: Json, *values: Json) -> str:
    """States.Format: each {} is the next value; a backslash makes the character after it one of the text."""
    waiting = list(values)

    def fill(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1]
        _demand(bool(waiting), "there are more placeholders than values")
        return _shown(waiting.pop(0))

    text = _text(template, "the template")
    filled = _PLACEHOLDER.sub(fill, getattr(text, "written", text))
    _demand(not waiting, "there are more values than placeholders")
    return filled


def _shown(value: Json) -> str:
    """A value within a text: as Java shows its maps and lists, {a=1, b=[x, y]}."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={_shown(item)}' for key, item in value.items())}}}"
    return json.dumps(value)


def _string_to_json(text: Json) -> Json:
    try:
        return json.loads(_text(text))
    except ValueError:
        raise _Impossible("the string is no JSON") from None


def _json_to_string(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _string_split(text: Json, delimiters: Json) -> list[str]:
    """Each character of the second argument separates; what is empty between two is left out."""
    characters = _text(delimiters, "the delimiter")
    if not characters:
        return [_text(text)]
    return [part for part in re.split(f"[{re.escape(characters)}]", _text(text)) if part]


def _encode(text: Json) -> str:
    return base64.b64encode(_short(text).encode()).decode()


def _decode(text: Json) -> str:
    try:
        return base64.b64decode(_short(text), validate=True).decode()
    except ValueError:
        raise _Impossible("the string is no Base64") from None


def _hash(value: Json, algorithm: Json) -> str:
    text = value if isinstance(value, str) else _json_to_string(value)
    _demand(algorithm in _ALGORITHMS, f"the algorithm must be one of {', '.join(_ALGORITHMS)}")
    return hashlib.new(_ALGORITHMS[algorithm], _short(text).encode(), usedforsecurity=False).hexdigest()


def _uuid() -> str:
    return current_world().seeds.uuid(_STREAM)


# ---- arrays and objects


def _new_array(*values: Json) -> list[Json]:
    return list(values)


def _array_partition(array: Json, size: Json) -> list[Json]:
    values, chunk = _array(array), _whole(size, "the chunk size")
    _demand(chunk > 0, "the chunk size must be a positive number")
    return [values[start : start + chunk] for start in range(0, len(values), chunk)]


def _array_contains(array: Json, value: Json) -> bool:
    return any(type(item) is type(value) and item == value for item in _array(array))


def _array_range(first: Json, last: Json, step: Json) -> list[int]:
    pace = _whole(step, "the step")
    _demand(pace != 0, "the step must not be 0")
    end = _whole(last, "the last number") + (1 if pace > 0 else -1)
    numbers = range(_whole(first, "the first number"), end, pace)
    most = limit("stepfunctions.intrinsics.range")
    _demand(len(numbers) <= most, f"there must be {most} numbers at most")
    return list(numbers)


def _array_get_item(array: Json, index: Json) -> Json:
    values = _array(array)
    _demand(isinstance(index, int) and not isinstance(index, bool), "the index must be a whole number")
    _demand(0 <= index < len(values), "the index is not within the array")
    return values[index]


def _array_length(array: Json) -> int:
    return len(_array(array))


def _array_unique(array: Json) -> list[Json]:
    kept: dict[str, Json] = {}
    for value in _array(array):
        kept.setdefault(json.dumps(value, sort_keys=True), value)
    return list(kept.values())


def _json_merge(first: Json, second: Json, deep: Json) -> dict[str, Json]:
    _demand(deep is False, "only shallow merging is supported: the third argument must be false")
    _demand(isinstance(first, dict) and isinstance(second, dict), "the first two arguments must be objects")
    return {**first, **second}


# ---- numbers


def _math_add(first: Json, second: Json) -> int:
    return _whole(first, "the first argument") + _whole(second, "the second argument")


def _math_random(first: Json, last: Json, seed: Json = None) -> int:
    """A whole number from the first to below the last; the same for the same seed."""
    low, high = _whole(first, "the first number"), _whole(last, "the last number")
    _demand(low < high, "the last number must be greater than the first")
    if seed is None:
        return current_world().seeds.stream(_STREAM).randrange(low, high)
    return low + int(java_random(_whole(seed, "the seed")) * (high - low))


_FUNCTIONS: dict[str, Callable[..., Json]] = {
    "array.array.Array": _new_array,
    "array.array_contains.ArrayContains": _array_contains,
    "array.array_get_item.ArrayGetItem": _array_get_item,
    "array.array_length.ArrayLength": _array_length,
    "array.array_partition.ArrayPartition": _array_partition,
    "array.array_range.ArrayRange": _array_range,
    "array.array_unique.ArrayUnique": _array_unique,
    "encoding_decoding.base_64_decode.Base64Decode": _decode,
    "encoding_decoding.base_64_encode.Base64Encode": _encode,
    "generic.string_format.StringFormat": _format,
    "hash_calculations.hash_func.HashFunc": _hash,
    "json_manipulation.json_merge.JsonMerge": _json_merge,
    "json_manipulation.json_to_string.JsonToString": _json_to_string,
    "json_manipulation.string_to_json.StringToJson": _string_to_json,
    "math_operations.math_add.MathAdd": _math_add,
    "math_operations.math_random.MathRandom": _math_random,
    "string_operations.string_split.StringSplit": _string_split,
    "unique_id_generation.uuid.UUID": _uuid,
}
"""By the interpreter's class of the function."""
