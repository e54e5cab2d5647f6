"""The metrics AWS/SQS of a queue, one value a minute, without a timer.

Sums are collected while things happen. A gauge is the state of the queue at the end of a minute; a queue
changes only when it is touched or when a due instant passes, and it settles those in order, so it is enough
to note the gauges whenever a minute's end has gone by since the last look: one *stretch* for any number of
minutes in which nothing changed. A day of idleness costs one stretch, and nothing at all while it passes.
`publishing` hands over what was collected when somebody reads it.

Names and units: Amazon SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS"; active for six
hours: "Monitoring queues using CloudWatch". An active queue reports 0 of what there is none of, as the guide
says above its table and as values captured from AWS show; only the size of messages is silent until there are
some. A value is stamped with its minute's start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from workbook.aws.limits import limit
from workbook.aws.metrics import MINUTE, Datum, Tally
from workbook.engine.clock import SECOND

ACTIVE = limit("sqs.metrics.active") * 3600 * SECOND
"""Microseconds for which a queue is active after it was last used or held a message."""


class QuietGauges(NamedTuple):
    """What a fair queue shows besides: the noisy tenants, and the messages of the others."""

    noisy_groups: int
    visible: int
    in_flight: int
    delayed: int
    oldest: int | None


class Gauges(NamedTuple):
    """The state of a queue at one instant; `oldest` is when its oldest message came in, in microseconds."""

    visible: int
    in_flight: int
    delayed: int
    oldest: int | None
    groups_in_flight: int | None = None
    quiet: QuietGauges | None = None

    @property
    def messages(self) -> int:
        """How many messages the queue holds."""
        return self.visible + self.in_flight + self.delayed


class Stretch(NamedTuple):
    """Minute ends from `first` to `last` (instants, both included) at which the queue looked the same."""

    first: int
    last: int
    gauges: Gauges


class QueueMetrics:
    """Collects the metrics of one queue."""

    __slots__ = ("_active_until", "_dimensions", "_next_end", "_stretches", "_tallies")

    def __init__(self, queue_name: str, now: int) -> None:
        self._dimensions = (("QueueName", queue_name),)
        self._tallies: dict[tuple[int, str], Tally] = {}
        self._stretches: list[Stretch] = []
        self._next_end = (now // MINUTE + 1) * MINUTE
        self._active_until = now + ACTIVE

    @property
    def next_end(self) -> int:
        """The end of the first minute whose gauges have not been noted yet."""
        return self._next_end

    @property
    def is_drained(self) -> bool:
        """Whether everything collected has been taken."""
        return not self._tallies and not self._stretches

    def touch(self, now: int) -> None:
        """Somebody used the queue, or a message ended in it."""
        self._active_until = max(self._active_until, now + ACTIVE)

    def add(self, name: str, value: float, now: int) -> None:
        """Something happened that a metric adds up."""
        key = (now // MINUTE, name)
        tally = self._tallies.get(key)
        if tally is None:
            self._tallies[key] = Tally(value)
        else:
            tally.add(value)

    def note(self, gauges: Gauges, now: int) -> None:
        """The queue has looked like this at every minute's end up to now."""
        first, last = self._next_end, now // MINUTE * MINUTE
        if last < first:
            return
        self._next_end = last + MINUTE
        if gauges.messages:
            self._active_until = max(self._active_until, last + ACTIVE)
        last = min(last, self._active_until // MINUTE * MINUTE)
        if first <= last:
            self._stretches.append(Stretch(first, last, gauges))

    def drain(self, now: int) -> Iterator[Datum]:
        """Take what is complete: all minutes that have ended by `now`."""
        for value in self._drain(now // MINUTE):
            tally = value.tally if isinstance(value.tally, Tally) else Tally(value.tally)
            yield Datum("AWS/SQS", value.name, self._dimensions, value.minute, value.unit, tally)

    def _drain(self, ended: int) -> Iterator[_Value]:
        counted = {key for key in self._tallies if key[0] < ended}
        for minute, name in sorted(counted):
            yield _sum_of(name, minute * MINUTE, self._tallies.pop((minute, name)))
        stretches, self._stretches = self._stretches, []
        for stretch in stretches:
            for end in range(stretch.first, stretch.last + 1, MINUTE):
                yield from _gauges_of(stretch.gauges, end)
                minute = end // MINUTE - 1
                idle = [name for name in _sums_of(stretch.gauges) if (minute, name) not in counted]
                yield from (_Value(name, minute * MINUTE, 0) for name in idle)


class _Value(NamedTuple):
    """One value of one metric of the minute that began at an instant."""

    name: str
    minute: int
    tally: float | Tally
    unit: str = "Count"


def _sum_of(name: str, minute: int, tally: Tally) -> _Value:
    if name == "SentMessageSize":
        return _Value(name, minute, tally, "Bytes")
    return _Value(name, minute, tally.total)


def _sums_of(gauges: Gauges) -> tuple[str, ...]:
    """What an active queue counts in each minute; a FIFO queue also what it recognised as sent before."""
    return _SUMS if gauges.groups_in_flight is None else (*_SUMS, "NumberOfDeduplicatedSentMessages")


_SUMS = (
    "NumberOfMessagesSent",
    "NumberOfMessagesReceived",
    "NumberOfMessagesDeleted",
    "NumberOfEmptyReceives",
)


def _gauges_of(gauges: Gauges, end: int) -> Iterator[_Value]:
    minute = end - MINUTE
    yield _Value("ApproximateNumberOfMessagesVisible", minute, gauges.visible)
    yield _Value("ApproximateNumberOfMessagesNotVisible", minute, gauges.in_flight)
    yield _Value("ApproximateNumberOfMessagesDelayed", minute, gauges.delayed)
    yield _Value("ApproximateAgeOfOldestMessage", minute, _age(gauges.oldest, end), "Seconds")
    if gauges.groups_in_flight is not None:
        yield _Value("ApproximateNumberOfGroupsWithInflightMessages", minute, gauges.groups_in_flight)
    if gauges.quiet is not None:
        yield from _quiet_gauges_of(gauges.quiet, end)


def _quiet_gauges_of(quiet: QuietGauges, end: int) -> Iterator[_Value]:
    minute = end - MINUTE
    yield _Value("ApproximateNumberOfNoisyGroups", minute, quiet.noisy_groups)
    yield _Value("ApproximateNumberOfMessagesVisibleInQuietGroups", minute, quiet.visible)
    yield _Value("ApproximateNumberOfMessagesNotVisibleInQuietGroups", minute, quiet.in_flight)
    yield _Value("ApproximateNumberOfMessagesDelayedInQuietGroups", minute, quiet.delayed)
    yield _Value("ApproximateAgeOfOldestMessageInQuietGroups", minute, _age(quiet.oldest, end), "Seconds")


def _age(oldest: int | None, now: int) -> int:
    """Seconds; 0 where there is no message."""
    return 0 if oldest is None else (now - oldest) // SECOND
