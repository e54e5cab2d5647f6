"""A pattern as it is written: fields, fields that belong together, and alternatives.

    {"source": ["orders"], "$or": [{"a": [1]}, {"b": [2]}]}

    Every(Field("source"), Some(Every(Field("a")), Every(Field("b"))))

From it come both what decides (`branches`, for the matcher) and what explains (a clause by clause report).

AWS does not evaluate ``$or`` when an event arrives. It writes the pattern out into *branches*, flat maps from
path to entries, one for each way through the alternatives, and an event matches when it matches one of them.
Hence two rules that a reader may not expect: a field that is asked for twice on one way counts only as it
stands last in the text, and fields below one array must match in one of its elements even when some of them
stand in an alternative and others do not.

Source: aws/event-ruler, JsonRuleCompiler.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from workbook.aws.limits import limit
from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.operators import Absent, Test

MOST_BRANCHES = limit("events.pattern.combinations")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a field's array: as it is written, and compiled."""

    written: str
    test: Test


@dataclass(frozen=True, slots=True)
class Field:
    """The array at the end of a path: satisfied by any of its entries."""

    path: str
    """Names joined by dots, as AWS joins them: a dot inside a name is no different from nesting."""
    levels: int
    """How many objects the field stands in, the pattern itself included."""
    entries: tuple[Entry, ...]

    @property
    def asks_for_absence(self) -> bool:
        """Whether a missing field satisfies it."""
        return any(isinstance(entry.test, Absent) for entry in self.entries)

    @property
    def asks_for_values(self) -> bool:
        """Whether a value may satisfy it."""
        return not all(isinstance(entry.test, Absent) for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Every:
    """What stands in one object: all of it must match."""

    path: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """``$or``: one of the alternatives must match."""

    path: str
    alternatives: tuple[Every, ...]


Clause = Field | Every | Some
Branch = dict[str, Field]


def branches(clause: Clause) -> list[Branch]:
    """All ways to satisfy a clause.

    Raises:
        InvalidEventPattern: there are more than AWS allows.
    """
    return _with([{}], clause)


def _with(so_far: list[Branch], clause: Clause) -> list[Branch]:
    """These branches with one more clause; they are changed in place, and copied only where ways part."""
    if isinstance(clause, Field):
        for branch in so_far:
            branch[clause.path] = clause
        return so_far
    if isinstance(clause, Every):
        for inner in clause.clauses:
            so_far = _with(so_far, inner)
        return so_far
    return _with_alternatives(so_far, clause)


def _with_alternatives(so_far: list[Branch], some: Some) -> list[Branch]:
    ways: list[Branch] = []
    for choice in some.alternatives:
        ways += _with([branch.copy() for branch in so_far], choice)
        if len(ways) > MOST_BRANCHES:
            # AWS documents the limit, not the text of the error (unverified).
            raise InvalidEventPattern(f"$or leads to more than {MOST_BRANCHES} rule combinations")
    return ways


def fields(clause: Clause) -> Iterator[Field]:
    """All fields of a clause, in the order of the text."""
    if isinstance(clause, Field):
        yield clause
    else:
        for inner in clause.clauses if isinstance(clause, Every) else clause.alternatives:
            yield from fields(inner)


def combinations(clause: Clause) -> int:
    """SNS's measure of complexity: values times levels, multiplied over fields, added over alternatives.

    It needs no branches, so that a policy of a thousand alternatives and ten thousand fields can be refused
    before it is written out.
    """
    if isinstance(clause, Field):
        return len(clause.entries) * clause.levels
    if isinstance(clause, Every):
        return prod(combinations(inner) for inner in clause.clauses)
    return sum(combinations(choice) for choice in clause.alternatives)
