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


class Throttle:
    """The buckets of an API's stages and their routes; one whose settings change begins anew."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], TokenBucket] = {}
        """By stage and route."""

    def lets_through(self, place: tuple[str, str], rate: float | None, burst: int | None, now: int) -> bool:
        """Whether one more request to a stage and route may pass; without a rate or a burst all may."""
        if rate is None or burst is None:
            return True
        bucket = self._buckets.get(place)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
            bucket = self._buckets[place] = TokenBucket(rate, burst, now)
        return bucket.take(now)

    def forget(self, stage: str) -> None:
        """The stage is gone."""
        for place in [place for place in self._buckets if place[0] == stage]:
            del self._buckets[place]
