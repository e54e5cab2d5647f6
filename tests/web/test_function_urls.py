"""Function URLs: the API that makes them, the event, the answer, and everything that can go wrong."""

from __future__ import annotations

import base64
import json

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from workbook.aws.web.payload_2 import MalformedAnswer, response_2


def code_and_text(error):
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


# ---- the API


def test_a_function_gets_one_url(lab, aws_lambda, echo):
    made = aws_lambda.create_function_url_config(FunctionName="echo", AuthType="NONE")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["FunctionArn"] == echo
    assert (made["AuthType"], made["InvokeMode"]) == ("NONE", "BUFFERED")
    assert made["FunctionUrl"].endswith(".lambda-url.us-east-1.on.aws/")
    shown = aws_lambda.get_function_url_config(FunctionName="echo")
    assert shown["FunctionUrl"] == made["FunctionUrl"]
    assert shown["LastModifiedTime"] == shown["CreationTime"] == made["CreationTime"]
    with pytest.raises(ClientError) as error:
        aws_lambda.create_function_url_config(FunctionName="echo", AuthType="NONE")
    assert code_and_text(error) == (
        "ResourceConflictException",
        (
            f"Failed to create function url config for [functionArn = {echo}]. "
            "Error message:  FunctionUrlConfig exists for this Lambda function"
        ),
    )


def test_an_alias_has_a_url_of_its_own_and_a_version_has_none(lab, aws_lambda, echo):
    aws_lambda.publish_version(FunctionName="echo")
    aws_lambda.create_alias(FunctionName="echo", Name="live", FunctionVersion="1")
    made = aws_lambda.create_function_url_config(FunctionName="echo", Qualifier="live", AuthType="NONE")
    assert made["FunctionArn"] == f"{echo}:live"
    aws_lambda.create_function_url_config(FunctionName="echo", AuthType="NONE")
    listed = aws_lambda.list_function_url_configs(FunctionName="echo")["FunctionUrlConfigs"]
    assert [one["FunctionArn"] for one in listed] == [f"{echo}:live", echo]
    with pytest.raises(ClientError, match="failed to satisfy constraint: Member must satisfy regular expr"):
        aws_lambda.create_function_url_config(FunctionName="echo", Qualifier="1", AuthType="NONE")


def test_urls_come_in_pages(lab, aws_lambda, echo):
    aws_lambda.publish_version(FunctionName="echo")
    aws_lambda.create_alias(FunctionName="echo", Name="live", FunctionVersion="1")
    for options in ({}, {"Qualifier": "live"}):
        aws_lambda.create_function_url_config(FunctionName="echo", AuthType="NONE", **options)
    pages = aws_lambda.get_paginator("list_function_url_configs")
    found = list(pages.paginate(FunctionName="echo", PaginationConfig={"PageSize": 1}))
    assert [len(page["FunctionUrlConfigs"]) for page in found] == [1, 1]


def test_an_update_keeps_what_it_does_not_name(lab, aws_lambda, echo):
    cors = {"AllowOrigins": ["https://shop.example.com"]}
    aws_lambda.create_function_url_config(FunctionName="echo", AuthType="NONE", Cors=cors)
    lab.advance(5)
    changed = aws_lambda.update_function_url_config(FunctionName="echo", AuthType="AWS_IAM")
    assert (changed["AuthType"], changed["Cors"]) == ("AWS_IAM", cors)
    assert changed["LastModifiedTime"] > changed["CreationTime"]


