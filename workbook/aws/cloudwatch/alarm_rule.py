"""The rule of a composite alarm: read once, then asked for its value whenever an alarm changes.

    rule  = or ; or = and { OR and } ; and = not { AND not } ; not = NOT not | "(" or ")" | TRUE | FALSE |
    test test  = ALARM(name) | OK(name) | INSUFFICIENT_DATA(name)        name: with or without quotes, or an
    ARN

Sources: service model of CloudWatch, PutCompositeAlarm: AlarmRule. That NOT binds more than AND, and AND more
than OR, and that words may be written small, is unverified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbook.aws.cloudwatch.errors import ValidationError
from workbook.aws.limits import limit

STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
MOST_CHILDREN = limit("cloudwatch.composite.children")
MOST_ELEMENTS = limit("cloudwatch.composite.elements")

StateOf = Callable[[str], str | None]
"""From an alarm's name or ARN to its state; None where there is no such alarm."""


@dataclass(frozen=True)
class Constant:
    """TRUE or FALSE."""

    value: bool

    def holds(self, _state_of: StateOf) -> bool:
        """Whether it is TRUE."""
        return self.value


@dataclass(frozen=True)
class InState:
    """Whether an alarm is in a state."""

    state: str
    alarm: str
    """A name, or an ARN."""

    def holds(self, state_of: StateOf) -> bool:
        """Whether the alarm is in the state now."""
        return state_of(self.alarm) == self.state


@dataclass(frozen=True)
class Not:
    """The opposite."""

    inner: Rule

    def holds(self, state_of: StateOf) -> bool:
        """Whether the inner rule does not hold."""
        return not self.inner.holds(state_of)


@dataclass(frozen=True)
class AllOf:
    """Several rules joined by AND."""

    parts: tuple[Rule, ...]

    def holds(self, state_of: StateOf) -> bool:
        """Whether all hold."""
        return all(part.holds(state_of) for part in self.parts)


@dataclass(frozen=True)
class AnyOf:
    """Several rules joined by OR."""

    parts: tuple[Rule, ...]

    def holds(self, state_of: StateOf) -> bool:
        """Whether one of them holds."""
        return any(part.holds(state_of) for part in self.parts)


Rule = Constant | InState | Not | AllOf | AnyOf

_TOKEN = re.compile(
    r"""\s*(?:(?P<mark>[()])|(?P<word>[A-Za-z_]+)(?=[\s()]|$)|(?P<other>\S))""",
)
_NAME = re.compile(r"""\s*\(\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^()"]*?))\s*\)""")


def parse(text: str) -> Rule:
    """Read a rule.

    Raises:
        ValidationError: it is none, or is too large; the text says where.
    """
    if not text or text != text.strip():
        raise ValidationError("AlarmRule must not contain leading or trailing whitespace or be null")
    reader = _Reader(text)
    rule = reader.alternatives()
    reader.demand_end()
    if reader.elements > MOST_ELEMENTS:
        raise ValidationError(f"AlarmRule must not have more than {MOST_ELEMENTS} elements")
    if len(children_of(rule)) > MOST_CHILDREN:
        raise ValidationError(f"AlarmRule must not have more than {MOST_CHILDREN} child alarms")
    return rule


def children_of(rule: Rule) -> list[str]:
    """The names and ARNs in a rule, each once, in their order."""
    return list(dict.fromkeys(_names_in(rule)))


def _names_in(rule: Rule) -> Iterator[str]:
    match rule:
        case InState(alarm=alarm):
            yield alarm
        case Not(inner=inner):
            yield from _names_in(inner)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _names_in(part)


@dataclass
class _Reader:
    """Reads from left to right; recursive descent, a method for each line of the grammar."""

    text: str
    position: int = 0
    elements: int = 0

    def alternatives(self) -> Rule:
        parts = [self.conjunction()]
        while self._takes("OR"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def conjunction(self) -> Rule:
        parts = [self.factor()]
        while self._takes("AND"):
            parts.append(self.factor())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def factor(self) -> Rule:
        if self._takes("NOT"):
            return Not(self.factor())
        self.elements += 1
        if self._takes("("):
            inner = self.alternatives()
            if not self._takes(")"):
                raise self._error()
            self.elements += 1
            return inner
        word = self._word().upper()
        if word in {"TRUE", "FALSE"}:
            self._takes(word)
            return Constant(word == "TRUE")
        if word in STATES:
            self._takes(word)
            return InState(word, self._name())
        raise self._error()

    def demand_end(self) -> None:
        if self._word():
            raise self._error()

    def _name(self) -> str:
        found = _NAME.match(self.text, self.position)
        name = "" if found is None else (found["quoted"] or found["plain"] or "")
        if found is None or not name:
            raise self._error()
        self.position = found.end()
        return name

    def _takes(self, wanted: str) -> bool:
        found = _TOKEN.match(self.text, self.position)
        if found is None or (found["mark"] or found["word"] or "").upper() != wanted:
            return False
        self.position = found.end()
        return True

    def _word(self) -> str:
        found = _TOKEN.match(self.text, self.position)
        return "" if found is None else str(found[found.lastgroup or 0])

    def _error(self) -> ValidationError:
        rest = self.text[self.position :].strip()
        where = f"at '{rest[:40]}'" if rest else "at its end"
        return ValidationError(f"Invalid AlarmRule: syntax error {where}")
