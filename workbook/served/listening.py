"""HTTP itself: requests come in, and answers go out, as bytes of a connection.

client --HTTP--> [ this ] --HttpRequest--> front
"""

from __future__ import annotations

import asyncio
import http.client
import re
from email.utils import formatdate

from tornado import httputil
from tornado.http1connection import HTTP1ConnectionParameters
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from workbook.served.front import Front
from workbook.served.requests import LARGEST_BODY, HttpRequest, HttpResponse

HEADER_SECONDS = 60.0
"""Real seconds for a request's headers to come, or the next request of a connection that stays open."""
_BODY_SECONDS = 120.0
"""Real seconds for a request's body to come."""
_ABSOLUTE = re.compile(r"(?i:https?)://(?P<host>[^/?#]*)(?P<target>.*)")
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""What a header's value may hold (RFC 9110, 5.5), each byte a character."""


def listen(front: Front, host: str, port: int) -> tuple[HTTPServer, int]:
    """Begin to take requests in, on the event loop that runs; the server and its port.

    Raises:
        OSError: the address is taken, or is none of this computer's.
    """
    sockets = bind_sockets(port, host)
    server = _Server(front)
    server.add_sockets(sockets)
    return server, sockets[0].getsockname()[1]


class _Server(HTTPServer):
    """Tornado's server, which hands over messages as they came: paths quoted, headers in their order."""

    def initialize(self, front: Front) -> None:  # type: ignore[override]  # tornado's way to construct
        super().initialize(lambda _request: None)
        self.conn_params = HTTP1ConnectionParameters(
            max_body_size=LARGEST_BODY,
            header_timeout=HEADER_SECONDS,
            body_timeout=_BODY_SECONDS,
            no_keep_alive=False,
        )
        self._front = front

    def start_request(
        self,
        server_conn: object,  # noqa: ARG002 - as tornado calls it
        request_conn: httputil.HTTPConnection,
    ) -> httputil.HTTPMessageDelegate:
        return _Message(self._front, request_conn)


class _Message(httputil.HTTPMessageDelegate):
    """One request that comes in."""

    def __init__(self, front: Front, connection: httputil.HTTPConnection) -> None:
        self._front = front
        self._connection = connection
        self._request = HttpRequest("GET", "", "/")
        self._most = 0
        self._body = bytearray()
        self._answering: asyncio.Task[None] | None = None

    def headers_received(
        self,
        start_line: httputil.RequestStartLine | httputil.ResponseStartLine,
        headers: httputil.HTTPHeaders,
    ) -> None:
        assert isinstance(start_line, httputil.RequestStartLine)  # noqa: S101 - a server gets no responses
        host, target = _place_of(start_line.path, headers.get("Host", "localhost"))
        path, _, query = target.partition("?")
        self._request = HttpRequest(start_line.method, host, path, query, tuple(headers.get_all()))
        self._most = self._front.most_bytes(self._request)

    def data_received(self, chunk: bytes) -> None:
        """Keep what is let in; of what is larger, only that it is."""
        if len(self._body) <= self._most:
            self._body += chunk[: self._most + 1 - len(self._body)]

    def finish(self) -> None:
        self._answering = asyncio.ensure_future(self._answer())

    def on_connection_close(self) -> None:
        """Whoever asked is gone; the lab carries the request through, as AWS does."""

    async def _answer(self) -> None:
        if len(self._body) > self._most:
            response = self._front.too_large(self._request)
        else:
            request = self._request
            request = HttpRequest(
                request.method, request.host, request.path, request.query, request.headers, bytes(self._body)
            )
            self._body.clear()
            response = await self._front.answer(request)
        self._send(response)

    def _send(self, response: HttpResponse) -> None:
        response = self._fit_for_http(response)
        headers = httputil.HTTPHeaders()
        for name, value in response.headers:
            headers.add(name, value)
        headers["Date"] = formatdate(
            usegmt=True
        )  # by the lab's, SDKs would find their clocks wrong, and try again
        has_body = self._request.method != "HEAD" and response.status not in {204, 304}
        body = response.body if has_body else b""
        if has_body or "Content-Length" not in headers:
            headers["Content-Length"] = str(len(body))
        reason = http.client.responses.get(response.status, "Unknown")
        start = httputil.ResponseStartLine("HTTP/1.1", response.status, reason)
        self._connection.write_headers(start, headers, body)
        self._connection.finish()

    def _fit_for_http(self, response: HttpResponse) -> HttpResponse:
        """The response, or an error in its place where HTTP could not carry its headers.

        Whoever asks S3 for an object may say which headers it comes with, a line break in them included.
        """
        unfit = next((each for each in response.headers if not _is_header(*each)), None)
        return response if unfit is None else self._front.unfit(self._request, unfit[0])


def _place_of(target: str, host: str) -> tuple[str, str]:
    """Host and target of a request; those that are sent as to a proxy name both in one (RFC 9112, 3.2.2)."""
    found = _ABSOLUTE.fullmatch(target)
    return (host, target) if found is None else (found["host"], found["target"] or "/")


def _is_header(name: str, value: str) -> bool:
    return _NAME.fullmatch(name) is not None and _VALUE.fullmatch(value) is not None
