"""Event patterns: which JSON events a rule of EventBridge or a filter of a mapping lets through.

    {"source": ["orders"], "detail": {"amount": [{"numeric": [">", 100]}]}}

A pattern has the shape of the events that it matches. Fields are joined by AND, the entries of an array by
OR, and ``$or`` joins whole sets of fields by OR. A pattern is compiled once to a tree of the same shape;
matching walks pattern and event together. Where the event has an array of objects, all fields below must
match inside *one* of its elements; walking element by element keeps that without trying combinations, so that
the time is at most size of pattern x size of event.

Sources: Amazon EventBridge User Guide, "Event patterns"; AWS's own matcher ``aws/event-ruler``; answers of
EventBridge recorded in public test suites.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from workbook.aws.pattern_compiler import RESERVED_IN_OR, compile_value
from workbook.aws.pattern_errors import InvalidEventPattern
from workbook.aws.pattern_operators import Absent, Scalar, Test

__all__ = ["EventPattern", "InvalidEventPattern"]

DEEPEST = 200
"""Levels of a pattern or an event that are looked at; no event of AWS comes near (an event is at most 1 MB of
JSON)."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The array at the end of a path: satisfied by any of its entries."""

    tests: tuple[Test, ...]
    absent: bool

    @property
    def absence_only(self) -> bool:
        """Whether nothing but a missing field can satisfy this leaf."""
        return all(isinstance(test, Absent) for test in self.tests)

    def matches(self, values: list[object]) -> bool:
        """Whether the values of the field satisfy it; an object is no leaf, so it counts as missing."""
        scalars = [scalar for value in values for scalar in _scalars(value)]
        if not scalars:
            return self.absent
        return any(test.accepts(scalar) for scalar in scalars for test in self.tests)


@dataclass(slots=True)
class _Fields:
    """Fields that must all match, and sets of alternatives (``$or``), one of each of which must match."""

    leaves: dict[str, _Leaf] = field(default_factory=dict)
    objects: dict[str, _Fields] = field(default_factory=dict)
    alternatives: list[list[_Fields]] = field(default_factory=list)

    @property
    def absence_only(self) -> bool:
        """Whether the pattern below here asks for missing fields only."""
        return (
            not self.alternatives
            and all(leaf.absence_only for leaf in self.leaves.values())
            and all(fields.absence_only for fields in self.objects.values())
        )

    def names(self) -> Iterator[str]:
        """The fields that are asked for at this level."""
        yield from self.leaves
        yield from self.objects

    def with_alternatives(self) -> Iterator[_Fields]:
        """These fields, and those of every alternative at the same level."""
        yield self
        for choices in self.alternatives:
            for choice in choices:
                yield from choice.with_alternatives()

    def matches(self, values: list[object]) -> bool:
        """Whether one of the objects among these values satisfies all fields.

        A field is missing from an array of objects only when it is missing from every element; hence `all`
        where nothing else chooses an element.
        """
        candidates = [candidate for value in values for candidate in _objects(value)]
        if not candidates:
            return self._matches_object({})
        choose = all if self.absence_only else any
        return choose(self._matches_object(candidate) for candidate in candidates)

    def _matches_object(self, event: Mapping[str, list[object]]) -> bool:
        return (
            all(leaf.matches(event.get(name, [])) for name, leaf in self.leaves.items())
            and all(fields.matches(event.get(name, [])) for name, fields in self.objects.items())
            and all(
                any(fields._matches_object(event) for fields in choices)  # noqa: SLF001 - the same class
                for choices in self.alternatives
            )
        )


