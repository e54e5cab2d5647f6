"""The SQL of topic rules, as far as it is simulated: what is taken of a message, from which topics, and when.

    SELECT * FROM 'sensors/#' WHERE temperature > 30 AND place.floor <> 2
    SELECT temperature, place.floor AS floor, topic(2) AS sensor, timestamp() AS at FROM 'sensors/+/data'

Functions but topic() and timestamp(), arithmetic, CASE, arrays, nested SELECT and the like are refused by
name. A field that a message lacks is undefined: it is left out of the result.

A condition is true, false or undefined, and only a true one lets a message through. Comparisons of what
cannot be compared are undefined, and so are AND, OR and NOT of anything but Booleans (or the texts "true"
and "false"). That this holds of AND and OR also where one side alone would decide is read out of AWS's table,
which has no row for it (unverified).

Source: AWS IoT Developer Guide, "AWS IoT SQL reference": "Operators" and "Data types".
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbook.aws.iot.topic_filters import is_filter
from workbook.aws.operations import NotSimulated

UNDEFINED = object()
_SHAPE = re.compile(
    r"\s*SELECT\s+(?P<select>.+?)\s+FROM\s+'(?P<topic>[^']*)'(?:\s+WHERE\s+(?P<where>.+?))?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r"\s*(<>|<=|>=|=|<|>|\(|\)|,|\*|'[^']*'|-?\d+(?:\.\d+)?|[A-Za-z_][\w.]*|\S)")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?(E-?\d{1,4})?", re.IGNORECASE | re.ASCII)
"""A text that counts as a number; AWS's numbers end at 9.99E999."""
_ORDERS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CONSTANTS = {"true": True, "false": False, "null": None}
_DEEPEST = 40
"""Levels of parentheses and NOT in a condition: the lab's own limit, as each takes some of Python's stack."""


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
"""Also a condition's, which is True, False or UNDEFINED."""


@dataclass(frozen=True)
class Statement:
    """A statement that has been read."""

    topic_filter: str
    columns: tuple[tuple[str | None, Value], ...]
    """With their names; None for `*`."""
    where: Value | None

    def select(self, message: Message) -> Any:  # noqa: ANN401 - JSON can be anything
        """What the actions get of a message; UNDEFINED where the condition does not hold."""
        if self.where is not None and self.where(message) is not True:
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
        self._depth = 0

    def columns(self) -> tuple[tuple[str | None, Value], ...]:
        found = [self._column()]
        while self._accept(","):
            found.append(self._column())
        self._expect_end()
        return tuple(found)

    def condition(self) -> Value:
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

    def _alternatives(self) -> Value:
        tests = [self._conjunction()]
        while self._accept("or"):
            tests.append(self._conjunction())
        return _joined(any, tests)

    def _conjunction(self) -> Value:
        tests = [self._negation()]
        while self._accept("and"):
            tests.append(self._negation())
        return _joined(all, tests)

    def _negation(self) -> Value:
        if self._accept("not"):
            with self._one_level_deeper():
                return _opposite(self._negation())
        if self._accept("("):
            with self._one_level_deeper():
                inner = self._alternatives()
            if not self._accept(")"):
                raise SqlError(self._text)
            return inner
        return self._comparison()

    @contextmanager
    def _one_level_deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotSimulated(
                f"More than {_DEEPEST} levels of parentheses and NOT in the SQL of a rule", "Use fewer."
            )
        yield
        self._depth -= 1

    def _comparison(self) -> Value:
        left = self._value()
        sign = self._next()
        if sign not in {"=", "<>", *_ORDERS}:
            return left
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


def _joined(join: Callable[[Iterable[bool]], bool], tests: Sequence[Value]) -> Value:
    """All of the conditions (AND), or any (OR); a single one is left as it is."""
    if len(tests) == 1:
        return tests[0]

    def joined(message: Message) -> Any:  # noqa: ANN401 - a Boolean, or UNDEFINED
        found = [_boolean(test(message)) for test in tests]
        return UNDEFINED if UNDEFINED in found else join(found)

    return joined


def _opposite(test: Value) -> Value:
    def opposite(message: Message) -> Any:  # noqa: ANN401 - a Boolean, or UNDEFINED
        found = _boolean(test(message))
        return UNDEFINED if found is UNDEFINED else not found

    return opposite


def _boolean(value: Any) -> Any:  # noqa: ANN401 - a Boolean, or UNDEFINED
    """A Boolean, or a text that says one."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), UNDEFINED)
    return value if isinstance(value, bool) else UNDEFINED


def _compare(sign: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - a Boolean, or UNDEFINED
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    if sign in {"=", "<>"}:
        same = type(left) is type(right) or (_is_number(left) and _is_number(right))
        return (same and left == right) is (sign == "=")
    one, other = _decimal(left), _decimal(right)
    return UNDEFINED if one is None or other is None else _ORDERS[sign](one, other)


def _decimal(value: Any) -> Decimal | None:  # noqa: ANN401 - JSON can be anything
    """A number, or a text that says one, as a Decimal; None where it is neither."""
    if isinstance(value, str):
        return Decimal(value) if _DECIMAL.fullmatch(value) else None
    return Decimal(str(value)) if _is_number(value) and math.isfinite(value) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
