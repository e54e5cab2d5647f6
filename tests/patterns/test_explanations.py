"""Which clause decided, and by which value."""

from __future__ import annotations

from workbook.aws.patterns import EventPattern, FilterPolicy

PATTERN = EventPattern(
    """{
        "source": ["orders"],
        "detail": {
            "amount": [{"numeric": [">", 100, "<=", 500]}],
            "$or": [{"state": [{"anything-but": "draft"}]}, {"urgent": [true]}],
            "tags": ["gift", {"prefix": "vip-"}, {"exists": false}]
        }
    }"""
)


def test_an_explanation_says_for_each_clause_whether_it_held() -> None:
    event = {"source": "orders", "detail": {"amount": 80, "state": "draft", "tags": ["vip-7", "new"]}}
    assert str(PATTERN.explain(event)).splitlines() == [
        "does not match: must match in all of this",
        '  matches: source is "orders": found "orders"',
        "  does not match: detail must match in all of this",
        "    does not match: detail.amount is a number above 100 and at most 500: found 80",
        "    does not match: detail must match in one of these",
        "      does not match: detail must match in all of this",
        '        does not match: detail.state is there, and anything but "draft": found "draft"',
        "      does not match: detail must match in all of this",
        "        does not match: detail.urgent is true: nothing found",
        "    matches: detail.tags is one of these",
        '      does not match: detail.tags is "gift": found "vip-7", "new"',
        '      matches: detail.tags starts with "vip-": found "vip-7"',
        '      does not match: detail.tags is not there: found "vip-7", "new"',
    ]


def test_the_value_that_decided_is_named() -> None:
    explained = PATTERN.explain({"detail": {"tags": ["vip-7", "new"]}})
    tags = explained.clauses[1].clauses[2]
    assert tags.path == "detail.tags"
    assert tags.values == ("vip-7", "new")
    assert [entry.holds for entry in tags.clauses] == [False, True, False]
    assert tags.clauses[1].values == ("vip-7",)
    assert [entry.written for entry in tags.clauses] == ['"gift"', '{"prefix": "vip-"}', '{"exists": false}']
    assert explained.clauses[0].written == '"orders"'


def test_it_says_when_clauses_hold_in_different_elements_only() -> None:
    pattern = EventPattern({"people": {"first": ["Anna"], "last": ["Berg"]}})
    event = {"people": [{"first": "Anna", "last": "Holm"}, {"first": "Bo", "last": "Berg"}]}
    explained = pattern.explain(event)
    assert not explained.holds
    people = explained.clauses[0]
    assert [clause.holds for clause in people.clauses] == [True, True]
    assert people.note == "each holds, but not in one and the same element of an array"


def test_many_values_are_named_in_part() -> None:
    explained = EventPattern({"n": [5_000]}).explain({"n": list(range(1_000))})
    assert str(explained.clauses[0]) == "does not match: n is 5000: found 0, 1, 2, 3, 4 and 995 more"


def test_every_operator_has_words() -> None:
    pattern = EventPattern(
        {
            "x": [
                None,
                {"exactly": "a"},
                {"equals-ignore-case": "A"},
                {"prefix": {"equals-ignore-case": "a"}},
                {"suffix": {"equals-ignore-case": "a"}},
                {"suffix": "a"},
                {"exists": True},
                {"wildcard": "a*b"},
                {"numeric": ["=", 3]},
                {"numeric": ["<", 3.5]},
                {"cidr": "10.0.0.0/8"},
                "::1",
                {"anything-but": {"suffix": ["a", "b"]}},
            ]
        }
    )
    assert [entry.asks for entry in pattern.explain({}).clauses[0].clauses] == [
        "is null",
        'is "a"',
        'is "A" in any case',
        'starts with "a" in any case',
        'ends with "a" in any case',
        'ends with "a"',
        "is there",
        'has the form "a*b"',
        "is the number 3",
        "is a number below 3.5",
        "is an address from 10.0.0.0 to 10.255.255.255",
        "is the address ::1",
        'is there, and none of: ends with "a"; ends with "b"',
    ]


def test_filter_policies_explain_themselves_too() -> None:
    policy = FilterPolicy('{"store": ["oslo"]}')
    store = {"DataType": "String.Array", "StringValue": '["rome", "oslo"]'}
    assert str(policy.explain({"store": store}, "").clauses[0]) == 'matches: store is "oslo": found "oslo"'
    body = FilterPolicy('{"store": ["oslo"]}', "MessageBody")
    assert body.explain({}, "no JSON").note == "the body is no JSON object"
    assert body.explain({}, '{"store": "oslo"}').holds


def decided_by(pattern, event):
    return [f"{clause.path}: {clause.found}" for clause in EventPattern(pattern).explain(event).deciding()]


def test_what_decides_are_the_smallest_clauses_that_do_not_hold():
    pattern = {
        "source": ["orders"],
        "detail": {"amount": [{"numeric": [">", 100]}], "state": ["paid", "open"]},
    }
    event = {"source": "orders", "detail": {"amount": "120", "state": "draft"}}
    assert decided_by(pattern, event) == ['detail.amount: found "120"', 'detail.state: found "draft"']
    assert decided_by(pattern, {"source": "orders", "detail": {"amount": 120, "state": "open"}}) == []


def test_of_alternatives_that_all_fail_each_decides():
    pattern = {"$or": [{"a": [1]}, {"b": [2]}]}
    assert decided_by(pattern, {"a": 2}) == ["a: found 2", "b: nothing found"]
    assert decided_by(pattern, {"b": 2}) == []


def test_where_all_clauses_hold_in_different_elements_their_object_decides():
    pattern = {"items": {"kind": ["cake"], "count": [2]}}
    event = {"items": [{"kind": "cake", "count": 1}, {"kind": "bread", "count": 2}]}
    (decided,) = EventPattern(pattern).explain(event).deciding()
    assert decided.path == "items"
    assert "not in one and the same element" in decided.note
