"""What answers at a listener of an application load balancer: the first rule that matches, and its action.

The event of a function has headers and parameters once, or all values of each, as the target group is set;
the answer must come in the same form. The load balancer waits until the function has answered or timed out,
and tries nothing again.

Sources: User Guide for Application Load Balancers, "Lambda functions as targets" and "Troubleshoot". The
HTML of its own answers is unverified.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from workbook.aws.endpoints import Front, HttpResponse
from workbook.aws.limits import limit
from workbook.aws.web.payload_2 import MalformedAnswer, decoded, headers_of, status_of
from workbook.aws.web.requests import WebRequest, web_request
from workbook.aws.wildcards import matches_wildcard

if TYPE_CHECKING:
    from workbook.aws.elbv2.registry import Listener, Registry, Settings, TargetGroup
    from workbook.aws.endpoints import HttpRequest
    from workbook.engine.world import World

SERVICE = "elasticloadbalancing.amazonaws.com"
LARGEST = limit("elb.lambda.payload")
"""Bytes of a request's body, and of a function's answer."""
_TITLES = {
    413: "413 Request Entity Too Large",
    502: "502 Bad Gateway",
    503: "503 Service Temporarily Unavailable",
}


class LoadBalancerFront(Front):
    """The server at a port of a load balancer."""

    def __init__(self, world: World, registry: Registry, listener: Listener, port: int) -> None:
        self._world = world
        self._registry = registry
        self._listener = listener
        self._port = port

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response to a request, after the function has run."""
        arrived = web_request(self._world, request, "", port=self._port)
        raw_path = urlsplit(request.url).path or "/"
        rule = next(rule for rule in self._listener.in_order() if _matches(rule, arrived, raw_path))
        self._world.trace.note(route=rule["Priority"])
        action = rule["Actions"][0]
        if action["Type"] == "fixed-response":
            return _fixed(action["FixedResponseConfig"])
        if action["Type"] == "redirect":
            return _redirect(action["RedirectConfig"], arrived, raw_path, self._port)
        return self._forward(self._registry.group(action["TargetGroupArn"]), arrived, raw_path)

    def _forward(self, group: TargetGroup, request: WebRequest, raw_path: str) -> HttpResponse:
        from workbook.aws.awslambda.errors import LambdaError  # noqa: PLC0415 - there is a function
        from workbook.aws.web.calling import call, demand_permission  # noqa: PLC0415 - as above

        if group.function_arn is None:
            return _refusal(503, "the target group has no target")
        if len(request.content) > LARGEST:
            return _refusal(413, "the body has more than 1 MB")
        event = json.dumps(_event(request, raw_path, group), ensure_ascii=False)
        context = {"aws:SourceArn": group.arn, "aws:SourceAccount": group.arn.split(":")[4]}
        try:
            demand_permission(self._world, group.function_arn, SERVICE, context)
            invocation = call(self._world, group.function_arn, event)
        except LambdaError as error:
            return _refusal(502, error.message)
        if invocation.function_error is not None:
            return _refusal(502, f"the function failed: {invocation.hop.outcome}")
        try:
            return _response(invocation.payload, several=group.multi_value_headers)
        except MalformedAnswer as error:
            return _refusal(502, str(error))


def _event(request: WebRequest, raw_path: str, group: TargetGroup) -> dict[str, Any]:
    """The event; a load balancer decodes neither the path nor the parameters."""
    pairs = [part.partition("=")[::2] for part in request.raw_query.split("&") if part]
    event: dict[str, Any] = {
        "requestContext": {"elb": {"targetGroupArn": group.arn}},
        "httpMethod": request.method,
        "path": raw_path,
    }
    if group.multi_value_headers:
        several: dict[str, list[str]] = {}
        for name, value in pairs:
            several.setdefault(name, []).append(value)
        event["multiValueQueryStringParameters"] = several
        event["multiValueHeaders"] = {name: [value] for name, value in request.headers.items()}
    else:
        event["queryStringParameters"] = dict(pairs)
        event["headers"] = dict(request.headers)
    text = request.is_text
    body = request.body if text else base64.b64encode(request.content).decode()
    return event | {"body": body, "isBase64Encoded": bool(request.body) and not text}


