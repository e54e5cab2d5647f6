"""The certificate that a message's SigningCertURL leads to.

AWS's is signed by Amazon's own authority, in a chain that a receiver can follow. A lab has no authority: its
certificate is signed with its own key. Everything else is as AWS's: it is an X.509 certificate for
sns.amazonaws.com whose public key verifies the signatures.
"""

from __future__ import annotations

import datetime
import functools

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from workbook.aws.sns.signatures import certificate_url, signing_key

_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
_SERIAL_NUMBER = 0x6E6F7469666963
_FROM = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_UNTIL = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
"""A lab may begin at any time, and its certificate is good at each."""


@functools.cache
def certificate() -> str:
    """The certificate as PEM text, the same in each lab."""
    key = signing_key()
    built = (
        x509.CertificateBuilder()
        .subject_name(_NAME)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(_SERIAL_NUMBER)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode()


def is_certificate_url(url: str, region: str) -> bool:
    """Whether this is where SNS keeps its certificate in a Region."""
    return url == certificate_url(region)
