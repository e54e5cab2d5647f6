"""Payload format 1.0, the older one: REST APIs have it, and HTTP APIs where an integration asks for it.

Headers and parameters come twice: the last value of each, and all of them (`multiValue...`). What is empty is
null. REST APIs keep the letters of the client's header names; that HTTP APIs have small ones is unverified.
Only an object with the fields of a response is one; nothing is guessed.

Sources: API Gateway Developer Guide, "Lambda proxy integrations in API Gateway" and "Create AWS Lambda proxy
integrations for HTTP APIs"; answers of AWS recorded in public test suites.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbook.aws.endpoints import HttpResponse
from workbook.aws.web.payload_2 import MalformedAnswer, Place, decoded, headers_of, status_of

if TYPE_CHECKING:
    from workbook.aws.web.requests import WebRequest

_RESPONSE = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "cookies"})
_IDENTITY = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType"),
    *("cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn"),
)


def event_1(
    request: WebRequest,
    place: Place,
    *,
    version: str | None = None,
    path: str | None = None,
    context: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The event of a request.

    Args:
        request: What arrived.
        place: Where; the path in its route key is the event's resource.
        version: "1.0" for HTTP APIs; REST APIs say none.
        path: The path without the stage, where the event has that.
        context: More for `requestContext`.
    """
    resource = place.route_key.partition(" ")[2] or place.route_key
    parameters = dict(request.query)
    several: dict[str, list[str]] = {}
    for name, value in request.query:
        several.setdefault(name, []).append(value)
    headers = request.sent_headers if version is None else request.headers
    event: dict[str, Any] = {
        "resource": resource,
        "path": path or request.path,
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": parameters or None,
        "multiValueQueryStringParameters": several or None,
        "pathParameters": dict(place.path_parameters) or None,
        "stageVariables": dict(place.stage_variables) or None,
        "requestContext": {**_context(request, place, resource), **(context or {})},
        "body": request.encoded_body or None,
        "isBase64Encoded": bool(request.body) and not request.is_text,
    }
    return event if version is None else {"version": version, **event}


def _context(request: WebRequest, place: Place, resource: str) -> dict[str, Any]:
    signer = (place.authorizer or {}).get("iam", {})
    identity = dict.fromkeys(_IDENTITY) | {
        "sourceIp": request.headers["x-forwarded-for"],
        "userAgent": request.user_agent,
    }
    if signer:
        identity |= {name: signer[name] for name in ("accessKey", "accountId", "userArn")}
        identity |= {"caller": signer["callerId"], "user": signer["userId"]}
    return {
        "accountId": place.account,
        "apiId": place.api_id,
        "domainName": request.host,
        "domainPrefix": request.host.partition(".")[0],
        "extendedRequestId": request.id,
        "httpMethod": request.method,
        "identity": identity,
        "path": request.path,
        "protocol": "HTTP/1.1",
        "requestId": request.id,
        "requestTime": request.time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": request.milliseconds,
        "resourcePath": resource,
        "stage": place.stage,
    }


def response_1(payload: str, content_type: str, *, binary: bool = True) -> HttpResponse:
    """The response that a front makes of what a function returned (JSON text).

    `content_type` is what the front says where the function does not. Without `binary`, a body in base64
    stays as it is, as of a REST API without binary media types.

    Raises:
        MalformedAnswer: it is no response.
    """
    answer = json.loads(payload)
    if not isinstance(answer, dict) or not set(answer) <= _RESPONSE:
        message = f"the function returned no response: it may have {', '.join(sorted(_RESPONSE))}"
        raise MalformedAnswer(message)
    headers, cookies = _all_headers(answer)
    body = answer.get("body")
    if body is not None and not isinstance(body, str):
        message = f"the body is {body!r}, not a text"
        raise MalformedAnswer(message)
    text = body or ""
    content = decoded(text) if binary and answer.get("isBase64Encoded") is True else text
    return HttpResponse(
        status_of(answer.get("statusCode", 200)), content, {"content-type": content_type, **headers}, cookies
    )


def _all_headers(answer: dict[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Headers, those with several values joined, and cookies by themselves."""
    headers, several = headers_of(answer.get("headers")), answer.get("multiValueHeaders") or {}
    if not isinstance(several, dict) or not all(isinstance(values, list) for values in several.values()):
        message = f"multiValueHeaders are {several!r}, not a mapping of names to lists"
        raise MalformedAnswer(message)
    lists = {name.lower(): [str(value) for value in values] for name, values in several.items()}
    only = headers.pop("set-cookie", None)
    cookies = lists.pop("set-cookie", None) or ([] if only is None else [only])
    joined = {name: ", ".join(values) for name, values in lists.items()}
    return {**headers, **joined}, tuple(cookies)