def test_what_is_not_there_is_not_found(lab, aws_lambda, echo):
    for operation in ("get", "update", "delete"):
        with pytest.raises(ClientError) as error:
            getattr(aws_lambda, f"{operation}_function_url_config")(FunctionName="echo")
        assert code_and_text(error) == (
            "ResourceNotFoundException",
            "The resource you requested does not exist.",
        )
    with pytest.raises(ClientError) as error:
        aws_lambda.create_function_url_config(FunctionName="nobody", AuthType="NONE")
    assert code_and_text(error) == ("ResourceNotFoundException", "Function does not exist")


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ({"AuthType": "OPEN"}, "authType"),
        ({"AuthType": "NONE", "InvokeMode": "SLOW"}, "invokeMode"),
        ({"AuthType": "NONE", "Cors": {"AllowMethods": ["OPTIONS"]}}, "cors.allowMethods.1.member"),
        ({"AuthType": "NONE", "Cors": {"MaxAge": 86_401}}, "cors.maxAge"),
    ],
)
def test_settings_keep_the_limits_of_the_service_model(aws_lambda, echo, parameters, place):
    with pytest.raises(ClientError) as error:
        aws_lambda.create_function_url_config(FunctionName="echo", **parameters)
    code, text = code_and_text(error)
    assert code == "ValidationException"
    assert f"at '{place}' failed to satisfy constraint" in text


def test_response_streaming_is_refused_by_name(aws_lambda, echo):
    with pytest.raises(ClientError, match="RESPONSE_STREAM"):
        aws_lambda.create_function_url_config(
            FunctionName="echo", AuthType="NONE", InvokeMode="RESPONSE_STREAM"
        )


def test_a_url_goes_with_its_function_or_alias(lab, aws_lambda, echo, open_url):
    aws_lambda.publish_version(FunctionName="echo")
    aws_lambda.create_alias(FunctionName="echo", Name="live", FunctionVersion="1")
    of_alias = aws_lambda.create_function_url_config(FunctionName="echo", Qualifier="live", AuthType="NONE")
    url = open_url("echo")
    aws_lambda.delete_alias(FunctionName="echo", Name="live")
    with pytest.raises(ConnectionError):
        lab.http(of_alias["FunctionUrl"])
    assert lab.http(url).ok
    aws_lambda.delete_function(FunctionName="echo")
    with pytest.raises(ConnectionError):
        lab.http(url)


def test_the_condition_on_the_auth_type_belongs_to_its_own_action(aws_lambda, echo):
    with pytest.raises(ClientError) as error:
        aws_lambda.add_permission(
            FunctionName="echo",
            StatementId="url",
            Action="lambda:InvokeFunction",
            Principal="*",
            FunctionUrlAuthType="NONE",
        )
    assert code_and_text(error) == (
        "InvalidParameterValueException",
        "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
    )


# ---- the event


def test_the_event_has_payload_format_2(lab, echo, open_url):
    url = open_url("echo")
    answer = lab.http(
        f"{url}/orders/7%20a?size=2&size=3&empty=",
        "POST",
        {"n": 1},
        {"Cookie": "a=1; b=2", "X-Shop": "north"},
    )
    event = answer.json()
    host = url.removeprefix("https://")
    context = event.pop("requestContext")
    trace = event["headers"].pop("x-amzn-trace-id")
    assert trace.startswith("Root=1-")
    assert event == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/orders/7 a",
        "rawQueryString": "size=2&size=3&empty=",
        "cookies": ["a=1", "b=2"],
        "headers": {
            "content-length": "8",
            "content-type": "application/json",
            "host": host,
            "user-agent": "workbook",
            "x-forwarded-for": "203.0.113.10",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "x-shop": "north",
        },
        "queryStringParameters": {"size": "2,3", "empty": ""},
        "body": '{"n": 1}',
        "isBase64Encoded": False,
    }
    assert context["accountId"] == "anonymous"
    assert context["apiId"] == context["domainPrefix"] == host.partition(".")[0]
    assert context["http"] == {
        "method": "POST",
        "path": "/orders/7 a",
        "protocol": "HTTP/1.1",
        "sourceIp": "203.0.113.10",
        "userAgent": "workbook",
    }
    assert context["requestId"] == answer.headers["x-amzn-requestid"]
    assert context["time"] == "05/Jan/2026:09:00:01 +0000"


