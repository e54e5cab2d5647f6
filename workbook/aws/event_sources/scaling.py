"""How many batches of a mapping are worked on at the same time.

    standard queue    5 at first; while messages remain, up to 300 more each minute; at most 1,250
    FIFO queue        as many as message groups allow (the queue itself holds a group back), no ramp
    MaximumConcurrency caps either
    function errors and throttles lower it; successes raise it again

What AWS says in numbers is the first line (Lambda Developer Guide, "Configuring scaling behavior for SQS
event source mappings"; 1,250 since November 2023, older editions of the guide say 1,000). It gives no numbers
for the rest, so these are ours, and unverified: the ramp is even (one more each 0.2 s) and begins anew when
the queue has been emptied; each failed batch takes one away, down to one, and stops the ramp until a batch
succeeds; each success gives one back, up to five.

A mapping with ReportBatchItemFailures is not slowed down by function errors (same guide, "Implementing
partial batch responses").
"""

from __future__ import annotations

from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

INITIAL = limit("lambda.sqs.initial-batches")
"""Batches at a time when a queue wakes up."""
ADDED_PER_MINUTE = limit("lambda.sqs.added-batches")
"""Batches at a time that are added while messages remain."""
LARGEST = limit("lambda.sqs.largest")
"""Batches at a time that one mapping reaches."""

_MINUTE = 60 * SECOND


class Scaling:
    """The limit of batches at a time, as a function of time and of what happened."""

    __slots__ = ("_added_per_minute", "_backing_off", "_base", "_ceiling", "_initial", "_since")

    def __init__(
        self, maximum_concurrency: int | None, *, fifo: bool, added_per_minute: int = ADDED_PER_MINUTE
    ) -> None:
        """`maximum_concurrency` is the mapping's own cap; `fifo` says that groups, not time, set the pace."""
        self._added_per_minute = added_per_minute
        self._ceiling = maximum_concurrency or LARGEST
        self._initial = min(LARGEST if fifo else INITIAL, self._ceiling)
        self._base = self._initial
        self._since: int | None = None
        self._backing_off = False

    def limit(self, now: int) -> int:
        """How many batches may be in progress at the instant `now` (microseconds)."""
        return min(self._base + self._grown(now), self._ceiling)

    def next_growth(self, now: int) -> int | None:
        """The instant at which the limit grows by one; None when it does not grow by itself."""
        if self._since is None or self.limit(now) >= self._ceiling:
            return None
        grown = self._grown(now) + 1
        return self._since + -(-grown * _MINUTE // self._added_per_minute)

    def backlog(self, now: int) -> None:
        """All batches that are allowed are in progress, and messages remain: the ramp runs."""
        if self._since is None and not self._backing_off:
            self._since = now

    def drained(self, now: int, *, idle: bool) -> None:
        """No message is left to read; `idle` says that no batch is in progress either."""
        self._stop_ramp(now)
        if idle and not self._backing_off:
            self._base = self._initial

    def failed(self, now: int) -> None:
        """A batch failed in the function, or was throttled: back off by one."""
        self._stop_ramp(now)
        self._backing_off = True
        self._base = max(1, self._base - 1)

    def succeeded(self) -> None:
        """A batch succeeded: recover by one."""
        self._backing_off = False
        if self._base < self._initial:
            self._base += 1

    def _stop_ramp(self, now: int) -> None:
        self._base = self.limit(now)
        self._since = None

    def _grown(self, now: int) -> int:
        return 0 if self._since is None else (now - self._since) * self._added_per_minute // _MINUTE
