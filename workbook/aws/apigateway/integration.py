"""Integrations of a REST API: a function that gets the request, a function that gets the body, a server.

    AWS_PROXY     the function gets an event of the request and makes the response; 502 when it fails
    AWS           the function gets the body as its event; its error is a 200, unless a selectionPattern says
                  another status: that is how this type surprises
    HTTP_PROXY    the request goes on to a server as it came; variables in its URL must be mapped

Each has 29 seconds at most, and is not tried again.

Sources: API Gateway Developer Guide, "Lambda proxy integrations", "Lambda custom integrations", "Handle
custom Lambda errors"; answers of AWS recorded in public test suites. A throttled function is a 500 (reports
of users).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from workbook.aws.apigateway.refusals import internal_error, timed_out, unsupported
from workbook.aws.awslambda.errors import LambdaError
from workbook.aws.endpoints import HttpRequest, HttpResponse, NoAnswer, NoConnection, ask
from workbook.aws.web.calling import NotInTime, call, demand_permission, demand_role, function_of
from workbook.aws.web.payload_1 import event_1, response_1
from workbook.aws.web.payload_2 import MalformedAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbook.aws.awslambda.invocation import Invocation
    from workbook.aws.web.payload_2 import Place
    from workbook.aws.web.requests import WebRequest
    from workbook.engine.world import World

SERVICE = "apigateway.amazonaws.com"
_JSON = "application/json"
_VARIABLE = re.compile(r"\{([^{}+]+)\+?\}")


def ask_function(
    world: World,
    request: WebRequest,
    place: Place,
    integration: Mapping[str, Any],
    source: str,
    *,
    path: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """The response that a function makes of a request (AWS_PROXY).

    Raises:
        Refused: it did not run, failed, answered what is no response, or not in time.
    """
    event = event_1(request, place, path=path, context=context)
    event |= {"body": request.body or None, "isBase64Encoded": False}  # no binary media types
    invocation = _invoke(world, integration, json.dumps(event, ensure_ascii=False), source)
    if invocation.function_error is not None:
        raise internal_error(502, f"the function failed: {invocation.hop.outcome}")
    try:
        return response_1(invocation.payload, _JSON, binary=False)
    except MalformedAnswer as error:
        raise internal_error(502, f"malformed Lambda proxy response: {error}") from None


def ask_function_plainly(
    world: World, request: WebRequest, integration: Mapping[str, Any], source: str
) -> HttpResponse:
    """What a function returns for a body, as it is (AWS, without templates).

    Raises:
        Refused: it did not run, not in time, no integration response fits, or the body may not pass.
    """
    if request.body and integration["passthroughBehavior"] == "NEVER":
        raise unsupported("there is no template for the body, and passthroughBehavior is NEVER")
    invocation = _invoke(world, integration, request.body or "{}", source)
    error = None
    if invocation.function_error is not None:
        error = str((json.loads(invocation.payload) or {}).get("errorMessage", ""))
    status = _status(integration["integrationResponses"], error)
    if status is None:
        raise internal_error(500, "no integration response matches what the function returned")
    facts = {} if error is None else {"reason": f"the function failed: {invocation.hop.outcome}"}
    return HttpResponse(status, invocation.payload, {"content-type": _JSON}, facts=facts)


def _status(responses: Mapping[str, Mapping[str, str]], error: str | None) -> int | None:
    """The status whose pattern matches the function's error, or that of the response without a pattern."""
    for status, response in responses.items():
        pattern = response.get("selectionPattern")
        if pattern and error is not None and re.fullmatch(pattern, error):
            return int(status)
    without = [status for status, response in responses.items() if not response.get("selectionPattern")]
    return int(without[0]) if without else None


def _invoke(world: World, integration: Mapping[str, Any], event: str, source: str) -> Invocation:
    arn, role = function_of(integration["uri"]), integration.get("credentials")
    context = {"aws:SourceArn": source}
    try:
        if role is None:
            demand_permission(world, arn, SERVICE, context)
        else:
            demand_role(world, role, arn, SERVICE, context)
        return call(world, arn, event, integration["timeoutInMillis"] / 1_000)
    except NotInTime as error:
        raise timed_out(str(error)) from None
    except LambdaError as error:
        raise internal_error(500, error.message) from None


def _mapped(braces: str, name: str, integration: Mapping[str, Any], place: Place) -> str:
    """The value of a variable of the integration's path; the braces where nothing is mapped to it."""
    source = integration.get("requestParameters", {}).get(f"integration.request.path.{name}", "")
    return place.path_parameters.get(source.removeprefix("method.request.path."), braces)


def ask_server(
    world: World, request: WebRequest, place: Place, integration: Mapping[str, Any]
) -> HttpResponse:
    """The response of a server (HTTP_PROXY).

    Raises:
        Refused: nobody is there, or it took too long.
    """
    url = _VARIABLE.sub(lambda match: _mapped(match[0], match[1], integration, place), integration["uri"])
    if "{" in url:
        raise internal_error(500, f"{url} is no URL: the integration maps no variable to what is in braces")
    method = integration["httpMethod"]
    query = f"?{request.raw_query}" if request.raw_query else ""
    headers = {
        name: value for name, value in request.headers.items() if name not in {"host", "content-length"}
    }
    onward = HttpRequest(
        request.method if method == "ANY" else method, f"{url}{query}", headers, request.body
    )
    try:
        return ask(world, onward, integration["timeoutInMillis"] / 1_000)
    except NoAnswer as error:
        raise timed_out(str(error)) from None
    except NoConnection as error:
        raise internal_error(500, str(error)) from None