def test_what_a_request_lacks_the_event_lacks(lab, echo, open_url):
    event = lab.http(open_url("echo")).json()
    assert not {"cookies", "queryStringParameters", "body", "pathParameters"} & set(event)
    assert event["rawPath"] == "/"
    assert event["isBase64Encoded"] is False


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [("text/plain", False), ("application/json; charset=utf-8", False), ("image/png", True)],
)
def test_a_body_that_is_no_text_comes_in_base64(lab, echo, open_url, content_type, encoded):
    event = lab.http(open_url("echo"), "POST", b"abc", {"Content-Type": content_type}).json()
    assert event["isBase64Encoded"] is encoded
    assert event["body"] == (base64.b64encode(b"abc").decode() if encoded else "abc")


# ---- the answer


@pytest.mark.parametrize(
    ("returned", "body"),
    [("hello", "hello"), ({"n": 1}, '{"n": 1}'), ([1, 2], "[1, 2]"), (None, "null")],
)
def test_any_json_is_the_body_of_a_200(lab, returning, open_url, returned, body):
    returning(returned)
    answer = lab.http(open_url("answer"))
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers["content-type"] == "application/json"


def test_a_response_has_status_headers_cookies_and_body(lab, returning, open_url):
    returning(
        {
            "statusCode": 201,
            "headers": {"Content-Type": "text/html", "X-Count": 3},
            "cookies": ["a=1; Secure", "b=2"],
            "body": base64.b64encode(b"\xff<p>").decode(),
            "isBase64Encoded": True,
        }
    )
    answer = lab.http(open_url("answer"))
    assert answer.status == 201
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["x-count"] == "3"
    assert answer.cookies == ("a=1; Secure", "b=2")
    assert answer.content == b"\xff<p>"


@pytest.mark.parametrize(
    "returned",
    [{"statusCode": "many"}, {"statusCode": 99}, {"statusCode": 200, "headers": ["a"]}],
)
def test_what_is_no_response_is_a_502(lab, returning, open_url, returned):
    returning(returned)
    answer = lab.http(open_url("answer"))
    assert (answer.status, answer.body) == (502, "Internal Server Error")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_that_is_no_response_is_always_a_200(value):
    assert response_2(json.dumps(value), "text/plain").status == 200


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.integers()) | st.none()))
def test_any_object_is_a_response_or_is_said_to_be_none(value):
    try:
        answer = response_2(json.dumps(value), "text/plain")
    except MalformedAnswer:
        assert "statusCode" in value
    else:
        assert 100 <= answer.status <= 599


# ---- failures


def test_a_function_that_fails_is_a_502_without_a_word_of_the_error(lab, function, open_url):
    function("broken", 'raise ValueError("secret")')
    answer = lab.http(open_url("broken"))
    assert (answer.status, answer.body) == (502, "Internal Server Error")
    assert lab.trace.frame(kind="invoke")["outcome"].tolist() == ["ValueError"], "it is not tried again"


def test_a_function_that_runs_too_long_is_a_502_after_its_own_timeout(lab, function, open_url):
    function("slow", "time.sleep(20)", Timeout=10)
    url, begun = open_url("slow"), lab.now
    assert lab.http(url).status == 502
    assert 10 <= (lab.now - begun).total_seconds() < 11


def test_a_throttled_function_is_a_429(lab, aws_lambda, echo, open_url):
    aws_lambda.put_function_concurrency(FunctionName="echo", ReservedConcurrentExecutions=0)
    answer = lab.http(open_url("echo"))
    assert answer.status == 429
    assert answer.headers["x-amzn-errortype"] == "TooManyRequestsException"


def test_a_client_that_waits_no_longer_does_not_stop_the_function(lab, function, open_url):
    function("slow", "time.sleep(20)", Timeout=60)
    with pytest.raises(TimeoutError):
        lab.http(open_url("slow"), timeout=5)
    lab.advance(60)
    assert lab.trace.frame(kind="invoke")["outcome"].tolist() == ["ok"]


# ---- who may ask


