"""Resource policies: who is meant, what is meant, and on which conditions."""

from __future__ import annotations

import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws import policies
from workbook.aws.policies import PolicyError, Principal, Verdict, parse_policy
from workbook.aws.policy_conditions import request_keys, told_of
from workbook.aws.wildcards import matches_wildcard

QUEUE = "arn:aws:sqs:us-east-1:123456789012:orders"
USER = Principal("111122223333", "arn:aws:iam::111122223333:user/ann", "AIDAANN")
SESSION = Principal(
    "111122223333", "arn:aws:sts::111122223333:assumed-role/reader/session", "AROAREADER:session"
)
SNS = Principal.of_service("sns.amazonaws.com")


def policy(*statements, version="2012-10-17"):
    full = [
        {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*", **one} for one in statements
    ]
    without = [{name: value for name, value in one.items() if value is not None} for one in full]
    return parse_policy(json.dumps({"Version": version, "Statement": without}))


def verdict(statement, principal=USER, action="sqs:SendMessage", resource=QUEUE, context=None, **options):
    return policy(statement, **options).verdict(principal, action, resource, context)


def allows(*arguments, **options):
    return verdict(*arguments, **options) is Verdict.ALLOWED


class TestPrincipals:
    @pytest.mark.parametrize(
        "named",
        [
            "*",
            {"AWS": "*"},
            {"AWS": "111122223333"},
            {"AWS": "arn:aws:iam::111122223333:root"},
            {"AWS": ["999999999999", "arn:aws:iam::111122223333:user/ann"]},
        ],
    )
    def test_a_user_is_meant_by_everybody_its_account_or_its_arn(self, named):
        assert allows({"Principal": named})

    @pytest.mark.parametrize(
        "named",
        [
            {"AWS": "999999999999"},
            {"AWS": "arn:aws:iam::111122223333:user/bob"},
            {"Service": "sns.amazonaws.com"},
        ],
    )
    def test_and_by_nothing_else(self, named):
        assert verdict({"Principal": named}) is Verdict.SILENT

    def test_a_session_is_meant_by_its_role(self):
        assert allows({"Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"}}, SESSION)
        assert allows(
            {"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/reader/session"}}, SESSION
        )
        assert not allows({"Principal": {"AWS": "arn:aws:iam::111122223333:role/writer"}}, SESSION)

    def test_a_service_is_meant_by_its_name_or_by_everybody(self):
        assert allows({"Principal": {"Service": ["events.amazonaws.com", "sns.amazonaws.com"]}}, SNS)
        assert allows({"Principal": "*"}, SNS)
        assert not allows({"Principal": {"Service": "events.amazonaws.com"}}, SNS)
        assert not allows({"Principal": {"AWS": "111122223333"}}, SNS)

    def test_not_principal_means_all_others(self):
        statement = {
            "Principal": None,
            "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/ann"},
            "Effect": "Deny",
        }
        assert verdict(statement) is Verdict.SILENT
        assert verdict(statement, SESSION) is Verdict.DENIED


class TestActionsAndResources:
    @pytest.mark.parametrize(
        "action", ["sqs:SendMessage", "SQS:sendmessage", "sqs:Send*", "sqs:*", "*", "sqs:SendMessag?"]
    )
    def test_actions_have_wildcards_and_no_case(self, action):
        assert allows({"Action": ["sqs:DeleteMessage", action]})

    @pytest.mark.parametrize("action", ["sqs:Receive*", "sns:*", "sqs:SendMessage?"])
    def test_other_actions_do_not_count(self, action):
        assert not allows({"Action": action})

    def test_not_action_means_all_others(self):
        statement = {"Action": None, "NotAction": "sqs:Receive*"}
        assert allows(statement)
        assert not allows(statement, action="sqs:ReceiveMessage")

    @pytest.mark.parametrize(
        "resource",
        [QUEUE, "*", "arn:aws:sqs:*:123456789012:ord*", "arn:aws:sqs:us-east-1:123456789012:order?"],
    )
    def test_resources_have_wildcards(self, resource):
        assert allows({"Resource": resource})

    def test_resources_have_case(self):
        assert not allows({"Resource": QUEUE.replace("orders", "Orders")})
        assert not allows({"Resource": None, "NotResource": "*"})


class TestVerdicts:
    def test_an_explicit_deny_wins_over_any_allow(self):
        both = policy({}, {"Effect": "Deny", "Action": "sqs:SendMessage"}, {})
        assert both.verdict(USER, "sqs:SendMessage", QUEUE) is Verdict.DENIED
        assert both.verdict(USER, "sqs:ReceiveMessage", QUEUE) is Verdict.ALLOWED

    def test_what_is_not_mentioned_is_neither(self):
        assert verdict({"Action": "sqs:PurgeQueue"}) is Verdict.SILENT


