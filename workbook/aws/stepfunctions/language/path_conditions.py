"""The condition of a JSONPath filter: [?(@.price > 10 && @.kind == 'book')].

A condition that only names a path asks whether something is there; null is nothing. Comparisons of values of
different types do not hold. As on AWS, @ stands for objects only: of a list of numbers or texts a filter
leaves nothing, and a condition that compares with another place of the document, or by a pattern, is none.

Sources: AWS, Using JSONPath paths; answers of Step Functions Local in floci-io/floci#3260 and #3480, 2026;
getmoto/moto#10078, 2026 (`&&` and `||`).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from workbook.aws.stepfunctions.language import path_syntax
from workbook.aws.stepfunctions.language.path_syntax import UnreadablePathError

Condition = Callable[[Any], bool]
Operand = Callable[[Any], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<mark>\(|\)|\[|\]|,|&&|\|\||==|!=|<=|>=|<|>|!)"
    r"|(?P<path>@(?:\.\.?[^\s.\[\]()=!<>&|,]+|\[[^\]?]*\])*)"
    r"|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![^\s)\],&|]))"
    r"|(?P<word>[^\s()\[\],&|=!<>'\"$@]+))"
)
_WORDS = {"true": True, "false": False, "null": None}
_NOTHING = object()
"""What a path that leads nowhere gives."""


def read(text: str, at: int) -> tuple[Condition, int]:
    """Read the condition that begins at this place of a path; say where it ends, too.

    Raises:
        UnreadablePathError: it is none.
    """
    reader = _Reader(text, at)
    condition = reader.either()
    return condition, reader.at


class _Reader:
    """Reads a condition from left to right."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at

    def either(self) -> Condition:
        """Conditions with || between them."""
        choices = [self._both()]
        while self._takes("||"):
            choices.append(self._both())
        return choices[0] if len(choices) == 1 else lambda item: any(choice(item) for choice in choices)

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._takes("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda item: all(part(item) for part in parts)

    def _one(self) -> Condition:
        if self._takes("!"):
            negated = self._one()
            return lambda item: not negated(item)
        if self._takes("("):
            inner = self.either()
            self._demand(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self._operand()
        sign = self._next()
        word = sign[1] if sign else ""
        compare = _SIGNS.get(word)
        if compare is None:
            return lambda item: left(item) not in (None, _NOTHING)
        self._next(take=True)
        right = self._list() if word in {"in", "nin"} else self._operand()
        return lambda item: compare(left(item), right(item))

    def _operand(self) -> Operand:
        token = self._next(take=True)
        if token is None or token[0] == "mark":
            raise UnreadablePathError(self.text)
        kind, word = token
        if kind == "path":
            path = path_syntax.read(word)
            return lambda item: _found(path, item)
        value = _literal(kind, word)
        return lambda _item: value

    def _list(self) -> Operand:
        self._demand("[")
        values = []
        while not self._takes("]"):
            values.append(self._operand()(None))
            self._takes(",")
        return lambda _item: values

    def _next(self, *, take: bool = False) -> tuple[str, str] | None:
        token = _TOKEN.match(self.text, self.at)
        if token is None or token.lastgroup is None:
            return None
        if take:
            self.at = token.end()
        return token.lastgroup, token[token.lastgroup]

    def _takes(self, mark: str) -> bool:
        if self._next() != ("mark", mark):
            return False
        self._next(take=True)
        return True

    def _demand(self, mark: str) -> None:
        if not self._takes(mark):
            raise UnreadablePathError(self.text)


def _literal(kind: str, word: str) -> Any:  # noqa: ANN401 - a JSON value
    if kind == "text":
        return path_syntax.unquoted(word)
    if kind == "number":
        return float(word) if set(word) & set(".eE") else int(word)
    return _WORDS.get(word, word)


def _found(path: path_syntax.Path, item: Any) -> Any:  # noqa: ANN401 - JSON values
    from workbook.aws.stepfunctions.language import json_paths  # noqa: PLC0415 - which uses conditions itself

    try:
        return json_paths.follow(path, item)
    except json_paths.NowhereError:
        return _NOTHING


def _same(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON values
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON values
        for kind in (str, (int, float)):
            if isinstance(left, kind) and isinstance(right, kind):
                return not isinstance(left, bool) and not isinstance(right, bool) and compare(left, right)
        return False

    return holds


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": _same,
    "!=": lambda left, right: not _same(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "in": lambda left, right: any(_same(left, value) for value in right),
    "nin": lambda left, right: not any(_same(left, value) for value in right),
}
