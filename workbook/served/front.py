"""The server itself: it takes HTTP in, finds whose lab is meant, and lets that lab's process answer.

    client --HTTP--> front --> a process an account

It holds no lab and runs no learner's code. What it says itself, it says in the form in which the client
listens: as AWS would in the protocol of the request, or as the control API does.
"""

from __future__ import annotations

import asyncio
import hmac
import http.client
import json
import uuid
from email.utils import formatdate
from typing import Protocol

from tornado import httputil
from tornado.http1connection import HTTP1ConnectionParameters
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from workbook.served.control import is_control
from workbook.served.error_answers import SLOW_DOWN, UNKNOWN_KEY, error_answer, guessed_protocol
from workbook.served.keys import HEADER, KeyRefused, Keys
from workbook.served.limits import AccountLimits
from workbook.served.processes import AccountEnded, TooManyAccounts
from workbook.served.requests import LARGEST_BODY, FrameError, HttpRequest, HttpResponse
from workbook.served.signatures import signature_of
from workbook.served.throttle import Throttle

_KEYS = "/workbook/v1/keys"
_HEALTH = "/workbook/v1/health"
MOST_WAITING = 256
"""Requests of one account that may wait for the one before; more are throttled."""
_BODY_SECONDS = 120.0
"""Real seconds for a request's body to come."""
LAB_ENDED = "LabEndedInWorkbook"
"""The error code where an account's process ended. No SDK tries again on its own, so it is seen."""


class Accounts(Protocol):
    """What answers requests in the lab of an account (`workbook.served.processes.Accounts`)."""

    async def handle(self, account: str, request: HttpRequest) -> HttpResponse:
        """The answer. Raises AccountEnded or TooManyAccounts."""


class Front:
    """Answers every request to the server.

    Args:
        accounts: Answers those that are for a lab.
        keys: Say whose lab it is.
        limits: What each account may use.
        token: Whoever has it is given keys; None where everybody is.
    """

    def __init__(
        self, accounts: Accounts, keys: Keys, limits: AccountLimits | None = None, token: str | None = None
    ) -> None:
        self.limits = limits or AccountLimits()
        self._accounts = accounts
        self._keys = keys
        self._token = token
        self._throttles: dict[str, Throttle] = {}
        self._waiting: dict[str, int] = {}

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to any request; nothing is raised."""
        try:
            return await self._answer(request)
        except _Refusal as refusal:
            return refusal.response(request)
        except KeyRefused as error:
            return _unknown_key(request, str(error))
        except AccountEnded as error:
            return _Refusal(LAB_ENDED, str(error), 503 if is_control(request) else 400).response(request)
        except TooManyAccounts as error:
            return _Refusal(
                "LimitExceededException", str(error), 429 if is_control(request) else 400
            ).response(request)
        except FrameError as error:
            return _Refusal("RequestEntityTooLarge", str(error), 413).response(request)

    def too_large(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request whose body is larger than is let in."""
        most = self.limits.snapshot_bytes if is_control(request) else self.limits.body_bytes
        text = f"the body of a request may have {most} bytes here, and this one has more"
        return _Refusal("RequestEntityTooLarge", text, 413).response(request)

    def most_bytes(self, request: HttpRequest) -> int:
        """Bytes that the body of a request may have; a snapshot may be larger than a request to AWS."""
        most = self.limits.snapshot_bytes if is_control(request) else self.limits.body_bytes
        return min(most, LARGEST_BODY)

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.path == _KEYS:
            return self._issue(request)
        if request.path == _HEALTH and request.header(HEADER) is None:
            return _json(200, {"status": "ok"})
        if request.method == "OPTIONS" or request.header("Origin") is not None:
            text = (
                "a web page of another place may not ask this server: use an SDK in a program, or the AWS CLI"
            )
            raise _Refusal("AccessDenied", text, 403)
        account = self._keys.account_for(request)
        self._let_in(account, request)
        self._waiting[account] = self._waiting.get(account, 0) + 1
        try:
            return await self._accounts.handle(account, request)
        finally:
            self._waiting[account] -= 1

    def _let_in(self, account: str, request: HttpRequest) -> None:
        throttle = self._throttles.get(account)
        if throttle is None:
            throttle = self._throttles[account] = Throttle(self.limits.requests_per_second)
        if throttle.lets_in() and self._waiting.get(account, 0) < MOST_WAITING:
            return
        if is_control(request):
            text = f"account {account} may make {self.limits.requests_per_second} requests a second"
            raise _Refusal("ThrottlingException", text, 429)
        raise _Refusal(*SLOW_DOWN[_protocol_of(request)])

    def _issue(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            raise _Refusal("MethodNotAllowed", f"{request.method} {_KEYS}: use POST", 405)
        if self._token is not None:
            given = (request.header("Authorization") or "").removeprefix("Bearer ").strip()
            if not hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode()):
                raise _Refusal("AccessDenied", "pass the server's token: Authorization: Bearer TOKEN", 403)
        key = self._keys.issue()
        account = self._keys.account_for(HttpRequest("GET", "", "/", headers=((HEADER, key),)))
        return _json(200, {"access_key": key, "secret_access_key": "any text will do", "account": account})


class _Refusal(Exception):
    """What the front answers itself."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self._code, self._message, self._status = code, message, status

    def response(self, request: HttpRequest) -> HttpResponse:
        if is_control(request):
            return _json(self._status, {"error": {"code": self._code, "message": self._message}})
        protocol, identifier = _protocol_of(request), str(uuid.uuid4())
        return error_answer(protocol, self._code, self._message, status=self._status, request_id=identifier)


def _unknown_key(request: HttpRequest, text: str) -> HttpResponse:
    """That a key opens no lab: by AWS's code, and in our words, which say what opens one."""
    if is_control(request):
        return _Refusal("InvalidClientTokenId", text, 403).response(request)
    code, _, status = UNKNOWN_KEY[_protocol_of(request)]
    return _Refusal(code, text, status).response(request)


def _protocol_of(request: HttpRequest) -> str:
    signature = signature_of(request)
    return guessed_protocol(request, signature.service if signature else "")


def _json(status: int, value: object) -> HttpResponse:
    return HttpResponse(status, (("Content-Type", "application/json"),), json.dumps(value).encode())


# ---- HTTP


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
            max_body_size=LARGEST_BODY, body_timeout=_BODY_SECONDS, no_keep_alive=False
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
        path, _, query = start_line.path.partition("?")
        host = headers.get("Host", "localhost")
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
