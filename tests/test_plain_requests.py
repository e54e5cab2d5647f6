"""Requests that are written down at once are those that moto makes with werkzeug's builder."""

import inspect

import pytest
from botocore.awsrequest import AWSPreparedRequest, HeadersDict
from hypothesis import example, given
from hypothesis import strategies as st
from moto.core.request import Request, normalize_request
from werkzeug.test import EnvironBuilder

from workbook.aws.plain_requests import request_of

HOSTS = ["sqs.us-east-1.amazonaws.com", "s3.amazonaws.com", "localhost", "a..b", "Big.example", "host:8080"]
HOSTS += ["xn--bcher-kva.example", "a.xn--bcher-kva"]
PATHS = [
    "",
    "/",
    "//twice",
    "/a//b/",
    "/2015-03-31/functions/resize/invocations",
    "/a%20b",
    "/ü",
    "/a:b",
    "/k+k",
]
NAMES = [
    "Content-Type", "content-type", "Content-Length", "Host", "X-Amz-Target", "x-amz-target",
    "x-amz-meta-my_key", "Transfer-Encoding", "User-Agent",
]  # fmt: skip
VALUES = [
    "",
    "application/json",
    "application/x-www-form-urlencoded; charset=utf-8",
    "3",
    b"7",
    "a, b",
    "ü",
    5,
]


def environment(make, prepared):
    """All that is in a request, with the body, or what was raised instead."""
    try:
        request = make(prepared)
    except (ValueError, UnicodeError) as error:
        return type(error)
    body = request.environ.pop("wsgi.input").read()
    del request.environ["werkzeug.request"]  # the request itself
    return list(request.environ.items()), list(request.headers), request.raw_url, request.root_url, body


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    scheme=st.sampled_from(["http", "https"]),
    host=st.sampled_from(HOSTS),
    path=st.sampled_from(PATHS) | st.text("/ab.~-_%:@;=+", max_size=8).map("/".__add__),
    query=st.sampled_from(["", "?", "?a=b", "#c"]),
    headers=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=5),
    body=st.binary(max_size=20) | st.sampled_from([None, "text", b"Action=ListQueues"]),
)
@example("POST", "https", HOSTS[0], "/", "", [("X-Amz-Target", "AmazonSQS.SendMessage")], b"{}")
@example("POST", "https", HOSTS[0], PATHS[4], "", [("Content-Type", b"application/json")], b"{}")
def test_a_request_is_the_one_that_moto_makes(method, scheme, host, path, query, headers, body):
    prepared = AWSPreparedRequest(method, f"{scheme}://{host}{path}{query}", HeadersDict(headers), body, None)
    assert environment(request_of, prepared) == environment(normalize_request, prepared)


def test_werkzeugs_builder_has_no_part_in_calls_that_send_something(lab, monkeypatch):
    monkeypatch.setattr(EnvironBuilder, "__init__", lambda *_, **__: pytest.fail("the builder was used"))
    url = lab.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    lab.client("sqs").send_message(QueueUrl=url, MessageBody="bread")
    topic = lab.client("sns").create_topic(Name="orders")["TopicArn"]
    lab.client("sns").publish(TopicArn=topic, Message="bread")
    lab.client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    lab.client("cloudwatch").list_metrics()


def test_moto_still_makes_requests_with_the_builder():
    assert "cls.from_values(" in inspect.getsource(Request.from_primitives)
