"""Receipt handles: what a consumer deletes with.

A handle must tell which receive of which message it came from, or else a consumer that was too slow
could delete what another one works on now. Remembering every handle ever given would cost memory for
ever, so a handle carries its facts in itself: enciphered, so that nobody builds on its inside, and signed,
so that nobody makes one up. A handle of another queue is signed with another key and is worth nothing here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import random
import struct
from typing import NamedTuple

from workbook.aws.sqs.message import Message

_HEADER = b"\x01\x01\x01"
"""Makes handles begin with AQEB, as those of AWS do."""
_NONCE = 16
_SIGNATURE = 16
_FACTS = struct.Struct(">16sQQ")
_LENGTH = len(_HEADER) + _NONCE + _FACTS.size + _SIGNATURE


class Receipt(NamedTuple):
    """What a handle stands for: the receive number `generation` of a message, at the instant `received`."""

    message_id: str
    generation: int
    received: int


class Receipts:
    """Gives out the handles of one queue, and reads them."""

    __slots__ = ("_chance", "_key")

    def __init__(self, chance: random.Random) -> None:
        """`chance` makes the queue's key, and every handle different from the one before."""
        self._chance = chance
        self._key = chance.randbytes(32)

    def issue(self, message: Message) -> str:
        """A new handle for the latest receive of a message."""
        facts = _FACTS.pack(
            bytes.fromhex(message.message_id.replace("-", "")), message.generation, message.received
        )
        nonce = self._chance.randbytes(_NONCE)
        hidden = self._cipher(nonce, facts)
        return base64.b64encode(_HEADER + nonce + hidden + self._signature(nonce + hidden)).decode()

    def read(self, handle: str) -> Receipt | None:
        """What a handle stands for; None when this queue never gave it out."""
        try:
            raw = base64.b64decode(handle, validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(raw) != _LENGTH or not raw.startswith(_HEADER):
            return None
        sealed = raw[len(_HEADER) : -_SIGNATURE]
        if self._signature(sealed) != raw[-_SIGNATURE:]:
            return None
        identity, generation, received = _FACTS.unpack(self._cipher(sealed[:_NONCE], sealed[_NONCE:]))
        return Receipt(_message_id(identity), generation, received)

    def _cipher(self, nonce: bytes, text: bytes) -> bytes:
        stream = hashlib.blake2b(nonce, digest_size=_FACTS.size, key=self._key).digest()
        return (int.from_bytes(text) ^ int.from_bytes(stream)).to_bytes(_FACTS.size)

    def _signature(self, sealed: bytes) -> bytes:
        return hashlib.blake2b(sealed, digest_size=_SIGNATURE, key=self._key).digest()


def _message_id(identity: bytes) -> str:
    """The usual text of a UUID; the class UUID would do it at ten times the cost."""
    digits = identity.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
