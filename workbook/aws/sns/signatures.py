"""How SNS signs what it sends, so that a receiver can tell it from a forgery.

The text to sign is a list of field names and values, a line each, in the order of the alphabet; optional
fields that are absent are left out. Version 1 signs with SHA-1, version 2 with SHA-256 (topic attribute
SignatureVersion). Nothing in it depends on the subscription, so one signature does for all subscribers that
get the same text.

Source: Amazon SNS Developer Guide, "Verifying the signatures of Amazon SNS messages".
"""

from __future__ import annotations

import base64
import functools
import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from workbook.aws.sns.signing_key import FIRST_PRIME, PUBLIC_EXPONENT, SECOND_PRIME

DEFAULT_VERSION = "1"
_HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - AWS's version 1

_SIGNED_FIELDS = ("Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")


def text_to_sign(fields: dict[str, str]) -> str:
    """The text that the signature of a message with these fields is made of."""
    return "".join(f"{name}\n{fields[name]}\n" for name in _SIGNED_FIELDS if name in fields)


def sign(fields: dict[str, str], version: str = DEFAULT_VERSION) -> str:
    """The signature of a message with these fields, in base64."""
    signature = signing_key().sign(text_to_sign(fields).encode(), padding.PKCS1v15(), _HASHES[version])
    return base64.b64encode(signature).decode()


@functools.cache
def signing_key() -> rsa.RSAPrivateKey:
    """The private key that all topics of a lab sign with."""
    totient = (FIRST_PRIME - 1) * (SECOND_PRIME - 1)
    private_exponent = pow(PUBLIC_EXPONENT, -1, totient)
    public = rsa.RSAPublicNumbers(PUBLIC_EXPONENT, FIRST_PRIME * SECOND_PRIME)
    numbers = rsa.RSAPrivateNumbers(
        p=FIRST_PRIME,
        q=SECOND_PRIME,
        d=private_exponent,
        dmp1=rsa.rsa_crt_dmp1(private_exponent, FIRST_PRIME),
        dmq1=rsa.rsa_crt_dmq1(private_exponent, SECOND_PRIME),
        iqmp=rsa.rsa_crt_iqmp(FIRST_PRIME, SECOND_PRIME),
        public_numbers=public,
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)  # it is a constant, and checked by a test


@functools.cache
def certificate_url(region: str) -> str:
    """Where the certificate for the key is said to be; its name is a digest, as AWS's looks like one."""
    digest = hashlib.md5(f"{FIRST_PRIME * SECOND_PRIME:x}".encode(), usedforsecurity=False).hexdigest()
    return f"https://sns.{region}.amazonaws.com/SimpleNotificationService-{digest}.pem"
