"""Every source of chance, from one seed.

Each user of chance has a stream of its own, named after what it decides. So a new feature that draws
numbers does not change the numbers that older ones get, and committed outputs of lessons stay as they are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields

_VERSION_4 = 4 << 76 | 0x8 << 60
"""The bits that every version 4 UUID has (RFC 9562, 5.4)."""
_FREE_BITS = ~(0xF << 76 | 0xC << 60)


class Seeds:
    """Independent, repeatable streams of random numbers."""

    def __init__(self, seed: int) -> None:
        """Any integer is a good seed."""
        self.seed = seed
        self._streams: dict[str, random.Random] = {}

    def stream(self, name: str) -> random.Random:
        """The stream called `name`; it goes on where its last user left off."""
        stream = self._streams.get(name)
        if stream is None:
            # A string seed is hashed with SHA-512 by `random`, so it does not depend on PYTHONHASHSEED.
            stream = self._streams[name] = random.Random(f"{self.seed}/{name}")
        return stream

    def uuid(self, name: str) -> str:
        """The next version 4 UUID from the stream called `name`."""
        digits = f"{self.stream(name).getrandbits(128) & _FREE_BITS | _VERSION_4:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@dataclass(frozen=True)
class Chaos:
    """The chance that AWS really has, as probabilities from 0 to 1. All off unless a lesson asks for it.

    Standard queues "occasionally" deliver twice and out of order, and a short poll asks only some of the
    servers; Lambda's queue of asynchronous events is "eventually consistent"; asynchronous express workflows
    run "at least once". AWS publishes no rates, so these are knobs, not facts.
    """

    duplicates: float = 0.0
    """The chance that a received message of a standard queue is delivered once more."""
    reordering: float = 0.0
    """The chance that a message of a standard queue is overtaken by the next one."""
    missed_polls: float = 0.0
    """The chance that a short poll does not see a message that is there."""
    duplicate_events: float = 0.0
    """The chance that Lambda runs an asynchronously invoked function once more with the same event."""
    duplicate_executions: float = 0.0
    """The chance that an express workflow that nobody waits for runs twice."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value <= 1.0:
                message = f"Chaos({field.name}={value!r}): a probability lies between 0 and 1, e.g. 0.1"
                raise ValueError(message)
