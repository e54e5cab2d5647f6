"""Bodies that come compressed: boto3 and others compress large ones, of operations whose models allow it.

Of what is simulated, that is PutMetricData of CloudWatch alone. An object of S3 stays as it was sent.
"""

from __future__ import annotations

import zlib
from dataclasses import replace

from workbook.served.requests import HttpRequest

MOST_BYTES = 16 << 20
"""Bytes of a body when it is no longer compressed, as many as one that never was may have on a server."""
_TAKE_GZIP = frozenset({"cloudwatch"})
_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS
_NOT_ANY_MORE = frozenset({"content-encoding", "content-length"})


class BrokenBody(ValueError):
    """What came is not compressed as it says, or far too large; the text says which."""


def unpacked(service: str, request: HttpRequest) -> HttpRequest:
    """The request as it was before its client compressed it.

    Raises:
        BrokenBody: that cannot be had.
    """
    if service not in _TAKE_GZIP or (request.header("Content-Encoding") or "").lower() != "gzip":
        return request
    headers = tuple(header for header in request.headers if header[0].lower() not in _NOT_ANY_MORE)
    return replace(request, headers=headers, body=_unpacked(request.body))


def _unpacked(body: bytes) -> bytes:
    unpacking = zlib.decompressobj(_WITH_GZIP_HEADER)
    try:
        plain = unpacking.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise BrokenBody(f"the body is not compressed by gzip, as Content-Encoding says ({error})") from None
    if len(plain) > MOST_BYTES:
        raise BrokenBody(f"the body has more than {MOST_BYTES} bytes when it is no longer compressed")
    if not unpacking.eof:
        raise BrokenBody("the body breaks off: gzip says where it ends, and it has no end")
    return plain
