"""A call as moto takes it in: a request of werkzeug, made without the builder that werkzeug's tests use.

The builder takes URLs, forms and files apart and puts them together again, which is a tenth of a call. Nearly
every call of boto3 is bytes sent to a plain path, of which nothing has to be quoted or parsed. For these, the
same environment is written down at once; every other request goes moto's own way.
"""

from __future__ import annotations

import re
import sys
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from moto.core.request import PRESERVED_HEADER_NAMES_ENVIRON_KEY, Request, normalize_request

_PLAIN_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>(?:[a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63})(?P<path>/(?:[\w.~-][\w./~-]*)?)",
    re.ASCII,
)
"""No port, no query, nothing quoted; a path with two slashes in front would be taken for a host."""
_ENCODED_NAME = "xn--"
"""How a name of other letters than ASCII's begins, which werkzeug decodes."""
_SPECIAL = frozenset({"HOST", "TRANSFER_ENCODING"})
"""Headers that change more than themselves."""


def request_of(prepared: AWSPreparedRequest) -> Request:
    """The request as `moto.core.request.normalize_request` makes it."""
    url, body = _PLAIN_URL.fullmatch(prepared.url), prepared.body
    if url is None or not body or not isinstance(body, bytes | str):
        return normalize_request(prepared)
    headers = _plain_headers(prepared)
    if headers is None:
        return normalize_request(prepared)
    sent = body.encode() if isinstance(body, str) else body
    request = Request(_environment(prepared.method, url, headers, sent))
    if _ENCODED_NAME not in url["host"]:
        request.root_url = f"{url['scheme']}://{url['host']}/"  # moto asks, and werkzeug would work it out
    return request


def _plain_headers(prepared: AWSPreparedRequest) -> dict[str, str] | None:
    """The headers by their names in the environment; None if one needs more than to be written down."""
    headers: dict[str, str] = {}
    for name, value in prepared.headers.items():
        text = value.decode() if isinstance(value, bytes) else value
        key = name.upper().replace("-", "_")
        if (
            key in headers
            or key in _SPECIAL
            or "_" in name
            or type(text) is not str
            or not text.isprintable()
        ):
            return None
        headers[key] = text
    return headers


def _environment(method: str, url: re.Match[str], headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """What a WSGI server would hand over, in the order in which werkzeug's builder writes it down."""
    content_type = headers.pop("CONTENT_TYPE", None)
    headers.pop("CONTENT_LENGTH", None)
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": url["path"],
        "QUERY_STRING": "",
        "REQUEST_URI": url["path"],
        "RAW_URI": url["path"],
        "SERVER_NAME": url["host"],
        "SERVER_PORT": "443" if url["scheme"] == "https" else "80",
        "HTTP_HOST": url["host"],
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url["scheme"],
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **({} if content_type is None else {"CONTENT_TYPE": content_type}),
        "CONTENT_LENGTH": str(len(body)),
        **{f"HTTP_{name}": value for name, value in headers.items()},
        PRESERVED_HEADER_NAMES_ENVIRON_KEY: {},
    }