TOPIC = "arn:aws:sns:us-east-1:123456789012:news"
CONDITIONS = [
    ("StringEquals", "abc", "abc", True),
    ("StringEquals", "abc", "Abc", False),
    ("StringEquals", ["x", "abc"], "abc", True),
    ("StringNotEquals", ["x", "abc"], "abc", False),
    ("StringNotEquals", ["x", "y"], "abc", True),
    ("StringEqualsIgnoreCase", "ABC", "abc", True),
    ("StringNotEqualsIgnoreCase", "ABC", "abc", False),
    ("StringLike", "a*c", "abbc", True),
    ("StringLike", "a?c", "abbc", False),
    ("StringNotLike", "a*c", "abbc", False),
    ("ArnEquals", TOPIC, TOPIC, True),
    ("ArnLike", "arn:aws:sns:*:123456789012:ne*", TOPIC, True),
    ("ArnLike", "arn:aws:sns:*:news", TOPIC, False),
    ("ArnNotEquals", TOPIC, TOPIC, False),
    ("ArnNotLike", "arn:aws:sqs:*:*:*", TOPIC, True),
    ("Bool", "true", "true", True),
    ("Bool", True, False, False),
    ("NumericEquals", "5", 5, True),
    ("NumericNotEquals", "5", 5, False),
    ("NumericLessThan", "5", 4.5, True),
    ("NumericLessThanEquals", "5", 5, True),
    ("NumericGreaterThan", "5", 5, False),
    ("NumericGreaterThanEquals", "5", 5, True),
    ("NumericEquals", "five", 5, False),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", "2026-01-05T09:00:00+00:00", True),
    ("DateLessThan", "1767603600", "2026-01-05T09:00:00Z", False),
    ("DateLessThanEquals", "1767603600", "2026-01-05T09:00:00Z", True),
    ("DateEquals", "2026-01-05T09:00:00Z", "1767603600", True),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
    ("IpAddress", ["192.0.2.1", "2001:db8::/32"], "2001:db8::1", True),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False),
    ("BinaryEquals", "AP8=", "AP8=", True),
]


class TestConditions:
    @pytest.mark.parametrize(("operator", "wanted", "value", "holds"), CONDITIONS)
    def test_operators(self, operator, wanted, value, holds):
        assert allows({"Condition": {operator: {"aws:Key": wanted}}}, context={"AWS:KEY": value}) is holds

    @pytest.mark.parametrize(
        ("operator", "holds"),
        [
            ("StringEquals", False),
            ("StringNotEquals", True),
            ("StringEqualsIfExists", True),
            ("ArnLike", False),
            ("ArnNotLike", True),
            ("NumericLessThanIfExists", True),
            ("ForAllValues:StringEquals", True),
            ("ForAnyValue:StringEquals", False),
        ],
    )
    def test_a_key_that_the_request_does_not_have(self, operator, holds):
        assert allows({"Condition": {operator: {"aws:SourceArn": "1"}}}) is holds

    @pytest.mark.parametrize(
        ("wanted", "context", "holds"),
        [("true", {}, True), ("true", {"k": 1}, False), ("false", {"k": 1}, True)],
    )
    def test_null_asks_whether_a_key_is_absent(self, wanted, context, holds):
        assert allows({"Condition": {"Null": {"k": wanted}}}, context=context) is holds

    @pytest.mark.parametrize(
        ("operator", "values", "holds"),
        [
            ("ForAllValues:StringEquals", ["a", "b"], True),
            ("ForAllValues:StringEquals", ["a", "c"], False),
            ("ForAnyValue:StringEquals", ["a", "c"], True),
            ("ForAnyValue:StringEquals", ["c", "d"], False),
        ],
    )
    def test_keys_with_several_values(self, operator, values, holds):
        assert allows({"Condition": {operator: {"k": ["a", "b"]}}}, context={"k": values}) is holds

    def test_all_conditions_must_hold(self):
        both = {"Condition": {"StringEquals": {"a": "1", "b": "2"}, "Bool": {"aws:SecureTransport": "true"}}}
        assert allows(both, context={"a": "1", "b": "2"})
        assert not allows(both, context={"a": "1", "b": "3"})

    def test_policy_variables_stand_for_keys_of_the_request(self):
        statement = {"Condition": {"StringEquals": {"k": "home/${aws:username}"}}}
        assert allows(statement, context={"k": "home/ann"})
        assert not allows(statement, context={"k": "home/${aws:username}"})
        assert not allows(statement, SESSION, context={"k": "home/"})
        assert allows(
            {"Condition": {"StringLike": {"k": "${aws:none, 'guest'}-${*}"}}}, context={"k": "guest-*"}
        )

    def test_but_not_in_policies_of_2008(self):
        statement = {"Condition": {"StringEquals": {"k": "${aws:username}"}}}
        assert allows(statement, context={"k": "${aws:username}"}, version="2008-10-17")


