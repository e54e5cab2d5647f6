"""EB-01, SNS-02 and PAT-01 to PAT-06: event patterns and filter policies."""

from __future__ import annotations

import json

import pytest

from workbook.aws import patterns
from workbook.aws.patterns import EventPattern, FilterPolicy, InvalidEventPattern, InvalidFilterPolicy

ORDER = {
    "version": "0",
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "Order placed",
    "source": "shop.orders",
    "account": "123456789012",
    "time": "2026-11-27T12:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {
        "state": "paid",
        "amount": 150,
        "ip": "10.0.0.7",
        "file": "invoices/2026/7.pdf",
        "items": [{"sku": "tea", "count": 1}, {"sku": "cup", "count": 6}],
    },
}


def matches(**detail):
    return EventPattern({"detail": detail}).matches(ORDER)


def test_eb_01_fields_are_joined_by_and_and_entries_by_or():
    assert matches(state=["open", "paid"], amount=[150])
    assert not matches(state=["open", "paid"], amount=[151])
    assert EventPattern({"detail": {"$or": [{"state": ["open"]}, {"amount": [150]}]}}).matches(ORDER)
    assert EventPattern({"source": [{"prefix": "shop."}], "detail": {"file": [{"suffix": ".pdf"}]}}).matches(
        ORDER
    )
    assert matches(state=[{"anything-but": ["open", "draft"]}])
    assert matches(amount=[{"numeric": [">", 100, "<=", 150]}])
    assert matches(coupon=[{"exists": False}], state=[{"exists": True}])
    assert matches(ip=[{"cidr": "10.0.0.0/24"}])
    assert matches(state=[{"equals-ignore-case": "PAID"}])
    assert matches(file=[{"wildcard": "invoices/*/7.*"}])
    assert not matches(file=[{"wildcard": "invoices/*/8.*"}])


def test_pat_01_fields_below_an_array_match_in_one_element():
    assert matches(items={"sku": ["cup"], "count": [6]})
    assert not matches(items={"sku": ["tea"], "count": [6]})


def test_pat_02_a_bad_pattern_is_refused_with_its_reason_and_place():
    with pytest.raises(InvalidEventPattern) as refused:
        EventPattern('{"int": 42}')
    assert f"Event pattern is not valid. Reason: {refused.value.detail}" == (
        'Event pattern is not valid. Reason: "int" must be an object or an array\n'
        ' at [Source: (String)"{"int": 42}"; line: 1, column: 11]'
    )


def test_pat_03_test_event_pattern_wants_six_fields():
    pattern = '{"source": ["shop.orders"]}'
    without_resources = {name: value for name, value in ORDER.items() if name != "resources"}
    assert patterns.test_event_pattern(pattern, json.dumps(without_resources)) is True
    for name in ("id", "account", "source", "time", "region", "detail-type"):
        event = {other: value for other, value in ORDER.items() if other != name}
        with pytest.raises(patterns.InvalidEvent, match=r"^Parameter Event is not valid\.$"):
            patterns.test_event_pattern(pattern, json.dumps(event))


def test_pat_04_or_leads_to_at_most_1000_combinations():
    def with_ways(*numbers):
        names = [chr(ord("a") + index) for index in range(len(numbers))]
        return {
            name: {"$or": [{f"{name}{n}": [1]} for n in range(number)]}
            for name, number in zip(names, numbers, strict=True)
        }

    assert EventPattern(with_ways(10, 10, 10)).matches({"a": {"a7": 1}, "b": {"b0": 1}, "c": {"c9": 1}})
    with pytest.raises(InvalidEventPattern, match="1000 rule combinations"):
        EventPattern(with_ways(7, 11, 13))


def test_sns_02_a_filter_policy_looks_at_attributes_or_at_the_body():
    policy, body = '{"store": ["oslo"]}', '{"store": "oslo"}'
    oslo = {"store": {"DataType": "String", "StringValue": "oslo"}}
    by_attributes, by_body = FilterPolicy(policy), FilterPolicy(policy, "MessageBody")
    assert by_attributes.matches(oslo, "a text")
    assert not by_attributes.matches({}, body)
    assert by_body.matches({}, body)
    assert not by_body.matches(oslo, "a text")
    assert FilterPolicy("{}").matches({}, "a text")


def refusal(policy, scope="MessageAttributes"):
    with pytest.raises(InvalidFilterPolicy) as refused:
        FilterPolicy(json.dumps(policy), scope)
    return refused.value.message(subscribing=True)


def test_pat_05_a_filter_policy_has_5_keys_and_150_combinations():
    assert refusal({key: ["value"] for key in "abcdef"}) == (
        "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy can not have more than 5 keys"
    )
    values = [f"value{n}" for n in range(151)]
    too_complex = "Invalid parameter: Attributes Reason: FilterPolicy: Filter policy is too complex"
    FilterPolicy(json.dumps({"a": values[:15], "b": values[:10]}))
    assert refusal({"a": values}) == too_complex
    FilterPolicy(json.dumps({"top": {"a": values[:75]}}), "MessageBody")
    assert refusal({"top": {"a": values[:76]}}, "MessageBody") == too_complex


def test_pat_06_a_filter_policy_knows_fewer_operators_than_a_pattern():
    FilterPolicy('{"a": [{"anything-but": {"prefix": "x"}}, {"suffix": "y"}, {"cidr": "10.0.0.0/8"}]}')
    assert "Unrecognized match type wildcard" in refusal({"a": [{"wildcard": "x*"}]})
    assert "Unsupported anything-but pattern: suffix" in refusal({"a": [{"anything-but": {"suffix": "x"}}]})
