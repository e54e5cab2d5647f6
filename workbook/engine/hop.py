"""One thing that happened, as the trace keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Hop(NamedTuple):
    """One thing that happened."""

    number: int
    """Its place in the trace, from 1."""
    time: int
    """When it happened: microseconds since the Unix epoch, in virtual time."""
    kind: str
    """What happened, as a verb: "send", "receive", "invoke" ..."""
    resource: str
    """What it happened to: an ARN where there is one, else a name."""
    message: str | None
    """The id of the message that it is about, if it is about one."""
    causes: tuple[int, ...]
    """The numbers of the hops that led to it; none for what a person did."""
    outcome: str
    """ "ok", or the error code."""
    size: int
    """Bytes moved, as the service counts them; 0 where that makes no sense."""
    facts: Mapping[str, object]
    """What else is worth knowing, by name."""
