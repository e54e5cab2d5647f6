"""Tasks that make HTTP requests: `http:invoke` to a server anywhere, `apigateway:invoke` to an API.

    http:invoke          with the credentials of an EventBridge connection     States.Http.StatusCode.503
    apigateway:invoke    to a stage of an API of API Gateway                   ApiGateway.503

Both go on with the answer's headers, body and status, and fail where that is none of success. A server is
one of `lab.endpoint`; an API is one that was made with API Gateway.

Sources: Step Functions Developer Guide, "Call HTTPS APIs" and "Create API Gateway REST APIs"; the cause of a
refused request (its status in words): reported by a user, 2026; that of API Gateway (the body): localstack.
"""

from __future__ import annotations

import http
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from botocore.exceptions import ClientError

from workbook.aws.endpoints import HttpRequest, HttpResponse, NoAnswer, NoConnection, ask
from workbook.aws.limits import limit
from workbook.aws.stepfunctions.role_calls import demand, present_execution
from workbook.aws.stepfunctions.service_errors import TaskError
from workbook.aws.stepfunctions.shapes import WrongParameters, compact
from workbook.engine.world import current_world

if TYPE_CHECKING:
    from workbook.aws.eventbridge.connections import Connection

Parameters = dict[str, Any]
_OBJECTS = ("Headers", "QueryParameters", "Transform", "Authentication", "InvocationConfig")
_RANGE = "bytes=0-262144"
_CONNECTION = "Events.ConnectionResource"


def check_http(parameters: Parameters) -> Parameters:
    """The parameters of an HTTP task, if a request can be made of them.

    Raises:
        WrongParameters: none can.
    """
    wrong = [name for name in _OBJECTS if not isinstance(parameters.get(name) or {}, dict)]
    wrong += [name for name in ("ApiEndpoint", "Method") if not isinstance(parameters.get(name), str)]
    if wrong:
        raise WrongParameters(*(f"The value of the field '{name}' has an invalid format" for name in wrong))
    return parameters


# ---- any server


def invoke_http(parameters: Parameters, region: str, role_arn: str) -> Parameters:
    """Make a request with the credentials of a connection.

    Raises:
        TaskError: the role may not, the connection cannot be used, or the answer is none of success.
    """
    connection = _connection(parameters, region, role_arn)
    response = _asked(_http_request(parameters, connection, region))
    if not response.ok:
        raise TaskError(f"States.Http.StatusCode.{response.status}", _status_text(response.status))
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


def _http_request(parameters: Parameters, connection: Connection, region: str) -> HttpRequest:
    from workbook.aws.eventbridge.credentials import credentials  # noqa: PLC0415 - as above

    url = str(parameters["ApiEndpoint"])
    query = {
        **(parameters.get("QueryParameters") or {}),
        **connection.http_parameters("QueryStringParameters"),
    }
    headers = {
        "Content-Type": "application/json",
        **_texts(parameters.get("Headers") or {}),
        **connection.http_parameters("HeaderParameters"),
        **credentials(connection),
        "Host": urlsplit(url).netloc,
        "Range": _RANGE,
        "User-Agent": f"Amazon|StepFunctions|HttpInvoke|{region}",
    }
    body = _body(parameters, connection)
    return HttpRequest(str(parameters["Method"]), _with_query(url, query), headers, body)


def _body(parameters: Parameters, connection: Connection) -> str:
    body, added = parameters.get("RequestBody"), connection.http_parameters("BodyParameters")
    if added and (body is None or isinstance(body, dict)):
        body = {**(body or {}), **added}
    if body is None:
        return ""
    encoding = (parameters.get("Transform") or {}).get("RequestBodyEncoding")
    if encoding == "URL_ENCODED" and isinstance(body, dict):
        return urlencode(_texts(body))
    return body if isinstance(body, str) else compact(body)


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
    response = _asked(HttpRequest(str(parameters["Method"]), _with_query(url, query), headers, text))
    if not response.ok:
        raise TaskError(f"ApiGateway.{response.status}", response.body)
    return _result(response)


def _firsts(values: Mapping[str, Any]) -> dict[str, str]:
    """Of a list of values, which AWS's parameters have here, the last."""
    lists = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    return _texts({name: each[-1] if each else "" for name, each in lists.items()})


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
        "StatusText": _status_text(response.status),
    }


def _read(body: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body)
    except ValueError:
        return body


def _status_text(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def _with_query(url: str, query: Mapping[str, Any]) -> str:
    return url if not query else f"{url}{'&' if '?' in url else '?'}{urlencode(_texts(query))}"


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else compact(value) for name, value in values.items()}


HTTP_CALLS: dict[str, Callable[[Parameters, str, str], Parameters]] = {
    "http:invoke": invoke_http,
    "apigateway:invoke": invoke_api,
}
"""By service and action, as Resource names them."""
