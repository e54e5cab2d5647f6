"""Cross-origin requests: what a front answers to a browser in the place of the function.

A preflight (OPTIONS with Origin and Access-Control-Request-Method) is answered by the front itself, and the
function never hears of it. To other requests of an allowed origin the front adds its headers, in the place of
those that the function has set.

Sources: Lambda Developer Guide, "Cross-origin resource sharing (CORS)" of function URLs; API Gateway
Developer Guide, "Configure CORS for HTTP APIs".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbook.aws.endpoints import HttpResponse

if TYPE_CHECKING:
    from workbook.aws.web.requests import WebRequest

Settings = Mapping[str, Any]
"""AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders, MaxAge, AllowCredentials."""


def is_preflight(request: WebRequest) -> bool:
    """Whether a browser asks for leave."""
    return (
        request.method == "OPTIONS"
        and "origin" in request.headers
        and "access-control-request-method" in request.headers
    )


def preflight(request: WebRequest, cors: Settings, status: int) -> HttpResponse:
    """The answer to a preflight: what is allowed, or nothing for an origin that is not."""
    headers = _of_origin(request, cors)
    if headers:
        for name, setting in _OF_PREFLIGHTS.items():
            value = cors.get(setting)
            if value not in (None, []):
                headers[name] = ",".join(value) if isinstance(value, list) else str(value)
    return HttpResponse(status, "", headers)


def with_cors(request: WebRequest, response: HttpResponse, cors: Settings) -> HttpResponse:
    """A response with the front's headers for the origin of the request, and none of the function's."""
    kept = {name: value for name, value in response.headers.items() if not name.startswith("access-control-")}
    headers = _of_origin(request, cors)
    if headers and cors.get("ExposeHeaders"):
        headers["access-control-expose-headers"] = ",".join(cors["ExposeHeaders"])
    return replace(response, headers={**kept, **headers})


_OF_PREFLIGHTS = {
    "access-control-allow-methods": "AllowMethods",
    "access-control-allow-headers": "AllowHeaders",
    "access-control-max-age": "MaxAge",
}


def _of_origin(request: WebRequest, cors: Settings) -> dict[str, str]:
    origin = request.headers.get("origin")
    allowed = cors.get("AllowOrigins") or []
    if origin is None or not any(_is_origin(origin, one) for one in allowed):
        return {}
    credentials = bool(cors.get("AllowCredentials"))
    headers = {"access-control-allow-origin": "*" if "*" in allowed and not credentials else origin}
    if credentials:
        headers["access-control-allow-credentials"] = "true"
    if headers["access-control-allow-origin"] != "*":
        headers["vary"] = "Origin"
    return headers


def _is_origin(origin: str, allowed: str) -> bool:
    return (
        allowed == "*" or (allowed.endswith("://*") and origin.startswith(allowed[:-1])) or origin == allowed
    )
