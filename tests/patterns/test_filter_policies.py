"""SNS filter policies, as the SNS Developer Guide describes them and as SNS has answered.

Recorded: localstack's test_sns_filter_policy.py and its snapshot, May 2024.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.patterns import FilterPolicy, InvalidFilterPolicy, Scope


def string(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


def number(value: str) -> dict[str, str]:
    return {"DataType": "Number", "StringValue": value}


def array(*values: Any) -> dict[str, str]:
    return {"DataType": "String.Array", "StringValue": json.dumps(values)}


BINARY = {"DataType": "Binary", "BinaryValue": "b3Nsbw=="}


def attributes_match(policy: dict[str, Any], **attributes: dict[str, str]) -> bool:
    return FilterPolicy(json.dumps(policy)).matches(attributes, "a body")


def body_matches(policy: dict[str, Any], body: Any) -> bool:
    text = body if isinstance(body, str) else json.dumps(body)
    return FilterPolicy(json.dumps(policy), "MessageBody").matches({}, text)


def refusal(policy: Any, scope: Scope = "MessageAttributes", *, subscribing: bool = True) -> str:
    with pytest.raises(InvalidFilterPolicy) as refused:
        FilterPolicy(policy if isinstance(policy, str) else json.dumps(policy), scope)
    return refused.value.message(subscribing=subscribing)


@pytest.mark.parametrize(
    ("policy", "attributes"),
    [
        ({"interests": ["rugby", "tennis"]}, {"interests": string("rugby")}),
        ({"interests": ["rugby"]}, {"interests": array("rugby", "tennis")}),
        ({"store": ["value1"]}, {"store": array("value1", "value2")}),  # recorded
        ({"interests": [{"anything-but": ["rugby", "tennis"]}]}, {"interests": string("baseball")}),
        ({"interests": [{"anything-but": ["rugby", "tennis"]}]}, {"interests": array("rugby", "baseball")}),
        ({"event": [{"anything-but": {"prefix": "order-"}}]}, {"event": string("data-entry")}),
        ({"event": [{"equals-ignore-case": "TENNIS"}]}, {"event": string("tennis")}),
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, {"ip": string("10.0.0.255")}),
        ({"event": [{"prefix": "bas"}]}, {"event": string("baseball")}),
        ({"event": [{"suffix": "ball"}]}, {"event": string("baseball")}),
        ({"price": [301.5]}, {"price": number("3.015e2")}),
        ({"price": [{"numeric": [">", 0, "<=", 150]}]}, {"price": number("150")}),
        ({"price": [{"anything-but": [100, 500]}]}, {"price": number("101")}),
        ({"attr1": [{"numeric": [">", 0, "<=", 100]}]}, {"attr1": number("99")}),  # recorded
        ({"store": [{"exists": True}]}, {"store": number("99"), "def": number("99")}),  # recorded
        ({"store": [{"exists": False}]}, {"def": number("99")}),  # recorded
        ({"store": [{"exists": False}]}, {"store": BINARY}),
        ({"event": [None]}, {"event": array(None, "x")}),
        ({"event": [True]}, {"event": array(True)}),
        ({"a": ["1"], "$or": [{"b": ["2"]}, {"c": ["3"]}]}, {"a": string("1"), "c": string("3")}),
        ({"price": [5]}, {"price": {"DataType": "Number.euro", "StringValue": "5"}}),
        ({"a": [{"exists": False}, {"prefix": "x"}]}, {"a": string("xy")}),
    ],
)
def test_a_policy_lets_attributes_through(
    policy: dict[str, Any], attributes: dict[str, dict[str, str]]
) -> None:
    assert attributes_match(policy, **attributes)


@pytest.mark.parametrize(
    ("policy", "attributes"),
    [
        ({"interests": ["rugby"]}, {"interests": string("Rugby")}),
        ({"interests": ["rugby"]}, {}),
        ({"store": ["value1"]}, {"store": array("value2", "value3")}),  # recorded
        ({"attr1": [{"numeric": [">", 0, "<=", 100]}]}, {"attr1": number("111")}),  # recorded
        ({"attr1": [None, {"anything-but": "whatever"}]}, {}),  # recorded
        ({"store": [{"exists": False}]}, {"store": number("99")}),  # recorded
        ({"store": [{"exists": True}]}, {"store": BINARY}),
        ({"store": ["oslo"]}, {"store": BINARY}),
        ({"price": ["5"]}, {"price": number("5")}),
        ({"price": [5]}, {"price": string("5")}),
        ({"price": [{"numeric": ["=", 5]}]}, {"price": string("5")}),
        ({"interests": [{"anything-but": ["rugby"]}]}, {"interests": array("rugby", "rugby")}),
        ({"a": ["1"], "b": ["2"]}, {"a": string("1")}),
    ],
)
def test_a_policy_keeps_attributes_back(
    policy: dict[str, Any], attributes: dict[str, dict[str, str]]
) -> None:
    assert not attributes_match(policy, **attributes)


NESTED = {
    "object": {"key": [{"prefix": "auto-"}, "hardcodedvalue"], "nested_key": [{"exists": False}]},
    "test": [{"exists": False}],
}


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        ({"object": {"key": "auto-test"}}, True),
        ({"object": {"key": "hardcodedvalue"}}, True),
        ({"object": {"key": "test-auto"}}, False),
        ({"object": {"key": "auto-test"}, "test": "just-exists"}, False),
        ({"object": {"key": "auto-test", "nested_key": "just-exists"}}, False),
        ({"object": {"test": "auto-test"}}, False),
        ({"test": "auto-test"}, False),
        ("Regular string message", False),
        ('"Regular string message"', False),
        ("[]", False),
        ("[" * 100_000, False),
    ],
)
def test_a_policy_of_scope_body_looks_into_a_json_object(body: Any, passes: bool) -> None:
    """Recorded: test_filter_policy_on_message_body."""
    assert body_matches(NESTED, body) is passes


def test_a_dot_in_a_name_is_no_different_from_nesting() -> None:
    """Recorded: test_filter_policy_on_message_body_dot_attribute."""
    policy = {"object.nested.test": ["string.value"]}
    assert body_matches(policy, {"object": {"nested": {"test": "string.value"}}})
    assert body_matches(policy, {"object.nested.test": "string.value"})
    assert body_matches(policy, {"object.nested": {"test": "string.value"}})
    assert body_matches(policy, {"object": {"nested.test": "string.value"}})
    assert not body_matches(policy, {"object": {"nested": {"test": "string.notvalue"}}})


def test_fields_below_an_array_must_match_in_one_element() -> None:
    """Recorded: test_filter_policy_on_message_body_array_of_object_attributes."""
    policy = {
        "Records": {
            "s3": {"object": {"key": [{"prefix": "auto-"}]}},
            "eventName": [{"prefix": "ObjectCreated:"}],
        }
    }
    created = {"eventName": "ObjectCreated:Put", "s3": {"object": [[{"key": "auto-1.xml"}]]}}
    removed = {"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": "auto-2.xml"}}}
    other = {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "home-1.xml"}}}
    assert body_matches(policy, {"Records": [created, removed]})
    assert not body_matches(policy, {"Records": [removed, other]})


def test_or_in_a_body_at_two_levels() -> None:
    """Recorded: test_filter_policy_on_message_body_or_attribute."""
    policy = {
        "$or": [{"metricName": ["CPUUtilization", "ReadLatency"]}, {"namespace": ["AWS/EC2", "AWS/ES"]}],
        "detail": {
            "scope": ["Service"],
            "$or": [{"source": ["aws.cloudwatch"]}, {"type": ["CloudWatch Alarm State Change"]}],
        },
    }
    in_time = {"scope": "Service", "type": "CloudWatch Alarm State Change"}
    assert body_matches(policy, {"metricName": "ReadLatency", "detail": in_time})
    assert body_matches(
        policy, {"namespace": "AWS/ES", "detail": in_time | {"type": "", "source": "aws.cloudwatch"}}
    )
    assert not body_matches(policy, {"metricName": "CPUUtilization", "detail": {"scope": "Service"}})
    assert not body_matches(policy, {"namespace": "CPUUtilization", "detail": in_time})
    assert not body_matches(policy, {"metricName": "CPUUtilization", "scope": "Service"})


def test_an_empty_policy_lets_everything_through() -> None:
    for scope in ("MessageAttributes", "MessageBody"):
        policy = FilterPolicy("{ }", scope)
        assert policy.matches({}, "no JSON")
        assert policy.explain({}, "no JSON").holds


# ---- limits


def words(count: int) -> list[str]:
    return [f"value{n}" for n in range(count)]


COMPLEX = "FilterPolicy: Filter policy is too complex"


@pytest.mark.parametrize(
    "policy",
    [
        {"key": words(151)},
        {"key1": words(100), "key2": words(51)},
        {
            "source": words(4),
            "$or": [
                {"metricName": words(6)},
                {"metricType": words(4), "$or": [{"metricId": [1, 2, 3, 4]}, {"spaceId": [1, 2, 3, 4]}]},
            ],
        },
    ],
)
def test_values_may_be_combined_in_150_ways(policy: dict[str, Any]) -> None:
    """Recorded: test_policy_complexity and test_policy_complexity_with_or."""
    assert refusal(policy) == f"Invalid parameter: Attributes Reason: {COMPLEX}"
    assert refusal(policy, subscribing=False) == f"Invalid parameter: {COMPLEX}"


def test_150_combinations_are_accepted() -> None:
    """Recorded: 3 x 6 + 3 x 4 x 4 + 3 x 4 x 7 = 150."""
    FilterPolicy(
        json.dumps(
            {
                "source": words(3),
                "$or": [
                    {"metricName": words(6)},
                    {"metricType": words(4), "$or": [{"metricId": words(4)}, {"spaceId": words(7)}]},
                ],
            }
        )
    )
    FilterPolicy(json.dumps({"key": words(150)}))


@pytest.mark.parametrize(
    "policy",
    [
        # 3 levels x 4 values, 2 x 3, 1 x 3: 216
        {"a": {"b": {"c": words(4)}}, "d": {"e": words(3)}, "f": words(3)},
        # (3 x 4 x 2) + (3 x 4 x 6) + (2 x 4 x 2) + (2 x 4 x 6) = 160
        {
            "$or": [{"metricName": words(3)}, {"namespace": words(2)}],
            "detail": {"scope": words(2), "$or": [{"source": words(1)}, {"type": words(3)}]},
        },
    ],
)
def test_each_level_of_nesting_multiplies_the_values(policy: dict[str, Any]) -> None:
    """Recorded: test_sub_filter_policy_nested_property_constraints, test_policy_complexity_with_or."""
    assert refusal(policy, "MessageBody", subscribing=False) == f"Invalid parameter: {COMPLEX}"


def test_the_example_of_the_developer_guide_has_72_combinations() -> None:
    FilterPolicy(json.dumps({"a": {"b": {"c": words(4)}}, "d": {"e": words(3)}}), "MessageBody")


def test_a_policy_has_at_most_5_keys() -> None:
    """Recorded; in a body only the keys at the top count (Developer Guide)."""
    policy = {f"key{n}": ["value"] for n in range(6)}
    expected = "FilterPolicy: Filter policy can not have more than 5 keys"
    assert refusal(policy) == f"Invalid parameter: Attributes Reason: {expected}"
    assert refusal(policy, "MessageBody", subscribing=False) == f"Invalid parameter: {expected}"
    FilterPolicy(json.dumps({"key": policy}), "MessageBody")


def test_attributes_have_no_levels() -> None:
    """Recorded; this text names no FilterPolicy."""
    assert refusal({"object": {"key": [{"prefix": "auto-"}]}}, subscribing=False) == (
        "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy"
    )


@pytest.mark.parametrize("text", ["", "{invalidjson}", '{"a": [1]', '{"a": [NaN]}', "[" * 100_000])
def test_a_policy_is_json(text: str) -> None:
    """Recorded: the beginning of the text."""
    assert refusal(text, subscribing=False).startswith(
        "Invalid parameter: FilterPolicy: failed to parse JSON."
    )


def test_a_hostile_policy_is_refused_before_its_alternatives_are_written_out() -> None:
    alternatives = [{"b": {f"x{n}": [1]}} for n in range(1_000)]
    many = {f"field{n}": [1] for n in range(10_000)}
    assert refusal({"$or": alternatives, "c": many}, "MessageBody").endswith(COMPLEX)


def test_a_policy_has_at_most_256_kb() -> None:
    assert "too long" in refusal(json.dumps({"a": ["x" * 262_144]}))


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"key": [{"wildcard": "a*"}]}, "Unrecognized match type wildcard"),
        ({"key": [{"prefix": {"equals-ignore-case": "a"}}]}, "prefix match pattern must be a string"),
        ({"key": [{"anything-but": {"prefix": ["a"]}}]}, "prefix match pattern must be a string"),
        ({"key": []}, "Empty arrays are not allowed"),
        ([], "Filter is not an object"),
        ({"key": [{"numeric": ["<", 2e9]}]}, "Value must be between -1.0E9 and 1.0E9, inclusive"),
    ],
)
def test_what_eventbridge_knows_and_sns_does_not_is_refused(policy: Any, reason: str) -> None:
    assert refusal(policy, "MessageBody", subscribing=False).startswith(
        f"Invalid parameter: FilterPolicy: {reason}"
    )


@given(
    st.dictionaries(
        st.sampled_from("abc"),
        st.one_of(
            st.builds(string, st.text(max_size=5)),
            st.builds(number, st.text(max_size=5) | st.floats().map(str)),
            st.builds(array, st.text(max_size=3)),
            st.builds(lambda text: {"DataType": "String.Array", "StringValue": text}, st.text(max_size=5)),
            st.just(BINARY),
        ),
    )
)
def test_no_attribute_breaks_the_matcher(attributes: dict[str, dict[str, str]]) -> None:
    policy = FilterPolicy('{"a": [{"numeric": [">", 0]}, "x"], "b": [{"exists": false}]}')
    assert policy.matches(attributes, "") in {True, False}
    assert policy.explain(attributes, "").holds is policy.matches(attributes, "")
