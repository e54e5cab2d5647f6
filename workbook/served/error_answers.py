"""An error in each of the forms in which AWS's protocols write one.

Answers of services come from the services themselves. This is for what is said before a service is reached:
that nobody signed, that an operation is not simulated, that a parameter is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.sax.saxutils import escape

from workbook.served.requests import HttpRequest, HttpResponse

_XML = "text/xml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_AMZ_JSON = ("application/x-amz-json-1.0", "application/x-amz-json-1.1")
_XML_SERVICES = frozenset({"s3", "s3express", "cloudfront", "route53", "s3-outposts"})
"""Services, by their signing names, whose protocol is XML without an action."""

FAULT = "FaultOfTheWorkbook"
"""The error code where the simulation itself, or its server, fails. No SDK tries such a call again."""
_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - AWS's words
UNKNOWN_KEY = {
    "json": ("UnrecognizedClientException", _INVALID_TOKEN, 400),
    "rest-json": ("UnrecognizedClientException", _INVALID_TOKEN, 403),
    "query": ("InvalidClientTokenId", _INVALID_TOKEN, 403),
    "ec2": ("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
    "rest-xml": (
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        403,
    ),
}
"""How AWS says in each protocol that it does not know an access key: code, text, status. Recorded for
DynamoDB, Lambda, SQS, EC2 and S3."""
SLOW_DOWN = {
    "json": ("ThrottlingException", "Rate exceeded", 400),
    "rest-json": ("ThrottlingException", "Rate exceeded", 429),
    "query": ("Throttling", "Rate exceeded", 400),
    "ec2": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "rest-xml": ("SlowDown", "Please reduce your request rate.", 503),
}
"""How AWS says in each protocol that there are too many requests; all SDKs know these, wait and try again."""

UNREADABLE = {
    "json": "SerializationException",
    "rest-json": "SerializationException",
    "query": "MalformedInput",
    "ec2": "MalformedInput",
    "rest-xml": "MalformedXML",
}
"""AWS's codes in each protocol for parameters that are not of the form that its model says."""


def error_answer(
    protocol: str, code: str, message: str, *, status: int = 400, request_id: str
) -> HttpResponse:
    """An error, written as `protocol` writes it: "json", "rest-json", "query", "ec2" or "rest-xml"."""
    content_type, body, headers = _written(protocol, code, message, status, request_id)
    return HttpResponse(
        status,
        (("Content-Type", content_type), ("x-amzn-RequestId", request_id), *headers.items()),
        body.encode(),
    )


def guessed_protocol(request: HttpRequest, service: str) -> str:
    """The protocol of a request to a service of which there is no model here, by its signing name."""
    content_type = request.header("Content-Type") or ""
    if request.header("X-Amz-Target") is not None or content_type.startswith(_AMZ_JSON):
        return "json"
    if content_type.startswith("application/x-www-form-urlencoded") or "Action=" in request.query:
        return "ec2" if service == "ec2" else "query"
    return "rest-xml" if service in _XML_SERVICES else "rest-json"


def _written(
    protocol: str, code: str, message: str, status: int, request_id: str
) -> tuple[str, str, Mapping[str, str]]:
    named = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if protocol == "json":
        return _AMZ_JSON[0], json.dumps({"__type": code, "message": message}), {"x-amzn-ErrorType": code}
    if protocol == "rest-json":
        return "application/json", json.dumps({"message": message}), {"x-amzn-ErrorType": code}
    if protocol == "ec2":
        errors = f"<Errors><Error>{named}</Error></Errors>"
        return (
            _XML,
            f"{_DECLARATION}<Response>{errors}<RequestID>{request_id}</RequestID></Response>",
            {},
        )
    request = f"<RequestId>{request_id}</RequestId>"
    if protocol == "rest-xml":
        return "application/xml", f"{_DECLARATION}<Error>{named}{request}</Error>", {}
    fault = "Sender" if status < 500 else "Receiver"
    error = f"<Error><Type>{fault}</Type>{named}</Error>"
    return _XML, f"{_DECLARATION}<ErrorResponse>{error}{request}</ErrorResponse>", {}
