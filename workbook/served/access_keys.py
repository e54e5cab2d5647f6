"""Whose request it is: the access key that AWS's own clients put into each request they sign.

    Authorization: AWS4-HMAC-SHA256 Credential=AKIA123456789012LABX/20261128/us-east-1/sqs/aws4_request, ...

or, in a presigned URL, the parameter X-Amz-Credential. The signature itself is not checked: there is no
secret.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from workbook.served.requests import HttpRequest

_IN_HEADER = re.compile(r"Credential=([^/,\s]+)/")


def access_key_in(request: HttpRequest) -> str | None:
    """The access key id of a request, or None where it has none."""
    signed = request.header("Authorization")
    if signed is not None:
        found = _IN_HEADER.search(signed)
        return found[1] if found else None
    credential = parse_qs(request.query).get("X-Amz-Credential", [""])[0]
    return credential.partition("/")[0] or None
