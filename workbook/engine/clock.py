"""Time as one integer.

An instant is a whole number of microseconds since the Unix epoch. Seconds as floats were tried: at
1.7e9 they resolve 0.24 microseconds only, so `wait(end - now)` can round to zero and spin for ever.
Nothing but the kernel moves the clock, and the kernel moves it forwards only.
"""

from __future__ import annotations

import datetime

SECOND = 1_000_000
"""Microseconds in a second: `clock.now + 30 * SECOND` is half a minute from now."""


def microseconds(seconds: float) -> int:
    """Turn a duration in seconds into whole microseconds, rounded to the nearest."""
    return round(seconds * SECOND)


def instant_of(moment: datetime.datetime) -> int:
    """Turn a point in time into microseconds since the Unix epoch; a naive one is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (moment - epoch) // datetime.timedelta(microseconds=1)


def datetime_of(instant: int) -> datetime.datetime:
    """Turn microseconds since the Unix epoch into an aware UTC datetime."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return epoch + datetime.timedelta(microseconds=instant)


class Clock:
    """The virtual clock: what time it is in the simulated AWS."""

    __slots__ = ("_now",)

    def __init__(self, start: int) -> None:
        """Start at `start` microseconds since the Unix epoch."""
        self._now = start

    @property
    def now(self) -> int:
        """The present instant, in microseconds since the Unix epoch."""
        return self._now

    @property
    def seconds(self) -> float:
        """The present instant in seconds, as `time.time()` gives it."""
        return self._now / SECOND

    @property
    def milliseconds(self) -> int:
        """The present instant in whole milliseconds, as most AWS APIs give it."""
        return self._now // 1000

    def datetime(self) -> datetime.datetime:
        """The present instant as an aware UTC datetime."""
        return datetime_of(self._now)

    def move_to(self, instant: int) -> None:
        """Move to `instant`.

        Raises:
            ValueError: `instant` lies in the past; virtual time never goes back.
        """
        if instant < self._now:
            message = f"the clock cannot go back from {self._now} to {instant} microseconds"
            raise ValueError(message)
        self._now = instant
