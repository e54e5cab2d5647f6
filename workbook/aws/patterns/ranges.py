"""The ``numeric`` operator: ``[">", 0, "<=", 5]``, read token by token as AWS reads it."""

from __future__ import annotations

from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.json_tokens import Kind, Token, Tokens
from workbook.aws.patterns.operators import Numbers, Range

TOO_MANY = "Too many elements in numeric expression"
"""AWS says this of ``anything-but``, too."""


def comparable(token: Token, numbers: Numbers) -> float:
    """The number of a token.

    Raises:
        InvalidEventPattern: it is none that AWS compares as a number.
    """
    value = token.value
    if not isinstance(value, int | float) or not numbers.holds(value):
        end = f"{numbers.largest / 1e9}E9"
        raise InvalidEventPattern(f"Value must be between -{end} and {end}, inclusive")
    return value


class Ranges:
    """Compiles the array of a ``numeric`` expression."""

    def __init__(self, tokens: Tokens, numbers: Numbers) -> None:
        self._tokens = tokens
        self._numbers = numbers

    def compile(self) -> Range:
        """Compile from behind the bracket of the array.

        Raises:
            InvalidEventPattern: operators and numbers do not make a range.
        """
        if self._tokens.advance().kind is not Kind.TEXT:
            raise self._tokens.error(f"Invalid member in numeric match: {self._tokens.written()}")
        operator = self._tokens.written()
        token = self._tokens.advance()
        if operator not in {"=", "<", "<=", ">", ">="}:
            raise self._tokens.error(f"Unrecognized numeric range operator: {operator}")
        self._refuse_no_number(token, operator)
        behind = self._tokens.advance()
        if operator in {">", ">="}:
            return self._from(token, operator == ">=", behind)
        if behind.kind is not Kind.ARRAY_END:
            raise self._tokens.error(TOO_MANY)
        number = self._rounded(token)
        if operator == "=":
            return Range(self._numbers, bottom=number, top=number)
        return Range(self._numbers, top=number, top_included=operator == "<=")

    def _from(self, start: Token, included: bool, behind: Token) -> Range:  # noqa: FBT001 - one caller
        """A range with a bottom and, where more follows, a top."""
        if behind.kind is Kind.ARRAY_END:
            return Range(self._numbers, bottom=self._rounded(start), bottom_included=included)
        if behind.kind is not Kind.TEXT:
            raise self._tokens.error(f"Bad value in numeric range: {self._tokens.written()}")
        operator = self._tokens.written()
        if operator not in {"<", "<="}:
            raise self._tokens.error(f"Bad numeric range operator: {operator}")
        end = self._tokens.advance()
        self._refuse_no_number(end, operator)
        if self._tokens.advance().kind is not Kind.ARRAY_END:
            raise self._tokens.error("Too many terms in numeric range expression")
        bottom, top = self._rounded(start), self._rounded(end)
        if bottom >= top:
            raise self._tokens.error("Bottom must be less than top")
        return Range(self._numbers, bottom, included, top, operator == "<=")

    def _refuse_no_number(self, token: Token, operator: str) -> None:
        if token.kind is not Kind.NUMBER:
            name = "equals" if operator == "=" else operator
            raise self._tokens.error(f"Value of {name} must be numeric")

    def _rounded(self, token: Token) -> float:
        return self._numbers.rounded(self._tokens.placed(lambda: comparable(token, self._numbers)))
