"""How many requests of one account are let in: a bucket that fills with time, as AWS's own throttling does.

Source: AWS's guides call it the token bucket (Amazon EC2 API Reference, "Request throttling").
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Throttle:
    """Lets `rate` requests a second in, and as many at once after a second of rest.

    Args:
        rate: Requests a second of real time.
        clock: Tells real seconds; they may begin anywhere.
    """

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left: float = rate
        self._looked = clock()

    def lets_in(self) -> bool:
        """Whether one more request may pass now; it then counts."""
        now = self._clock()
        self._left = min(self._rate, self._left + (now - self._looked) * self._rate)
        self._looked = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
