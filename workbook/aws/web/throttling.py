"""A token bucket: so many requests at once, and so many a second after that.

Source: API Gateway Developer Guide, "Throttle requests to your APIs" (rate and burst).
"""

from __future__ import annotations

from workbook.engine.clock import SECOND


class TokenBucket:
    """Holds at most `burst` tokens and gains `rate` of them a second; each request takes one."""

    def __init__(self, rate: float, burst: int, now: int) -> None:
        self.rate = rate
        self.burst = burst
        self._tokens = float(burst)
        self._filled_at = now

    def take(self, now: int) -> bool:
        """Take one token, if there is one."""
        gained = (now - self._filled_at) * self.rate / SECOND
        self._tokens = min(float(self.burst), self._tokens + gained)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
