"""What TestEventPattern checks of the event. Recorded answers: see workbook/aws/patterns/event_tests.py."""

from __future__ import annotations

import json

import pytest

from workbook.aws import patterns

EVENT = {
    "version": "0",
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "Order placed",
    "source": "orders",
    "account": "123456789012",
    "time": "2026-11-27T12:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {"amount": 150},
}


def test_it_says_whether_the_pattern_matches() -> None:
    assert patterns.test_event_pattern('{"source": ["orders"]}', json.dumps(EVENT)) is True
    assert patterns.test_event_pattern('{"source": ["bills"]}', json.dumps(EVENT)) is False


def test_resources_may_be_missing_although_the_api_reference_calls_them_mandatory() -> None:
    event = {name: value for name, value in EVENT.items() if name not in {"resources", "detail", "version"}}
    assert patterns.test_event_pattern('{"source": ["orders"]}', json.dumps(event))


@pytest.mark.parametrize("name", ["id", "account", "source", "time", "region", "detail-type"])
def test_six_fields_must_be_there(name: str) -> None:
    event = {other: value for other, value in EVENT.items() if other != name}
    with pytest.raises(patterns.InvalidEvent) as refused:
        patterns.test_event_pattern('{"source": ["orders"]}', json.dumps(event))
    assert str(refused.value) == "Parameter Event is not valid."


@pytest.mark.parametrize("text", ["", "plain text", '"text"', "[]", "null", "[" * 100_000])
def test_an_event_is_a_json_object(text: str) -> None:
    with pytest.raises(patterns.InvalidEvent):
        patterns.test_event_pattern('{"source": ["orders"]}', text)


def test_a_bad_pattern_is_an_error_of_its_own() -> None:
    with pytest.raises(patterns.InvalidEventPattern):
        patterns.test_event_pattern("{}", json.dumps(EVENT))
