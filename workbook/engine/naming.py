"""What people call a thing that AWS names at length."""

from __future__ import annotations

import re

_UUID = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FUNCTION = ":function:"
_LONG = 8
"""Characters of an id."""


def short_name(name: str) -> str:
    """The last part of an ARN, and of a UUID the beginning.

    A function keeps its version or alias ("resize:live"): alone that would not say whose it is. A sentence
    that begins with an ARN stays a sentence.
    """
    if name.startswith("arn:"):
        arn, space, sentence = name.partition(" ")
        name = arn.rpartition(_FUNCTION if _FUNCTION in arn else ":")[2] + space + sentence
    return _UUID.sub(r"\1", name)


def short_id(message: str) -> str:
    """As much of a message's id as fits beside a hop, and as finds it again.

    That is its beginning, and of a sequence number its end: those of a shard begin alike.
    """
    name = short_name(message)
    return f"…{name[-_LONG:]}" if name.isdigit() and len(name) > _LONG else name[:_LONG]
