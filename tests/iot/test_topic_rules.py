"""The API of topic rules, their other actions, and bad input."""

from __future__ import annotations

import base64
import contextlib
import json

import pytest
from access import make_role
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto.core.exceptions import ServiceException

from workbook.aws.iot.sql import SqlError, parse_sql
from workbook.aws.iot.topic_filters import matches_filter
from workbook.aws.operations import NotSimulated

ACTION = {"lambda": {"functionArn": "arn:aws:lambda:us-east-1:123456789012:function:f"}}


@pytest.fixture
def iot(lab):
    return lab.client("iot")


def create(iot, sql="SELECT * FROM 'a'", name="rule", actions=(ACTION,), **options):
    payload = {"sql": sql, "actions": list(actions), **options}
    iot.create_topic_rule(ruleName=name, topicRulePayload=payload)


def test_a_rule_is_made_shown_replaced_switched_and_deleted(lab, iot):
    create(iot, description="first")
    arn = "arn:aws:iot:us-east-1:123456789012:rule/rule"
    shown = iot.get_topic_rule(ruleName="rule")
    assert (shown["ruleArn"], shown["rule"]["description"]) == (arn, "first")
    payload = {"sql": "SELECT * FROM 'b'", "actions": [ACTION]}
    iot.replace_topic_rule(ruleName="rule", topicRulePayload=payload)
    iot.disable_topic_rule(ruleName="rule")
    (listed,) = iot.list_topic_rules()["rules"]
    assert (listed["topicPattern"], listed["ruleDisabled"]) == ("b", True)
    lab.client("iot-data").publish(topic="b", payload=b"{}")
    assert not [hop for hop in lab.trace if hop.kind == "match"]
    iot.delete_topic_rule(ruleName="rule")
    with pytest.raises(ClientError) as error:
        iot.get_topic_rule(ruleName="rule")
    assert error.value.response["Error"]["Code"] == "UnauthorizedException"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"sql": "SELECT FROM"}, "SqlParseException"),
        ({"sql": "SELECT * FROM 'a/#/b'"}, "SqlParseException"),
        ({"sql": "SELECT upper(x) FROM 'a'"}, "NotSimulatedByWorkbook"),
        ({"sql": "SELECT x + 1 FROM 'a'"}, "NotSimulatedByWorkbook"),
        ({"actions": [{"sqs": {"queueUrl": "x", "roleArn": "r"}}]}, "InvalidRequestException"),
        ({"name": "a-b"}, "InvalidRequestException"),
        ({"actions": [{"iotEvents": {"inputName": "i", "roleArn": "r"}}]}, "NotSimulatedByWorkbook"),
        ({"actions": [ACTION] * 11}, "InvalidRequestException"),
    ],
)
def test_what_cannot_be_made(iot, options, code):
    with pytest.raises(ClientError) as error:
        create(iot, **options)
    assert error.value.response["Error"]["Code"] == code


def test_a_topic_to_publish_on_has_no_wildcards(lab):
    with pytest.raises(ClientError):
        lab.client("iot-data").publish(topic="a/+", payload=b"{}")


def test_a_queue_gets_the_result_in_base64_if_it_is_asked_for(lab, iot):
    url = lab.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    role = make_role(lab, "writer", "iot.amazonaws.com", "sqs:SendMessage")
    create(iot, actions=[{"sqs": {"queueUrl": url, "roleArn": role, "useBase64": True}}])
    lab.client("iot-data").publish(topic="a", payload=json.dumps({"n": 1}).encode())
    lab.advance(1)
    (message,) = lab.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert base64.b64decode(message["Body"]) == b'{"n":1}'


def test_a_message_that_is_no_json_matches_no_rule(lab, iot):
    create(iot)
    lab.client("iot-data").publish(topic="a", payload=b"\xff")
    (hop,) = [hop for hop in lab.trace if hop.kind == "filter"]
    assert hop.facts["reason"] == "the message is no JSON"


def test_a_message_that_is_nested_too_deeply_fails_no_publisher(lab, iot):
    create(iot)
    lab.client("iot-data").publish(topic="a", payload=b"[" * 60_000 + b"]" * 60_000)
    (hop,) = [hop for hop in lab.trace if hop.kind == "filter"]
    assert hop.facts["reason"] == "the message is nested too deeply for the lab"


@pytest.mark.parametrize("opening", ["(", "NOT ", "NOT ("])
def test_a_condition_that_is_nested_too_deeply_is_refused_by_name(opening):
    closing = ")" if "(" in opening else ""
    assert parse_sql(f"SELECT * FROM 'a' WHERE {opening * 20} a = 1 {closing * 20}").where is not None
    with pytest.raises(NotSimulated, match="levels of parentheses"):
        parse_sql(f"SELECT * FROM 'a' WHERE {opening * 5_000} a = 1 {closing * 5_000}")


def test_the_picture_tells_it(lab, iot):
    create(iot)
    lab.client("iot-data").publish(topic="a/b", payload=b"{}")
    assert "you published message 1 to a/b" in [move.text for move in lab.flow().moves]


@given(st.text(max_size=60))
def test_any_text_is_sql_or_is_said_to_be_none(text):
    for sql in (text, f"SELECT {text} FROM 'a'", f"SELECT * FROM 'a' WHERE {text}"):
        with contextlib.suppress(SqlError, ServiceException):
            assert parse_sql(sql).columns


LEVELS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4)


@given(LEVELS, st.data())
def test_a_filter_made_of_a_topic_matches_it(levels, data):
    chosen = [data.draw(st.sampled_from([level, "+"])) for level in levels]
    length = data.draw(st.integers(0, len(levels)))
    assert matches_filter("/".join(chosen), "/".join(levels))
    assert matches_filter("/".join([*chosen[:length], "#"]), "/".join(levels))
