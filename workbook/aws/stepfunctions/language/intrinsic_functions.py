"""What the functions of JSONPath states compute: States.Format and the others, each from its arguments.

Sources: AWS, Intrinsic functions for JSONPath states, read 2026-09; answers of AWS recorded by localstack
(tests of intrinsic functions, 2023 to 2026), and the conformance cases of a local interpreter in TypeScript
that are run on AWS, too (2026: numbers lose their fraction, but States.MathAdd rounds, and stays in 32 bits).
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.language.java_random import java_random
from workbook.aws.stepfunctions.language.parts import Json
from workbook.engine.world import current_world

_STREAM = "stepfunctions.intrinsics"
_ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_PLACEHOLDER = re.compile(r"\\(.)|\{\}", re.DOTALL)
_THIRTY_TWO_BITS = range(-(2**31), 2**31)
_PLACEHOLDERS = ": number of arguments do not match the occurrences of {}."


class UnfitError(Exception):
    """An argument is of a kind that the function does not take; AWS seldom says more than that."""


def _demand(holds: bool, what: str = "") -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise UnfitError(what)


def _number_of(value: Json) -> int | float:
    _demand(isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value))
    number: int | float = value
    return number


def _cut(value: Json) -> int:
    """A number without its fraction: so AWS takes it, though its guide says rounded."""
    return int(_number_of(value))


def _rounded(value: Json) -> int:
    """A number as a whole one of 32 bits, rounded as Java rounds: a half upwards."""
    number = _number_of(value)
    whole = math.floor(number + 0.5) if isinstance(number, float) else number
    _demand(whole in _THIRTY_TWO_BITS)
    return whole


def _array(value: Json) -> list[Json]:
    _demand(isinstance(value, list))
    array: list[Json] = value
    return array


def _text(value: Json) -> str:
    _demand(isinstance(value, str))
    text: str = value
    return text


def _short(value: Json) -> str:
    text = _text(value)
    _demand(len(text) <= limit("stepfunctions.intrinsics.text"))
    return text


# ---- texts


def _format(template: Json, *values: Json) -> str:
    """States.Format: each {} is the next value; a backslash makes the character after it one of the text."""
    waiting = list(values)

    def fill(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1]
        _demand(bool(waiting), _PLACEHOLDERS)
        return _shown(waiting.pop(0))

    text = _text(template)
    filled = _PLACEHOLDER.sub(fill, getattr(text, "written", text))
    _demand(not waiting, _PLACEHOLDERS)
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
        raise UnfitError from None


def _json_to_string(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _string_split(text: Json, delimiters: Json) -> list[str]:
    """Each character of the second argument separates; what is empty between two is left out."""
    characters = _text(delimiters)
    if not characters:
        return [_text(text)]
    return [part for part in re.split(f"[{re.escape(characters)}]", _text(text)) if part]


def _encode(text: Json) -> str:
    return base64.b64encode(_short(text).encode()).decode()


def _decode(text: Json) -> str:
    try:
        return base64.b64decode(_short(text), validate=True).decode()
    except ValueError:
        raise UnfitError from None


def _hash(value: Json, algorithm: Json) -> str:
    text = value if isinstance(value, str) else _json_to_string(value)
    _demand(isinstance(algorithm, str) and algorithm in _ALGORITHMS)
    return hashlib.new(_ALGORITHMS[algorithm], _short(text).encode(), usedforsecurity=False).hexdigest()


def _uuid() -> str:
    return current_world().seeds.uuid(_STREAM)


# ---- arrays and objects


def _new_array(*values: Json) -> list[Json]:
    return list(values)


def _array_partition(array: Json, size: Json) -> list[Json]:
    values, chunk = _array(array), _cut(size)
    _demand(chunk > 0)
    return [values[start : start + chunk] for start in range(0, len(values), chunk)]


def _array_contains(array: Json, value: Json) -> bool:
    return any(type(item) is type(value) and item == value for item in _array(array))


def _array_range(first: Json, last: Json, step: Json) -> list[int]:
    start, end, pace = _cut(first), _cut(last), _cut(step)
    _demand(pace != 0)
    numbers = range(start, end + (1 if pace > 0 else -1), pace)
    _demand(len(numbers) <= limit("stepfunctions.intrinsics.range"))
    return list(numbers)


def _array_get_item(array: Json, index: Json) -> Json:
    values = _array(array)
    _demand(isinstance(index, int) and not isinstance(index, bool))
    _demand(0 <= index < len(values))
    return values[index]


def _array_length(array: Json) -> int:
    return len(_array(array))


def _array_unique(array: Json) -> list[Json]:
    kept: dict[str, Json] = {}
    for value in _array(array):
        kept.setdefault(json.dumps(value, sort_keys=True), value)
    return list(kept.values())


def _json_merge(first: Json, second: Json, deep: Json) -> dict[str, Json]:
    _demand(deep is False)
    _demand(isinstance(first, dict) and isinstance(second, dict))
    return {**first, **second}


# ---- numbers


def _math_add(first: Json, second: Json) -> int:
    total = _rounded(first) + _rounded(second)
    _demand(total in _THIRTY_TWO_BITS)
    return total


def _math_random(first: Json, last: Json, *seeds: Json) -> int:
    """A whole number from the first to below the last; the same for the same seed."""
    low, high = _cut(first), _cut(last)
    _demand(low < high)
    if not seeds:
        return current_world().seeds.stream(_STREAM).randrange(low, high)
    return low + int(java_random(_cut(seeds[0])) * (high - low))


FUNCTIONS: dict[str, Callable[..., Json]] = {
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
