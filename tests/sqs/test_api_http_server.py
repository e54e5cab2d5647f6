"""The handler as moto's HTTP server calls it: on a thread of the server's, at a host that is not AWS's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from moto.core.request import Request

from workbook.aws.environment import access_key_of
from workbook.aws.sqs.protocol import answer_request

OWNER = "123456789012"
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": (
        f"AWS4-HMAC-SHA256 Credential={access_key_of(OWNER)}/20260105/eu-west-1/sqs/aws4_request, Signature=0"
    ),
}


@pytest.fixture
def server(lab):
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield thread


def post(server, operation, **parameters):
    headers = {**HEADERS, "X-Amz-Target": f"AmazonSQS.{operation}"}
    request = Request.from_primitives("POST", "http://localhost:5000/", headers, json.dumps(parameters))
    reply = server.submit(answer_request, request, request.raw_url, dict(request.headers))
    status, answer_headers, body = reply.result()
    return status, answer_headers, json.loads(body or "{}")


def test_a_message_goes_there_and_back_over_http(server):
    _, _, created = post(server, "CreateQueue", QueueName="orders")
    url = created["QueueUrl"]
    assert url == f"http://localhost:5000/{OWNER}/orders"
    status, headers, sent = post(server, "SendMessage", QueueUrl=url, MessageBody="x")
    assert status == 200
    assert headers["Content-Type"] == "application/x-amz-json-1.0"
    _, _, received = post(server, "ReceiveMessage", QueueUrl=url)
    assert received["Messages"][0]["MessageId"] == sent["MessageId"]
    _, _, shown = post(server, "GetQueueAttributes", QueueUrl=url, AttributeNames=["QueueArn"])
    assert shown["Attributes"] == {"QueueArn": f"arn:aws:sqs:eu-west-1:{OWNER}:orders"}


def test_a_long_poll_over_http_takes_virtual_time(lab, server):
    _, _, created = post(server, "CreateQueue", QueueName="orders")
    before = lab.now
    post(server, "ReceiveMessage", QueueUrl=created["QueueUrl"], WaitTimeSeconds=20)
    assert (lab.now - before).total_seconds() == 20


def test_errors_over_http_are_those_of_aws(server):
    status, headers, answer = post(server, "GetQueueUrl", QueueName="none")
    assert status == 400
    assert headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender"
    assert answer == {
        "__type": "com.amazonaws.sqs#QueueDoesNotExist",
        "message": "The specified queue does not exist.",
    }