class EventPattern:
    """A compiled event pattern. It never changes, and may be shared."""

    __slots__ = ("_root", "text")

    def __init__(self, pattern: str | Mapping[str, object]) -> None:
        """Compile a pattern, given as JSON text or already parsed.

        Raises:
            InvalidEventPattern: it is no JSON object, or breaks a rule of event patterns.
        """
        self.text = pattern if isinstance(pattern, str) else json.dumps(pattern)
        self._root = _compile_object(_parse(pattern), depth=0)

    def __repr__(self) -> str:
        return f"EventPattern({self.text!r})"

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields at the top of the pattern, those in ``$or`` included."""
        return frozenset(name for fields in self._root.with_alternatives() for name in fields.names())

    def asks_inside(self, name: str) -> bool:
        """Whether the pattern asks for fields *inside* a top-level field, which must then be an object."""
        return any(name in fields.objects for fields in self._root.with_alternatives())

    def matches(self, event: Mapping[str, object]) -> bool:
        """Whether the event, a parsed JSON object, satisfies the pattern."""
        return self._root.matches([event])


def _parse(pattern: str | Mapping[str, object]) -> Mapping[str, object]:
    if isinstance(pattern, str):
        try:
            parsed = json.loads(pattern, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise InvalidEventPattern(f"the pattern is not valid JSON: {error}") from None
    else:
        parsed = pattern
    if not isinstance(parsed, Mapping):
        raise InvalidEventPattern("Filter is not an object")
    return parsed


def _no_constant(name: str) -> object:
    message = f"{name} is not a JSON number"
    raise ValueError(message)


# ---- compiling


def _compile_object(pattern: Mapping[str, object], depth: int) -> _Fields:
    if not pattern:
        raise InvalidEventPattern("Empty objects are not allowed")
    if depth > DEEPEST:
        raise InvalidEventPattern(f"the pattern is nested more than {DEEPEST} levels deep")
    fields = _Fields()
    for name, value in pattern.items():
        if name == "$or" and _is_or(value):
            choices = cast("list[Mapping[str, object]]", value)
            fields.alternatives.append([_compile_object(choice, depth + 1) for choice in choices])
        else:
            _compile_field(fields, name, value, depth)
    return fields


def _is_or(value: object) -> bool:
    """AWS reads ``$or`` as a field's name unless it has two objects or more, none a match expression."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(choice, Mapping) and not RESERVED_IN_OR.intersection(choice) for choice in value)
    )


def _compile_field(fields: _Fields, name: str, value: object, depth: int) -> None:
    *parents, last = name.split(".")
    for parent in parents:
        fields = fields.objects.setdefault(parent, _Fields())
    if isinstance(value, Mapping):
        compiled = _compile_object(value, depth + 1)
        _merge(fields.objects.setdefault(last, _Fields()), compiled)
    elif isinstance(value, list):
        fields.leaves[last] = _compile_leaf(value)
    else:
        raise InvalidEventPattern(f'"{name}" must be an object or an array')


def _merge(into: _Fields, more: _Fields) -> None:
    into.leaves.update(more.leaves)
    into.alternatives.extend(more.alternatives)
    for name, fields in more.objects.items():
        _merge(into.objects.setdefault(name, _Fields()), fields)


def _compile_leaf(entries: list[object]) -> _Leaf:
    if not entries:
        raise InvalidEventPattern("Empty arrays are not allowed")
    tests = tuple(compile_value(entry) for entry in entries)
    return _Leaf(tests, any(isinstance(test, Absent) for test in tests))


# ---- taking events apart


def _scalars(value: object) -> Iterator[Scalar]:
    """The scalars that a field holds: itself, or those in its arrays (not in its objects)."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif not isinstance(value, Mapping):
            yield cast("Scalar", value)


def _objects(value: object) -> Iterator[Mapping[str, list[object]]]:
    """The objects that a field holds, each as name -> values (a dotted name is a path, as in the pattern)."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, Mapping):
            yield _by_name(value)


def _by_name(event: Mapping[str, object]) -> Mapping[str, list[object]]:
    values: dict[str, list[object]] = {}
    for name, value in event.items():
        first, _, rest = name.partition(".")
        values.setdefault(first, []).append({rest: value} if rest else value)
    return values
