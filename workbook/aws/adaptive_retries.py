"""Clients with retry mode "adaptive" slow themselves down in AWS time, not in real time.

Botocore's rate limiter waits on a condition of `threading` until its clock says that a token is there. In a
lab that clock is virtual and stands still meanwhile, so the wait would never end: the client sleeps instead.
A client may also have seen a later time than it is now: it was made before the lab, or the lab was reset.
Then it would wait for months, so what it measured counts from now on anew.
"""

from __future__ import annotations

import math
from typing import Any

from botocore.exceptions import CapacityNotAvailableError
from botocore.retries.adaptive import RateClocker
from botocore.retries.bucket import TokenBucket
from botocore.retries.throttling import CubicCalculator

from workbook.engine.patches import Patches
from workbook.engine.world import World

_Private = Any
"""An object of botocore's whose private attributes its stubs do not have."""
_LEAST_PAUSE = 1e-6
"""Seconds: the clock of a lab ticks in microseconds, and a shorter sleep would not move it."""


def install(patches: Patches, world: World) -> None:
    """Make the changes."""
    wait_for_tokens_in_virtual_time(patches, world)
    measure_anew_when_time_went_back(patches)


def wait_for_tokens_in_virtual_time(patches: Patches, world: World) -> None:
    """Sleep where botocore waits on a condition that nobody will announce."""
    acquire_or_wait = TokenBucket.acquire

    def acquire(bucket: _Private, amount: int = 1, block: bool = True) -> bool:  # noqa: FBT001, FBT002 - botocore's
        while True:
            try:
                return bool(acquire_or_wait(bucket, amount, block=False))
            except CapacityNotAvailableError:
                if not block:
                    raise
            pause = bucket._sleep_amount(amount)  # noqa: SLF001 - there is no other way to it
            world.kernel.sleep(max(pause, _LEAST_PAUSE))

    patches.set(TokenBucket, "acquire", acquire)


def measure_anew_when_time_went_back(patches: Patches) -> None:
    """Tokens, the measured rate and the last refusal each have an instant from which they count."""
    refill: _Private = vars(TokenBucket)["_refill"]
    record, succeed = RateClocker.record, CubicCalculator.success_received

    def refill_from_now_on(bucket: _Private) -> None:
        last, now = bucket._last_timestamp, bucket._clock.current_time()  # noqa: SLF001 - as above
        if last is not None and now < last:
            bucket._last_timestamp = now  # noqa: SLF001 - as above
        refill(bucket)

    def record_from_now_on(clocker: _Private, amount: int = 1) -> float:
        now = clocker._clock.current_time()  # noqa: SLF001 - as above
        if now < clocker._last_bucket:  # noqa: SLF001 - as above
            clocker._last_bucket, clocker._count = math.floor(now), 0  # noqa: SLF001 - as above
        return float(record(clocker, amount))

    def succeed_from_now_on(calculator: _Private, timestamp: float) -> float:
        calculator._last_fail = min(calculator._last_fail, timestamp)  # noqa: SLF001 - as above
        return float(succeed(calculator, timestamp))

    patches.set(TokenBucket, "_refill", refill_from_now_on)
    patches.set(RateClocker, "record", record_from_now_on)
    patches.set(CubicCalculator, "success_received", succeed_from_now_on)
