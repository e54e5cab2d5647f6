"""Compile the entries of a pattern's arrays, and say in AWS's words what is wrong with a bad one.

    {"prefix": "us-"}  ->  Text(starts with "us-")          {"anything-but": [1, 2]}  ->  NoneOf(Equals(1),
    Equals(2))

One method an operator. They read token by token and complain in the order in which AWS does, because its
message names the place where its parser stood.

Sources of the texts: ``aws/event-ruler`` (AWS's own matcher, JsonRuleCompiler); answers of EventBridge and
SNS recorded in public test suites.
"""

from __future__ import annotations

from collections.abc import Callable

from workbook.aws.patterns import networks, texts, wildcards
from workbook.aws.patterns.dialects import Dialect
from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.json_tokens import Kind, Token, Tokens
from workbook.aws.patterns.operators import (
    Absent,
    Equals,
    Exists,
    Network,
    NoneOf,
    Test,
    Text,
    Wildcard,
)
from workbook.aws.patterns.ranges import TOO_MANY, Ranges, comparable

_ONE_KEY = "Only one key allowed in match expression"
_ANYTHING_BUT_VALUE = "Value of anything-but must be an array or single string/number value."
_NOT_TEXT_IN_AFFIX = "prefix/suffix match pattern must be a string"
_NOT_TEXT = {
    "prefix": _NOT_TEXT_IN_AFFIX,
    "suffix": _NOT_TEXT_IN_AFFIX,
    "equals-ignore-case": (
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
    ),
    "wildcard": "wildcard match pattern must be a string",
}


