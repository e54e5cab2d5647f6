"""A request of an HTTP task and its answer, as a test of the state shows them.

It is kept twice: as the definition has it, and as it was sent, with what the connection adds; the second is
for those who may see secrets. What AWS writes in the place of what is left out, if anything, is unverified.

Source: Step Functions Developer Guide, "Testing state machines with TestState API", inspection level TRACE.
"""

from __future__ import annotations

import contextvars
import http
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from workbook.aws.endpoints import HttpRequest, HttpResponse


@dataclass(frozen=True)
class HttpExchange:
    """A request of an HTTP task, as its definition has it and as it was sent, and what came back."""

    defined: HttpRequest
    """Without what the connection adds."""
    sent: HttpRequest
    response: HttpResponse | None = None


watch_exchange: contextvars.ContextVar[Callable[[HttpExchange], object] | None] = contextvars.ContextVar(
    "watch_exchange", default=None
)
"""Who is told of each request of an HTTP task, and again when there is an answer."""


def status_text(status: int) -> str:
    """A status in words; empty for one that has none."""
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def shown_exchange(exchange: HttpExchange, *, secrets: bool) -> dict[str, dict[str, str]]:
    """Request and response as inspectionData has them; `secrets` shows what the connection adds."""
    request, response = exchange.sent if secrets else exchange.defined, exchange.response
    protocol = urlsplit(request.url).scheme
    sent = {
        "protocol": protocol,
        "method": request.method,
        "url": request.url,
        "headers": _listed(request.headers),
        **({"body": request.body} if request.body else {}),
    }
    if response is None:
        return {"request": sent}
    received = {
        "protocol": protocol,
        "statusCode": str(response.status),
        "statusMessage": status_text(response.status),
        "headers": _listed(response.headers),
        "body": response.body,
    }
    return {"request": sent, "response": received}


def _listed(headers: Mapping[str, str]) -> str:
    return f"[{', '.join(f'{name}: {value}' for name, value in headers.items())}]"
