"""Tasks that make HTTP requests: `http:invoke` to a server anywhere, `apigateway:invoke` to an API.

    http:invoke          with the credentials of an EventBridge connection     States.Http.StatusCode.503
    apigateway:invoke    to a stage of an API of API Gateway                   ApiGateway.503

Both go on with the answer's headers, body and status, and fail where that is none of success. A server is
one of `lab.endpoint`; an API is one that was made with API Gateway.

What an http:invoke sends is made twice: once with what the connection adds, for the server, and once without,
for whoever tests the state and may not see secrets (`HttpExchange`).

Sources: Step Functions Developer Guide, "Call HTTPS APIs" and "Create API Gateway REST APIs"; the cause of a
refused request (its status in words): reported by a user, 2026; that of API Gateway (the body): localstack.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from workbook.aws.endpoints import HttpRequest, HttpResponse, NoAnswer, NoConnection, ask
from workbook.aws.limits import limit
from workbook.aws.stepfunctions.http_exchange import HttpExchange, status_text, watch_exchange
from workbook.aws.stepfunctions.http_requests import http_request, texts, with_query, with_transport_headers
from workbook.aws.stepfunctions.role_calls import demand, present_execution
from workbook.aws.stepfunctions.service_errors import TaskError
from workbook.aws.stepfunctions.shapes import compact
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.eventbridge.connections import Connection

Parameters = dict[str, Any]
_CONNECTION = "Events.ConnectionResource"


# ---- any server


def invoke_http(parameters: Parameters, region: str, role_arn: str) -> Parameters:
    """Make a request with the credentials of a connection.

    Raises:
        TaskError: the role may not, the connection cannot be used, or the answer is none of success.
    """
    connection = _connection(parameters, region, role_arn)
    watch = watch_exchange.get() or (lambda _: None)
    exchange = HttpExchange(
        http_request(parameters, None, region), http_request(parameters, connection, region)
    )
    watch(exchange)
    response = _asked(with_transport_headers(exchange.sent))
    watch(replace(exchange, response=response))
    if not response.ok:
        raise TaskError(f"States.Http.StatusCode.{response.status}", status_text(response.status))
    return _result(response)


def _connection(parameters: Parameters, region: str, role_arn: str) -> Connection:
    from workbook.aws.eventbridge.connections import AUTHORIZED, find_connection  # noqa: PLC0415 - who uses one has loaded it

    config = parameters.get("InvocationConfig") or parameters.get("Authentication") or {}
    arn = str(config.get("ConnectionArn", ""))
    machine = present_execution.get().machine.arn
    try:
        demand("stepfunctions", "states:InvokeHTTPEndpoint", {"machineArn": machine}, region, role_arn)
        demand("events", "events:RetrieveConnectionCredentials", {"ConnectionArn": arn}, region, role_arn)
    except ClientError as error:
        raise TaskError(f"{_CONNECTION}.AccessDenied", error.response["Error"]["Message"]) from error
    found = find_connection(current_world(), arn) if arn.startswith("arn:") else None
    if found is None:
        raise TaskError(f"{_CONNECTION}.ResourceNotFound", f"Connection {arn} does not exist.")
    if found.state != AUTHORIZED:
        raise TaskError(f"{_CONNECTION}.InvalidConnectionState", f"The connection is {found.state}.")
    return found


# ---- an API of API Gateway


def invoke_api(parameters: Parameters, region: str, role_arn: str) -> Parameters:  # noqa: ARG001 - as of `invoke_http`
    """Make a request to a stage of an API.

    Raises:
        TaskError: the answer is none of success.
    """
    path = "/".join(str(parameters[name]).strip("/") for name in ("Stage", "Path") if parameters.get(name))
    url = f"https://{str(parameters['ApiEndpoint']).removeprefix('https://')}/{path}"
    headers = {"Accept": "application/json", **_firsts(parameters.get("Headers") or {})}
    body = parameters.get("RequestBody")
    if body is not None:
        headers["Content-Type"] = "application/json"
    text = "" if body is None else compact(body)
    query = _firsts(parameters.get("QueryParameters") or {})
    response = _asked(HttpRequest(str(parameters["Method"]), with_query(url, query), headers, text))
    if not response.ok:
        raise TaskError(f"ApiGateway.{response.status}", response.body)
    return _result(response)


def _firsts(values: Mapping[str, Any]) -> dict[str, str]:
    """Of a list of values, which AWS's parameters have here, the last."""
    lists = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    return texts({name: each[-1] if each else "" for name, each in lists.items()})


# ---- both


def _asked(request: HttpRequest) -> HttpResponse:
    """The answer of a server. That it does not come in time, or there is none, is an error of the socket."""
    try:
        return ask(current_world(), request, limit("stepfunctions.http.timeout"))
    except (NoConnection, NoAnswer) as error:
        raise TaskError("States.Http.Socket", str(error)) from error


def _result(response: HttpResponse) -> Parameters:
    return {
        "Headers": {name: [value] for name, value in sorted(response.headers.items())},
        "ResponseBody": _read(response.body),
        "StatusCode": response.status,
        "StatusText": status_text(response.status),
    }


def _read(body: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body)
    except ValueError:
        return body


HTTP_CALLS: dict[str, Callable[[Parameters, str, str], Parameters]] = {
    "http:invoke": invoke_http,
    "apigateway:invoke": invoke_api,
}
"""By service and action, as Resource names them."""
