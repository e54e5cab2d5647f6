"""The matcher against the definition of AWS's own, without any cleverness.

AWS takes an event apart into fields, each with its place in every array around it, looks for the fields of a
pattern in the order of their names, and never combines fields from different elements of one array
(aws/event-ruler: Event, ACFinder, ArrayMembership). `by_definition` does just that, trying all combinations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbook.aws.patterns import EventPattern

Places = dict[int, int]
"""Array -> element."""


@dataclass
class FlatField:
    path: str
    value: Any
    places: Places


def flat(event: Any) -> list[FlatField]:
    arrays = iter(range(10_000))

    def walk(value: Any, path: str, places: Places) -> Iterator[FlatField]:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from walk(inner, f"{path}.{name}" if path else name, places)
        elif isinstance(value, list):
            array = next(arrays)
            for index, inner in enumerate(value):
                yield from walk(inner, path, places | {array: index})
        else:
            yield FlatField(path, value, places)

    return list(walk(event, "", {}))


def ways(pattern: dict[str, Any], path: str = "") -> list[dict[str, list[Any]]]:
    so_far: list[dict[str, list[Any]]] = [{}]
    for name, value in pattern.items():
        if name == "$or":
            choices = [way for choice in value for way in ways(choice, path)]
        elif isinstance(value, dict):
            choices = ways(value, f"{path}.{name}" if path else name)
        else:
            choices = [{f"{path}.{name}" if path else name: value}]
        so_far = [way | choice for choice in choices for way in so_far]
    return so_far


def agree(some: Places, others: Places) -> bool:
    return all(others.get(array, index) == index for array, index in some.items())


def by_definition(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    fields = flat(event)

    def search(left: list[tuple[str, list[Any]]], places: Places) -> bool:
        if not left:
            return True
        (path, entries), *later = left
        if {"exists": False} in entries:
            there = any(field.path == path and agree(places, field.places) for field in fields)
            if not there and search(later, places):
                return True
        return any(
            field.path == path
            and agree(places, field.places)
            and any(entry == field.value for entry in entries if not isinstance(entry, dict))
            and search(later, places | field.places)
            for field in fields
        )

    return any(search(sorted(way.items()), {}) for way in ways(pattern))


values = st.sampled_from(["x", "y"])
entries = st.just([{"exists": False}]) | st.lists(values, min_size=1, max_size=2)
names = st.sampled_from("abc")


def objects_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(names, inner, min_size=1, max_size=3)


fields_of_patterns = st.recursive(
    objects_of(entries), lambda inner: objects_of(entries | inner), max_leaves=5
)
patterns = fields_of_patterns | st.builds(
    lambda fields, choices: fields | {"$or": choices},
    fields_of_patterns,
    st.lists(fields_of_patterns, min_size=2, max_size=2),
)
events = objects_of(
    st.recursive(
        values,
        lambda inner: objects_of(inner) | st.lists(inner | objects_of(inner), max_size=3),
        max_leaves=12,
    )
)


def one_path_leads_through_another(pattern: dict[str, Any]) -> bool:
    return any(
        other.startswith(f"{path}.")
        for way in ways(pattern)
        for path in way
        for other in way
        if path != other
    )


@settings(max_examples=500, deadline=None)  # trying all combinations takes as long as it takes
@given(patterns, events)
def test_the_matcher_agrees_with_the_definition(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    assume(not one_path_leads_through_another(pattern))
    compiled = EventPattern(pattern)
    expected = by_definition(pattern, event)
    assert compiled.matches(event) is expected
    assert compiled.explain(event).holds is expected


@settings(deadline=None)
@given(st.lists(st.sampled_from(["x", "y"]) | st.just({"exists": False}), min_size=1, max_size=3), events)
def test_one_field_agrees_with_the_definition_whatever_its_entries(
    mixed: list[Any], event: dict[str, Any]
) -> None:
    for pattern in ({"a": mixed}, {"a": {"b": mixed}}, {"a": {"b": mixed, "c": ["x"]}}):
        assert EventPattern(pattern).matches(event) is by_definition(pattern, event)


def test_whether_a_field_is_missing_depends_on_what_was_chosen_before() -> None:
    """The names decide the order: `id` is looked for before `key` chooses an element, `sku` after it."""
    event = {"list": [{"key": 1}, {"key": 2, "id": 5, "sku": 6}]}
    assert not EventPattern({"list": {"key": [1], "id": [{"exists": False}]}}).matches(event)
    assert EventPattern({"list": {"key": [1], "sku": [{"exists": False}]}}).matches(event)


def test_a_field_asked_for_twice_counts_as_it_stands_last() -> None:
    first = EventPattern('{"a": ["1"], "$or": [{"a": ["2"]}, {"b": ["3"]}]}')
    assert first.matches({"a": "2"})
    assert not first.matches({"a": "1"})
    second = EventPattern('{"$or": [{"a": ["2"]}, {"b": ["3"]}], "a": ["1"]}')
    assert not second.matches({"a": "2"})
    assert second.matches({"a": "1"})


def test_alternatives_and_their_neighbours_choose_one_element_together() -> None:
    pattern = EventPattern({"list": {"x": [1]}, "$or": [{"list": {"y": [2]}}, {"other": [3]}]})
    assert pattern.matches({"list": [{"x": 1, "y": 2}]})
    assert not pattern.matches({"list": [{"x": 1}, {"y": 2}]})
    assert pattern.matches({"list": [{"x": 1}, {"y": 2}], "other": 3})