def _response(payload: str, *, several: bool) -> HttpResponse:
    if len(payload.encode("utf-8", "surrogatepass")) > LARGEST:
        message = "the answer has more than 1 MB"
        raise MalformedAnswer(message)
    answer = json.loads(payload)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        message = "the function returned no response: it needs a statusCode"
        raise MalformedAnswer(message)
    body = answer.get("body")
    if body is not None and not isinstance(body, str):
        message = f"the body is {body!r}, not a text"
        raise MalformedAnswer(message)
    headers, cookies = _headers(answer, several=several)
    content = decoded(body or "") if answer.get("isBase64Encoded") is True else body or ""
    return HttpResponse(status_of(answer["statusCode"]), content, headers, cookies)


def _headers(answer: dict[str, Any], *, several: bool) -> tuple[dict[str, str], tuple[str, ...]]:
    if not several:
        headers = headers_of(answer.get("headers"))
        cookie = headers.pop("set-cookie", None)
        return headers, () if cookie is None else (cookie,)
    given = answer.get("multiValueHeaders") or {}
    if not isinstance(given, dict) or not all(isinstance(values, list) for values in given.values()):
        message = f"multiValueHeaders are {given!r}, not a mapping of names to lists"
        raise MalformedAnswer(message)
    lists = {name.lower(): [str(value) for value in values] for name, values in given.items()}
    cookies = tuple(lists.pop("set-cookie", []))
    return {name: ", ".join(values) for name, values in lists.items()}, cookies


# ---- rules


def _matches(rule: Settings, request: WebRequest, raw_path: str) -> bool:
    return all(_holds(condition, request, raw_path) for condition in rule["Conditions"])


def _holds(condition: Settings, request: WebRequest, raw_path: str) -> bool:
    match condition["Field"]:
        case "path-pattern":
            return _any(condition["PathPatternConfig"]["Values"], raw_path)
        case "host-header":
            return _any(
                [value.lower() for value in condition["HostHeaderConfig"]["Values"]], request.host.lower()
            )
        case "http-request-method":
            return request.method in condition["HttpRequestMethodConfig"]["Values"]
        case "http-header":
            config = condition["HttpHeaderConfig"]
            value = request.headers.get(config["HttpHeaderName"].lower())
            return value is not None and _any([one.lower() for one in config["Values"]], value.lower())
        case _:
            wanted = condition["QueryStringConfig"]["Values"]
            return any(_has_parameter(request, one) for one in wanted)


def _has_parameter(request: WebRequest, wanted: Settings) -> bool:
    return any(
        matches_wildcard(wanted["Value"].lower(), value.lower())
        for name, value in request.query
        if wanted.get("Key") is None or matches_wildcard(wanted["Key"].lower(), name.lower())
    )


def _any(patterns: list[str], value: str) -> bool:
    return any(matches_wildcard(pattern, value) for pattern in patterns)


# ---- answers of its own


def _fixed(config: Settings) -> HttpResponse:
    headers = {"content-type": config["ContentType"]} if config.get("ContentType") else {}
    return HttpResponse(int(config["StatusCode"]), config.get("MessageBody") or "", headers)


def _redirect(config: Settings, request: WebRequest, raw_path: str, port: int) -> HttpResponse:
    known = {
        "#{protocol}": "http",
        "#{host}": request.host,
        "#{port}": str(port),
        "#{path}": raw_path.removeprefix("/"),
        "#{query}": request.raw_query,
    }

    def filled(name: str, otherwise: str) -> str:
        text = str(config.get(name) or otherwise)
        for word, value in known.items():
            text = text.replace(word, value)
        return text

    protocol = filled("Protocol", "#{protocol}").lower()
    place = (
        f"{protocol}://{filled('Host', '#{host}')}:{filled('Port', '#{port}')}{filled('Path', '/#{path}')}"
    )
    query = filled("Query", "#{query}")
    location = f"{place}?{query}" if query else place
    return HttpResponse(int(config["StatusCode"].removeprefix("HTTP_")), "", {"location": location})


def _refusal(status: int, reason: str) -> HttpResponse:
    title = _TITLES[status]
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "</body>\r\n</html>\r\n"
    )
    return HttpResponse(
        status, body, {"content-type": "text/html", "server": "awselb/2.0"}, facts={"reason": reason}
    )
