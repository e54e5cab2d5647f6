"""Compile the entries of an event pattern's arrays, and say in AWS's words what is wrong with a bad one.

    {"prefix": "us-"}  ->  Text(starts with "us-")          {"anything-but": [1, 2]}  ->  NoneOf(Equals(1),
    Equals(2))

One function an operator; the table at the end is the list of all operators that AWS knows.

Sources of the texts: ``aws/event-ruler`` (AWS's own matcher, JsonRuleCompiler) and answers of EventBridge
recorded in public test suites.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from typing import cast

from workbook.aws.pattern_errors import InvalidEventPattern
from workbook.aws.pattern_operators import (
    DECIMALS,
    LARGEST_NUMBER,
    Absent,
    Equals,
    Exists,
    Network,
    NoneOf,
    Range,
    Scalar,
    Test,
    Text,
    Wildcard,
    is_number,
)


def compile_value(entry: object) -> Test:
    """Compile one entry of a pattern's array.

    Raises:
        InvalidEventPattern: the entry is an array, or an object that is no match expression.
    """
    if isinstance(entry, dict):
        return _compile_expression(entry)
    if isinstance(entry, list):
        raise InvalidEventPattern("Match value must be String, number, true, false, or null")
    return Equals(cast(Scalar, entry))


def _compile_expression(expression: dict[str, object]) -> Test:
    if not expression:
        raise InvalidEventPattern("Match expression name not found")
    operator, operand = next(iter(expression.items()))
    compiler = _OPERATORS.get(operator)
    if compiler is None:
        raise InvalidEventPattern(f"Unrecognized match type {operator}")
    test = compiler(operand)
    if len(expression) > 1:
        several_are_numbers = operator in {"numeric", "anything-but"}
        raise InvalidEventPattern(
            "Too many elements in numeric expression"
            if several_are_numbers
            else "Only one key allowed in match expression"
        )
    return test


def _text(operand: object, complaint: str) -> str:
    if not isinstance(operand, str):
        raise InvalidEventPattern(complaint)
    return operand


def _exactly(operand: object) -> Test:
    return Equals(_text(operand, "exact match pattern must be a string"))


def _ignoring_case(operand: object) -> Test:
    wanted = _text(operand, "equals-ignore-case match pattern must be a string").lower()
    return Text(lambda text: text.lower() == wanted)


def _prefix(operand: object) -> Test:
    if isinstance(operand, dict):
        start = _only_ignoring_case(operand, "prefix")
        return Text(lambda text: text.lower().startswith(start))
    wanted = _text(operand, "prefix match pattern must be a string")
    return Text(lambda text: text.startswith(wanted))


def _suffix(operand: object) -> Test:
    if isinstance(operand, dict):
        end = _only_ignoring_case(operand, "suffix")
        return Text(lambda text: text.lower().endswith(end))
    wanted = _text(operand, "suffix match pattern must be a string")
    return Text(lambda text: text.endswith(wanted))


def _only_ignoring_case(operand: dict[str, object], side: str) -> str:
    """The text of ``{"prefix": {"equals-ignore-case": text}}``, in lower case."""
    if not operand:
        raise InvalidEventPattern(f"{side.capitalize()} expression name not found")
    operator, text = next(iter(operand.items()))
    if operator != "equals-ignore-case":
        raise InvalidEventPattern(f"Unsupported {side} pattern: {operator}")
    wanted = _text(text, "equals-ignore-case match pattern must be a string")
    if len(operand) > 1:
        raise InvalidEventPattern("Only one key allowed in match expression")
    return wanted.lower()


def _exists(operand: object) -> Test:
    if operand is True:
        return Exists()
    if operand is False:
        return Absent()
    raise InvalidEventPattern("exists match pattern must be either true or false.")


# ---- wildcard


def _wildcard(operand: object) -> Test:
    text = _text(operand, "wildcard match pattern must be a string")
    return Text(Wildcard(wildcard_pieces(text)).matches)


def wildcard_pieces(text: str) -> tuple[str, ...]:
    r"""Split at the wildcards; ``\*`` and ``\\`` stand for the characters themselves.

    AWS counts positions in bytes, from the quotation mark before the text, which is position 0.
    """
    pieces = [""]
    characters = iter(enumerate(text))
    for index, character in characters:
        if character == "*":
            if text[index + 1 : index + 2] == "*":
                raise InvalidEventPattern(f"Consecutive wildcard characters at pos {_position(text, index)}")
            pieces.append("")
        elif character == "\\":
            escaped = text[index + 1 : index + 2]
            if escaped not in {"*", "\\"}:
                raise InvalidEventPattern(f"Invalid escape character at pos {_position(text, index)}")
            pieces[-1] += escaped
            next(characters)
        else:
            pieces[-1] += character
    _refuse_too_complex(pieces)
    return tuple(pieces)


def _position(text: str, index: int) -> int:
    return 1 + len(text[:index].encode())


MOST_REPEATED_PIECES = 3
"""How often a wildcard may be followed by the same character. EventBridge refuses patterns by the number of
states in which its matcher could be at once; its threshold is not published. This number refuses what AWS is
recorded to refuse (``*:*:*:*:*:event-bus/*``) and accepts what it is recorded to accept. Unverified in
between."""


def _refuse_too_complex(pieces: list[str]) -> None:
    starts = [piece[0] for piece in pieces[1:] if piece]
    if any(starts.count(start) > MOST_REPEATED_PIECES for start in set(starts)):
        raise InvalidEventPattern(
            "Rule is too complex - try using fewer wildcard characters or fewer repeating character "
            "sequences after a wildcard character"
        )


# ---- anything-but

_NOT_TEXT_IN_AFFIX = "prefix/suffix match pattern must be a string"
_NOT_TEXT_IN_LIST = "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."


def _anything_but(operand: object) -> Test:
    if isinstance(operand, dict):
        return _anything_but_operator(operand)
    if isinstance(operand, list):
        return NoneOf(tuple(_listed(operand)))
    if isinstance(operand, str) or is_number(operand):
        return NoneOf((Equals(_in_range(cast(Scalar, operand))),))
    raise InvalidEventPattern("Value of anything-but must be an array or single string/number value.")


def _listed(values: list[object]) -> Iterable[Test]:
    texts = [isinstance(value, str) for value in values]
    numbers = [is_number(value) for value in values]
    if not all(text or number for text, number in zip(texts, numbers, strict=True)):
        raise InvalidEventPattern("Inside anything but list, start|null|boolean is not supported.")
    if not values or (any(texts) and any(numbers)):
        raise InvalidEventPattern(
            "Inside anything but list, either all values are number or string, mixed type is not supported"
        )
    return [Equals(_in_range(cast(Scalar, value))) for value in values]


def _anything_but_operator(operand: dict[str, object]) -> Test:
    """``{"anything-but": {"prefix": ...}}`` and its three sisters, each with one text or a list of them."""
    if not operand:
        raise InvalidEventPattern("Anything-But expression name not found")
    operator, value = next(iter(operand.items()))
    if operator not in _ANYTHING_BUT:
        raise InvalidEventPattern(f"Unsupported anything-but pattern: {operator}")
    if not (isinstance(value, list | str) or is_number(value)):
        raise InvalidEventPattern("Value of anything-but must be an array or single string/number value.")
    compiler, complaint = _ANYTHING_BUT[operator]
    tests = []
    for text in value if isinstance(value, list) else [value]:
        wanted = _text(text, complaint)
        if not wanted and operator in {"prefix", "suffix"}:
            raise InvalidEventPattern("Null prefix/suffix not allowed")
        tests.append(compiler(wanted))
    if len(operand) > 1:
        raise InvalidEventPattern("Too many elements in numeric expression")
    return NoneOf(tuple(tests))


_ANYTHING_BUT: dict[str, tuple[Callable[[object], Test], str]] = {
    "prefix": (_prefix, _NOT_TEXT_IN_AFFIX),
    "suffix": (_suffix, _NOT_TEXT_IN_AFFIX),
    "equals-ignore-case": (_ignoring_case, _NOT_TEXT_IN_LIST),
    "wildcard": (_wildcard, "wildcard match pattern must be a string"),
}


# ---- numeric


def _numeric(operand: object) -> Test:
    if not isinstance(operand, list):
        raise InvalidEventPattern("Value of numeric must be an array.")
    operator = operand[0] if operand else None
    if not isinstance(operator, str):
        raise InvalidEventPattern(f"Invalid member in numeric match: {json.dumps(operator)}")
    if operator not in {"=", "<", "<=", ">", ">="}:
        raise InvalidEventPattern(f"Unrecognized numeric range operator: {operator}")
    number = _operand_of(operator, operand[1:2])
    rest = operand[2:]
    if operator in {">", ">="}:
        return _from(number, rest, included=operator == ">=")
    if rest:
        raise InvalidEventPattern("Too many elements in numeric expression")
    if operator == "=":
        return Range(bottom=number, top=number)
    return Range(top=number, top_included=operator == "<=")


def _from(bottom: float, rest: list[object], *, included: bool) -> Range:
    """A range with a bottom and, where more follows, a top."""
    if not rest:
        return Range(bottom=bottom, bottom_included=included)
    operator = rest[0]
    if not isinstance(operator, str):
        raise InvalidEventPattern(f"Bad value in numeric range: {json.dumps(operator)}")
    if operator not in {"<", "<="}:
        raise InvalidEventPattern(f"Bad numeric range operator: {operator}")
    top = _operand_of(operator, rest[1:2])
    if rest[2:]:
        raise InvalidEventPattern("Too many terms in numeric range expression")
    if bottom >= top:
        raise InvalidEventPattern("Bottom must be less than top")
    return Range(bottom, included, top, operator == "<=")


def _operand_of(operator: str, operand: list[object]) -> float:
    if not operand or not is_number(operand[0]):
        name = "equals" if operator == "=" else operator
        raise InvalidEventPattern(f"Value of {name} must be numeric")
    number = cast(float, operand[0])
    _in_range(number)
    return round(number, DECIMALS)


def _in_range(value: Scalar) -> Scalar:
    if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise InvalidEventPattern("Value must be between -5.0E9 and 5.0E9, inclusive")
    return value


# ---- cidr

_IPV4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_IPV6 = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")


def _cidr(operand: object) -> Test:
    # AWS says "prefix" here: its matcher reuses the text of another operator.
    text = _text(operand, "prefix match pattern must be a string")
    parts = text.split("/")
    if len(parts) != 2:
        raise InvalidEventPattern("Malformed CIDR, one '/' required")
    address, bits = parts
    if not re.fullmatch(r"[+-]?[0-9]+", bits):
        raise InvalidEventPattern("Malformed CIDR, mask bits must be an integer")
    return _network(address, int(bits))


def _network(text: str, bits: int) -> Network:
    if bits < 0:
        raise InvalidEventPattern("Malformed CIDR, mask bits must not be negative")
    if not (_IPV4.fullmatch(text) or _IPV6.fullmatch(text)):
        raise InvalidEventPattern(f"Nonstandard IP address: {text}")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise InvalidEventPattern(f"Invalid IP address: {text}") from None
    width = address.max_prefixlen
    if bits >= width:
        raise InvalidEventPattern(f"IPv{address.version} mask bits must be < {width}")
    last = int(address) | ((1 << (width - bits)) - 1)
    return Network(address, type(address)(last))


_OPERATORS: dict[str, Callable[[object], Test]] = {
    "exactly": _exactly,
    "equals-ignore-case": _ignoring_case,
    "prefix": _prefix,
    "suffix": _suffix,
    "anything-but": _anything_but,
    "exists": _exists,
    "numeric": _numeric,
    "cidr": _cidr,
    "wildcard": _wildcard,
}

RESERVED_IN_OR = frozenset(_OPERATORS) | {
    "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after",
    "date-on-or-after", "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range",
    "ip-address-not-in-range",
}  # fmt: skip
"""Names that make an object in an ``$or`` array a match expression and no set of fields (aws/event-ruler,
Constants)."""
