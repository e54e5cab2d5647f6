r"""Calls of intrinsic functions in JSONPath: States.Format('{} of {}', $.part, States.ArrayLength($.parts)).

What can be wrong in a definition is the syntax, the name of the function, and how deep calls are in calls. A
quotation mark within a text is escaped with a backslash: 'it\'s'.

Source: Step Functions Developer Guide, intrinsic functions.
"""

from __future__ import annotations

import re

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.definition.paths import is_path

FUNCTIONS = frozenset(
    {"Array", "ArrayPartition", "ArrayContains", "ArrayRange", "ArrayGetItem", "ArrayLength", "ArrayUnique"}
    | {"Base64Encode", "Base64Decode", "Hash", "JsonMerge", "StringToJson", "JsonToString"}
    | {"MathRandom", "MathAdd", "StringSplit", "UUID", "Format"}
)
_CALL = re.compile(r"\s*States\.(\w+)\(")
_LITERAL = re.compile(r"\s*(?:'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*")
_PATH = re.compile(
    r"\s*(\$(?:[^,()\[\]'\"]|\[(?:[^\]'\"]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")*\]|\(\s*\))*)"
)
_SPACE = re.compile(r"\s*")


def is_call(text: str) -> bool:
    """Is this a call of an intrinsic function, and well formed?"""
    return _end_of_call(text, 0, 1) == len(text)


def _end_of_call(text: str, at: int, depth: int) -> int:
    """Where the call that begins here ends; -1 where it is none."""
    call = _CALL.match(text, at)
    if call is None or call[1] not in FUNCTIONS or depth > limit("stepfunctions.intrinsic-depth"):
        return -1
    at = call.end()
    closed = re.compile(r"\s*\)\s*").match(text, at)
    if closed:
        return closed.end()
    while at > 0:
        at = _end_of_argument(text, at, depth)
        if at < 0 or text[at : at + 1] not in {",", ")"}:
            return -1
        at += 1
        if text[at - 1] == ")":
            space = _SPACE.match(text, at)
            return space.end() if space else at
    return -1


def _end_of_argument(text: str, at: int, depth: int) -> int:
    literal = _LITERAL.match(text, at)
    if literal:
        return literal.end()
    path = _PATH.match(text, at)
    if path:
        return path.end() if is_path(path[1].strip()) else -1
    return _end_of_call(text, at, depth + 1)
