"""Topic rules of AWS IoT. One test for each row of the ledger."""

from __future__ import annotations

import base64
import json

import pytest
from access import make_role

from workbook.aws.iot.sql import UNDEFINED, Message, parse_sql
from workbook.aws.iot.topic_filters import matches_filter

PRINTS = "import json\n\n\ndef handler(event, context):\n    print('GOT ' + json.dumps(event))\n"


def rule(lab, sql, *actions, name="hot", **options):
    payload = {"sql": sql, "actions": list(actions), **options}
    lab.client("iot").create_topic_rule(ruleName=name, topicRulePayload=payload)


def publish(lab, topic, **fields):
    lab.client("iot-data").publish(topic=topic, payload=json.dumps(fields).encode())


def seen(lab):
    events = lab.client("logs").filter_log_events(logGroupName="/aws/lambda/watch")["events"]
    return [json.loads(event["message"][4:]) for event in events if event["message"].startswith("GOT ")]


def test_iot_01_a_rule_invokes_a_function_asynchronously(lab):
    arn = lab.function("watch", PRINTS)
    rule(lab, "SELECT * FROM 'sensors/+/data' WHERE temperature > 30", {"lambda": {"functionArn": arn}})
    publish(lab, "sensors/7/data", temperature=31)
    lab.advance(1)
    (refused,) = [hop for hop in lab.trace if hop.kind == "deliver"]
    assert refused.outcome == "NO_PERMISSION"
    lab.client("lambda").add_permission(
        FunctionName="watch",
        StatementId="iot",
        Action="lambda:InvokeFunction",
        Principal="iot.amazonaws.com",
        SourceArn="arn:aws:iot:us-east-1:123456789012:rule/hot",
    )
    publish(lab, "sensors/7/data", temperature=32)
    publish(lab, "sensors/7/data", temperature=20)
    lab.advance(5)
    assert seen(lab) == [{"temperature": 32}]
    assert [hop.kind for hop in lab.trace if hop.kind in {"enqueue", "invoke"}] == ["enqueue", "invoke"]


@pytest.mark.parametrize(
    ("pattern", "topic", "matches"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("+/b", "a/b", True),
        ("#", "$aws/things", False),
        ("a/b", "a", False),
    ],
)
def test_iot_02_a_filter_has_a_plus_for_a_level_and_a_hash_for_the_rest(pattern, topic, matches):
    assert matches_filter(pattern, topic) is matches


@pytest.mark.parametrize(
    ("sql", "result"),
    [
        ("SELECT * FROM 'a/+'", {"t": 31, "place": {"floor": 2}}),
        ("SELECT t AS heat, place.floor FROM 'a/+'", {"heat": 31, "floor": 2}),
        ("SELECT missing, t FROM 'a/+'", {"t": 31}),
        ("SELECT topic() AS whole, topic(2) AS part FROM 'a/+'", {"whole": "a/b", "part": "b"}),
        ("SELECT timestamp() AS at FROM 'a/+'", {"at": 5}),
        ("SELECT *, topic(1) AS first FROM 'a/+'", {"t": 31, "place": {"floor": 2}, "first": "a"}),
        ("SELECT t FROM 'a/+' WHERE t > 30 AND place.floor <> 3", {"t": 31}),
        ("SELECT t FROM 'a/+' WHERE t > 40 OR topic(2) = 'b'", {"t": 31}),
        ("SELECT t FROM 'a/+' WHERE NOT (t = 31)", UNDEFINED),
        ("SELECT t FROM 'a/+' WHERE missing <> 1", UNDEFINED),
        ("select t from 'a/+' where t >= 31.0", {"t": 31}),
    ],
)
def test_iot_03_select_takes_fields_and_where_lets_messages_through(sql, result):
    assert parse_sql(sql).select(Message("a/b", {"t": 31, "place": {"floor": 2}}, 5)) == result


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("text > 30", True),  # both sides become Decimals
        ("text > '4'", True),
        ("t >= '31.0'", True),
        ("'5E-1' < 1", True),
        ("word > 'a'", False),
        ("flag > 0", False),
        ("NOT (word > 'a')", False),  # NOT of what is undefined is undefined
        ("NOT (missing = 1)", False),
        ("NOT t", False),
        ("NOT flag", False),
        ("NOT (NOT flag)", True),
        ("NOT no", True),  # the text "false"
        ("(NOT no) AND flag", True),
        ("NOT (missing = 1 AND t = 1)", False),
        ("NOT (t = 1 OR missing = 1)", False),
        ("t = 31 OR missing = 1", False),
        ("t <> word", True),  # values of two types are not equal
        ("nothing <> null", False),
        ("missing <> word", False),
        ("t", False),
        ("flag", True),
    ],
)
def test_iot_05_a_condition_is_true_false_or_undefined(condition, holds):
    payload = {"t": 31, "text": "31", "word": "b", "flag": True, "no": "FALSE", "nothing": None}
    selected = parse_sql(f"SELECT t FROM 'a' WHERE {condition}").select(Message("a", payload, 5))
    assert (selected is not UNDEFINED) is holds


def test_iot_04_the_error_action_gets_what_failed(lab):
    sqs = lab.client("sqs")
    url = sqs.create_queue(QueueName="failed")["QueueUrl"]
    role = make_role(lab, "errors", "iot.amazonaws.com", "sqs:SendMessage")
    gone = "arn:aws:lambda:us-east-1:123456789012:function:gone"
    failing = {"lambda": {"functionArn": gone}}
    rule(lab, "SELECT * FROM 'a'", failing, errorAction={"sqs": {"queueUrl": url, "roleArn": role}})
    publish(lab, "a", n=1)
    lab.advance(5)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    body = json.loads(message["Body"])
    assert (body["ruleName"], body["topic"]) == ("hot", "a")
    assert json.loads(base64.b64decode(body["base64OriginalPayload"])) == {"n": 1}
    (failure,) = body["failures"]
    assert (failure["failedAction"], failure["failedResource"]) == ("LambdaAction", "gone")
    assert "Function not found" in failure["errorMessage"]
