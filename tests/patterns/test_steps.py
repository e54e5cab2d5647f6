"""The work of matching grows with pattern and event, and with nothing else: counted in steps, not by a clock.

A step is a call of a function, Python's own included: what looks at a value, a name or a piece of text.
"""

from __future__ import annotations

import sys
from typing import Any

import pytest

from workbook.aws.patterns import EventPattern, FilterPolicy


def steps(pattern: EventPattern, event: dict[str, Any]) -> int:
    counted = 0

    def count(_frame: Any, kind: str, _argument: Any) -> None:
        nonlocal counted
        counted += kind in {"call", "c_call"}

    sys.setprofile(count)
    try:
        pattern.matches(event)
    finally:
        sys.setprofile(None)
    return counted


def arrays(size: int) -> dict[str, Any]:
    """Six arrays of objects, all of which would have to be combined by a matcher that tries everything."""
    return {f"list{n}": [{"value": "wanted", "other": "x"}] * size for n in range(6)}


SIX_ARRAYS = EventPattern(
    {f"list{n}": {"value": ["wanted"], "other": ["y"]} for n in range(6)} | {"never": ["there"]}
)
NESTED = EventPattern({"a": {"b": {"c": {"d": ["x"], "e": ["y"], "f": [{"exists": False}]}}}})


def nested(size: int) -> dict[str, Any]:
    return {"a": [{"b": [{"c": [{"d": "x", "e": "z"}] * size}] * 5}] * 5}


@pytest.mark.parametrize(
    ("pattern", "event"), [(SIX_ARRAYS, arrays), (NESTED, nested)], ids=["six arrays", "nested arrays"]
)
def test_an_event_twice_as_large_takes_at_most_twice_the_steps(pattern: EventPattern, event: Any) -> None:
    assert not pattern.matches(event(100))
    assert steps(pattern, event(100)) <= 2 * steps(pattern, event(50))


def test_a_hostile_wildcard_takes_a_step_for_each_of_its_pieces() -> None:
    pattern = EventPattern({"x": [{"wildcard": "*a*ab*aab*b"}]})
    few = steps(pattern, {"x": "a" * 100})
    assert steps(pattern, {"x": "a" * 200_000}) == few


def test_alternatives_cost_what_their_combinations_cost() -> None:
    def with_alternatives(count: int) -> EventPattern:
        return EventPattern({"$or": [{"x": [n]} for n in range(count)]})

    event = {"x": "none of them"}
    assert steps(with_alternatives(1_000), event) <= 10 * steps(with_alternatives(100), event) + 100


def test_plain_texts_are_found_without_looking_at_each() -> None:
    event = {"x": "value 4999"}
    few, many = (EventPattern({"x": [f"value {n}" for n in range(count)]}) for count in (10, 5_000))
    assert steps(many, event) <= steps(few, event) + 10


def test_a_policy_is_compiled_once() -> None:
    policy = FilterPolicy('{"a": [{"numeric": [">", 5]}]}')
    compiled = policy._trees
    policy.matches({"a": {"DataType": "Number", "StringValue": "6"}}, "")
    assert policy._trees is compiled
