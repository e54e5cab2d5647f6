"""The SQL of topic rules, as far as it is simulated: what is taken of a message, from which topics, and when.

    SELECT * FROM 'sensors/#' WHERE temperature > 30 AND place.floor <> 2
    SELECT temperature, place.floor AS floor, topic(2) AS sensor, timestamp() AS at FROM 'sensors/+/data'

Functions but topic() and timestamp(), arithmetic, CASE, arrays, nested SELECT and the like are refused by
name. A field that a message lacks is undefined: it is left out of the result, and no comparison with it
holds.

Source: AWS IoT Developer Guide, "AWS IoT SQL reference".
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbook.aws.iot.topic_filters import is_filter
from workbook.aws.operations import NotSimulated

UNDEFINED = object()
_SHAPE = re.compile(
    r"\s*SELECT\s+(?P<select>.+?)\s+FROM\s+'(?P<topic>[^']*)'(?:\s+WHERE\s+(?P<where>.+?))?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"\s*(<>|<=|>=|=|<|>|\(|\)|,|\*|'[^']*'|-?\d+(?:\.\d+)?|[A-Za-z_][\w.]*|\S)")
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CONSTANTS = {"true": True, "false": False, "null": None}


class SqlError(ValueError):
    """The text is no SQL of a rule."""


@dataclass(frozen=True)
class Message:
    """What a rule looks at."""

    topic: str
    payload: Any
    milliseconds: int
    """When it came."""


Value = Callable[[Message], Any]
Test = Callable[[Message], bool]


@dataclass(frozen=True)
class Statement:
    """A statement that has been read."""

    topic_filter: str
    columns: tuple[tuple[str | None, Value], ...]
    """With their names; None for `*`."""
    where: Test | None

    def select(self, message: Message) -> Any:  # noqa: ANN401 - JSON can be anything
        """What the actions get of a message; UNDEFINED where the condition does not hold."""
        if self.where is not None and not self.where(message):
            return UNDEFINED
        if len(self.columns) == 1 and self.columns[0][0] is None:
            return message.payload
        result: dict[str, Any] = {}
        for name, value in self.columns:
            found = value(message)
            if name is None:
                result |= found if isinstance(found, dict) else {}
            elif found is not UNDEFINED:
                result[name] = found
        return result


def parse_sql(text: str) -> Statement:
    """Read a statement.

    Raises:
        SqlError: it is none.
        NotSimulated: it uses what the lab does not have.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise SqlError(text)
    if not is_filter(match["topic"]):
        raise SqlError(f"the topic filter {match['topic']!r}")
    columns = _Parser(match["select"]).columns()
    where = None if match["where"] is None else _Parser(match["where"]).condition()
    return Statement(match["topic"], columns, where)


class _Parser:
    """Reads one clause, word by word."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [match[1] for match in _TOKEN.finditer(text)]

    def columns(self) -> tuple[tuple[str | None, Value], ...]:
        found = [self._column()]
        while self._accept(","):
            found.append(self._column())
        self._expect_end()
        return tuple(found)

    def condition(self) -> Test:
        test = self._alternatives()
        self._expect_end()
        return test

    def _column(self) -> tuple[str | None, Value]:
        if self._accept("*"):
            return None, lambda message: message.payload
        first = self._next()
        value = self._value()
        if self._accept("as"):
            return self._take(), value
        return first.rpartition(".")[2], value

    def _alternatives(self) -> Test:
        tests = [self._conjunction()]
        while self._accept("or"):
            tests.append(self._conjunction())
        return lambda message: any(test(message) for test in tests)

    def _conjunction(self) -> Test:
        tests = [self._negation()]
        while self._accept("and"):
            tests.append(self._negation())
        return lambda message: all(test(message) for test in tests)

    def _negation(self) -> Test:
        if self._accept("not"):
            inner = self._negation()
            return lambda message: not inner(message)
        if self._accept("("):
            inner = self._alternatives()
            if not self._accept(")"):
                raise SqlError(self._text)
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        left = self._value()
        sign = self._next()
        if sign not in {"=", "<>", *_ORDERS}:
            return lambda message: left(message) is True
        self._take()
        right = self._value()
        return lambda message: _compare(sign, left(message), right(message))

    def _value(self) -> Value:
        token = self._take()
        if token.startswith("'"):
            return lambda _message: token[1:-1]
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            number = float(token) if "." in token else int(token)
            return lambda _message: number
        if self._next() == "(":
            return self._function(token)
        if not re.fullmatch(r"[A-Za-z_][\w.]*", token):
            raise NotSimulated(f"{token!r} in the SQL of a rule", "Simulated are fields, texts and numbers.")
        if token.lower() in _CONSTANTS:
            return lambda _message: _CONSTANTS[token.lower()]
        return lambda message: _field(message.payload, token)

    def _function(self, name: str) -> Value:
        self._take()
        argument = "" if self._next() == ")" else self._take()
        if not self._accept(")") or name.lower() not in {"topic", "timestamp"}:
            raise NotSimulated(f"{name}() in the SQL of a rule", "Simulated are topic() and timestamp().")
        if name.lower() == "timestamp":
            return lambda message: message.milliseconds
        if not argument:
            return lambda message: message.topic
        if not argument.isdecimal() or argument == "0":
            raise SqlError(f"topic({argument})")
        return lambda message: _level(message.topic, int(argument))

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self) -> str:
        if not self._tokens:
            raise SqlError(self._text)
        return self._tokens.pop(0)

    def _accept(self, word: str) -> bool:
        if self._next().lower() == word:
            self._tokens.pop(0)
            return True
        return False

    def _expect_end(self) -> None:
        if self._tokens:
            word = self._tokens[0]
            raise NotSimulated(
                f"{word!r} in the SQL of a rule", "Simulated are fields, comparisons, AND, OR, NOT."
            )


def _field(payload: Any, path: str) -> Any:  # noqa: ANN401 - JSON can be anything
    value = payload
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return UNDEFINED
        value = value[name]
    return value


def _level(topic: str, number: int) -> Any:  # noqa: ANN401 - a text, or UNDEFINED
    levels = topic.split("/")
    return levels[number - 1] if number <= len(levels) else UNDEFINED


def _compare(sign: str, left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON can be anything
    if left is UNDEFINED or right is UNDEFINED:
        return False
    if sign in {"=", "<>"}:
        same = type(left) is type(right) or (_is_number(left) and _is_number(right))
        equal = same and left == right
        return bool(equal) if sign == "=" else not equal
    comparable = (_is_number(left) and _is_number(right)) or (
        isinstance(left, str) and isinstance(right, str)
    )
    return comparable and _ORDERS[sign](left, right)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
