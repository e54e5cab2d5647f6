"""IP addresses and networks in patterns, with the errors of AWS's own parser (which name no place)."""

from __future__ import annotations

import ipaddress
import re

from workbook.aws.patterns.errors import InvalidEventPattern
from workbook.aws.patterns.operators import Address, Network

_IPV4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_IPV6 = re.compile(r"[0-9a-fA-F:]+")


def address_or_none(text: str) -> Address | None:
    """The address that a text is, or None."""
    if not (":" in text or "." in text):
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def network_of(text: str) -> Network:
    """Compile ``10.0.0.0/24``.

    Raises:
        InvalidEventPattern: the text is no network.
    """
    parts = text.split("/")
    if len(parts) != 2:
        raise InvalidEventPattern("Malformed CIDR, one '/' required")
    address, bits = parts
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", bits):
        raise InvalidEventPattern("Malformed CIDR, mask bits must be an integer")
    return _network(address, int(bits))


def _network(text: str, bits: int) -> Network:
    if bits < 0:
        raise InvalidEventPattern("Malformed CIDR, mask bits must not be negative")
    if not (_IPV4.fullmatch(text) or (":" in text and _IPV6.fullmatch(text))):
        raise InvalidEventPattern(f"Nonstandard IP address: {text}")
    address = address_or_none(text)
    if address is None:
        raise InvalidEventPattern(f"Invalid IP address: {text}")
    width = address.max_prefixlen
    if bits >= width:
        raise InvalidEventPattern(f"IPv{address.version} mask bits must be < {width}")
    last = int(address) | ((1 << (width - bits)) - 1)
    return Network(address, type(address)(last))
