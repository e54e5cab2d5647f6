"""Payload format 2.0: the event that function URLs and HTTP APIs make of a request, and the answer they take.

Repeated parameters of a query are one, joined with commas; cookies have a list of their own. A function may
return a response with a statusCode, or any other JSON, which then is the body of a 200.

Sources: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs"; Lambda Developer
Guide, "Invoking Lambda function URLs" (request and response payloads).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbook.aws.endpoints import HttpResponse

if TYPE_CHECKING:
    from workbook.aws.web.requests import WebRequest


class MalformedAnswer(ValueError):
    """What a function returned is no response; the text says why, and only the trace shows it."""


@dataclass(frozen=True)
class Place:
    """Where a request was answered, as `requestContext` tells the function."""

    account: str
    api_id: str
    route_key: str = "$default"
    stage: str = "$default"
    authorizer: Mapping[str, Any] | None = None
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    stage_variables: Mapping[str, str] = field(default_factory=dict)


def event_2(request: WebRequest, place: Place) -> dict[str, Any]:
    """The event of a request; what is empty is left out, as AWS does."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": place.route_key,
        "rawPath": request.path,
        "rawQueryString": request.raw_query,
        "cookies": request.cookies,
        "headers": {name: value for name, value in request.headers.items() if name != "cookie"},
        "queryStringParameters": joined(request.query),
        "requestContext": _context(request, place),
        "pathParameters": dict(place.path_parameters),
        "stageVariables": dict(place.stage_variables),
        "body": request.encoded_body,
        "isBase64Encoded": bool(request.body) and not request.is_text,
    }
    optional = {"cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"}
    return {name: value for name, value in event.items() if value or name not in optional}


def _context(request: WebRequest, place: Place) -> dict[str, Any]:
    context: dict[str, Any] = {"accountId": place.account, "apiId": place.api_id}
    if place.authorizer is not None:
        context["authorizer"] = dict(place.authorizer)
    return context | {
        "domainName": request.host,
        "domainPrefix": request.host.partition(".")[0],
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.headers["x-forwarded-for"],
            "userAgent": request.user_agent,
        },
        "requestId": request.id,
        "routeKey": place.route_key,
        "stage": place.stage,
        "time": request.time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": request.milliseconds,
    }


def joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Each name once, its values joined with commas."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: ",".join(several) for name, several in values.items()}


def response_2(payload: str, content_type: str) -> HttpResponse:
    """The response that a front makes of what a function returned (JSON text).

    `content_type` is what the front says where a response with a statusCode does not.

    Raises:
        MalformedAnswer: it is no response.
    """
    answer = json.loads(payload)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        whole = answer if isinstance(answer, str) else payload
        return HttpResponse(200, whole, {"content-type": "application/json"})
    headers = {"content-type": content_type, **headers_of(answer.get("headers"))}
    cookies = answer.get("cookies") or []
    if not isinstance(cookies, list):
        message = f"cookies are {cookies!r}, not a list of texts"
        raise MalformedAnswer(message)
    body = answer.get("body")
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    content = decoded(text) if answer.get("isBase64Encoded") is True else text
    return HttpResponse(status_of(answer["statusCode"]), content, headers, tuple(map(str, cookies)))


def status_of(value: object) -> int:
    """A status code, given as a number or as digits.

    Raises:
        MalformedAnswer: it is none.
    """
    is_number = isinstance(value, int) and not isinstance(value, bool)
    status = int(value) if is_number or (isinstance(value, str) and value.isdecimal()) else 0  # type: ignore[call-overload]
    if not 100 <= status <= 599:
        message = f"statusCode is {value!r}: an HTTP status lies between 100 and 599"
        raise MalformedAnswer(message)
    return int(status)


def headers_of(value: object) -> dict[str, str]:
    """Headers with names in lower case; numbers and truth values become texts.

    Raises:
        MalformedAnswer: they are no mapping of names to texts.
    """
    if value is None:
        return {}
    if not isinstance(value, dict) or any(isinstance(one, dict | list) for one in value.values()):
        message = f"headers are {value!r}, not a mapping of names to texts"
        raise MalformedAnswer(message)
    return {name.lower(): one if isinstance(one, str) else json.dumps(one) for name, one in value.items()}


def decoded(body: str) -> str:
    """A body in base64, decoded; bytes that are no UTF-8 become surrogates.

    Raises:
        MalformedAnswer: it is no base64.
    """
    try:
        return base64.b64decode(body, validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        message = "isBase64Encoded is true, and the body is no base64"
        raise MalformedAnswer(message) from None
