"""Choice: every comparison of JSONPath, what composes them, and conditions in JSONata."""

from __future__ import annotations

import json

import pytest

DONE = {"Type": "Succeed"}
GIVEN = {
    "text": "banana",
    "same": "banana",
    "later": "cherry",
    "n": 5,
    "m": 7,
    "half": 5.0,
    "yes": True,
    "no": False,
    "nothing": None,
    "day": "2026-01-05T09:00:00Z",
    "next": "2026-01-06T09:00:00Z",
    "list": [1],
}


def chosen(room, rule, name="choose", **more):
    look = {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No", **more}
    ends = {end: {"Type": "Pass", "Result": end, "End": True} for end in ("Yes", "No")}
    if more:
        ends = {end: {"Type": "Pass", "Output": end, "End": True, **more} for end in ("Yes", "No")}
    shown = room.run({"Look": look, **ends}, GIVEN, name=name)
    assert shown["status"] == "SUCCEEDED", shown
    return json.loads(shown["output"]) == "Yes"


@pytest.mark.parametrize(
    ("variable", "operator", "value", "holds"),
    [
        ("$.text", "StringEquals", "banana", True),
        ("$.text", "StringEquals", "Banana", False),
        ("$.n", "StringEquals", "5", False),
        ("$.text", "StringEqualsPath", "$.same", True),
        ("$.text", "StringLessThan", "cherry", True),
        ("$.text", "StringLessThanPath", "$.later", True),
        ("$.text", "StringLessThanEquals", "banana", True),
        ("$.text", "StringLessThanEqualsPath", "$.same", True),
        ("$.text", "StringGreaterThan", "banana", False),
        ("$.later", "StringGreaterThanPath", "$.text", True),
        ("$.text", "StringGreaterThanEquals", "banana", True),
        ("$.text", "StringGreaterThanEqualsPath", "$.later", False),
        ("$.text", "StringMatches", "b*n*a", True),
        ("$.text", "StringMatches", "b*x", False),
        ("$.text", "StringMatches", r"b\\*a", False),
        ("$.n", "NumericEquals", 5, True),
        ("$.half", "NumericEquals", 5, True),
        ("$.text", "NumericEquals", 5, False),
        ("$.n", "NumericEqualsPath", "$.m", False),
        ("$.n", "NumericLessThan", 5.5, True),
        ("$.n", "NumericLessThanPath", "$.m", True),
        ("$.n", "NumericLessThanEquals", 5, True),
        ("$.m", "NumericLessThanEqualsPath", "$.n", False),
        ("$.n", "NumericGreaterThan", 5, False),
        ("$.m", "NumericGreaterThanPath", "$.n", True),
        ("$.n", "NumericGreaterThanEquals", 5, True),
        ("$.n", "NumericGreaterThanEqualsPath", "$.m", False),
        ("$.yes", "BooleanEquals", True, True),
        ("$.yes", "BooleanEqualsPath", "$.no", False),
        ("$.day", "TimestampEquals", "2026-01-05T09:00:00Z", True),
        ("$.day", "TimestampEqualsPath", "$.next", False),
        ("$.day", "TimestampLessThan", "2026-01-06T09:00:00Z", True),
        ("$.day", "TimestampLessThanPath", "$.next", True),
        ("$.day", "TimestampLessThanEquals", "2026-01-05T09:00:00Z", True),
        ("$.next", "TimestampLessThanEqualsPath", "$.day", False),
        ("$.day", "TimestampGreaterThan", "2026-01-05T09:00:00Z", False),
        ("$.next", "TimestampGreaterThanPath", "$.day", True),
        ("$.day", "TimestampGreaterThanEquals", "2026-01-05T09:00:00Z", True),
        ("$.day", "TimestampGreaterThanEqualsPath", "$.next", False),
        ("$.nothing", "IsNull", True, True),
        ("$.n", "IsNull", False, True),
        ("$.text", "IsString", True, True),
        ("$.n", "IsNumeric", True, True),
        ("$.yes", "IsNumeric", True, False),
        ("$.yes", "IsBoolean", True, True),
        ("$.day", "IsTimestamp", True, True),
        ("$.text", "IsTimestamp", True, False),
        ("$.n", "IsPresent", True, True),
        ("$.missing", "IsPresent", False, True),
        ("$.missing", "IsPresent", True, False),
    ],
)
def test_a_comparison_holds_or_not(room, variable, operator, value, holds):
    assert chosen(room, {"Variable": variable, operator: value}) is holds


@pytest.mark.parametrize(
    ("rule", "given", "holds"),
    [
        ({"IsTimestamp": True}, "2026-01-05T09:00:00+01:00", True),
        ({"IsTimestamp": True}, "2026-01-05T09:00:00.5Z", True),
        ({"IsTimestamp": True}, "2026-01-05t09:00:00z", False),
        ({"IsTimestamp": True}, "2026-02-30T09:00:00Z", False),
        ({"TimestampEquals": "2026-01-05T09:00:00Z"}, "2026-01-05T10:00:00+01:00", True),
        ({"TimestampLessThan": "2026-01-05T09:00:00.001Z"}, "2026-01-05T09:00:00Z", True),
        ({"TimestampGreaterThan": "2026-01-05T09:00:00.000000001Z"}, "2026-01-05T09:00:00.1Z", True),
        ({"TimestampEquals": "2026-01-05T09:00:00Z"}, "soon", False),
        ({"StringMatches": "a?c[1]"}, "abc1", False),
        ({"StringMatches": "a?c[1]*"}, "a?c[1]\n", True),
        ({"StringMatches": r"a\*"}, "a*", True),
        ({"StringMatches": r"a\*"}, "ab", False),
        ({"StringMatches": r"a\\*"}, r"a\b", True),
        ({"StringEquals": 'q"\u00e9'}, 'q"\u00e9', True),
        ({"NumericEquals": 1}, True, False),
        ({"BooleanEquals": False}, 0, False),
        ({"StringEqualsPath": "$$.StateMachine.Name"}, "m", True),
        ({"IsString": True}, None, False),
    ],
)
def test_a_comparison_of_texts_and_times(room, rule, given, holds):
    look = {"Type": "Choice", "Choices": [{"Variable": "$.a", **rule, "Next": "Yes"}], "Default": "No"}
    ends = {end: {"Type": "Pass", "Result": end, "End": True} for end in ("Yes", "No")}
    shown = room.run({"Look": look, **ends}, {"a": given}, name="m")
    assert shown["output"] == ('"Yes"' if holds else '"No"')


def test_a_path_to_compare_with_that_leads_nowhere(room):
    look = {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEqualsPath": "$.b", "Next": "End"}]}
    shown = room.run({"Look": look, "End": {"Type": "Succeed"}}, {"a": 1})
    assert shown["error"] == "States.Runtime"
    assert shown["cause"].endswith(
        "Invalid path '$.b': The choice state's condition path references an invalid value."
    )


def test_and_or_and_not_compose_rules(room):
    five = {"Variable": "$.n", "NumericEquals": 5}
    seven = {"Variable": "$.n", "NumericEquals": 7}
    assert chosen(room, {"And": [five, {"Not": seven}]}, name="and")
    assert chosen(room, {"Or": [seven, five]}, name="or")
    assert not chosen(room, {"And": [five, seven]}, name="neither")


def test_a_condition_in_jsonata(room):
    language = {"QueryLanguage": "JSONata"}
    assert chosen(room, {"Condition": "{% $states.input.n > 4 %}"}, name="more", **language)
    assert not chosen(room, {"Condition": "{% $states.input.n > 5 %}"}, name="less", **language)


def test_only_what_was_chosen_assigns(room):
    language = {"QueryLanguage": "JSONata"}
    rules = [{"Condition": "{% true %}", "Assign": {"way": "rule"}, "Next": "Show"}]
    look = {"Type": "Choice", "Choices": rules, "Default": "Show", "Assign": {"way": "default"}, **language}
    show = {"Type": "Pass", "Output": "{% $way %}", "End": True, **language}
    assert json.loads(room.run({"Look": look, "Show": show})["output"]) == "rule"


@pytest.mark.parametrize(
    ("language", "field"),
    [
        ("JSONPath", {"Seconds": 90}),
        ("JSONPath", {"SecondsPath": "$.seconds"}),
        ("JSONPath", {"TimestampPath": "$.due"}),
        ("JSONPath", {"Timestamp": "2026-01-05T10:01:30.9+01:00"}),
        ("JSONata", {"Seconds": 90}),
        ("JSONata", {"Seconds": "{% $states.input.seconds %}"}),
        ("JSONata", {"Timestamp": "{% $states.input.due %}"}),
    ],
)
def test_all_forms_of_waiting(room, language, field):
    execution = room.start(
        room.make({"Sleep": {"Type": "Wait", "QueryLanguage": language, "End": True, **field}}),
        {"seconds": 90, "due": "2026-01-05T09:01:30Z"},
    )
    room.lab.run_until_idle()
    shown = room.describe(execution)
    assert 89 < (shown["stopDate"] - shown["startDate"]).total_seconds() <= 90


def test_succeed_and_fail_in_jsonata(room):
    language = {"QueryLanguage": "JSONata"}
    shown = room.run({"End": {"Type": "Succeed", "Output": "{% $states.input.n %}", **language}}, GIVEN)
    assert shown["output"] == "5"
    fail = {"Type": "Fail", "Error": "{% 'E' & $states.input.n %}", "Cause": "{% $states.input.text %}"}
    shown = room.run({"End": {**fail, **language}}, GIVEN, name="fail")
    assert (shown["error"], shown["cause"]) == ("E5", "banana")
