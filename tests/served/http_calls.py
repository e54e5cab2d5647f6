"""Requests as clients of AWS send them, and their answers as boto3 reads them."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.config import Config
from moto.core.botocore_stubber import MockRawResponse

from workbook.aws.environment import SECRET_ACCESS_KEY, access_key_of
from workbook.served.aws_requests import answer_aws
from workbook.served.requests import HttpRequest

ACCOUNT = "123456789012"
OWN_KEY = access_key_of(ACCOUNT)
LOCAL = "localhost:4566"
ONE_TRY = Config(retries={"total_max_attempts": 1})


def signed(service, *, key=OWN_KEY, region="us-east-1"):
    """The header with which all clients of AWS sign: the signature itself is not looked at."""
    scope = f"{key}/20261128/{region}/{service}/aws4_request"
    return ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=abc")


def form(service, action, *, path="/", host=LOCAL, **fields):
    """A request of the Query protocol, written by hand; dots in names are double underscores."""
    body = urlencode({"Action": action} | {name.replace("__", "."): value for name, value in fields.items()})
    headers = (("Host", host), ("Content-Type", "application/x-www-form-urlencoded"), signed(service))
    return HttpRequest("POST", host, path, "", headers, body.encode())


def posted(service, target, body, *more, host=LOCAL, **signature):
    """A request of the JSON protocol, written by hand; `body` is its bytes."""
    headers = (("X-Amz-Target", target), ("Content-Type", "application/x-amz-json-1.0"))
    return HttpRequest("POST", host, "/", "", (*headers, signed(service, **signature), *more), body)


def request_of(prepared, host=None):
    """A request as boto3 prepared it, as a server takes it in (at `host`, if it is another)."""
    parts = urlsplit(prepared.url)
    host = host or parts.netloc
    texts = {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in prepared.headers.items()
    }
    body = prepared.body
    body = body.read() if hasattr(body, "read") else body
    return HttpRequest(
        prepared.method,
        host,
        parts.path,
        parts.query,
        (("Host", host), *texts.items()),
        body.encode() if isinstance(body, str) else bytes(body or b""),
    )


def over_http(service, *, answer=answer_aws, host=None, key=OWN_KEY, **options):
    """A client of boto3's that sends its requests to `answer`, as if to a server; the lab sees no boto3."""
    client = boto3.client(
        service,
        endpoint_url=f"https://{LOCAL}",  # over HTTP, boto3 would sign bodies by headers that S3 keeps
        aws_access_key_id=key,
        aws_secret_access_key=SECRET_ACCESS_KEY,
        **{"config": ONE_TRY, **options},
    )

    def send(request, **_details):
        got = answer(request_of(request, host))
        headers = {"Content-Length": str(len(got.body))} | dict(got.headers)
        return AWSResponse(request.url, got.status, headers, MockRawResponse(got.body))

    client.meta.events.register("before-send", send)
    return client


def call(client, operation, /, **parameters):
    """Make a call as boto3 does outside of a lab, where nothing is wrapped."""
    make = BaseClient._make_api_call
    while hasattr(make, "__wrapped__"):
        make = make.__wrapped__
    return make(client, operation, parameters)
