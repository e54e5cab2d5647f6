"""How a sequence tells time: in seconds since the first hop, or by AWS's clock where days go by.

Seconds fit `since=` and show how long things take. After a day nobody reads them any more, and what happens
then mostly happens by the clock: "28 Mar 01:30:54" says more than "59,454.000".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbook.engine.clock import SECOND, datetime_of
from workbook.flow.sequence_rows import Row

DAY = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Times:
    """The times of one sequence, in its picture and in words."""

    start: int
    """The first hop of the trace, in microseconds."""
    by_clock: bool = False

    @classmethod
    def of(cls, start: int, rows: Iterable[Row]) -> Times:
        """The times of these rows: by the clock where one is a day or more after the start."""
        return cls(start, any(row.time - start >= DAY for row in rows))

    @property
    def unit(self) -> str:
        """What stands above the times."""
        return "UTC" if self.by_clock else "seconds"

    def day(self, instant: int) -> str:
        """The day, where times are told by the clock; empty where they are not."""
        return f"{datetime_of(instant):%d %b}" if self.by_clock else ""

    def beside(self, instant: int) -> str:
        """The time as it stands beside a row, without its day."""
        if self.by_clock:
            return f"{datetime_of(instant):%H:%M:%S}"
        return f"{(instant - self.start) / SECOND:,.3f}"

    def said(self, instant: int) -> str:
        """The time in a sentence."""
        if self.by_clock:
            moment = datetime_of(instant)
            return f"{moment:%d %b %H:%M:%S}.{moment.microsecond // 1000:03}"
        return f"{(instant - self.start) / SECOND:.3f} s"
