"""The request of an HTTP task: of its parameters, and of what a connection adds to them.

What a connection adds wins over what the task says, field by field. Headers are the same in whatever case
they are written; the default Content-Type and the Host are added last, as the request goes out.

Source: Step Functions Developer Guide, "Call HTTPS APIs in Step Functions workflows".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from workbook.aws.endpoints import HttpRequest
from workbook.aws.stepfunctions.language.failures import RUNTIME
from workbook.aws.stepfunctions.service_errors import TaskError
from workbook.aws.stepfunctions.shapes import WrongParameters, compact

if TYPE_CHECKING:
    from workbook.aws.eventbridge.connections import Connection

Parameters = dict[str, Any]
_OBJECTS = ("Headers", "QueryParameters", "Transform", "Authentication", "InvocationConfig")
_RANGE = "bytes=0-262144"
_JSON = "application/json; charset=UTF-8"
_NOT_ALLOWED = re.compile(
    "A-IM|Accept-(Charset|Datetime|Encoding)|Authorization|Cache-Control|Connection|Content-(Encoding|MD5)|Date|"
    "Expect|Forwarded|From|Host|HTTP2-Settings|If-(Match|Modified-Since|None-Match|Range|Unmodified-Since)|"
    "Max-Forwards|Origin|Pragma|Proxy-Authorization|Referer|Server|TE|Trailer|Transfer-Encoding|Upgrade|Via|"
    "Warning|x-forwarded-.*|x-amz-.*|x-amzn-.*",
    re.IGNORECASE,
)
"""Headers that a definition may not have (Developer Guide, "Call HTTPS APIs": Headers)."""
_ARRAYS: Mapping[str, Callable[[str, int], str]] = {
    "INDICES": lambda name, index: f"{name}[{index}]",
    "REPEAT": lambda name, _: name,
    "BRACKETS": lambda name, _: f"{name}[]",
}
"""How the key of an array's element is written in a form, by ArrayFormat; COMMAS has one key for all."""
_COMMAS = "COMMAS"


def check_http(called: str, parameters: Parameters) -> Parameters:
    """The parameters of an HTTP task, if a request can be made of them.

    Raises:
        WrongParameters: none can.
    """
    wrong = [name for name in _OBJECTS if not isinstance(parameters.get(name) or {}, dict)]
    wrong += [name for name in ("ApiEndpoint", "Method") if not isinstance(parameters.get(name), str)]
    if not wrong and _array_format(parameters) not in (*_ARRAYS, _COMMAS):
        wrong.append("ArrayFormat")
    problems = [f"The value of the field '{name}' has an invalid format" for name in wrong]
    if called == "http:invoke" and not wrong:
        headers = parameters.get("Headers") or {}
        problems += [
            f"The header '{name}' is not allowed" for name in headers if _NOT_ALLOWED.fullmatch(name)
        ]
    if problems:
        raise WrongParameters(*problems)
    return parameters


def http_request(parameters: Parameters, connection: Connection | None, region: str) -> HttpRequest:
    """The request that a task makes, with what a connection adds, if there is one.

    Raises:
        TaskError: States.Runtime: the connection adds to a body that is no JSON object.
    """
    url = str(parameters["ApiEndpoint"])
    query, headers = parameters.get("QueryParameters") or {}, texts(parameters.get("Headers") or {})
    added: Mapping[str, str] = {}
    if connection is not None:
        from workbook.aws.eventbridge.credentials import credentials  # noqa: PLC0415 - who uses a connection has loaded it

        query = {**query, **connection.http_parameters("QueryStringParameters")}
        secrets = credentials(connection)
        headers = _merged(headers, secrets, connection.http_parameters("HeaderParameters"), secrets)
        added = connection.http_parameters("BodyParameters")
    headers = _merged(headers, {"User-Agent": f"Amazon|StepFunctions|HttpInvoke|{region}", "Range": _RANGE})
    return HttpRequest(str(parameters["Method"]), with_query(url, query), headers, _body(parameters, added))


def _merged(*parts: Mapping[str, str]) -> dict[str, str]:
    """Headers of several sources: of one that is given twice, in whatever case, the last value."""
    merged: dict[str, str] = {}
    names: dict[str, str] = {}
    for part in parts:
        for name, value in part.items():
            merged[names.setdefault(name.lower(), name)] = value
    return merged


def with_transport_headers(request: HttpRequest) -> HttpRequest:
    """The request with the headers that are added as it goes out; AWS does not show them as the task's."""
    headers = _merged({"Content-Type": _JSON}, request.headers, {"Host": urlsplit(request.url).netloc})
    return replace(request, headers=headers)


def with_query(url: str, query: Mapping[str, Any]) -> str:
    """A URL with these parameters added to it."""
    return url if not query else f"{url}{'&' if '?' in url else '?'}{urlencode(texts(query))}"


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Values as texts: JSON where they are none."""
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    return value if isinstance(value, str) else compact(value)


# ---- the body


def _body(parameters: Parameters, added: Mapping[str, str]) -> str:
    """The body, with what a connection adds to it.

    Raises:
        TaskError: States.Runtime: something is added to a text.
    """
    body = parameters.get("RequestBody")
    if added and not isinstance(body, dict | None):
        cause = (
            "The RequestBody is no JSON object, and the connection's body parameters cannot be added to it."
        )
        raise TaskError(RUNTIME, cause)
    if added:
        body = {**(body or {}), **added}
    if body is None:
        return ""
    encoding = (parameters.get("Transform") or {}).get("RequestBodyEncoding")
    if encoding == "URL_ENCODED" and isinstance(body, dict):
        return urlencode(list(_form(body, _array_format(parameters))), safe="[],")
    return body if isinstance(body, str) else compact(body)


def _array_format(parameters: Parameters) -> object:
    options = (parameters.get("Transform") or {}).get("RequestEncodingOptions")
    return (options if isinstance(options, dict) else {}).get("ArrayFormat", "INDICES")


def _form(body: Mapping[str, Any], array_format: object) -> Iterator[tuple[str, str]]:
    """The fields of a form; an array in it is written as ArrayFormat says."""
    for name, value in body.items():
        if not isinstance(value, list):
            yield name, _text(value)
        elif array_format == _COMMAS:
            yield name, ",".join(_text(element) for element in value)
        else:
            key = _ARRAYS[str(array_format)]
            yield from ((key(name, index), _text(element)) for index, element in enumerate(value))