class Expressions:
    """Compiles the entries of arrays, from where the cursor stands."""

    def __init__(self, tokens: Tokens, dialect: Dialect) -> None:
        self._tokens = tokens
        self._dialect = dialect
        self.wildcards: list[tuple[str, ...]] = []
        """The wildcards seen so far, each as its pieces."""
        self._operators: dict[str, Callable[[], Test]] = {
            "exactly": self._exactly,
            "equals-ignore-case": self._ignoring_case,
            "prefix": lambda: self._affix("prefix"),
            "suffix": lambda: self._affix("suffix"),
            "anything-but": self._anything_but,
            "exists": self._exists,
            "numeric": self._numeric,
            "cidr": self._cidr,
            "wildcard": self._wildcard,
        }

    def entry(self) -> Test:
        """Compile the entry whose first token is the current one.

        Raises:
            InvalidEventPattern: the entry is an array, or an object that is no match expression.
        """
        token = self._tokens.current
        if token.kind is Kind.OBJECT:
            return self._expression()
        if token.kind is Kind.TEXT:
            return self._equal_text(self._tokens.written())
        if token.kind in {Kind.NUMBER, Kind.LITERAL}:
            return Equals(token.value, self._dialect.numbers)
        raise self._tokens.error("Match value must be String, number, true, false, or null")

    def _equal_text(self, text: str) -> Test:
        """AWS reads a text that is an IPv6 address as the address, however it is written."""
        address = networks.address_or_none(text)
        if address is not None and address.version == 6:
            return Network(address, address)
        return Equals(text, self._dialect.numbers)

    def _expression(self) -> Test:
        if self._tokens.advance().kind is not Kind.NAME:
            raise self._tokens.error("Match expression name not found")
        operator = self._name()
        if operator not in self._dialect.operators:
            raise self._tokens.error(f"Unrecognized match type {operator}")
        return self._operators[operator]()

    def _name(self) -> str:
        return str(self._tokens.current.value)

    def _text(self, complaint: str) -> str:
        """The text that must be the next token."""
        if self._tokens.advance().kind is not Kind.TEXT:
            raise self._tokens.error(complaint)
        return self._tokens.written()

    def _close(self, complaint: str = _ONE_KEY) -> None:
        if self._tokens.advance().kind is not Kind.OBJECT_END:
            raise self._tokens.error(complaint)

    # ---- text

    def _exactly(self) -> Test:
        wanted = self._text("exact match pattern must be a string")
        self._close()
        return Equals(wanted, self._dialect.numbers)

    def _ignoring_case(self) -> Test:
        wanted = self._text("equals-ignore-case match pattern must be a string")
        self._close()
        return texts.equal_but_for_case(wanted)

    def _affix(self, side: str) -> Test:
        token = self._tokens.advance()
        if token.kind is Kind.OBJECT and self._dialect.ignoring_case_in_affixes:
            return self._affix_ignoring_case(side)
        if token.kind is not Kind.TEXT:
            raise self._tokens.error(f"{side} match pattern must be a string")
        wanted = self._tokens.written()
        self._close()
        return texts.starting(wanted) if side == "prefix" else texts.ending(wanted)

    def _affix_ignoring_case(self, side: str) -> Test:
        """``{"prefix": {"equals-ignore-case": text}}``, from behind the inner brace."""
        if self._tokens.advance().kind is not Kind.NAME:
            raise self._tokens.error(f"{side.capitalize()} expression name not found")
        if self._name() != "equals-ignore-case":
            raise self._tokens.error(f"Unsupported {side} pattern: {self._name()}")
        wanted = self._text("equals-ignore-case match pattern must be a string")
        self._close()
        self._close()
        return texts.starting_but_for_case(wanted) if side == "prefix" else texts.ending_but_for_case(wanted)

    def _wildcard(self) -> Test:
        text = self._text("wildcard match pattern must be a string")
        test = self._wildcard_of(text)
        self._close()
        return test

    def _wildcard_of(self, text: str) -> Test:
        try:
            pieces = wildcards.pieces_of(text)
        except wildcards.InvalidWildcard as error:
            raise self._tokens.error(str(error)) from None
        self.wildcards.append(pieces)
        return Text(f'has the form "{text}"', Wildcard(pieces).matches)

    def _exists(self) -> Test:
        token = self._tokens.advance()
        if token.value is not True and token.value is not False:
            raise self._tokens.error("exists match pattern must be either true or false.")
        self._close()
        return Exists() if token.value else Absent()

    def _cidr(self) -> Test:
        # AWS says "prefix" here: its matcher reuses the text of another operator.
        text = self._text("prefix match pattern must be a string")
        test = networks.network_of(text)
        self._close()
        return test

    # ---- anything-but

    def _anything_but(self) -> Test:
        token = self._tokens.advance()
        if token.kind is Kind.OBJECT:
            return self._anything_but_operator()
        self._refuse_no_value(token)
        test = self._anything_but_list() if token.kind is Kind.ARRAY else NoneOf((self._listed(),))
        self._close(TOO_MANY)
        return test

    def _refuse_no_value(self, token: Token) -> None:
        if token.kind not in {Kind.ARRAY, Kind.TEXT, Kind.NUMBER}:
            raise self._tokens.error(_ANYTHING_BUT_VALUE)

    def _listed(self) -> Test:
        """One number or text of ``anything-but``; a number must be one that AWS compares as a number."""
        token = self._tokens.current
        if token.kind is Kind.TEXT:
            return Equals(self._tokens.written(), self._dialect.numbers)
        return Equals(comparable(token, self._dialect.numbers), self._dialect.numbers)

    def _anything_but_list(self) -> NoneOf:
        tests, kinds = [], set()
        while (token := self._tokens.advance()).kind is not Kind.ARRAY_END:
            if token.kind not in {Kind.TEXT, Kind.NUMBER}:
                raise self._error_in_list("Inside anything but list, start|null|boolean is not supported.")
            kinds.add(token.kind)
            tests.append(self._tokens.placed(self._listed))
        if len(kinds) != 1:
            raise self._tokens.error(
                "Inside anything but list, either all values are number or string, "
                "mixed type is not supported"
            )
        return NoneOf(tuple(tests))

    def _error_in_list(self, reason: str) -> InvalidEventPattern:
        """The error as AWS raises it in lists, where it is wrapped once more: the place is there twice."""
        return InvalidEventPattern(reason, self._tokens.error(reason).place * 2)

    def _anything_but_operator(self) -> NoneOf:
        """``{"anything-but": {"prefix": ...}}`` and its sisters, each with one text or a list of them."""
        if self._tokens.advance().kind is not Kind.NAME:
            raise self._tokens.error("Anything-But expression name not found")
        operator = self._name()
        if operator not in self._dialect.inside_anything_but:
            raise self._tokens.error(f"Unsupported anything-but pattern: {operator}")
        if not self._dialect.lists_in_anything_but_operators:
            test = NoneOf((self._anything_but_affix(operator),))
        else:
            test = NoneOf(tuple(self._anything_but_texts(operator)))
            self._close(TOO_MANY)
            self._close(TOO_MANY)
        return test

    def _anything_but_affix(self, operator: str) -> Test:
        """The older form, which knows one text only."""
        text = self._text(f"{operator} match pattern must be a string")
        if not text:
            raise self._tokens.error("Null prefix/suffix not allowed")
        self._close()
        self._close()
        return texts.starting(text)

    def _anything_but_texts(self, operator: str) -> list[Test]:
        token = self._tokens.advance()
        self._refuse_no_value(token)
        if token.kind is not Kind.ARRAY:
            return [self._one_of_anything_but(operator, self._tokens.error)]
        tests = []
        while self._tokens.advance().kind is not Kind.ARRAY_END:
            tests.append(self._one_of_anything_but(operator, self._error_in_list))
        return tests

    def _one_of_anything_but(self, operator: str, error: Callable[[str], InvalidEventPattern]) -> Test:
        if self._tokens.current.kind is not Kind.TEXT:
            raise error(_NOT_TEXT[operator])
        text = self._tokens.written()
        if operator == "wildcard":
            return self._wildcard_of(text)
        if operator == "equals-ignore-case":
            return texts.equal_but_for_case(text)
        if not text:
            raise error("Null prefix/suffix not allowed")
        return texts.starting(text) if operator == "prefix" else texts.ending(text)

    def _numeric(self) -> Test:
        if self._tokens.advance().kind is not Kind.ARRAY:
            raise self._tokens.error("Value of numeric must be an array.")
        test = Ranges(self._tokens, self._dialect.numbers).compile()
        self._close(TOO_MANY)
        return test
