"""Pauses that grow with each try, so that a target that is down is not asked more and more often.

Of most senders AWS says no more than that; each takes its own figures, named in docs/fidelity.md.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator


def doubling(
    first: float, longest: float, *, jitter: float = 0
) -> Callable[[random.Random], Iterator[float]]:
    """Pauses without end, in seconds: each twice the one before, up to `longest`.

    `jitter` is the greatest part of a pause, from 0 to 1, that chance takes away.
    """

    def pauses(chance: random.Random) -> Iterator[float]:
        pause = first
        while True:
            yield pause * (1 - jitter * chance.random())
            pause = min(2 * pause, longest)

    return pauses
