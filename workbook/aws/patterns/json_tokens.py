r"""JSON, token by token, with the places that AWS's error messages name.

    {"a": [1]}   ->   {   "a"   [   1   ]   }

AWS compiles patterns while it reads them, so the first error in the text is the one that it reports, and it
reports where its parser (Jackson) stood: behind a token that was read, but behind the *opening* quotation
mark of a text that was not needed yet, and behind the beginning of the value when it is at a field's name.
Only a parser with the same habits can name the same column; `json` of the standard library cannot.

Sources: places and texts of errors recorded from EventBridge and SNS in public test suites (localstack,
2024); Jackson's own published behaviour where none is recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from workbook.aws.patterns.errors import InvalidEventPattern

LONGEST_QUOTATION = 500
"""Characters of the text that an error message repeats."""

LONGEST_INTEGER = 300
"""Digits of an integer that are kept exactly; AWS compares only numbers of ten digits as numbers."""

_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_TEXT = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_WORD = re.compile(r"[\w$]+")
_NEW_LINE = re.compile(r"\r\n|\r|\n")
_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


_Compiled = TypeVar("_Compiled")
Value = str | int | float | bool | None


class Kind(Enum):
    """What a token is."""

    OBJECT = "{"
    OBJECT_END = "}"
    ARRAY = "["
    ARRAY_END = "]"
    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    LITERAL = "literal"
    END = ""


@dataclass(frozen=True, slots=True)
class Token:
    """One token: what it is, how it is written, what it means, and where the parser stands at it."""

    kind: Kind
    written: str
    value: Value
    seen: int
    """Characters read when the parser has come to the token."""
    read: int
    """... and when its content has been asked for."""


class _NotJson(Exception):
    """The text is no JSON from here on."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


def place_in(text: str, position: int) -> str:
    """Where AWS says that an error is, when so many characters have been read."""
    before = _NEW_LINE.split(text[:position])
    quoted = f'(String)"{text[:LONGEST_QUOTATION]}"'
    left = len(text) - LONGEST_QUOTATION
    truncated = f"[truncated {left} chars]" if left > 0 else ""
    return f"\n at [Source: {quoted}{truncated}; line: {len(before)}, column: {len(before[-1]) + 1}]"


class Tokens:
    """A cursor over the tokens of a JSON text.

    The whole text is taken apart at once, which lets the compiler look ahead; an error in it is raised only
    when the cursor comes to it.
    """

    def __init__(self, text: str) -> None:
        self.source = text
        self._tokens: list[Token] = []
        self._error: _NotJson | None = None
        try:
            _Scanner(text, self._tokens).scan()
        except _NotJson as error:
            self._error = error
        self._index = -1
        self._position = 0

    @property
    def current(self) -> Token:
        """The token at which the cursor stands."""
        return self._tokens[self._index]

    def advance(self) -> Token:
        """Go to the next token.

        Raises:
            InvalidEventPattern: the text is no JSON there.
        """
        self._index += 1
        if self._index == len(self._tokens):
            if self._error is None:
                self._tokens.append(Token(Kind.END, "", None, len(self.source), len(self.source)))
            else:
                raise InvalidEventPattern(self._error.reason, place_in(self.source, self._error.position))
        self._position = self.current.seen
        return self.current

    def written(self) -> str:
        """How the current token is written (a text: its content), which makes the parser read all of it."""
        self._position = self.current.read
        return self.current.value if isinstance(self.current.value, str) else self.current.written

    def following(self) -> list[Token]:
        """The tokens behind the current one, as far as the text is JSON."""
        return self._tokens[self._index + 1 :]

    def from_token(self, first: Token) -> str:
        """The text from a token to the current one, both included."""
        return self.source[first.read - len(first.written) : self.current.read]

    def placed(self, compile_it: Callable[[], _Compiled]) -> _Compiled:
        """Add the place to an error that AWS's matcher raises without one."""
        try:
            return compile_it()
        except InvalidEventPattern as error:
            raise self.error(error.reason) from None

    def error(self, reason: str) -> InvalidEventPattern:
        """The error that AWS raises at this place."""
        return InvalidEventPattern(reason, place_in(self.source, self._position))


