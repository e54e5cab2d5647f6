"""FilterCriteria: what the function sees, and that the rest is deleted. LQ-09."""

from __future__ import annotations

import json
from typing import Any

import pytest
from event_system import System

from workbook.aws.event_sources.filters import FilterCriteria


def criteria(*patterns: dict[str, Any]) -> dict[str, Any]:
    return {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]}


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ({"my-key": ["my-value"]}, {"my-key": "my-value"}, {"my-key": "other-value"}),
        ({"my-key": ["one", "two"]}, {"my-key": "two"}, {"my-key": "three"}),
        ({"a": ["x", "y"], "b": ["z"]}, {"a": "y", "b": "z"}, {"a": "w", "b": "z"}),
        ({"my-key": [{"exists": True}]}, {"my-key": "any"}, {"other-key": "any"}),
        ({"n": [{"numeric": [">", 100]}]}, {"n": 101}, {"n": 100}),
        ({"n": [{"numeric": ["<", 100]}]}, {"n": 99}, {"n": 100}),
        ({"n": [{"numeric": [">=", 100, "<", 200]}]}, {"n": 100}, {"n": 200}),
        ({"my-key": [{"prefix": "yes"}]}, {"my-key": "yes-value"}, {"my-key": "no-value"}),
        ({"my-key": ["my-value"]}, {"my-key": "my-value"}, "plain-string"),
    ],
)
def test_lq_09_a_message_that_misses_the_filter_is_deleted(
    system: System, pattern: dict[str, Any], matching: dict[str, Any], other: Any
) -> None:
    """Recorded: test_sqs_event_filter, all its cases."""
    url = system.queue()
    wanted = json.dumps(matching)
    unwanted = other if isinstance(other, str) else json.dumps(other)
    _, dropped = system.send(url, wanted, unwanted)
    system.map(url, FilterCriteria=criteria({"body": pattern}))
    system.lab.run_until_idle()
    assert system.bodies() == [[wanted]]
    assert system.left_in(url) == []
    assert [hop.message for hop in system.hops("filter")] == [dropped]


def test_any_of_several_filters_will_do(system: System) -> None:
    url = system.queue()
    system.map(url, FilterCriteria=criteria({"body": {"n": [1]}}, {"body": {"n": [2]}}))
    system.send(url, *[json.dumps({"n": n}) for n in range(4)])
    system.lab.run_until_idle()
    assert system.bodies() == [['{"n": 1}', '{"n": 2}']]


def test_a_batch_without_a_message_left_is_no_invocation(system: System) -> None:
    url = system.queue()
    system.map(url, FilterCriteria=criteria({"body": {"n": [1]}}))
    system.send(url, *["no"] * 25)
    system.lab.run_until_idle()
    assert system.hops("invoke") == []
    assert system.left_in(url) == []


def test_a_filtered_message_does_not_open_the_window(system: System) -> None:
    url = system.queue()
    system.map(url, MaximumBatchingWindowInSeconds=60, FilterCriteria=criteria({"body": {"n": [1]}}))
    start = system.now
    system.send(url, "no")
    system.lab.advance(30)
    system.send(url, '{"n": 1}')
    system.lab.run_until_idle()
    assert system.invoked_after(start) == pytest.approx([90], abs=0.1)


RECORD = {"messageId": "1", "attributes": {"MessageGroupId": "g"}, "eventSource": "aws:sqs"}


@pytest.mark.parametrize(
    ("body", "pattern", "passes"),
    [
        ("hello", {"body": ["hello"]}, True),
        ("hello", {"body": [{"prefix": "x"}]}, False),
        ("hello", {"attributes": {"MessageGroupId": ["g"]}}, True),
        ("hello", {"attributes": {"MessageGroupId": ["h"]}}, False),
        ("hello", {"body": {"a": [1]}}, False),
        ('{"a": 1}', {"body": ['{"a": 1}']}, False),
        ('{"a": 1}', {"attributes": {"MessageGroupId": ["g"]}}, True),
        ('{"a": 1}', {"body": {"a": [1]}}, True),
        ('{"a": 2}', {"body": {"a": [1]}}, False),
        ('[{"a": 1}]', {"body": {"a": [1]}}, True),
        ("5", {"body": ["5"]}, True),
        ("{" * 100_000, {"body": {"a": [{"exists": False}]}}, False),
        ('{"a": 1}', {"$or": [{"body": {"a": [1]}}, {"eventSource": ["other"]}]}, True),
    ],
)
def test_formats_of_body_and_pattern_are_compared_first(
    body: str, pattern: dict[str, Any], passes: bool
) -> None:
    """The table of the Lambda Developer Guide, "Properly filtering Amazon SQS messages"."""
    filters = FilterCriteria.of([json.dumps(pattern)])
    assert filters.let_through({**RECORD, "body": body}) is passes
