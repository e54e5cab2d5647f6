"""One branch of a pattern, as a tree that is walked together with an event.

    {"a.b": ..., "a.c": ...}   ->   a -> (b, c)         {"a": [{"b": 1, "c": 2}, {"b": 3}]}

AWS takes an event apart into flat fields and remembers for each in which element of which array it stands;
fields of a match must not stand in different elements of one array. Here the same is reached without trying
combinations: a node of the tree chooses *one* object among those that its field holds, and everything below
it is looked for inside that object. Each object is looked at once for each node, so the time is at most size
of pattern x size of event.

What is missing has no place, so ``{"exists": false}`` needs a rule: AWS looks at the fields of a pattern in
the order of their names, and a field counts as missing when it stands in no element that agrees with the
elements chosen *so far*. Such a test is therefore made at the deepest object that a field with an earlier
name has chosen, on all of what lies below; often that is the event itself.

Source: aws/event-ruler (ACFinder, NameState.getNameTransitions, ArrayMembership).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbook.aws.patterns.clauses import Branch, Field
from workbook.aws.patterns.operators import Absent, Equals, Scalar, Test

Json = Any
"""A value as `json.loads` returns it."""

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The entries of a field that look at values; plain texts apart, to be found at once."""

    path: str
    texts: frozenset[str]
    tests: tuple[Test, ...]

    @classmethod
    def of(cls, clause: Field) -> _Leaf:
        texts, tests = set(), []
        for test in (entry.test for entry in clause.entries):
            if isinstance(test, Equals) and isinstance(test.wanted, str):
                texts.add(test.wanted)
            elif not isinstance(test, Absent):
                tests.append(test)
        return cls(clause.path, frozenset(texts), tuple(tests))

    def accepts(self, value: Json) -> bool:
        """Whether a value, or one in its arrays, satisfies an entry."""
        if isinstance(value, str):
            return value in self.texts or any(test.accepts(value) for test in self.tests)
        if isinstance(value, list):
            return any(self.accepts(scalar) for scalar in scalars(value))
        return not isinstance(value, dict) and any(test.accepts(value) for test in self.tests)


@dataclass(frozen=True, slots=True)
class _Absence:
    """A field that must, or may, be missing below some object."""

    path: str
    steps: tuple[str, ...]
    required: bool

    def is_allowed_in(self, event: Mapping[str, Json]) -> bool:
        """Whether an object has the field or not, as it may."""
        return not self.required or is_absent(event, self.steps)


@dataclass(slots=True)
class Node:
    """What is asked of one object."""

    leaves: list[tuple[str, _Leaf]] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    absences: list[_Absence] = field(default_factory=list)

    def node_at(self, steps: Iterable[str]) -> Node:
        """The node at a path below this one."""
        node = self
        for step in steps:
            node = node.nodes.setdefault(step, Node())
        return node

    def paths(self) -> Iterator[str]:
        """The fields that must have a value here or below."""
        yield from (leaf.path for _, leaf in self.leaves)
        for node in self.nodes.values():
            yield from node.paths()

    def matches(self, event: Mapping[str, Json], excused: frozenset[str] = _NOTHING) -> bool:
        """Whether an object satisfies all of it. `excused` are fields that are missing and may be."""
        if self.absences:
            if not all(absence.is_allowed_in(event) for absence in self.absences):
                return False
            excused |= {absence.path for absence in self.absences if is_absent(event, absence.steps)}
        for name, leaf in self.leaves:
            found = name in event and leaf.accepts(event[name])
            if not found and leaf.path not in excused:
                return False
        for name, node in self.nodes.items():
            if not node.matches_below(event, name, excused) and not node.is_excused(excused):
                return False
        return True

    def matches_below(self, event: Mapping[str, Json], name: str, excused: frozenset[str]) -> bool:
        """Whether one of the objects that a field holds satisfies all of it."""
        inner = event.get(name)
        if isinstance(inner, dict) and self.matches(inner, excused):
            return True
        return any(self.matches(other, excused) for other in _other_objects(event, name))

    def is_excused(self, excused: frozenset[str]) -> bool:
        """Whether all that is asked for here may be missing and is."""
        return bool(excused) and not self.absences and excused.issuperset(self.paths())


def tree_of(branch: Branch) -> Node:
    """Build the tree of a branch."""
    root = Node()
    for clause in branch.values():
        if clause.asks_for_values:
            *parents, name = clause.path.split(".")
            root.node_at(parents).leaves.append((name, _Leaf.of(clause)))
    choosing = [path for path, clause in branch.items() if not clause.asks_for_absence]
    for clause in branch.values():
        if clause.asks_for_absence:
            steps = tuple(clause.path.split("."))
            chosen = _deepest_choice(steps, [path for path in choosing if path < clause.path])
            absence = _Absence(clause.path, steps[chosen:], required=not clause.asks_for_values)
            root.node_at(steps[:chosen]).absences.append(absence)
    return root


def _deepest_choice(steps: tuple[str, ...], earlier: list[str]) -> int:
    """How many steps of a path lead through objects that earlier fields have chosen, too."""
    return max((_common(steps[:-1], path.split(".")[:-1]) for path in earlier), default=0)


def _common(some: Iterable[str], others: Iterable[str]) -> int:
    count = 0
    for one, other in zip(some, others, strict=False):
        if one != other:
            break
        count += 1
    return count


# ---- taking events apart


def _other_objects(event: Mapping[str, Json], name: str) -> Iterator[Mapping[str, Json]]:
    """The objects that a field holds besides its own value: in arrays, and behind a dot in a name."""
    inner = event.get(name)
    waiting = [inner] if isinstance(inner, list) else []
    waiting += _behind_dots(event, name)
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            yield value


def _behind_dots(event: Mapping[str, Json], name: str) -> list[Json]:
    """``{"a.b": 1}`` holds in ``a`` what ``{"a": {"b": 1}}`` holds there."""
    start = f"{name}."
    return [{other[len(start) :]: event[other]} for other in event if other.startswith(start)]


def scalars(value: Json) -> Iterator[Scalar]:
    """The scalars that a value is: itself, or those in its arrays (not in its objects)."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif not isinstance(value, dict):
            yield value


def found_at(event: Mapping[str, Json], steps: tuple[str, ...]) -> Iterator[Scalar]:
    """All scalars at a path, through all elements of all arrays."""
    name, *rest = steps
    inner = event.get(name, [])
    if not rest:
        yield from scalars(inner)
        return
    if isinstance(inner, dict):
        yield from found_at(inner, tuple(rest))
    for other in _other_objects(event, name):
        yield from found_at(other, tuple(rest))


def is_absent(event: Mapping[str, Json], steps: tuple[str, ...]) -> bool:
    """Whether no element of no array has a scalar at a path."""
    return not any(True for _ in found_at(event, steps))
