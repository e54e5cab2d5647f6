"""Event patterns, as the EventBridge User Guide describes them and as AWS has answered them.

The cases marked as recorded repeat what EventBridge's TestEventPattern answered for the same pattern and
event in public test suites (localstack, ``tests/aws/services/events/test_events_patterns.snapshot.json``,
2024-12-05).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbook.aws.patterns import EventPattern, InvalidEventPattern

TOO_COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character "
    "sequences after a wildcard character"
)
FILE = "/data/ls_user/dir/dir/dir/dir/dir/doc.txt"


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    return EventPattern(json.dumps(pattern)).matches(event)


def on_x(*entries: Any) -> dict[str, Any]:
    return {"x": list(entries)}


MATCHING: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # equality
    (on_x("a"), {"x": "a"}),
    (on_x("a", "b"), {"x": "b"}),
    (on_x(""), {"x": ""}),
    (on_x(None), {"x": None}),
    (on_x(True), {"x": True}),
    (on_x(300), {"x": 300.0}),  # recorded: number_comparison_float
    (on_x({"exactly": "a"}), {"x": "a"}),
    # text
    (on_x({"prefix": "us-"}), {"x": "us-east-1"}),
    (on_x({"prefix": ""}), {"x": "anything"}),
    (on_x({"suffix": ".png"}), {"x": "a.png"}),
    (on_x({"equals-ignore-case": "Alice"}), {"x": "aLICE"}),
    (on_x({"prefix": {"equals-ignore-case": "EventB"}}), {"x": "eventbridge"}),
    (on_x({"suffix": {"equals-ignore-case": ".PNG"}}), {"x": "a.png"}),
    (on_x({"wildcard": "/data/*/doc.txt"}), {"x": FILE}),
    (on_x({"wildcard": "/data/*/dir/dir/dir/dir/dir/doc.txt"}), {"x": FILE}),
    (on_x({"wildcard": "*"}), {"x": ""}),
    (on_x({"wildcard": r"a\*b\\c"}), {"x": r"a*b\c"}),
    # anything-but
    (on_x({"anything-but": "initializing"}), {"x": "running"}),
    (on_x({"anything-but": "initializing"}), {"x": None}),  # recorded
    (on_x({"anything-but": 123}), {"x": "123"}),
    (on_x({"anything-but": [100, 200]}), {"x": 300}),
    (on_x({"anything-but": 0}), {"x": 1}),
    (on_x({"anything-but": {"prefix": "init"}}), {"x": 12}),  # recorded
    (on_x({"anything-but": {"prefix": ["a", "b"]}}), {"x": "c"}),
    (on_x({"anything-but": {"suffix": ".txt"}}), {"x": "a.png"}),
    (on_x({"anything-but": {"equals-ignore-case": ["A", "b"]}}), {"x": "c"}),
    (on_x({"anything-but": {"wildcard": "*/lib/*"}}), {"x": "/bin/sh"}),
    # numeric
    (on_x({"numeric": [">", 100]}), {"x": 101.0}),  # recorded: numeric-int-float
    (on_x({"numeric": [">=", 100, "<", 200]}), {"x": 100}),
    (on_x({"numeric": [">", 0, "<=", 5]}), {"x": 5}),
    (on_x({"numeric": ["=", 3.018e2]}), {"x": 301.8}),
    (on_x({"numeric": ["<", 10]}), {"x": -5e9}),
    # exists
    (on_x({"exists": True}), {"x": None}),
    (on_x({"exists": False}), {"y": 1}),
    (on_x({"exists": False}), {"x": []}),  # recorded: exists_list_empty
    (on_x({"exists": False}), {"x": {"deeper": 1}}),  # exists looks at leaves only
    # cidr
    (on_x({"cidr": "10.0.0.0/24"}), {"x": "10.0.0.255"}),
    (on_x({"cidr": "2001:db8:1234:1a00::/56"}), {"x": "2001:db8:1234:1aff:1:2:3:4"}),
    # nesting and arrays
    ({"a": {"b": ["c"]}}, {"a": {"b": "c", "d": 1}}),
    ({"a": {"b.c": ["d"]}}, {"a": {"b": {"c": "d"}}}),  # recorded: dot_joining_pattern
    ({"a": {"b": {"c": ["d"]}}}, {"a": {"b.c": "d"}}),
    (on_x("b"), {"x": ["a", "b"]}),
    (on_x("c"), {"x": [["a"], ["b", ["c"]]]}),
    ({"list": {"id": [{"exists": True}]}}, {"list": [{"key": 1}, {"id": 2}]}),  # recorded: list_within_dict
    (on_x({"exists": True}, {"prefix": "other"}), {"x": "value"}),  # recorded: operator_multiple_list
    # $or
    ({"$or": [{"a": [1]}, {"b": [2]}]}, {"b": 2}),
    ({"c": [3], "$or": [{"a": [1], "d": [4]}, {"b": [2]}]}, {"a": 1, "d": 4, "c": 3}),
    ({"a": {"$or": [{"b": [1]}, {"c": [2]}]}, "$or": [{"d": [3]}, {"e": [4]}]}, {"a": {"c": 2}, "e": 4}),
    ({"$or": {"a": [1]}}, {"$or": {"a": 1}}),  # without an array it is a field's name
    ({"a": {"b": [{"anything-but": ["roses"]}, {"exists": False}]}}, {"a": {"z": 1}}),  # recorded: or-exists
]

NOT_MATCHING: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (on_x("a"), {"x": "A"}),
    (on_x("a"), {}),
    (on_x("1"), {"x": 1}),
    (on_x(1), {"x": True}),
    (on_x(False), {"x": 0}),
    (on_x(None), {"x": ""}),
    (on_x(None), {}),
    (on_x(None), {"x": []}),  # recorded: arrays_empty_null_NEG
    (on_x({"prefix": "us-"}), {"x": 5}),
    (on_x({"suffix": ".png"}), {"x": ".png.txt"}),
    (on_x({"equals-ignore-case": ""}), {"x": "a"}),
    (on_x({"wildcard": ""}), {"x": "a"}),  # recorded
    (on_x({"wildcard": "a*a"}), {"x": "a"}),
    (on_x({"wildcard": "a*b*b"}), {"x": "ab"}),
    (on_x({"anything-but": "initializing"}), {"y": 1}),  # recorded: ..._missing_NEG
    (on_x({"anything-but": "initializing"}), {"x": "initializing"}),
    (on_x({"anything-but": 100}), {"x": 100.0}),
    (on_x({"anything-but": ["a", "b"]}), {"x": ["a", "b"]}),
    (on_x({"anything-but": {"suffix": [".txt", ".png"]}}), {"x": "a.png"}),
    (on_x({"anything-but": {"equals-ignore-case": "A"}}), {"x": "a"}),
    (on_x({"anything-but": {"wildcard": "*/lib/*"}}), {"x": "/usr/lib/x"}),
    (on_x({"numeric": [">", 100]}), {"x": "101"}),  # recorded: numeric-string_NEG
    (on_x({"numeric": [">", 0]}), {"x": None}),  # recorded: numeric-null_NEG
    (on_x({"numeric": [">", 0]}), {"x": True}),
    (on_x({"numeric": [">", 100, "<", 200]}), {"x": 200}),
    (on_x({"numeric": [">", 0]}), {"x": 6e9}),
    (on_x({"exists": True}), {"x": []}),  # recorded: exists_list_empty_NEG
    (on_x({"exists": True}), {"x": {"deeper": 1}}),
    (on_x({"exists": False}), {"x": None}),
    ({"list": {"id": [{"exists": False}]}}, {"list": [{"key": 1}, {"id": 2}]}),
    (on_x({"cidr": "10.0.0.0/24"}), {"x": "10.0.1.0"}),
    (on_x({"cidr": "10.0.0.0/24"}), {"x": 123}),  # recorded
    (on_x({"cidr": "10.0.0.0/24"}), {"x": "no address"}),
    (on_x({"cidr": "10.0.0.0/24"}), {"x": "::1"}),
    ({"a": {"b": ["c"]}}, {"a": "c"}),
    ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 2, "b": 1}),
    ({"A": [1]}, {"a": 1}),  # recorded: key_case_sensitive_NEG
]


@pytest.mark.parametrize(("pattern", "event"), MATCHING, ids=str)
def test_a_pattern_matches(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    assert matches(pattern, event)


@pytest.mark.parametrize(("pattern", "event"), NOT_MATCHING, ids=str)
def test_a_pattern_does_not_match(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    assert not matches(pattern, event)


def test_fields_below_an_array_must_match_in_one_element() -> None:
    pattern = {"people": {"first": ["Anna"], "last": ["Berg"]}}
    assert matches(pattern, {"people": [{"first": "Bo"}, {"first": "Anna", "last": "Berg"}]})
    assert not matches(
        pattern, {"people": [{"first": "Anna", "last": "Holm"}, {"first": "Bo", "last": "Berg"}]}
    )


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ([1], "Filter is not an object"),
        ({}, "Empty objects are not allowed"),
        ({"x": {}}, "Empty objects are not allowed"),
        ({"x": []}, "Empty arrays are not allowed"),  # recorded
        ({"int": 42}, '"int" must be an object or an array'),  # recorded
        ({"string": "my-value"}, '"string" must be an object or an array'),  # recorded
        (on_x([1]), "Match value must be String, number, true, false, or null"),
        (on_x({}), "Match expression name not found"),
        (on_x({"EXISTS": True}), "Unrecognized match type EXISTS"),  # recorded
        (on_x({"NUMERIC": ["=", 5]}), "Unrecognized match type NUMERIC"),  # recorded
        (on_x({"prefix": "a", "suffix": "b"}), "Only one key allowed in match expression"),
        (on_x({"prefix": 123}), "prefix match pattern must be a string"),  # recorded
        (on_x({"prefix": ["a"]}), "prefix match pattern must be a string"),  # recorded
        (on_x({"prefix": {"wildcard": "a"}}), "Unsupported prefix pattern: wildcard"),
        (on_x({"suffix": 123}), "suffix match pattern must be a string"),  # recorded
        (
            on_x({"equals-ignore-case": ["a"]}),
            "equals-ignore-case match pattern must be a string",
        ),  # recorded
        (on_x({"exists": "yes"}), "exists match pattern must be either true or false."),
        (on_x({"wildcard": 123}), "wildcard match pattern must be a string"),  # recorded
        (
            on_x({"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}),
            "Consecutive wildcard characters at pos 26",  # recorded
        ),
        (on_x({"wildcard": r"a\b"}), "Invalid escape character at pos 2"),
        (
            on_x({"wildcard": "*:*:*:*:*:event-bus/*"}),  # recorded
            TOO_COMPLEX,
        ),
        (
            on_x({"anything-but": {"equals-ignore-case": 123}}),  # recorded
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        ),
        (
            on_x({"anything-but": {"equals-ignore-case": [123, 456]}}),  # recorded
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
        ),
        (
            on_x({"anything-but": {"wildcard": [123, "*"]}}),
            "wildcard match pattern must be a string",
        ),  # recorded
        (
            on_x({"anything-but": {"suffix": [123, "a"]}}),
            "prefix/suffix match pattern must be a string",
        ),  # recorded
        (on_x({"anything-but": {"prefix": 123}}), "prefix/suffix match pattern must be a string"),  # recorded
        (on_x({"anything-but": {"prefix": ""}}), "Null prefix/suffix not allowed"),
        (
            on_x({"anything-but": {"prefix": {"equals-ignore-case": "file"}}}),  # recorded
            "Value of anything-but must be an array or single string/number value.",
        ),
        (on_x({"anything-but": {"numeric": [">", 1]}}), "Unsupported anything-but pattern: numeric"),
        (
            on_x({"anything-but": None}),
            "Value of anything-but must be an array or single string/number value.",
        ),
        (on_x({"anything-but": [None]}), "Inside anything but list, start|null|boolean is not supported."),
        (
            on_x({"anything-but": ["a", 1]}),
            "Inside anything but list, either all values are number or string, mixed type is not supported",
        ),
        (on_x({"numeric": 5}), "Value of numeric must be an array."),
        (on_x({"numeric": []}), "Invalid member in numeric match: ]"),  # recorded of SNS
        (on_x({"numeric": ["~", 5]}), "Unrecognized numeric range operator: ~"),
        (on_x({"numeric": ["=", "5"]}), "Value of equals must be numeric"),
        (on_x({"numeric": [">", 0, ">", 0]}), "Bad numeric range operator: >"),  # recorded
        (on_x({"numeric": [">", 0, "<"]}), "Value of < must be numeric"),  # recorded
        (on_x({"numeric": ["<", 5, ">", 1]}), "Too many elements in numeric expression"),
        (on_x({"numeric": [">", 6e9]}), "Value must be between -5.0E9 and 5.0E9, inclusive"),
        (on_x({"cidr": "10.0.0.0"}), "Malformed CIDR, one '/' required"),  # recorded
        (on_x({"cidr": "10.0.0.0/xx"}), "Malformed CIDR, mask bits must be an integer"),  # recorded
        (on_x({"cidr": "10.0.0.0/32"}), "IPv4 mask bits must be < 32"),
        (on_x({"cidr": "xx.11.xx/8"}), "Nonstandard IP address: xx.11.xx"),  # recorded
        (
            on_x({"cidr": "xxxx:db8:1234:1a00::/56"}),
            "Nonstandard IP address: xxxx:db8:1234:1a00::",
        ),  # recorded
        (
            on_x({"cidr": ["10.0.0.0/8"]}),
            "prefix match pattern must be a string",
        ),  # recorded, AWS says prefix
        ({"$or": [{"a": [1]}]}, "Unrecognized match type a"),  # one object is no $or
    ],
    ids=str,
)
def test_an_invalid_pattern_is_refused_in_the_words_of_aws(pattern: Any, reason: str) -> None:
    with pytest.raises(InvalidEventPattern) as refused:
        EventPattern(json.dumps(pattern))
    assert refused.value.reason == reason


@pytest.mark.parametrize("text", ["", "this is no JSON", "{'a': ['b']}", '{"a": [NaN]}', '"text"', "null"])
def test_a_text_that_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidEventPattern):
        EventPattern(text)


def test_a_deeply_nested_pattern_is_refused() -> None:
    with pytest.raises(InvalidEventPattern):
        EventPattern('{"a":' * 100_000 + "[1]" + "}" * 100_000)
    with pytest.raises(InvalidEventPattern, match="levels deep"):
        EventPattern('{"a":' * 300 + "[1]" + "}" * 300)


def test_wildcards_of_a_field_are_too_complex_together() -> None:
    """Reported by users in April 2026: three entries were accepted, four refused."""

    def stacks(count: int) -> dict[str, Any]:
        return {"resources": [{"wildcard": f"*:stack/{name}/*"} for name in "abcd"[:count]]}

    EventPattern(stacks(3))
    with pytest.raises(InvalidEventPattern, match="Rule is too complex"):
        EventPattern(stacks(4))
    with pytest.raises(InvalidEventPattern, match="Rule is too complex"):
        EventPattern(on_x({"anything-but": {"wildcard": [f"*/{name}" for name in "abcd"]}}))
    EventPattern(on_x(*({"wildcard": f"{name}*.txt"} for name in "abcdefgh")))


def test_the_deepest_pattern_can_be_matched_and_explained() -> None:
    levels = 199
    pattern = EventPattern('{"a":' * levels + '{"b":[1]}' + "}" * levels)
    event = json.loads('{"a":' * levels + '{"b":1}' + "}" * levels)
    assert pattern.matches(event)
    assert pattern.explain(event).holds


def test_the_fields_at_the_top_can_be_asked_for() -> None:
    pattern = EventPattern({"body": {"a": [1]}, "messageId": ["x"]})
    assert pattern.fields == {"body", "messageId"}
    assert pattern.asks_inside("body")
    assert not pattern.asks_inside("messageId")


def test_a_hostile_wildcard_takes_no_time() -> None:
    """A matcher that tries again from every place would not come to an end here."""
    pattern = EventPattern({"x": [{"wildcard": "*a*ab*aab*b"}]})
    text = "a" * 200_000
    assert not pattern.matches({"x": text})


def test_many_arrays_take_no_combinations() -> None:
    """Six fields in six arrays of 200 elements: 200 to the sixth combinations, and none of them is tried."""
    pattern = {f"list{n}": {"value": ["wanted"]} for n in range(6)} | {"never": ["there"]}
    event = {f"list{n}": [{"value": "wanted"}] * 200 for n in range(6)}
    assert not matches(pattern, event)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc."), inner, max_size=3),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first draw imports tables of Unicode
@given(st.dictionaries(st.sampled_from(["a", "b", "a.b"]), json_values))
def test_no_event_breaks_the_matcher(event: dict[str, Any]) -> None:
    pattern = EventPattern(
        {
            "a": {
                "b": [
                    1,
                    {"exists": False},
                    {"prefix": "x"},
                    {"numeric": [">", 0]},
                    {"anything-but": {"wildcard": "*a*"}},
                ]
            },
            "$or": [{"b": [{"cidr": "10.0.0.0/8"}]}, {"c": [{"exists": False}]}],
        },
    )
    assert pattern.matches(event) in {True, False}


@given(json_values)
def test_exactly_one_of_exists_true_and_exists_false_matches(value: Any) -> None:
    present = matches(on_x({"exists": True}), {"x": value})
    absent = matches(on_x({"exists": False}), {"x": value})
    assert present != absent


@given(
    st.text(alphabet="ab", max_size=12), st.lists(st.text(alphabet="ab", max_size=2), min_size=1, max_size=3)
)
def test_a_wildcard_is_a_search_for_its_pieces(text: str, pieces: list[str]) -> None:
    wildcard = "*".join(piece for piece in pieces if piece) or "*"
    expected = _slowly(wildcard, text)
    assert EventPattern({"x": [{"wildcard": wildcard}]}).matches({"x": text}) is expected


def _slowly(wildcard: str, text: str) -> bool:
    """The definition, without any cleverness."""
    if not wildcard:
        return not text
    if wildcard[0] == "*":
        return any(_slowly(wildcard[1:], text[skip:]) for skip in range(len(text) + 1))
    return text[:1] == wildcard[0] and _slowly(wildcard[1:], text[1:])
