"""Whether a request came over TLS, for policies that ask for `aws:SecureTransport`.

No byte of a lab is encrypted, so the address tells: a client with `use_ssl=False` calls `http://` hosts of
AWS, which SQS and SNS have. A server on this computer speaks plain HTTP to everybody; what comes there counts
as what the same client would do on AWS, and is secure.

Source: IAM User Guide, "AWS global condition context keys"; General Reference, endpoints of SQS and SNS.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

_OF_AWS = (".amazonaws.com", ".amazonaws.com.cn")
_OVER_TLS: Mapping[str, object] = {}  # what every request is taken for
_IN_PLAIN_TEXT: Mapping[str, object] = {"aws:SecureTransport": False}


def transport_keys(url: str) -> Mapping[str, object]:
    """What a request's URL says about its transport, as condition keys."""
    if not url.startswith("http://"):
        return _OVER_TLS
    return _IN_PLAIN_TEXT if (urlsplit(url).hostname or "").endswith(_OF_AWS) else _OVER_TLS