class TestErrors:
    @pytest.mark.parametrize(
        "statement",
        [
            {"Effect": "allow"},
            {"Action": None},
            {"NotAction": "sqs:*"},
            {"Principal": None},
            {"Principal": {}},
            {"Principal": "111122223333"},
            {"Principal": {"Nobody": "x"}},
            {"Principal": {"AWS": []}},
            {"Resource": None},
            {"Resource": 5},
            {"Action": ["sqs:*", 5]},
            {"Condition": []},
            {"Condition": {"StringEquals": "x"}},
            {"Condition": {"StringEquals": {"k": []}}},
            {"Condition": {"StringEquals": {"k": {}}}},
            {"Condition": {"ForSome:StringEquals": {"k": "x"}}},
            {"Colour": "red"},
        ],
    )
    def test_a_statement_with_a_wrong_element_is_refused(self, statement):
        with pytest.raises(PolicyError):
            policy(statement)

    def test_a_sid_occurs_once(self):
        with pytest.raises(PolicyError):
            policy({"Sid": "a"}, {"Sid": "a"})


KEYS = ["aws:SourceArn", "aws:sourceaccount", "aws:CurrentTime", "aws:username", "aws:PrincipalArn"]
VALUES = [
    "a",
    "b",
    "*",
    "${aws:username}",
    "${ AWS:SourceArn , 'a'}",
    "${aws:unknown}",
    "2026-01-05T09:00:00Z",
]
CONDITIONS = st.dictionaries(
    st.sampled_from(["StringEquals", "StringNotLike", "StringLikeIfExists", "ForAnyValue:StringLike"])
    | st.sampled_from(["ForAllValues:StringEquals", "Null", "DateLessThan"]),
    st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), min_size=1), min_size=1),
    max_size=2,
)
CONTEXTS = st.dictionaries(
    st.sampled_from([*KEYS, "aws:EpochTime"]), st.sampled_from(VALUES) | st.lists(st.sampled_from(VALUES))
)


class TestWhatIsAskedAgain:
    @given(
        CONDITIONS,
        st.sampled_from(["Allow", "Deny"]),
        st.sampled_from(policies.POLICY_VERSIONS),
        st.lists(CONTEXTS, min_size=1, max_size=4),
        st.sampled_from([USER, SESSION, SNS]),
    )
    def test_the_answer_is_that_of_all_that_is_known(self, conditions, effect, version, contexts, who):
        asked = policy({"Effect": effect, "Condition": conditions}, version=version)
        for context in contexts:
            everything = told_of(context, frozenset(name.lower() for name in context))
            afresh = policies._verdict.__wrapped__(asked, who, "sqs:SendMessage", QUEUE, everything)
            assert asked.verdict(who, "sqs:SendMessage", QUEUE, context) is afresh

    def test_what_the_policy_does_not_name_is_not_asked_for(self):
        context = {"aws:SourceArn": "a", "aws:CurrentTime": lambda: pytest.fail("nobody asks for the time")}
        assert allows({"Condition": {"StringEquals": {"aws:SourceArn": "a"}}}, context=context)

    def test_a_policy_with_a_time_is_judged_anew_at_each_instant(self):
        until_nine = policy({"Condition": {"DateLessThan": {"aws:CurrentTime": "2026-01-05T09:00:00Z"}}})
        for hour, expected in ((8, Verdict.ALLOWED), (10, Verdict.SILENT), (8, Verdict.ALLOWED)):
            now = datetime.datetime(2026, 1, 5, hour, tzinfo=datetime.UTC)
            keys = request_keys(now, "us-east-1", "123456789012")
            assert until_nine.verdict(USER, "sqs:SendMessage", QUEUE, keys) is expected

    def test_no_more_answers_are_kept_than_a_few_thousand(self):
        asked = policy({"Condition": {"StringEquals": {"aws:SourceArn": "a"}}})
        for number in range(policies._VERDICTS_KEPT + 10):
            asked.verdict(USER, "sqs:SendMessage", QUEUE, {"aws:SourceArn": str(number)})
        assert policies._verdict.cache_info().currsize == policies._VERDICTS_KEPT


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*", "", True),
        ("a*", "abc\nd", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("a?", "a", False),
    ],
)
def test_wildcards_are_stars_and_question_marks_only(pattern, text, matches):
    assert matches_wildcard(pattern, text) is matches


def test_a_pattern_of_many_stars_is_decided_at_once():
    assert not matches_wildcard("*a" * 200 + "b", "a" * 2_000)
    assert matches_wildcard("*a" * 200 + "*", "a" * 2_000)
