"""SERVE: what AWS answers to requests that boto3 would not send, and who they are of."""

from __future__ import annotations

import json

import pytest
from access import trust
from botocore.exceptions import ClientError
from http_calls import ACCOUNT, call, form, over_http, posted

from workbook.served.aws_requests import answer_aws


def told(response):
    body = json.loads(response.body)
    return body["__type"], body["message"]


def identity(key):
    return call(over_http("sts", key=key), "GetCallerIdentity")["Arn"]


def test_serve_01_the_older_query_protocol_of_sqs_is_answered_in_xml(lab):
    made = answer_aws(form("sqs", "CreateQueue", QueueName="orders", Attribute__1__Name="DelaySeconds",
                           Attribute__1__Value="5"))  # fmt: skip
    assert b"<CreateQueueResponse" in made.body
    missing = answer_aws(form("sqs", "GetQueueUrl", QueueName="nowhere"))
    assert missing.status == 400
    assert b"<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in missing.body


def test_serve_02_what_is_required_and_missing_is_named(lab):
    json_code, text = told(answer_aws(posted("dynamodb", "DynamoDB_20120810.GetItem", b"{}")))
    assert json_code == "ValidationException"
    assert text.startswith(
        "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: "
    )
    query = answer_aws(form("monitoring", "GetMetricData", StartTime="2026-01-05T09:00:00Z"))
    assert b"<Code>ValidationError</Code>" in query.body
    assert (
        b"Value null at 'metricDataQueries' failed to satisfy constraint: Member must not be null"
        in query.body
    )


def test_serve_03_a_value_of_another_type_is_a_serialization_exception(lab):
    body = b'{"TableName": 5, "Key": {"id": {"S": "1"}}}'
    got = told(answer_aws(posted("dynamodb", "DynamoDB_20120810.GetItem", body)))
    assert got == ("SerializationException", "NUMBER_VALUE can not be converted to a String")


def test_serve_04_the_credentials_of_a_role_call_as_its_session(lab):
    role = call(
        over_http("iam"), "CreateRole", RoleName="reader", AssumeRolePolicyDocument=trust("ec2.amazonaws.com")
    )
    session = call(over_http("sts"), "AssumeRole", RoleArn=role["Role"]["Arn"], RoleSessionName="me")
    assert identity(session["Credentials"]["AccessKeyId"]) == f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/me"


def test_serve_05_an_access_key_that_was_deleted_is_unknown(lab):
    iam = over_http("iam")
    call(iam, "CreateUser", UserName="ann")
    key = call(iam, "CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    assert identity(key) == f"arn:aws:iam::{ACCOUNT}:user/ann"
    call(iam, "DeleteAccessKey", UserName="ann", AccessKeyId=key)
    with pytest.raises(ClientError) as refused:
        identity(key)
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"
    by_json = answer_aws(posted("dynamodb", "DynamoDB_20120810.ListTables", b"{}", key=key))
    assert by_json.status == 400
    assert told(by_json) == (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_cw_38_many_metrics_arrive_compressed(lab):
    metrics = [{"MetricName": f"metric-{number}" * 5, "Value": 1} for number in range(300)]
    call(over_http("cloudwatch"), "PutMetricData", Namespace="shop", MetricData=metrics)
    pages = lab.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace="shop")
    assert sum(len(page["Metrics"]) for page in pages) == 300