def _number(written: str) -> float:
    """An integer as one, everything else (and an integer longer than Python cares to read) as a float."""
    whole = len(written) < LONGEST_INTEGER and not any(sign in written for sign in ".eE")
    return int(written) if whole else float(written)


class _Scanner:
    """Takes a text apart; recursion is bounded by nothing but a stack of its own."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._at = 0
        self._open: list[Kind] = []

    def scan(self) -> None:
        if self._character() == "":
            return
        self._value()
        while self._open:
            if self._open[-1] is Kind.OBJECT:
                self._in_object()
            else:
                self._in_array()
        if self._character():
            raise self._unexpected("expected no more content behind the pattern")

    def _character(self) -> str:
        """The next character that is no space; nothing at the end."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _in_object(self) -> None:
        first = self._tokens[-1].kind is Kind.OBJECT
        if self._character() == "}":
            self._close(Kind.OBJECT_END)
            return
        if not first:
            self._separator(",", "was expecting comma to separate Object entries")
        if self._character() != '"':
            raise self._unexpected("was expecting double-quote to start field name")
        written, name = self._quoted()
        self._separator(":", "was expecting a colon to separate field name and value")
        # At a name the parser has already come to the value, so both tokens have one place.
        self._tokens.append(Token(Kind.NAME, written, name, 0, 0))
        place = len(self._tokens) - 1
        try:
            self._value()
        except _NotJson:
            del self._tokens[place:]
            raise
        seen = self._tokens[place + 1].seen
        self._tokens[place] = Token(Kind.NAME, written, name, seen, seen)

    def _in_array(self) -> None:
        first = self._tokens[-1].kind is Kind.ARRAY
        if self._character() == "]":
            self._close(Kind.ARRAY_END)
            return
        if not first:
            self._separator(",", "was expecting comma to separate Array entries")
        self._value()

    def _separator(self, wanted: str, complaint: str) -> None:
        if self._character() != wanted:
            raise self._unexpected(complaint)
        self._at += 1

    def _value(self) -> None:
        character = self._character()
        if character in {"{", "["}:
            kind = Kind(character)
            self._at += 1
            self._open.append(kind)
            self._add(kind, character, None, self._at)
        elif character == '"':
            start = self._at + 1
            written, value = self._quoted()
            self._add(Kind.TEXT, written, value, start)
        elif match := _NUMBER.match(self._text, self._at):
            self._at = match.end()
            self._add(Kind.NUMBER, match[0], _number(match[0]), self._at)
        else:
            self._literal()

    def _literal(self) -> None:
        match = _WORD.match(self._text, self._at)
        if match is None:
            raise self._unexpected(f"expected a valid value {_VALUES}")
        self._at = match.end()
        if match[0] not in _LITERALS:
            raise _NotJson(f"Unrecognized token '{match[0]}': was expecting {_VALUES}", self._at)
        self._add(Kind.LITERAL, match[0], _LITERALS[match[0]], self._at)

    def _quoted(self) -> tuple[str, str]:
        match = _TEXT.match(self._text, self._at)
        if match is None:
            raise _NotJson(
                "Unexpected end-of-input: was expecting closing quote for a string value", len(self._text)
            )
        self._at = match.end()
        return match[0], json.loads(match[0])

    def _close(self, kind: Kind) -> None:
        self._at += 1
        self._open.pop()
        self._add(kind, kind.value, None, self._at)

    def _add(self, kind: Kind, written: str, value: Value, seen: int) -> None:
        self._tokens.append(Token(kind, written, value, seen, self._at))

    def _unexpected(self, complaint: str) -> _NotJson:
        character = self._character()
        if not character:
            name = "Object" if self._open and self._open[-1] is Kind.OBJECT else "Array"
            return _NotJson(f"Unexpected end-of-input: expected close marker for {name}", len(self._text))
        return _NotJson(
            f"Unexpected character ('{character}' (code {ord(character)})): {complaint}", self._at
        )
