"""The buffer of a delivery stream: closed when it is full or when its time is up, whichever comes first.

The time begins with the first record, so an empty buffer is never closed, and no empty object is ever
written. A record is never split, so an object can be larger than the hint. With an interval of 0 AWS says
that records come within seconds; here they come after `ZERO_BUFFERING`.

Source: service model of Firehose, BufferingHints; Amazon Data Firehose Developer Guide, "Buffering hints".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbook.engine.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbook.aws.firehose.batch import Record
    from workbook.engine.kernel import Kernel
    from workbook.engine.tasks import Timer

ZERO_BUFFERING = SECOND
"""Microseconds from the first record until it is written, where the interval is 0."""


class Buffer:
    """Records that wait for others."""

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        size: int,
        interval: int,
        close: Callable[[list[Record], str], object],
    ) -> None:
        """`size` in bytes, `interval` in seconds; `close` is given the records, and "size" or "interval"."""
        self._kernel = kernel
        self._name = name
        self._size = size
        self._interval = interval * SECOND or ZERO_BUFFERING
        self._close = close
        self._timer: Timer | None = None
        self._bytes = 0
        self._records: list[Record] = []

    def add(self, record: Record) -> None:
        """Keep a record; close the buffer when it is full."""
        if not self._records:
            instant = self._kernel.clock.now + self._interval
            self._timer = self._kernel.at(instant, self._end, "interval", name=f"{self._name}: buffer")
        self._records.append(record)
        self._bytes += len(record.data)
        if self._bytes >= self._size:
            # Not in the producer's stack: it does not wait for S3.
            self._kernel.at(
                self._kernel.clock.now, self._close, self.take(), "size", name=f"{self._name}: buffer"
            )

    def take(self) -> list[Record]:
        """What is in it, which is not in it any more."""
        if self._timer is not None:
            self._timer.cancel()
        records, self._records, self._bytes, self._timer = self._records, [], 0, None
        return records

    def _end(self, trigger: str) -> None:
        self._close(self.take(), trigger)
