"""Asks the control API of a server, in the name of one access key."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from workbook.lab_arguments import LabError

PREFIX = "/workbook/v1"
HEADER = "X-Workbook-Access-Key"
"""Names the lab that a request is about."""
_KEY = re.compile(r"[!-~]+")
"""What a header can carry without quotes; AWS's keys are capitals and digits."""
_ANSWERS_WITHIN = 600.0
"""Real seconds; a long `advance` takes a while."""

_TOO_MANY = 429
"""The status by which a server says that so many requests a second are not let in."""
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Real seconds until such a request is tried again."""

Json = dict[str, Any]


class Refused(LabError):
    """The server refuses what it was asked; the text is its own.

    Args:
        code: For programs: "NotFound", "InvalidParameter" ...
        message: For people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Connection:
    """The control API at a URL.

    Args:
        endpoint: Where the server is, such as "http://127.0.0.1:4566".
        access_key: Whose lab is meant.

    Raises:
        LabError: `endpoint` is no URL of a server, or `access_key` no key.
    """

    def __init__(self, endpoint: str, access_key: str) -> None:
        self.endpoint = endpoint
        self.access_key = access_key
        if not isinstance(access_key, str) or _KEY.fullmatch(access_key) is None:
            message = f"access_key={access_key!r}: pass a key that the server gave out, such as 'AKIA...'"
            raise LabError(message)
        self.host, self._port, scheme = _place_of(endpoint)
        self._kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection

    def get(self, path: str, **query: object) -> Json:
        """Ask for something."""
        return self._asked("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def post(self, path: str, **body: object) -> Json:
        """Let something happen."""
        return self._asked("POST", path, json.dumps(body).encode())

    def _asked(self, method: str, path: str, body: bytes | None) -> Json:
        """What the server answers.

        Raises:
            LabError: it cannot be reached, or refuses; its own words say why.
        """
        for pause in _PAUSES:
            status, content = self._answered(method, path, body)
            if status != _TOO_MANY:
                break
            time.sleep(pause)  # of the computer's time, as every SDK does
        return _told(status, content, self.endpoint)

    def _answered(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        headers = {HEADER: self.access_key, "Content-Type": "application/json"}
        connection = self._kind(self.host, self._port, timeout=_ANSWERS_WITHIN)
        try:
            connection.request(method, PREFIX + path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            message = (
                f"no lab answers at {self.endpoint} ({error}): start one with `workbook serve`, or pass the "
                "URL that it prints"
            )
            raise LabError(message) from error
        finally:
            connection.close()


def _place_of(endpoint: str) -> tuple[str, int | None, str]:
    """Host, port and scheme of a URL; None is the scheme's own port."""
    with contextlib.suppress(ValueError):  # a port that is none, or half an IPv6 address
        parts = urlsplit(endpoint) if isinstance(endpoint, str) else None
        if parts is not None and parts.scheme in {"http", "https"} and parts.hostname:
            return parts.hostname, parts.port, parts.scheme
    message = f"endpoint={endpoint!r}: pass the URL that `workbook serve` prints, 'http://127.0.0.1:4566'"
    raise LabError(message)


def _told(status: int, content: bytes, endpoint: str) -> Json:
    try:
        answer = json.loads(content)
        if status < 300 and isinstance(answer, dict):
            return answer
        raise Refused(answer["error"]["code"], answer["error"]["message"])
    except (ValueError, KeyError, TypeError):
        message = (
            f"what answers at {endpoint} is no lab: status {status}. Pass the URL that `workbook serve` "
            "prints"
        )
    raise LabError(message)
