"""Ticks at round numbers: of time, from milliseconds to weeks, and of counts."""

from __future__ import annotations

import math

from workbook.engine.clock import SECOND
from workbook.flow.durations import duration_text

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_STEPS = (
    *(mantissa * 10.0**power for power in (-3, -2, -1) for mantissa in (1, 2, 5)),
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(_MINUTE * number for number in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * number for number in (1, 2, 3, 6, 12)),
    *(_DAY * number for number in (1, 2, 7, 14, 28)),
)
"""Seconds between two ticks."""


def time_step(seconds: float, most: int) -> float:
    """Seconds between ticks, so that there are at most `most` of them."""
    return next(
        (step for step in _STEPS if seconds / step <= most),
        _STEPS[-1] * math.ceil(seconds / _STEPS[-1] / most),
    )


def time_ticks(first: int, last: int, start: int, most: int) -> list[tuple[int, str]]:
    """Instants between two others, and what stands at each: the time since `start` (all microseconds)."""
    step = time_step((last - first) / SECOND, most)
    apart = round(step * SECOND)
    numbers = range(-((start - first) // apart), (last - start) // apart + 1)
    return [(start + number * apart, tick_text(number * apart, step)) for number in numbers]


def tick_text(microseconds: int, step: float) -> str:
    """A time at an axis with a tick each `step` seconds: in words where two units say it, else as a clock."""
    if microseconds == 0:
        return "0"
    seconds, fraction = microseconds / SECOND, microseconds % SECOND
    decimals = next((digits for digits, size in enumerate((1, 0.1, 0.01)) if step >= size), 3)
    if seconds < 60:
        return duration_text(seconds) if float(f"{seconds:.3g}") == seconds else f"{seconds:.{decimals}f} s"
    whole = microseconds // SECOND
    units = (whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60)
    if not fraction and sum(map(bool, units)) <= 2:
        return duration_text(whole)
    rest = f".{fraction:06d}"[: decimals + 1] if decimals else ""
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}{rest}"


def top_count(most: float) -> float:
    """The round number up to which an axis goes for counts of at most `most`."""
    if most <= 10:
        return max(1, math.ceil(most))
    unit = 10.0 ** math.floor(math.log10(most))
    return next(unit * share for share in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if unit * share >= most)


def top_age(most: float) -> float:
    """The same for ages, in seconds."""
    if most <= 0:
        return 1.0
    for step in _STEPS:
        if most <= 4 * step:
            return step * max(1, math.ceil(most / step - 1e-9))
    return _DAY * math.ceil(most / _DAY)
