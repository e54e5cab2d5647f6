"""Filter patterns of CloudWatch Logs: which log events a subscription wants.

    ERROR "not found"            all of these terms, in any order; letters of the same case
    ?ERROR ?WARN                 one of these
    ERROR -timeout               the first, without the second
    { $.status = 5* && ($.ms > 100 || $.user NOT EXISTS) }       of events in JSON, by their fields

A pattern is a tree of plain predicates, made once. Patterns of space-delimited events, regular expressions
and wildcards in a field's name ($.items[*], $.*) are refused by name.

Source: CloudWatch Logs User Guide, "Filter pattern syntax". Unverified: that ?terms beside others are
ignored, as reports of users have it; that a term is found within a longer word.
"""

from __future__ import annotations

import functools
import json
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from workbook.aws.operations import NotSimulated

Matches = Callable[[str], bool]
Test = Callable[[Any], bool]

_TERM = re.compile(r'\s*([?-]?)("(?:[^"\\]|\\.)*"|[^\s"]+)')
_PLAIN = re.compile(r"[\w.:/\\#=@,;*-]+")
_TOKEN = re.compile(
    r'\s*(&&|\|\||!=|<=|>=|=|<|>|\(|\)|"(?:[^"\\]|\\.)*"|\$(?:\.[\w-]+|\[\d+\]|\[\'[^\']+\'\])+|[^\s()&|=<>!"]+)'
)
_WILDCARD = re.compile(r"\$[\w.\[\]'-]*(?:\[\*\]|\.\*)")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]")
_MISSING = object()
_DEEPEST = 40
"""Levels of parentheses: the lab's own limit, as each takes some of Python's stack."""
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class InvalidPattern(ValueError):
    """The text is no filter pattern."""


@functools.lru_cache(256)
def parse_filter_pattern(pattern: str) -> Matches:
    """What tells whether a log event's message matches.

    Raises:
        InvalidPattern: it is no pattern.
        NotSimulated: it is for space-delimited events, or has a regular expression.
    """
    text = pattern.strip()
    if text.startswith("["):
        raise NotSimulated("A filter pattern for space-delimited events", "Use terms, or log in JSON.")
    if "%" in text:
        raise NotSimulated("A regular expression in a filter pattern", "Use terms, or * in a field's value.")
    if text.startswith("{"):
        return _json_matcher(text)
    return _term_matcher(text)


# ---- terms


def _term_matcher(text: str) -> Matches:
    terms: dict[str, list[str]] = {"": [], "?": [], "-": []}
    for mark, term in _terms(text):
        terms[mark].append(term)
    wanted, optional, unwanted = terms[""], terms["?"], terms["-"]

    def matches(message: str) -> bool:
        if any(term in message for term in unwanted):
            return False
        if optional and not wanted and not unwanted:
            return any(term in message for term in optional)
        return all(term in message for term in wanted)

    return matches


def _terms(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        match = _TERM.match(text, place)
        if match is None:
            raise InvalidPattern(text)
        mark, term = match.groups()
        if term.startswith('"'):
            yield mark, _unquoted(term)
        elif _PLAIN.fullmatch(term):
            yield mark, term
        else:
            raise InvalidPattern(text)
        place = match.end()


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


# ---- JSON


def _json_matcher(text: str) -> Matches:
    if not text.endswith("}"):
        raise InvalidPattern(text)
    parser = _Parser(text[1:-1])
    test = parser.alternatives()
    parser.expect_end()

    def matches(message: str) -> bool:
        try:
            event = json.loads(message)
        except (ValueError, RecursionError):
            return False
        return isinstance(event, dict | list) and test(event)

    return matches


class _Parser:
    """Reads conditions on fields, joined with && and ||; && binds more closely."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split(text)
        self._depth = 0

    def _split(self, text: str) -> list[str]:
        if _WILDCARD.search(re.sub(r'"(?:[^"\\]|\\.)*"', "", text)):
            raise NotSimulated("A wildcard in the name of a field in a filter pattern", "Name the field.")
        tokens, place = [], 0
        text = text.rstrip()
        while place < len(text):
            match = _TOKEN.match(text, place)
            if match is None:
                raise InvalidPattern(text)
            tokens.append(match[1])
            place = match.end()
        return tokens

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self) -> str:
        if not self._tokens:
            raise InvalidPattern(self._text)
        return self._tokens.pop(0)

    def expect_end(self) -> None:
        if self._tokens:
            raise InvalidPattern(self._text)

    def alternatives(self) -> Test:
        tests = [self._conjunction()]
        while self._next() == "||":
            self._take()
            tests.append(self._conjunction())
        return lambda event: any(test(event) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._condition()]
        while self._next() == "&&":
            self._take()
            tests.append(self._condition())
        return lambda event: all(test(event) for test in tests)

    def _condition(self) -> Test:
        if self._next() == "(":
            return self._parenthesis()
        field, sign = self._field(), self._take()
        if sign.upper() == "IS":
            return _is(field, self._constant())
        if sign.upper() == "NOT":
            if self._take().upper() != "EXISTS":
                raise InvalidPattern(self._text)
            return lambda event: _value_at(event, field) is _MISSING
        if sign.upper() == "EXISTS":
            return lambda event: _value_at(event, field) is not _MISSING
        return self._comparison(field, sign, self._take())

    def _parenthesis(self) -> Test:
        self._take()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotSimulated(
                f"More than {_DEEPEST} levels of parentheses in a filter pattern", "Use fewer."
            )
        inner = self.alternatives()
        self._depth -= 1
        if self._take() != ")":
            raise InvalidPattern(self._text)
        return inner

    def _field(self) -> list[str | int]:
        token = self._take()
        steps = _STEP.findall(token)
        if not token.startswith("$") or not steps:
            raise InvalidPattern(self._text)
        return [int(index) if index else name or quoted for name, index, quoted in steps]

    def _constant(self) -> object:
        constants: dict[str, object] = {"TRUE": True, "FALSE": False, "NULL": None}
        word = self._take().upper()
        if word not in constants:
            raise InvalidPattern(self._text)
        return constants[word]

    def _comparison(self, field: list[str | int], sign: str, wanted: str) -> Test:
        if sign in _ORDERS:
            order, bound = _ORDERS[sign], _number(wanted)
            if bound is None:
                raise InvalidPattern(self._text)
            return lambda event: _is_number(value := _value_at(event, field)) and order(value, bound)
        if sign not in {"=", "!="}:
            raise InvalidPattern(self._text)
        equal = _equal_to(wanted)
        if sign == "=":
            return lambda event: equal(_value_at(event, field))
        return lambda event: (value := _value_at(event, field)) is not _MISSING and not equal(value)


def _is(field: list[str | int], constant: object) -> Test:
    return lambda event: _value_at(event, field) is constant


def _value_at(event: Any, steps: list[str | int]) -> Any:  # noqa: ANN401 - JSON can be anything
    value = event
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else _MISSING
        else:
            value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
        if value is _MISSING:
            break
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _equal_to(wanted: str) -> Test:
    """A number, or a text in which * stands for anything."""
    number = None if wanted.startswith('"') else _number(wanted)
    text = _unquoted(wanted) if wanted.startswith('"') else wanted
    pattern = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)

    def equal(value: object) -> bool:
        if _is_number(value):
            shown = json.dumps(value)
            return value == number if number is not None else pattern.fullmatch(shown) is not None
        return isinstance(value, str) and pattern.fullmatch(value) is not None

    return equal