def test_a_public_url_needs_both_permissions(lab, aws_lambda, echo):
    url = aws_lambda.create_function_url_config(FunctionName="echo", AuthType="NONE")["FunctionUrl"]
    steps = (
        {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
        {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    )
    for number, step in enumerate(steps):
        answer = lab.http(url)
        assert answer.status == 403
        assert answer.headers["x-amzn-errortype"] == "AccessDeniedException"
        assert answer.json()["Message"].startswith("Forbidden. For troubleshooting Function URL")
        aws_lambda.add_permission(FunctionName="echo", StatementId=f"step{number}", Principal="*", **step)
    assert lab.http(url).status == 200
    assert len(lab.trace.frame(kind="invoke")) == 1


def signed(lab, url, service="lambda", region="us-east-1"):
    request = AWSRequest("GET", url)
    SigV4Auth(boto3.Session().get_credentials(), service, region).add_auth(request)
    return dict(request.headers.items())


def test_a_url_with_aws_iam_wants_signed_requests(lab, aws_lambda, echo):
    made = aws_lambda.create_function_url_config(FunctionName="echo", AuthType="AWS_IAM")
    url = made["FunctionUrl"]
    assert lab.http(url).status == 403
    assert lab.http(url, headers=signed(lab, url, service="execute-api")).status == 403
    event = lab.http(url, headers=signed(lab, url)).json()
    iam = event["requestContext"]["authorizer"]["iam"]
    assert iam["userArn"] == "arn:aws:iam::123456789012:user/learner"
    assert event["requestContext"]["accountId"] == iam["accountId"] == "123456789012"


# ---- cross-origin requests


CORS = {
    "AllowOrigins": ["https://shop.example.com"],
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["x-shop"],
    "ExposeHeaders": ["x-count"],
    "MaxAge": 300,
    "AllowCredentials": True,
}


def test_a_preflight_is_answered_without_the_function(lab, echo, open_url):
    url = open_url("echo", Cors=CORS)
    asked = {"Origin": "https://shop.example.com", "Access-Control-Request-Method": "POST"}
    answer = lab.http(url, "OPTIONS", headers=asked)
    assert answer.status == 200
    assert answer.headers == {
        "access-control-allow-origin": "https://shop.example.com",
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "x-shop",
        "access-control-max-age": "300",
        "vary": "Origin",
    }
    assert not [hop for hop in lab.trace if hop.kind == "invoke"]


def test_an_allowed_origin_gets_the_headers_of_the_url_and_another_none(lab, returning, open_url):
    returning({"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "https://other.example.com"}})
    url = open_url("answer", Cors=CORS)
    allowed = lab.http(url, headers={"Origin": "https://shop.example.com"}).headers
    assert allowed["access-control-allow-origin"] == "https://shop.example.com"
    assert allowed["access-control-expose-headers"] == "x-count"
    other = lab.http(url, headers={"Origin": "https://evil.example.com"}).headers
    assert not [name for name in other if name.startswith("access-control")]


# ---- the trace and the picture


def test_the_request_causes_the_invocation_and_the_picture_tells_it(lab, echo, open_url):
    url = open_url("echo")
    lab.http(f"{url}/orders")
    (invoked,) = [hop for hop in lab.trace if hop.kind == "invoke"]
    request = lab.trace[invoked.causes[0] - 1]
    assert (request.kind, request.resource, request.outcome) == ("request", url, "ok")
    facts = request.facts
    assert (facts["method"], facts["path"], facts["status"]) == ("GET", "/orders", 200)
    told = [move.text for move in lab.flow().moves]
    assert "you asked function URL echo: GET /orders" in told
    assert "function URL echo called echo" in told


def test_who_asks_has_the_name_that_one_gives_them(lab, echo, open_url):
    url = open_url("echo")
    with lab.actor("tablet"):
        lab.http(url)
    assert [hop.facts["by"] for hop in lab.trace if hop.kind == "request"] == ["tablet"]
    assert "tablet asked function URL echo: GET /" in [move.text for move in lab.flow().moves]


def test_a_sequence_shows_the_question_first_and_the_answer_when_it_comes(lab, echo, open_url):
    lab.http(f"{open_url('echo')}/orders")
    drawn = lab.sequence().svg()
    assert drawn.index("GET /orders") < drawn.index("answers 200")
