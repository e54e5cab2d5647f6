"""How many invocations ran at a time, from their hops: each begins at its time and ends at `ended_at`."""

from __future__ import annotations

from collections.abc import Iterable

from workbook.engine.hop import Hop


def ended_at(run: Hop) -> int:
    """When it ended (microseconds); for one that still runs, never within anybody's lifetime."""
    end = run.facts.get("ended_at")
    return end if isinstance(end, int) else 2**62


def running_at(runs: Iterable[Hop], instant: int) -> int:
    """How many of the invocations were running at an instant."""
    return sum(run.time <= instant < ended_at(run) for run in runs)


def most_at_a_time(runs: Iterable[Hop]) -> int:
    """How many ran at a time at most; one that begins the instant another ends is not beside it."""
    changes = sorted(change for run in runs for change in ((run.time, 1), (ended_at(run), -1)))
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most
