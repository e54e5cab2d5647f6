"""From the text of a pattern to its clauses.

Sources: ``aws/event-ruler`` (JsonRuleCompiler and its README on ``$or``); answers of EventBridge and SNS
recorded in public test suites.
"""

from __future__ import annotations

from workbook.aws.patterns.clauses import Clause, Entry, Every, Field, Some
from workbook.aws.patterns.dialects import EVENT_BRIDGE, Dialect
from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.expressions import Expressions
from workbook.aws.patterns.json_tokens import Kind, Token, Tokens
from workbook.aws.patterns.wildcards import TOO_COMPLEX, are_too_complex

DEEPEST = 200
"""Levels of a pattern that are read; no event of AWS comes near."""

RESERVED_IN_OR = EVENT_BRIDGE.operators | {
    "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after",
    "date-on-or-after", "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range",
    "ip-address-not-in-range",
}  # fmt: skip
"""Names that make an object in an ``$or`` array a match expression and no set of fields (aws/event-ruler,
Constants)."""


def compile_pattern(text: str, dialect: Dialect = EVENT_BRIDGE) -> Every:
    """Read a pattern.

    Raises:
        InvalidEventPattern: it is no JSON object, or breaks a rule of event patterns.
    """
    compiler = _Compiler(Tokens(text), dialect)
    pattern = compiler.pattern()
    if compiler.too_complex:
        raise InvalidEventPattern(TOO_COMPLEX)
    return pattern


class _Compiler:
    def __init__(self, tokens: Tokens, dialect: Dialect) -> None:
        self._tokens = tokens
        self._dialect = dialect
        self.too_complex = False
        """Whether EventBridge refuses a field for its wildcards, which it says only of faultless patterns."""

    def pattern(self) -> Every:
        if self._tokens.advance().kind is not Kind.OBJECT:
            raise self._tokens.error("Filter is not an object")
        every = self._every((), levels=1)
        self._tokens.advance()  # whatever stands behind the pattern is no JSON
        return every

    def _every(self, path: tuple[str, ...], levels: int) -> Every:
        """The object behind whose brace the cursor stands."""
        if levels > DEEPEST:
            raise InvalidEventPattern(f"the pattern is nested more than {DEEPEST} levels deep")
        clauses: list[Clause] = []
        while (token := self._tokens.advance()).kind is not Kind.OBJECT_END:
            clauses.append(self._clause(path, str(token.value), levels))
        if not clauses:
            raise self._tokens.error("Empty objects are not allowed")
        return Every(".".join(path), tuple(clauses))

    def _clause(self, path: tuple[str, ...], name: str, levels: int) -> Clause:
        token = self._tokens.advance()
        if name == "$or" and token.kind is Kind.ARRAY and joins_alternatives(self._tokens.following()):
            return self._some(path, levels)
        if token.kind is Kind.OBJECT:
            return self._every((*path, name), levels + 1)
        if token.kind is Kind.ARRAY:
            return self._field((*path, name), levels)
        raise self._tokens.error(f'"{name}" must be an object or an array')

    def _some(self, path: tuple[str, ...], levels: int) -> Some:
        alternatives = []
        while self._tokens.advance().kind is not Kind.ARRAY_END:
            alternatives.append(self._every(path, levels))
        return Some(".".join(path), tuple(alternatives))

    def _field(self, path: tuple[str, ...], levels: int) -> Field:
        expressions = Expressions(self._tokens, self._dialect)
        entries = []
        while self._tokens.advance().kind is not Kind.ARRAY_END:
            first = self._tokens.current
            test = expressions.entry()
            entries.append(Entry(self._tokens.from_token(first), test))
        if not entries:
            raise self._tokens.error("Empty arrays are not allowed")
        self.too_complex = self.too_complex or are_too_complex(expressions.wildcards)
        return Field(".".join(path), levels, tuple(entries))


def joins_alternatives(following: list[Token]) -> bool:
    """Whether ``$or`` is the operator, by the tokens behind its bracket.

    AWS reads ``$or`` as a field's name unless it has two objects or more, none of them with a field that is
    named like an operator.
    """
    opened: list[Kind] = []
    alternatives = 0
    for token in following:
        if not opened and token.kind is not Kind.OBJECT:
            return token.kind is Kind.ARRAY_END and alternatives > 1
        if token.kind in {Kind.OBJECT, Kind.ARRAY}:
            alternatives += not opened
            opened.append(token.kind)
        elif token.kind in {Kind.OBJECT_END, Kind.ARRAY_END}:
            opened.pop()
        elif token.kind is Kind.NAME and Kind.ARRAY not in opened and token.value in RESERVED_IN_OR:
            return False
    return False
