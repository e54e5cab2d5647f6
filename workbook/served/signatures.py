"""Who signed a request, for which Region and service: what AWS reads before anything else.

    Authorization: AWS4-HMAC-SHA256 Credential=AKIA.../20261128/us-east-1/sqs/aws4_request, SignedHeaders=...

The signature itself is not checked: a lab has no secrets. But the key says whose request it is, and the
service is found by it where many clients send all they have to one address.

A key that IAM or STS has made carries its account, on AWS and in moto. So a key of an assumed role finds its
lab again without a registry of keys.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from workbook.aws.environment import account_of
from workbook.served.requests import HttpRequest

_SCOPE = re.compile(
    r"Credential=(?P<key>[^/,\s]+)/(?P<date>[^/,\s]*)/(?P<region>[^/,\s]+)/(?P<service>[^/,\s]+)/aws4_request"
)
_MADE_KEY = re.compile(r"A[KS]IA(?P<account>[A-Z2-7]{8})(?P<half>[A-Z2-7])[A-Z0-9]{7}")
_KEY_OFFSET = 549_755_813_888
"""What is added to half of an account's number before it is written: the first bit is always one."""
_UPPER_HALF = "QRSTUVWXYZ234567"
"""The character behind it is one of these where the number is odd."""


@dataclass(frozen=True)
class Signature:
    """What a request's signature says of it; `service` is a signing name such as "states"."""

    access_key: str
    region: str
    service: str
    date: str = ""

    def header(self, access_key: str) -> str:
        """The header Authorization of the same request, in the name of another key."""
        scope = f"{access_key}/{self.date}/{self.region}/{self.service}/aws4_request"
        return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"


def signature_of(request: HttpRequest) -> Signature | None:
    """The signature of a request; None where it has none of today's form (version 4)."""
    found = _SCOPE.search(_written(request))
    return found and Signature(found["key"], found["region"].lower(), found["service"].lower(), found["date"])


def is_presigned(request: HttpRequest) -> bool:
    """Whether the signature is in the URL, which somebody else may have been given."""
    return any(_in_query(request, name) is not None for name in ("X-Amz-Credential", "AWSAccessKeyId"))


def account_in_key(access_key: str) -> str | None:
    """The account, 12 digits, that a key of a lab, of IAM or of STS carries; None where it carries none."""
    of_a_lab = account_of(access_key)
    found = _MADE_KEY.fullmatch(access_key)
    if of_a_lab is not None or found is None:
        return of_a_lab
    half = int.from_bytes(base64.b32decode(found["account"]), "big") - _KEY_OFFSET
    number = 2 * half + (found["half"] in _UPPER_HALF)
    return f"{number:012}" if 0 <= number < 10**12 else None


def _written(request: HttpRequest) -> str:
    """The signature's text in the header or, presigned, in the URL."""
    credential = _in_query(request, "X-Amz-Credential")
    return request.header("Authorization") or (f"Credential={credential}" if credential else "")


def _in_query(request: HttpRequest, name: str) -> str | None:
    if name not in request.query:
        return None
    return parse_qs(request.query, keep_blank_values=True).get(name, [None])[0]
