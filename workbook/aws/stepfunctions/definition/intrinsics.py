r"""Calls of intrinsic functions in JSONPath: States.Format('{} of {}', $.part, States.ArrayLength($.parts)).

What can be wrong in a definition is the syntax, the name of the function, how many arguments it is given, and
how deep calls are in calls. A quotation mark within a text is escaped with a backslash: 'it\'s'. That AWS
counts the arguments when a state machine is made, and does not fail the state, is unverified.

Source: Step Functions Developer Guide, intrinsic functions.
"""

from __future__ import annotations

import re

from workbook.aws.limits import limit
from workbook.aws.stepfunctions.definition.paths import is_path

_ANY = 10_000
_ARGUMENTS = {
    **dict.fromkeys(("ArrayLength", "ArrayUnique", "Base64Encode", "Base64Decode"), (1, 1)),
    **dict.fromkeys(("StringToJson", "JsonToString"), (1, 1)),
    **dict.fromkeys(("ArrayPartition", "ArrayContains", "ArrayGetItem", "Hash"), (2, 2)),
    **dict.fromkeys(("MathAdd", "StringSplit"), (2, 2)),
    **dict.fromkeys(("ArrayRange", "JsonMerge"), (3, 3)),
    "MathRandom": (2, 3),
    "UUID": (0, 0),
    "Array": (0, _ANY),
    "Format": (1, _ANY),
}
"""How many arguments each function takes: at least, and at most."""
FUNCTIONS = frozenset(_ARGUMENTS)
_CALL = re.compile(r"\s*States\.(\w+)\(")
_LITERAL = re.compile(r"\s*(?:'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)\s*")
_PATH = re.compile(
    r"\s*(\$(?:[^,()\[\]'\"]|\[(?:[^\]'\"]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")*\]|\(\s*\))*)"
)
_SPACE, _CLOSED = re.compile(r"\s*"), re.compile(r"\s*\)\s*")


def is_call(text: str) -> bool:
    """Is this a call of an intrinsic function, and well formed?"""
    return _end_of_call(text, 0, 1) == len(text)


def _end_of_call(text: str, at: int, depth: int) -> int:
    """Where the call that begins here ends; -1 where it is none."""
    call = _CALL.match(text, at)
    if call is None or call[1] not in FUNCTIONS or depth > limit("stepfunctions.intrinsic-depth"):
        return -1
    end, count = _end_of_arguments(text, call.end(), depth)
    least, most = _ARGUMENTS[call[1]]
    return end if least <= count <= most else -1


def _end_of_arguments(text: str, at: int, depth: int) -> tuple[int, int]:
    """Where the arguments that begin here end, with their bracket, and how many there are; -1 for none."""
    closed = _CLOSED.match(text, at)
    if closed:
        return closed.end(), 0
    count = 0
    while at > 0:
        at, count = _end_of_argument(text, at, depth), count + 1
        if at < 0 or text[at : at + 1] not in {",", ")"}:
            return -1, count
        at += 1
        if text[at - 1] == ")":
            space = _SPACE.match(text, at)
            return space.end() if space else at, count
    return -1, count


def _end_of_argument(text: str, at: int, depth: int) -> int:
    literal = _LITERAL.match(text, at)
    if literal:
        return literal.end()
    path = _PATH.match(text, at)
    if path:
        return path.end() if is_path(path[1].strip()) else -1
    return _end_of_call(text, at, depth + 1)
