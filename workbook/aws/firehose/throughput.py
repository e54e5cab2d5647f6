"""How much a delivery stream takes in a second: requests, records and bytes, counted together for both calls.

Three Regions have five times the quota of the others. As with Kinesis, seconds are counted from full second
to full second; how AWS counts is not documented.

Source: Amazon Data Firehose Developer Guide, "Amazon Data Firehose quota" (Direct PUT). The service model
still says 5,000 records a second, the quota before 2020.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from workbook.aws.limits import limit
from workbook.engine.clock import SECOND

_LARGE_REGIONS = frozenset({"us-east-1", "us-west-2", "eu-west-1"})


@dataclass(frozen=True, slots=True)
class Quota:
    """What fits in a second."""

    requests: int
    records: int
    bytes: int

    @classmethod
    def of(cls, region: str) -> Self:
        """The quota of a Region."""
        name = "firehose.direct-put" if region in _LARGE_REGIONS else "firehose.direct-put.other-regions"
        return cls(limit(f"{name}.requests"), limit(f"{name}.records"), limit(f"{name}.bytes"))


@dataclass(slots=True)
class Throughput:
    """What has come in this second."""

    quota: Quota
    _second: int = field(default=-1)
    _requests: int = 0
    _records: int = 0
    _bytes: int = 0

    def admits_request(self, now: int) -> bool:
        """Whether another request fits in the second of `now` (microseconds); counts it if so."""
        self._go_on(now)
        if self._requests >= self.quota.requests:
            return False
        self._requests += 1
        return True

    def admits_record(self, size: int, now: int) -> bool:
        """Whether a record of `size` bytes fits; counts it if so."""
        self._go_on(now)
        if self._records >= self.quota.records or self._bytes + size > self.quota.bytes:
            return False
        self._records += 1
        self._bytes += size
        return True

    def _go_on(self, now: int) -> None:
        second = now // SECOND
        if second != self._second:
            self._second, self._requests, self._records, self._bytes = second, 0, 0, 0
