"""The server itself: it takes HTTP in, finds whose lab is meant, and lets that lab's process answer.

    client --HTTP--> front --> a process an account

It holds no lab and runs no learner's code. What it says itself, it says in the form in which the client
listens: as AWS would in the protocol of the request, or as the control API does.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import uuid
from typing import Protocol

from workbook.served.control import is_control
from workbook.served.error_answers import FAULT, SLOW_DOWN, UNKNOWN_KEY, error_answer, guessed_protocol
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
MOST_OF_STRANGERS = 64 * 1024
"""Bytes of a body that are kept of who has no key that opens a lab: enough to say so in their protocol."""
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
        self._ending = False
        self._carried_through = asyncio.Event()

    async def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer to any request; nothing is raised."""
        try:
            return await self._answer(request)
        except _Refusal as refusal:
            return refusal.response(request)
        except KeyRefused as error:
            return _unknown_key(request, str(error))
        except Exception as error:  # noqa: BLE001 - who asks gets an answer, whatever happens
            return _refusal_of(error, of_control=is_control(request)).response(request)

    def unfit(self, request: HttpRequest, name: str) -> HttpResponse:
        """The answer in the place of one with a header that HTTP cannot carry."""
        text = f"the answer has a header {name!r} that HTTP cannot carry"
        return _Refusal(FAULT, text, 500 if is_control(request) else 400).response(request)

    async def end(self, seconds: float) -> bool:
        """Take no more requests for labs; whether all that were taken are answered within real `seconds`."""
        self._ending = True
        if not self._is_busy():
            return True
        try:
            await asyncio.wait_for(self._carried_through.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def _is_busy(self) -> bool:
        return any(self._waiting.values())

    def too_large(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request whose body is larger than is let in."""
        try:
            self._keys.account_for(request)
        except KeyRefused as error:
            return _unknown_key(request, str(error))
        most = self.limits.snapshot_bytes if is_control(request) else self.limits.body_bytes
        text = f"the body of a request may have {most} bytes here, and this one has more"
        return _Refusal("RequestEntityTooLarge", text, 413).response(request)

    def most_bytes(self, request: HttpRequest) -> int:
        """Bytes that are kept of the body of a request, of which only the headers have come.

        A snapshot may be larger than a request to AWS, and of strangers hardly anything is kept.
        """
        try:
            self._keys.account_for(request)
        except KeyRefused:
            return MOST_OF_STRANGERS
        most = self.limits.snapshot_bytes if is_control(request) else self.limits.body_bytes
        return min(most, LARGEST_BODY)

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.path == _HEALTH and request.header(HEADER) is None:
            return _json(200, {"status": "ok"})
        if request.method == "OPTIONS" or request.header("Origin") is not None:
            text = (
                "a web page of another place may not ask this server: use an SDK in a program, or the AWS CLI"
            )
            raise _Refusal("AccessDenied", text, 403)
        if request.path == _KEYS:
            return self._issue(request)
        account = self._keys.account_for(request)
        if self._ending:
            raise _Refusal("ServiceUnavailable", "this server was told to end, and takes no more", 503)
        self._let_in(account, request)
        self._waiting[account] = self._waiting.get(account, 0) + 1
        try:
            return await self._accounts.handle(account, request)
        finally:
            self._waiting[account] -= 1
            if self._ending and not self._is_busy():
                self._carried_through.set()

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


def _refusal_of(error: Exception, *, of_control: bool) -> _Refusal:
    """What is said where no lab has answered. To AWS's clients with no 5xx, or they would ask again."""
    if isinstance(error, AccountEnded):
        return _Refusal(LAB_ENDED, str(error), 503 if of_control else 400)
    if isinstance(error, TooManyAccounts):
        return _Refusal("LimitExceededException", str(error), 429 if of_control else 400)
    if isinstance(error, FrameError):
        return _Refusal("RequestEntityTooLarge", str(error), 413)
    text = f"the server failed: {type(error).__name__}: {error}"
    return _Refusal(FAULT, text, 500 if of_control else 400)


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
