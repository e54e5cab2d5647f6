"""An HTTP request as the web fronts of Lambda see it, and what they add to it on its way.

Source: AWS's developer guides of Lambda and API Gateway, input formats of proxy integrations; requests that
AWS passed on, recorded in public test suites.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from workbook.engine.clock import SECOND, datetime_of

if TYPE_CHECKING:
    import datetime

    from workbook.aws.endpoints import HttpRequest
    from workbook.engine.world import World

CLIENT_ADDRESS = "203.0.113.10"
"""From where a learner asks: an address that is reserved for documentation."""
USER_AGENT = "workbook"
_SPELLED = {
    name.lower(): name
    for name in ("Host", "User-Agent", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port")
} | {"x-forwarded-proto": "X-Forwarded-Proto"}
"""How REST APIs write the headers that come on the way."""
_TEXTS = re.compile(r"text/.*|application/(.*\+)?(json|xml)|application/javascript")
"""Content types that are passed on as they are; others are encoded in base64."""


@dataclass(frozen=True)
class WebRequest:
    """A request that has arrived at a front."""

    method: str
    host: str
    path: str
    """Decoded; "/" at least."""
    raw_query: str
    headers: Mapping[str, str]
    """Names in lower case; with those that the front adds."""
    sent_headers: Mapping[str, str]
    """The same with the names as the client wrote them, and those that are added with capitals."""
    body: str
    arrived_at: int
    """An instant."""
    id: str

    @functools.cached_property
    def query(self) -> list[tuple[str, str]]:
        """The parameters of the query in their order, decoded."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    @functools.cached_property
    def cookies(self) -> list[str]:
        """Each cookie as "name=value"."""
        return [cookie.strip() for cookie in self.headers.get("cookie", "").split(";") if cookie.strip()]

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        return self.body.encode("utf-8", "surrogateescape")

    @property
    def is_text(self) -> bool:
        """Whether the body is passed on as text, by its content type."""
        content_type = self.headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
        return _TEXTS.fullmatch(content_type) is not None

    @property
    def encoded_body(self) -> str:
        """The body as an event has it: text, or base64."""
        return self.body if self.is_text else base64.b64encode(self.content).decode()

    @property
    def user_agent(self) -> str:
        """What the client says of itself."""
        return self.headers.get("user-agent", "")

    @property
    def time(self) -> datetime.datetime:
        """When it arrived."""
        return datetime_of(self.arrived_at)

    @property
    def milliseconds(self) -> int:
        """When it arrived, in milliseconds since 1970."""
        return self.arrived_at * 1_000 // SECOND


def web_request(world: World, request: HttpRequest, request_id: str, *, port: int = 443) -> WebRequest:
    """A request as it arrives at a front of AWS, with the headers that come on the way."""
    parts = urlsplit(request.url)
    given = {name.lower(): str(value) for name, value in request.headers.items()}
    spelled = {**_SPELLED, **{name.lower(): name for name in request.headers}}
    length = len(request.body.encode("utf-8", "surrogateescape"))
    headers = {
        **({"content-length": str(length)} if length else {}),
        "user-agent": USER_AGENT,
        **given,
        "host": parts.hostname or "",
        "x-amzn-trace-id": _trace_id(world),
        "x-forwarded-for": CLIENT_ADDRESS,
        "x-forwarded-port": str(port),
        "x-forwarded-proto": "https" if port == 443 else "http",
    }
    return WebRequest(
        method=request.method,
        host=parts.hostname or "",
        path=unquote(parts.path) or "/",
        raw_query=parts.query,
        headers=dict(sorted(headers.items())),
        sent_headers={spelled.get(name, name): value for name, value in sorted(headers.items())},
        body=request.body,
        arrived_at=world.clock.now,
        id=request_id,
    )


def _trace_id(world: World) -> str:
    """An X-Ray trace id: the second in which it was made, and 96 bits."""
    second = world.clock.now // SECOND
    return f"Root=1-{second:08x}-{world.seeds.stream('web.trace-id').getrandbits(96):024x}"
