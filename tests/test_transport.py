"""Which requests count as sent over TLS."""

import json

import pytest
from http_calls import form

from workbook.aws.transport import transport_keys
from workbook.served.aws_requests import answer_aws


@pytest.mark.parametrize(
    "url", ["http://sqs.eu-west-1.amazonaws.com/", "http://sns.cn-north-1.amazonaws.com.cn/?Action=Publish"]
)
def test_plain_http_to_an_address_of_aws_is_not_secure(url):
    assert transport_keys(url) == {"aws:SecureTransport": False}


@pytest.mark.parametrize(
    "url",
    [
        "https://sqs.eu-west-1.amazonaws.com/",
        "http://127.0.0.1:4566/",
        "http://localhost:4566/",
        "http://amazonaws.com.example.org/",
        "",
    ],
)
def test_all_else_is_as_secure_as_on_aws(url):
    assert transport_keys(url) == {}


def test_what_comes_to_a_server_on_this_computer_is_refused_by_no_policy_on_tls(lab):
    sqs = lab.client("sqs")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = sqs.create_queue(QueueName="orders", Attributes={"Policy": policy})["QueueUrl"]
    sent = answer_aws(form("sqs", "SendMessage", QueueUrl=url, MessageBody="an order"))
    assert sent.status == 200, sent.body
