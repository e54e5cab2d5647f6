"""Why an event matches a pattern, or does not: clause by clause, with the value that decided.

    does not match: everything of
      matches:        source is "orders": found "orders"
      does not match: detail.amount is a number above 100: found 80

A clause *holds* when a pattern of that clause alone would match the event, which makes each line checkable by
itself. All clauses of an object may hold and the object still not: then they hold in different elements of an
array, and the explanation says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbook.aws.patterns.clauses import Clause, Every, Field, branches
from workbook.aws.patterns.matcher import Json, found_at, tree_of
from workbook.aws.patterns.operators import Absent, Scalar

MOST_VALUES_SHOWN = 5
"""Values of a field that a line names; an array in an event may have thousands."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One clause and whether it held."""

    kind: str
    """``field``, ``every`` (all of the clauses), ``some`` (one of the alternatives) or ``entry``."""
    path: str
    """The field's path, names joined by dots; nothing at the top."""
    asks: str
    """What the clause asks for, in plain words."""
    holds: bool
    values: tuple[Scalar, ...] = ()
    """What the event has there: of an entry that holds the value that decided, otherwise all values."""
    clauses: tuple[Explained, ...] = ()
    """The parts: of a field its entries."""
    written: str = ""
    """How an entry stands in the pattern, for a page that marks it there."""
    note: str = ""
    """What the parts alone do not show."""

    def lines(self, indent: str = "") -> Iterator[str]:
        """The explanation as text, a line a clause."""
        verdict = "matches" if self.holds else "does not match"
        yield f"{indent}{verdict}: {self._sentence()}"
        for clause in self.clauses:
            yield from clause.lines(indent + "  ")

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def deciding(self) -> Iterator[Explained]:
        """Why it does not match: the smallest parts that do not hold, in the order of the pattern.

        Nothing where it matches, for then all parts together have decided. An object all of whose parts hold,
        in different elements of an array, is itself what does not.
        """
        if self.holds:
            return
        failed = [clause for clause in self.clauses if not clause.holds]
        if self.kind == "field" or not failed:
            yield self
            return
        for clause in failed:
            yield from clause.deciding()

    @property
    def found(self) -> str:
        """What the event has there, in words: "found 80", "nothing found"."""
        return self._found()

    def _sentence(self) -> str:
        sentence = f"{self.path} {self.asks}".strip()
        if self.kind == "entry" or (self.kind == "field" and not self.clauses):
            sentence += f": {self._found()}"
        return f"{sentence} ({self.note})" if self.note else sentence

    def _found(self) -> str:
        if not self.values:
            return "nothing found"
        shown = [json.dumps(value, ensure_ascii=False) for value in self.values[:MOST_VALUES_SHOWN]]
        more = len(self.values) - len(shown)
        return f"found {', '.join(shown)}{f' and {more} more' if more else ''}"


def explain(clause: Clause, event: Mapping[str, Json]) -> Explained:
    """Explain a compiled clause; events are objects of parsed JSON."""
    holds = any(tree_of(branch).matches(event) for branch in branches(clause))
    if isinstance(clause, Field):
        return _of_field(clause, event, holds)
    if isinstance(clause, Every):
        parts = tuple(explain(inner, event) for inner in clause.clauses)
        apart = not holds and all(part.holds for part in parts)
        note = "each holds, but not in one and the same element of an array" if apart else ""
        return Explained("every", clause.path, "must match in all of this", holds, clauses=parts, note=note)
    parts = tuple(explain(choice, event) for choice in clause.alternatives)
    return Explained("some", clause.path, "must match in one of these", holds, clauses=parts)


def _of_field(clause: Field, event: Mapping[str, Json], holds: bool) -> Explained:  # noqa: FBT001 - internal
    values = tuple(found_at(event, tuple(clause.path.split("."))))
    entries = tuple(_of_entry(clause, number, values) for number in range(len(clause.entries)))
    if len(entries) == 1:
        only = entries[0]
        return Explained("field", clause.path, only.asks, holds, only.values, written=only.written)
    return Explained("field", clause.path, "is one of these", holds, values, entries)


def _of_entry(clause: Field, number: int, values: tuple[Scalar, ...]) -> Explained:
    written, test = clause.entries[number].written, clause.entries[number].test
    if isinstance(test, Absent):
        return Explained("entry", clause.path, test.words, not values, values, written=written)
    deciding = tuple(value for value in values if test.accepts(value))[:1]
    return Explained("entry", clause.path, test.words, bool(deciding), deciding or values, written=written)
